"""Where texts stand: hidden, brought back, put under seal and reunited in any order, and every counter still true."""

import asyncio
from typing import Any

import pytest
from tortoise.exceptions import DoesNotExist

from consult.arguments.actions import withdraw_argument
from consult.arguments.models import Argument
from consult.consultations.items import ItemState
from consult.consultations.models import Consultation
from consult.contributions.actions import publish_contribution, revise_contribution, withdraw_contribution
from consult.contributions.models import Amendment, Contribution, Revision
from consult.core.database import execute
from consult.core.errors import NotFound, Refused
from consult.core.voice import Voice
from consult.moderation.models import SealedText
from consult.sources.models import Source
from consult.votes.actions import withdraw_vote
from tests.attacks.recount import number_gaps, recount
from tests.attacks.test_numbers import STORM, Storm
from tests.cast import a_person
from tests.discussion import Discussion, a_discussion
from tests.moderation.standing import Desk

COUNTED = ("contributions_count", "arguments_count", "sources_count", "amendments_count", "votes_count")


async def a_full_discussion() -> tuple[Discussion, Desk, dict[str, Any]]:
    """One of everything, each under another."""
    d = await a_discussion()
    awa = await a_person("Awa")
    said = await d.argue(awa)
    amendment = await d.amend(awa)
    about = await d.argue(awa, body="Plus large, c’est mieux.", amendment=amendment)
    await d.vote(awa)
    items = {
        "contribution": d.contribution,
        "argument": said,
        "amendment": amendment,
        "about": about,
        "source": await d.source(awa),
        "source_under": await d.source(awa, said, link="https://example.org/2"),
        "source_about": await d.source(awa, about, link="https://example.org/3"),
    }
    return d, Desk(d), items


async def counts(d: Discussion) -> tuple[int, ...]:
    """What the consultation counts."""
    row = await Consultation.get(id=d.consultation.id)
    return tuple(getattr(row, name) for name in COUNTED)


@pytest.mark.usefixtures("db")
async def test_a_hidden_contribution_takes_all_beneath_it_out_of_the_counts_and_brings_it_back() -> None:
    d, desk, items = await a_full_discussion()
    before = await counts(d)
    assert before == (1, 2, 3, 1, 1)
    await desk.hide(items["contribution"])
    assert await counts(d) == (0, 0, 0, 0, 0)
    assert (await Contribution.get(id=d.contribution.id)).removed_ground == "propos insultants"
    await desk.restore(items["contribution"])
    assert await counts(d) == before
    assert await recount() == []


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("order", [0, 1, 2, 3])
async def test_what_is_hidden_one_under_another_comes_back_in_any_order(order: int) -> None:
    d, desk, items = await a_full_discussion()
    before = await counts(d)
    hidden = ["amendment", "about", "source_about", "argument", "contribution"]
    for name in hidden if order < 2 else reversed(hidden):
        await desk.hide(items[name])
        assert await recount() == []
    for name in hidden if order % 2 else reversed(hidden):
        await desk.restore(items[name])
        assert await recount() == []
    assert await counts(d) == before


@pytest.mark.usefixtures("db")
async def test_twice_hidden_or_restored_counts_once() -> None:
    d, desk, items = await a_full_discussion()
    for _ in range(2):
        await desk.hide(items["argument"])
    assert (await counts(d))[1:3] == (1, 2)
    for _ in range(2):
        await desk.restore(items["argument"])
    assert (await counts(d))[1:3] == (2, 3)
    assert await recount() == []


@pytest.mark.usefixtures("db")
async def test_what_its_author_withdrew_meanwhile_does_not_come_back() -> None:
    d, desk, items = await a_full_discussion()
    await desk.hide(items["source_under"])
    voice = Voice(account_id=items["argument"].author_id)
    await withdraw_argument(voice, **d.place, argument_id=items["argument"].id)
    await desk.restore(items["source_under"])
    await desk.restore(items["argument"])
    assert (await Argument.get(id=items["argument"].id)).state is ItemState.WITHDRAWN
    await withdraw_contribution(d.luc.voice(), **d.place, contribution_id=d.contribution.id)
    await desk.hide(items["contribution"])
    await desk.restore(items["contribution"])
    assert (await Contribution.get(id=d.contribution.id)).state is ItemState.WITHDRAWN
    assert await recount() == []


@pytest.mark.usefixtures("db")
async def test_what_waits_for_its_author_is_nobodys_business_yet() -> None:
    d = await a_discussion()
    newcomer = await a_person("Nour", confirmed=False)
    said = await d.argue(newcomer)
    with pytest.raises(NotFound):
        await Desk(d).hide(said)


async def _held(row: Any) -> None:
    await execute(f"UPDATE {row._meta.db_table} SET awaits_moderator = TRUE WHERE id = :key", key=row.id)


@pytest.mark.usefixtures("db")
async def test_what_waited_for_a_moderator_is_published_under_the_next_number_once() -> None:
    d = await a_discussion()
    newcomer = await a_person("Nour", confirmed=False)
    made = await publish_contribution(
        newcomer.voice(), **d.place, section_id=d.section.id, title="Un banc", body="Devant l’école."
    )
    said = await d.argue(newcomer)
    for row in (made, said):
        await _held(row)
    await d.close()
    desk = Desk(d)
    for _ in range(2):
        await desk.keep(made)
        await desk.keep(said)
    row = await Contribution.get(id=made.id)
    assert (row.number, row.state, row.awaits_moderator) == (2, ItemState.PUBLISHED, False)
    assert (await Argument.get(id=said.id)).state is ItemState.PUBLISHED
    assert (await recount(), await number_gaps()) == ([], [])


@pytest.mark.usefixtures("db")
async def test_hidden_before_it_was_public_it_has_no_number_until_it_is_restored() -> None:
    d = await a_discussion()
    newcomer = await a_person("Nour", confirmed=False)
    made = await publish_contribution(
        newcomer.voice(), **d.place, section_id=d.section.id, title="Un banc", body="Devant l’école."
    )
    await _held(made)
    desk = Desk(d)
    await desk.hide(made)
    row = await Contribution.get(id=made.id)
    assert (row.number, row.state, row.published_at) == (None, ItemState.HIDDEN, None)
    await desk.restore(made)
    row = await Contribution.get(id=made.id)
    assert (row.number, row.state, row.removed_ground) == (2, ItemState.PUBLISHED, "")
    assert (await recount(), await number_gaps()) == ([], [])


@pytest.mark.usefixtures("db")
async def test_a_sealed_text_is_in_no_column_and_no_wording_and_comes_back_to_the_letter() -> None:
    d, desk, items = await a_full_discussion()
    revised = {"base_revision": 1, "title": "Une autre piste", "body": "Un autre texte"}
    await revise_contribution(d.luc.voice(), **d.place, contribution_id=d.contribution.id, **revised)
    tables = ("contribution", "revision", "amendment", "argument", "source")
    named = ("contribution", "amendment", "argument", "source")
    before = {table: await execute(f"SELECT * FROM {table} ORDER BY id") for table in tables}
    for name in reversed(named):
        await desk.seal(items[name])
    for model, texts in (
        (Contribution, ("title", "body", "body_html", "excerpt", "stems")),
        (Revision, ("title", "body", "body_html")),
        (Amendment, ("title", "body", "body_html", "reason")),
    ):
        for row in await model.all():
            assert [getattr(row, name) for name in texts] == [""] * len(texts)
    assert (await Argument.get(id=items["argument"].id)).body == ""
    source = await Source.get(id=items["source"].id)
    assert (source.title, source.link, source.body) == ("", "", "")
    assert await recount() == []
    for name in named:
        await desk.restore(items[name])
    assert not await SealedText.exists()
    after = {table: await execute(f"SELECT * FROM {table} ORDER BY id") for table in tables}
    for rows in (*before.values(), *after.values()):
        for row in rows:
            row.pop("changes", None)
    assert after == before
    assert await recount() == []


@pytest.mark.usefixtures("db")
async def test_a_text_that_was_dropped_after_the_legal_period_cannot_be_restored() -> None:
    _, desk, items = await a_full_discussion()
    await desk.seal(items["argument"])
    await SealedText.all().delete()
    with pytest.raises(Refused) as refused:
        await desk.restore(items["argument"])
    assert refused.value.refusal.code == "text_dropped"


@pytest.mark.usefixtures("db")
async def test_a_contribution_is_reunited_with_a_public_one_of_the_same_consultation() -> None:
    d, desk, _ = await a_full_discussion()
    luc = d.luc.voice()
    other = await publish_contribution(luc, **d.place, section_id=d.section.id, title="La même", body="Piste")
    third = await publish_contribution(luc, **d.place, section_id=d.section.id, title="Encore", body="La piste")
    await desk.merge(other, d.contribution)
    assert (await Contribution.get(id=other.id)).merged_into_id == d.contribution.id
    for row, into in ((third, third), (third, other)):
        with pytest.raises(Refused) as refused:
            await desk.merge(row, into)
        assert refused.value.refusal.code == "not_to_be_merged"
    await desk.unmerge(other)
    assert (await Contribution.get(id=other.id)).merged_into_id is None
    assert await recount() == []


@pytest.mark.usefixtures("db")
async def test_a_merged_contribution_takes_nothing_new_and_its_author_may_still_withdraw_it() -> None:
    d, desk, items = await a_full_discussion()
    awa, zoe = Voice(account_id=items["argument"].author_id), await a_person("Zoé")
    other = await publish_contribution(awa, **d.place, section_id=d.section.id, title="La même", body="Piste")
    await d.vote(zoe)
    await desk.merge(d.contribution, other)
    before = await counts(d)
    revised = {"contribution_id": d.contribution.id, "base_revision": 1, "title": "Autre", "body": "Autre texte"}
    for verb in (
        lambda: d.argue(zoe, body="Encore une raison"),
        lambda: d.source(zoe, link="https://example.org/9"),
        lambda: d.amend(zoe),
        lambda: d.vote(zoe, "mixed"),
        lambda: d.vote(zoe, amendment=items["amendment"]),
        lambda: d.support(zoe, items["argument"]),
        lambda: d.support(zoe, items["source_under"]),
        lambda: revise_contribution(d.luc.voice(), **d.place, **revised),
    ):
        with pytest.raises(Refused) as refused:
            await verb()
        assert refused.value.refusal.code == "merged"
    assert await counts(d) == before
    at = {**d.place, "contribution_id": d.contribution.id}
    await withdraw_vote(zoe.voice(), **at)
    await withdraw_argument(awa, **d.place, argument_id=items["argument"].id)
    await withdraw_contribution(d.luc.voice(), **at)
    assert await recount() == []


class Moderated(Storm):
    """The same people, and moderators among them."""

    async def one(self, number: int) -> str:
        if self.dice.random() < 0.6:
            return await super().one(number)
        desk = Desk(self.d)
        if self.dice.random() < 0.1:
            time = self.dice.choice(("before", "after"))
            await execute(
                "UPDATE consultation SET moderation = :time WHERE id = :key", time=time, key=self.d.consultation.id
            )
        verb = self.dice.choice(("hide", "hide", "restore", "restore", "seal", "keep", "merge", "unmerge"))
        merges = verb in {"merge", "unmerge"}
        model = Contribution if merges else self.dice.choice((Contribution, Amendment, Argument, Source))
        try:
            row = await self._any(model)
            await getattr(desk, verb)(row, *([await self._any(Contribution)] if verb == "merge" else []))
        except (Refused, NotFound, DoesNotExist) as error:
            return type(error).__name__
        return verb


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_counters_equal_their_rows_after_a_storm_with_moderators_in_it(seed: int) -> None:
    d = await a_discussion()
    people = [await a_person(f"Personne {n}") for n in range(5)]
    people.append(await a_person("Nour", confirmed=False))
    storm, did = Moderated(d, people, seed), []
    for begin in range(0, STORM, 12):
        did += await asyncio.gather(*(storm.one(begin + n) for n in range(12)))
    assert {"hide", "restore", "seal"} <= set(did)
    assert await recount() == []
    assert await number_gaps() == []
