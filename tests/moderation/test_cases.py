"""The queue: one open case an item, taken in hand for half an hour, with notes; and who may not touch it."""

from datetime import timedelta

import pytest

from consult.arguments.actions import withdraw_argument
from consult.core import clock, outbox
from consult.core.errors import NotFound
from consult.core.voice import SYSTEM
from consult.moderation import effects
from consult.moderation.actions.cases import open_case, release_case, take_case, write_note
from consult.moderation.models import Case, CaseReason, Kind, Note
from consult.organisations.models import Member, MemberRole
from tests.cast import NOON, a_person, a_territory, an_organisation
from tests.moderation.affairs import Affair, an_affair, events_named, refused

assert effects  # loaded: what is published is looked at


@pytest.fixture
async def a(db: str, frozen: object) -> Affair:
    """Everybody in place."""
    return await an_affair()


async def test_an_item_has_one_open_case(a: Affair) -> None:
    first = await a.case()
    assert (await a.case()).id == first.id
    await a.report(a.d.contribution)
    assert await Case.all().count() == 1
    assert len(await events_named("case_opened")) == 2  # opened, and one reason more


async def test_reasons_and_findings_add_up(a: Affair) -> None:
    item = {"kind": Kind.CONTRIBUTION, "item_id": a.d.contribution.id}
    await open_case(SYSTEM, **a.here, **item, reasons=[CaseReason.WORDS], details={"words": ["arnaque"], "links": 4})
    await open_case(
        SYSTEM,
        **a.here,
        **item,
        reasons=[CaseReason.WORDS, CaseReason.LINKS],
        details={"words": ["gratuit"], "links": 2},
    )
    case = await Case.get()
    assert case.reasons == ["words", "links"]
    assert case.details == {"words": ["arnaque", "gratuit"], "links": 4}


async def test_the_same_finder_adds_nothing_even_after_a_decision(a: Affair) -> None:
    item = {"kind": Kind.CONTRIBUTION, "item_id": a.d.contribution.id}
    found = await open_case(SYSTEM, **a.here, **item, reasons=[CaseReason.WORDS], once="7")
    await a.decide("keep")
    again = await open_case(SYSTEM, **a.here, **item, reasons=[CaseReason.WORDS], once="7")
    assert again.id == found.id
    assert not await Case.exists(is_open=True)
    other = await open_case(SYSTEM, **a.here, **item, reasons=[CaseReason.WORDS], once="8")
    assert other.id != found.id


async def test_a_case_is_opened_by_moderators_and_by_the_house(a: Affair) -> None:
    for voice in (a.rita.voice(), a.mona.voice(), a.mona.voice("administrator"), a.mona.voice("guarantor")):
        work = open_case(voice, **a.here, kind=Kind.CONTRIBUTION, item_id=a.d.contribution.id)
        assert await refused(work) == "not_moderator"
    with pytest.raises(NotFound):
        await open_case(a.moderator, **a.here, kind=Kind.ARGUMENT, item_id=a.d.contribution.id)


async def test_a_case_is_taken_in_hand_for_half_an_hour(a: Affair) -> None:
    case = await a.case()
    taken = await take_case(a.moderator, **a.here, case_id=case.id)
    assert (taken.assigned_to_id, taken.assigned_until) == (a.mona.id, NOON + timedelta(minutes=30))
    assert await refused(take_case(a.other, **a.here, case_id=case.id)) == "assigned_to_another"
    with clock.frozen(NOON + timedelta(minutes=29, seconds=59), everywhere=True):
        assert await refused(take_case(a.other, **a.here, case_id=case.id)) == "assigned_to_another"
    with clock.frozen(NOON + timedelta(minutes=30), everywhere=True):
        assert (await take_case(a.other, **a.here, case_id=case.id)).assigned_to_id == a.omar.id


async def test_taking_ones_own_again_goes_on_from_now(a: Affair) -> None:
    case = await a.case()
    await take_case(a.moderator, **a.here, case_id=case.id)
    with clock.frozen(NOON + timedelta(minutes=20), everywhere=True):
        taken = await take_case(a.moderator, **a.here, case_id=case.id)
    assert taken.assigned_until == NOON + timedelta(minutes=50)


async def test_who_has_it_in_hand_is_named(a: Affair) -> None:
    case = await a.case()
    await take_case(a.moderator, **a.here, case_id=case.id)
    with pytest.raises(Exception, match="assigned_to_another") as caught:
        await take_case(a.other, **a.here, case_id=case.id)
    refusal = caught.value.refusal
    assert refusal.text % refusal.params == "Mona Petit s’en occupe en ce moment : prenez la suivante"


async def test_a_case_is_let_go_of_by_who_has_it(a: Affair) -> None:
    case = await a.case()
    await take_case(a.moderator, **a.here, case_id=case.id)
    await release_case(a.other, **a.here, case_id=case.id)
    assert (await Case.get()).assigned_to_id == a.mona.id
    await release_case(a.moderator, **a.here, case_id=case.id)
    assert (await Case.get()).assigned_to_id is None
    assert len(await events_named("case_released")) == 1


async def test_only_moderators_of_the_territory_take_release_and_note(a: Affair) -> None:
    case = await a.case()
    neighbour = await a_territory("coteau")
    for voice in (a.rita.voice(), a.mona.voice("administrator"), a.mona.voice("guarantor")):
        assert await refused(take_case(voice, **a.here, case_id=case.id)) == "not_moderator"
        assert await refused(release_case(voice, **a.here, case_id=case.id)) == "not_moderator"
        assert await refused(write_note(voice, **a.here, case_id=case.id, body="Vu")) == "not_moderator"
    for work in (
        take_case(a.moderator, territory_id=neighbour.id, case_id=case.id),
        release_case(a.moderator, territory_id=neighbour.id, case_id=case.id),
        write_note(a.moderator, territory_id=neighbour.id, case_id=case.id, body="Vu"),
    ):
        with pytest.raises(NotFound):
            await work


async def test_nobody_takes_what_they_wrote_or_reported(a: Affair) -> None:
    case = await a.case()
    assert await refused(take_case(a.d.luc.voice("moderator"), **a.here, case_id=case.id)) == "own_item"
    await a.report(a.d.contribution, a.omar)
    assert await refused(take_case(a.other, **a.here, case_id=case.id)) == "own_report"


async def test_nobody_takes_what_their_organisation_wrote(db: str, frozen: object) -> None:
    territory = await a_territory()
    luc = await a_person("Luc Fabre")
    body = await an_organisation(territory, luc)
    a = await an_affair(territory=territory, author=luc.voice(organisation=body))
    case = await a.case()
    colleague = await a_person("Zoé Fabre", moderator=territory)
    assert (await take_case(colleague.voice("moderator"), **a.here, case_id=case.id)).id
    await release_case(colleague.voice("moderator"), **a.here, case_id=case.id)
    await an_organisation(territory, colleague, name="Une autre")
    assert (await take_case(colleague.voice("moderator"), **a.here, case_id=case.id)).id
    await release_case(colleague.voice("moderator"), **a.here, case_id=case.id)
    await Member.create(organisation=body, account=colleague.account, role=MemberRole.MEMBER, created_at=NOON)
    assert await refused(take_case(colleague.voice("moderator"), **a.here, case_id=case.id)) == "own_item"


async def test_a_note_is_left_once(a: Affair) -> None:
    case = await a.case()
    for _ in range(2):
        await write_note(a.moderator, **a.here, case_id=case.id, body="  À revoir\nensemble ", once="one.note")
    assert (await Note.get()).body == "À revoir\nensemble"
    assert await refused(write_note(a.moderator, **a.here, case_id=case.id, body=" ")) == "no_note"
    assert await refused(write_note(a.moderator, **a.here, case_id=case.id, body="x" * 2_001)) == "long_note"
    await a.decide("keep")
    assert (await write_note(a.moderator, **a.here, case_id=case.id, body="Bien vu")).id
    assert "ensemble" not in str(await events_named("note_written"))


# ---------------------------------------------------------------- cases that nobody needs to decide


async def test_what_its_author_takes_back_leaves_the_queue(a: Affair) -> None:
    argument = await a.d.argue(a.rita)
    case = await a.case(argument)
    await withdraw_argument(a.rita.voice(), **a.d.place, argument_id=argument.id)
    for _ in range(2):
        await outbox.drain_all()
        await effects.drop_case_of_argument(type("Event", (), {"argument_id": argument.id}), 1)
    await case.refresh_from_db()
    assert (case.is_open, case.open_key, case.closed_at) == (False, None, NOON)
    assert len(await events_named("case_dropped")) == 1


async def test_what_was_reported_is_answered_even_when_taken_back(a: Affair) -> None:
    argument = await a.d.argue(a.omar)
    await a.report(argument)
    await withdraw_argument(a.omar.voice(), **a.d.place, argument_id=argument.id)
    await outbox.drain_all()
    assert (await Case.get()).is_open


async def test_what_is_still_there_stays_in_the_queue(a: Affair) -> None:
    await a.case()
    await effects.drop_case_of_contribution(type("Event", (), {"contribution_id": a.d.contribution.id}), 1)
    assert (await Case.get()).is_open
