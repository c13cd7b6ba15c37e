"""Publication after moderation: nothing is public before a moderator has read it, and nothing is lost meanwhile."""

from datetime import timedelta
from typing import Any

import pytest

from consult.arguments.actions import correct_argument, publish_waiting_arguments, withdraw_argument
from consult.arguments.models import Argument
from consult.consultations.items import ItemState
from consult.consultations.models import ModerationTime
from consult.contributions.actions import (
    publish_contribution,
    publish_waiting_amendments,
    publish_waiting_contributions,
    withdraw_contribution,
)
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.database import execute
from consult.core.errors import Refused
from consult.moderation.actions.cases import open_case
from consult.moderation.actions.deciding import decide, decide_many
from consult.moderation.models import Case, CaseReason, Decision, Kind
from consult.moderation.rules.words import READ_FIRST_REASON
from consult.sources.actions import publish_waiting_sources
from tests.attacks.recount import number_gaps, recount
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion
from tests.moderation.affairs import refused
from tests.moderation.standing import Desk


async def a_careful_discussion() -> Discussion:
    """A discussion that began before its consultation was set to read first."""
    d = await a_discussion()
    d.consultation.moderation = ModerationTime.BEFORE
    await d.consultation.save(update_fields=["moderation"])
    return d


async def say_everything(d: Discussion, person: Person) -> dict[str, Any]:
    """One text of each kind, by one person."""
    made = await publish_contribution(
        person.voice(), **d.place, section_id=d.section.id, title="Un banc", body="Devant l’école."
    )
    return {
        "contribution": made,
        "amendment": await d.amend(person),
        "argument": await d.argue(person),
        "source": await d.source(person),
    }


async def events() -> list[str]:
    """What was recorded, in order."""
    return [row["event"] for row in await execute("SELECT event FROM audit ORDER BY id")]


@pytest.mark.usefixtures("db")
async def test_what_people_write_waits_without_a_number_and_uncounted() -> None:
    d = await a_careful_discussion()
    awa = await a_person("Awa")
    for row in (await say_everything(d, awa)).values():
        kept = await type(row).get(id=row.id)
        assert (kept.state, kept.awaits_moderator, kept.published_at) == (ItemState.WAITING, True, None)
    told = await events()
    for name in ("contribution_held", "amendment_held", "argument_held", "source_held"):
        assert told.count(name) == 1
    assert (await Contribution.get(title="Un banc")).number is None
    assert (await recount(), await number_gaps()) == ([], [])


@pytest.mark.usefixtures("db")
async def test_the_moderator_publishes_it_once_even_after_the_round() -> None:
    d = await a_careful_discussion()
    awa = await a_person("Awa")
    written = await say_everything(d, awa)
    await d.close()
    for row in written.values():
        for _ in range(2):
            await Desk(d).keep(row)
        assert (await type(row).get(id=row.id)).state is ItemState.PUBLISHED
    told = await events()
    for name in ("amendment_proposed", "argument_published", "source_published"):
        assert told.count(name) == 1
    assert told.count("contribution_published") == 2
    assert (await recount(), await number_gaps()) == ([], [])


@pytest.mark.usefixtures("db")
async def test_a_newcomer_waits_for_their_address_and_then_for_a_moderator() -> None:
    d = await a_careful_discussion()
    newcomer = await a_person("Nour", confirmed=False)
    written = await say_everything(d, newcomer)
    assert not (await Argument.get(id=written["argument"].id)).awaits_moderator
    newcomer.account.confirmed_at = clock.now()
    await newcomer.account.save()
    for _ in range(2):
        for publish in (
            publish_waiting_contributions,
            publish_waiting_amendments,
            publish_waiting_arguments,
            publish_waiting_sources,
        ):
            assert await publish(newcomer.id) == 0
    for row in written.values():
        kept = await type(row).get(id=row.id)
        assert (kept.state, kept.awaits_moderator) == (ItemState.WAITING, True)
    told = await events()
    for name in ("contribution_held", "amendment_held", "argument_held", "source_held"):
        assert told.count(name) == 1
    assert await recount() == []


@pytest.mark.usefixtures("db")
async def test_what_waits_for_a_moderator_is_not_published_by_a_change_of_the_rules() -> None:
    d = await a_careful_discussion()
    awa = await a_person("Awa")
    written = await say_everything(d, awa)
    d.consultation.moderation = ModerationTime.AFTER
    await d.consultation.save(update_fields=["moderation"])
    assert await publish_waiting_arguments(awa.id) == 0
    assert (await Argument.get(id=written["argument"].id)).state is ItemState.WAITING


@pytest.mark.usefixtures("db")
async def test_its_author_takes_it_back_at_any_time_and_never_changes_it_under_the_moderators_eyes() -> None:
    d = await a_careful_discussion()
    awa = await a_person("Awa")
    written = await say_everything(d, awa)
    said = written["argument"]
    with pytest.raises(Refused) as refused:
        await correct_argument(awa.voice(), **d.place, argument_id=said.id, body="Autre chose")
    assert refused.value.refusal.code == "being_read"
    await d.close()
    await withdraw_argument(awa.voice(), **d.place, argument_id=said.id)
    await withdraw_contribution(awa.voice(), **d.place, contribution_id=written["contribution"].id)
    await Desk(d).keep(said)
    assert (await Argument.get(id=said.id)).state is ItemState.WITHDRAWN
    assert await recount() == []


@pytest.mark.usefixtures("db")
async def test_the_same_form_sent_twice_holds_one_text() -> None:
    d = await a_careful_discussion()
    awa = await a_person("Awa")
    first = await d.argue(awa, once="a")
    assert (await d.argue(awa, once="a")).id == first.id
    assert (await d.argue(awa, once="b")).id == first.id
    assert await recount() == []


async def in_the_queue(d: Discussion, row: Any, kind: Kind = Kind.ARGUMENT) -> Case:
    """The case of a text that waits to be read."""
    mona = await a_person("Mona", moderator=d.territory)
    voice, here = mona.voice("moderator"), d.territory.id
    return await open_case(voice, territory_id=here, kind=kind, item_id=row.id, reasons=[CaseReason.BEFORE])


async def a_second_moderator(d: Discussion) -> dict[str, Any]:
    """Who decides, and where, as the actions take it."""
    omar = await a_person("Omar", moderator=d.territory)
    return {"voice": omar.voice("moderator"), "territory_id": d.territory.id}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("reason", ["", " \n"])
async def test_publishing_what_was_read_first_needs_no_sentence(reason: str) -> None:
    d = await a_careful_discussion()
    case = await in_the_queue(d, await d.argue(await a_person("Awa")))
    decision = await decide(**await a_second_moderator(d), case_id=case.id, effect="keep", reason=reason)
    assert decision.reason == READ_FIRST_REASON
    assert (await Argument.get(id=case.item_id)).state is ItemState.PUBLISHED


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("effect", ["hide", "correct", "hide_illegal"])
async def test_any_other_decision_on_it_needs_one(effect: str) -> None:
    d = await a_careful_discussion()
    case = await in_the_queue(d, await d.argue(await a_person("Awa")))
    more = {"ground": "hatred", "until": clock.now() + timedelta(days=7)}
    work = decide(**await a_second_moderator(d), case_id=case.id, effect=effect, reason="", **more)
    assert await refused(work) == "no_reason"
    assert not await Decision.exists()


@pytest.mark.usefixtures("db")
async def test_a_sentence_that_was_begun_is_a_sentence() -> None:
    d = await a_careful_discussion()
    case = await in_the_queue(d, await d.argue(await a_person("Awa")))
    work = decide(**await a_second_moderator(d), case_id=case.id, effect="keep", reason="Bon.")
    assert await refused(work) == "no_reason"


@pytest.mark.usefixtures("db")
async def test_leaving_what_is_public_or_was_reported_still_needs_one() -> None:
    d = await a_careful_discussion()
    who = await a_second_moderator(d)
    public = await in_the_queue(d, d.contribution, Kind.CONTRIBUTION)
    assert await refused(decide(**who, case_id=public.id, effect="keep", reason="")) == "no_reason"
    reported = await in_the_queue(d, await d.argue(await a_person("Awa")))
    await Case.filter(id=reported.id).update(reports_count=1)
    assert await refused(decide(**who, case_id=reported.id, effect="keep", reason="")) == "no_reason"
    assert not await Decision.exists()


@pytest.mark.usefixtures("db")
async def test_several_are_published_without_a_sentence_and_the_rest_waits_for_one() -> None:
    d = await a_careful_discussion()
    who, awa = await a_second_moderator(d), await a_person("Awa")
    held = [await in_the_queue(d, await d.argue(awa, body=f"Raison {n}.")) for n in range(2)]
    public = await in_the_queue(d, d.contribution, Kind.CONTRIBUTION)
    ids = [one.id for one in (*held, public)]
    outcomes = await decide_many(**who, case_ids=ids, effect="keep", reason="", once="bulk")
    assert [one.decision and one.decision.reason for one in outcomes] == [READ_FIRST_REASON, READ_FIRST_REASON, None]
    assert [one.refusal and one.refusal.code for one in outcomes] == [None, None, "no_reason"]
    assert await refused(decide_many(**who, case_ids=[public.id], effect="keep", reason="")) == "no_reason"
    assert await refused(decide_many(**who, case_ids=ids, effect="hide", ground="insult", reason="")) == "no_reason"
    assert (await Case.get(id=public.id)).is_open
    assert await recount() == []
