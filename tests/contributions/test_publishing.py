"""Publishing a contribution: numbers, the closing instant, once, waiting."""

import asyncio
from datetime import timedelta

import pytest

from consult.accounts.models import Account
from consult.consultations.items import ItemState
from consult.consultations.models import Consultation, ConsultationState, Section
from consult.contributions.actions import (
    discard_draft,
    publish_contribution,
    publish_waiting_contributions,
    save_draft,
    withdraw_contribution,
)
from consult.contributions.models import Contribution, Draft, Revision
from consult.core import clock
from consult.core.database import execute
from consult.core.errors import NotFound, Refused
from consult.core.models import AuditEntry
from consult.core.voice import Voice
from consult.organisations.models import OrganisationState
from tests.cast import a_person, an_organisation
from tests.contributions.situations import BODY, TITLE, Place, refused

pytestmark = pytest.mark.usefixtures("db")


async def test_a_contribution_is_published_with_everything_that_goes_with_it() -> None:
    place = await Place.make()
    made = await place.publish()
    row = await Contribution.get(id=made.id)
    assert (row.number, row.state, row.revision) == (1, ItemState.PUBLISHED, 1)
    assert "<strong>dangereux</strong>" in row.body_html
    assert "cyclist" in row.stems
    assert row.published_at is not None
    assert 0 <= row.shuffle < 1 << 31
    assert (await Consultation.get(id=place.consultation.id)).contributions_count == 1
    assert (await Section.get(id=place.sections[0].id)).contributions_count == 1
    revision = await Revision.get(contribution_id=row.id)
    assert (revision.number, revision.title, revision.account_id) == (1, TITLE, place.awa.id)
    assert (await AuditEntry.get()).event == "contribution_published"


async def test_numbers_count_up_in_each_consultation_by_itself() -> None:
    place, neighbour = await Place.make(), await Place.make("coteau")
    assert [(await place.publish(title=f"Texte {n}")).number for n in range(3)] == [1, 2, 3]
    assert (await neighbour.publish()).number == 1


async def test_twenty_at_once_get_twenty_numbers_without_a_gap() -> None:
    place = await Place.make()
    people = [await a_person(f"Personne {n}") for n in range(20)]
    made = await asyncio.gather(
        *(place.publish(one.voice(), title=f"Texte {n}", once=f"k{n}") for n, one in enumerate(people))
    )
    assert sorted(one.number or 0 for one in made) == list(range(1, 21))
    consultation = await Consultation.get(id=place.consultation.id)
    assert (consultation.last_number, consultation.contributions_count) == (20, 20)


async def test_a_refused_text_uses_up_no_number() -> None:
    place = await Place.make()
    await place.publish()
    work = [place.publish(section_id=1), place.publish(title=" "), place.publish(title="Deux"), place.publish(body="")]
    results = await asyncio.gather(*work, return_exceptions=True)
    assert [one.refusal.code for one in results if isinstance(one, Refused)] == ["no_section", "no_title", "no_body"]
    assert (await place.publish(title="Trois")).number == 3


async def test_the_same_form_sent_twice_at_once_makes_one_contribution() -> None:
    place = await Place.make()
    made = await asyncio.gather(*(place.publish(once="one.form") for _ in range(5)))
    assert {one.id for one in made} == {made[0].id}
    assert await Contribution.all().count() == 1
    assert (await Consultation.get(id=place.consultation.id)).last_number == 1
    assert await AuditEntry.all().count() == 1


@pytest.mark.usefixtures("frozen")
async def test_one_may_write_until_the_closing_instant_and_not_at_it() -> None:
    place = await Place.make()
    with clock.frozen(place.round.closes_at - timedelta(microseconds=1)):
        await place.publish(once="late")
    with clock.frozen(place.round.closes_at):
        assert await refused(place.publish()) == "round_closed"
        again = await place.publish(once="late")
        assert again.number == 1, "the answer to the first sending was lost on the way: the second finds it done"
    assert await Contribution.all().count() == 1


@pytest.mark.usefixtures("frozen")
async def test_one_may_write_from_the_opening_instant_on_and_not_before() -> None:
    place = await Place.make(opens_in=timedelta(hours=1))
    assert await refused(place.publish()) == "round_coming"
    with clock.frozen(place.round.opens_at):
        assert (await place.publish()).number == 1


async def test_what_the_round_or_the_section_does_not_accept_is_refused() -> None:
    place = await Place.make(sections=2, may_contribute=True)
    await Section.filter(id=place.sections[1].id).update(accepts_contributions=False)
    assert await refused(place.publish(section_id=place.sections[1].id)) == "not_in_this_section"
    assert (await place.publish()).number == 1
    place.round.may_contribute = False
    await place.round.save()
    assert await refused(place.publish()) == "not_in_this_round"


async def test_the_neighbour_territory_reaches_neither_the_consultation_nor_its_sections() -> None:
    place, neighbour = await Place.make(), await Place.make("coteau")
    with pytest.raises(NotFound):
        await place.publish(territory_id=neighbour.territory.id)
    assert await refused(place.publish(section_id=neighbour.sections[0].id)) == "no_section"
    assert await Contribution.all().count() == 0


async def test_nobody_writes_in_a_consultation_that_is_still_a_draft() -> None:
    place = await Place.make(state=ConsultationState.DRAFT)
    with pytest.raises(NotFound):
        await place.publish(place.awa.voice("administrator"))


async def test_what_an_unconfirmed_person_wrote_waits_without_a_number() -> None:
    place = await Place.make()
    luc = await a_person("Luc Morel", confirmed=False)
    waiting = await place.publish(luc.voice())
    assert (waiting.state, waiting.number, waiting.stems) == (ItemState.WAITING, None, "")
    consultation = await Consultation.get(id=place.consultation.id)
    assert (consultation.contributions_count, consultation.last_number) == (0, 0)
    assert (await place.publish()).number == 1, "the numbers know nothing of it"


async def test_it_is_published_on_confirmation_once_in_the_order_of_writing() -> None:
    place = await Place.make()
    luc = await a_person("Luc Morel", confirmed=False)
    first, second = await place.publish(luc.voice(), title="Un"), await place.publish(luc.voice(), title="Deux")
    await place.publish(title="Entre-temps")
    assert await publish_waiting_contributions(luc.id) == 0, "the address is not confirmed yet"
    await Account.filter(id=luc.id).update(confirmed_at=clock.now())
    assert await publish_waiting_contributions(luc.id) == 2
    assert await publish_waiting_contributions(luc.id) == 0
    assert [(await Contribution.get(id=one.id)).number for one in (first, second)] == [2, 3]
    found = await Contribution.get(id=first.id)
    assert found.state is ItemState.PUBLISHED
    assert found.stems
    assert (await Section.get(id=place.sections[0].id)).contributions_count == 3


async def test_confirmed_after_the_end_it_goes_on_waiting() -> None:
    place, other = await Place.make(), await Place.make("coteau")
    luc = await a_person("Luc Morel", confirmed=False)
    late, in_time = await place.publish(luc.voice()), await other.publish(luc.voice())
    await place.close()
    await Account.filter(id=luc.id).update(confirmed_at=clock.now())
    assert await publish_waiting_contributions(luc.id) == 1
    assert (await Contribution.get(id=late.id)).state is ItemState.WAITING
    assert (await Contribution.get(id=in_time.id)).state is ItemState.PUBLISHED


async def test_what_waits_for_an_organisation_is_published_only_if_it_is_still_verified() -> None:
    place = await Place.make()
    luc = await a_person("Luc Morel", confirmed=False)
    body = await an_organisation(place.territory, luc)
    await place.publish(luc.voice(organisation=body))
    await Account.filter(id=luc.id).update(confirmed_at=clock.now())
    body.state = OrganisationState.REFUSED
    await body.save()
    assert await publish_waiting_contributions(luc.id) == 0
    body.state = OrganisationState.VERIFIED
    await body.save()
    assert await publish_waiting_contributions(luc.id) == 1
    made = await Contribution.get()
    assert (made.organisation_id, made.author_kind) == (body.id, "association")


async def test_publishing_a_draft_uses_it_up_and_nobody_elses() -> None:
    place = await Place.make()
    luc = await a_person("Luc Morel")
    now = clock.now()
    drafts = [
        await Draft.create(account_id=one.id, consultation_id=place.consultation.id, created_at=now, updated_at=now)
        for one in (place.awa, luc)
    ]
    await place.publish(draft_id=drafts[0].id)
    await place.publish(draft_id=drafts[1].id, body="Autre chose.")
    assert [one.id for one in await Draft.all()] == [drafts[1].id]


async def test_a_draft_is_continued_and_thrown_away_by_its_writer_alone_and_at_home() -> None:
    place, neighbour = await Place.make(), await Place.make("coteau")
    luc, text = await a_person("Luc Morel"), {"section_id": None, "title": TITLE, "body": BODY}
    draft = await save_draft(place.awa.voice(), **place.where, **text)
    his = await save_draft(luc.voice(), **place.where, **text | {"body": "À moi."}, draft_id=draft.id)
    assert his.id != draft.id
    assert (await Draft.get(id=draft.id)).body == BODY
    for who, where in ((luc, place), (place.awa, neighbour)):
        with pytest.raises(NotFound):
            await discard_draft(who.voice(), territory_id=where.territory.id, draft_id=draft.id)
    assert await Draft.all().count() == 2


async def test_withdrawing_leaves_the_number_and_takes_everything_out_of_the_counts() -> None:
    place = await Place.make()
    first, second = await place.publish(title="Un"), await place.publish(title="Deux")
    await execute(
        "UPDATE contribution SET arguments_count = 4, sources_count = 2, votes_total = 9, amendments_count = 1"
        " WHERE id = :key",
        key=first.id,
    )
    await execute(
        "UPDATE consultation SET arguments_count = 5, sources_count = 2, votes_count = 10, amendments_count = 1"
    )
    work = {"contribution_id": first.id, **place.where}
    await withdraw_contribution(place.awa.voice(), **work)
    await withdraw_contribution(place.awa.voice(), **work)
    row = await Contribution.get(id=first.id)
    assert (row.state, row.number, row.stems) == (ItemState.WITHDRAWN, 1, "")
    total = await Consultation.get(id=place.consultation.id)
    counts = (
        total.contributions_count,
        total.arguments_count,
        total.sources_count,
        total.votes_count,
        total.amendments_count,
    )
    assert counts == (1, 1, 0, 1, 0)
    assert (await Section.get(id=place.sections[0].id)).contributions_count == 1
    assert (await place.publish(title="Trois")).number == 3
    assert second.number == 2


async def test_only_the_author_withdraws_and_only_while_the_round_is_open() -> None:
    place = await Place.make()
    made = await place.publish()
    neighbour = await a_person("Awa Diallo bis")
    work = {"contribution_id": made.id, **place.where}
    assert await refused(withdraw_contribution(neighbour.voice("administrator"), **work)) == "not_author"
    await place.close()
    assert await refused(withdraw_contribution(place.awa.voice(), **work)) == "round_closed"


HOSTILE = {
    "NUL": "avant\x00après",
    "right-to-left override": "payer \u202e000 1\u202c euros",
    "emoji": "👨‍👩‍👧‍👦 🇫🇷 👍🏽",
    "a wall of long emoji": "👨‍👩‍👧‍👦" * 20,
    "one unbroken word": "a" * 90,
    "four bytes": "𝔘𝔫 𠀀 texte",
    "surrogates": "un \ud83d demi",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "search syntax": '"NEAR(a b)" AND * ^ : - \' & | ! <->',
    "separators": "ligne\u2028une\u2029deux\x85trois",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile_text_is_published_harmlessly(text: str) -> None:
    place = await Place.make()
    made = await place.publish(title=f"Titre {text}", body=f"Texte {text * 20}\n\nfin")
    row = await Contribution.get(id=made.id)
    for kept in (row.title, row.body, row.body_html):
        assert "\x00" not in kept
        assert "\u202e" not in kept
    assert "<script" not in row.body_html
    assert "<img" not in row.body_html
    assert row.title.startswith("Titre ")


async def test_texts_beyond_the_limits_are_refused_and_those_at_them_are_not() -> None:
    place = await Place.make()
    assert await refused(place.publish(body="a" * 100_000)) == "long_body"
    assert await refused(place.publish(body="a" * 20_001)) == "long_body"
    assert await refused(place.publish(title="é" * 121)) == "long_title"
    assert await refused(place.publish(title="👨‍👩‍👧‍👦" * 100)) == "long_title", "the column holds 240 code points"
    assert (await place.publish(body="é" * 20_000, title="é" * 120)).number == 1
    assert (
        await refused(
            publish_contribution(
                Voice(account_id=place.awa.id),
                section_id=place.sections[0].id,
                title=TITLE,
                body="\u200b\n ",
                **place.where,
            )
        )
        == "no_body"
    )
    assert BODY
