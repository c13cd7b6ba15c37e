"""What is kept no longer than it must: sealed texts, and who reported without an account. And who has left."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.accounts import elsewhere
from consult.accounts.events import AccountDeleted
from consult.consultations.models import Consultation, ModerationTime
from consult.contributions.actions import publish_contribution
from consult.contributions.models import Contribution
from consult.core import clock, outbox
from consult.core.action import Action
from consult.core.database import execute
from consult.moderation.actions.appealing import appeal, hear_appeal
from consult.moderation.actions.deciding import decide
from consult.moderation.actions.reports import report_item
from consult.moderation.actions.restricting import restrict_account
from consult.moderation.actions.sealing import drop_sealed, forget_reporters
from consult.moderation.actions.undoing import decide_again
from consult.moderation.effects import drop_cases_of_account
from consult.moderation.models import Appeal, Case, Decision, Kind, Report, SealedText
from consult.moderation.rules.references import ALPHABET, draw_reference
from tests.attacks.recount import recount
from tests.cast import NOON, a_person
from tests.moderation.affairs import REASON, STRANGER, Affair, an_affair, events_named, refused, state_of


@pytest.fixture
async def a(db: str, frozen: object) -> Affair:
    """Everybody in place."""
    return await an_affair()


async def test_a_sealed_text_is_dropped_after_a_year_and_does_not_come_back(a: Affair) -> None:
    decision = await a.decide("hide_illegal")
    with clock.frozen(NOON + timedelta(days=364), everywhere=True):
        assert await drop_sealed() == 0
    with clock.frozen(NOON + timedelta(days=365), everywhere=True):
        assert await drop_sealed() == 1
        assert await drop_sealed() == 0
        assert not await SealedText.exists()
        work = decide_again(a.other, **a.here, decision_id=decision.id, reason=REASON)
        assert await refused(work) == "text_dropped"
    assert await state_of(a.d.contribution) == "hidden"
    assert len(await events_named("sealed_texts_dropped")) == 1
    assert await recount() == []


async def test_a_sealed_text_outlives_its_year_while_an_appeal_waits(a: Affair) -> None:
    decision = await a.decide("hide_illegal")
    made = await appeal(a.d.luc.voice(), **a.here, decision_id=decision.id, text="Rien d’illégal là-dedans.")
    with clock.frozen(NOON + timedelta(days=400), everywhere=True):
        assert await drop_sealed() == 0
        await hear_appeal(a.other, **a.here, appeal_id=made.id, outcome="upheld", reason=REASON)
        assert await drop_sealed() == 1


async def test_who_reported_without_an_account_is_forgotten_six_months_after_the_answer(a: Affair) -> None:
    item = a.d.contribution
    values = {"kind": Kind.CONTRIBUTION, "item_id": item.id, "ground": "hatred"}
    await report_item(STRANGER, **a.here, **values, name="Jeanne Roy", email="jeanne@exemple.fr")
    with clock.frozen(NOON + timedelta(days=400), everywhere=True):
        assert await forget_reporters() == 0  # nobody has answered yet
    await a.decide("hide")
    with clock.frozen(NOON.replace(month=9) - timedelta(seconds=1), everywhere=True):
        assert await forget_reporters() == 0
    with clock.frozen(NOON.replace(month=9), everywhere=True):
        assert await forget_reporters() == 1
        assert await forget_reporters() == 0
    report = await Report.get()
    assert (report.name, report.email, report.ground.value) == ("", "", "hatred")
    assert len(await events_named("reporters_forgotten")) == 1


# ---------------------------------------------------------------- accounts that leave, or turn out to be another's


async def left(account_id: int, email: str = "") -> None:
    """What an account's deletion does in this room."""
    await elsewhere.forget(account_id, email)
    sql = "UPDATE account SET public_name = '', deleted_at = :now, origin_key = NULL WHERE id = :key"
    await execute(sql, now=clock.now(), key=account_id)


async def test_the_record_outlives_the_people_in_it(a: Affair) -> None:
    await a.report(a.d.contribution)
    decision = await a.decide("hide")
    made = await appeal(a.d.luc.voice(), **a.here, decision_id=decision.id, text="Je ne comprends pas pourquoi.")
    for person in (a.rita, a.d.luc, a.mona):
        await left(person.id, person.email)
    assert await Report.all().count() == await Decision.all().count() == await Appeal.all().count() == 1
    await hear_appeal(a.other, **a.here, appeal_id=made.id, outcome="reversed", reason=REASON)
    assert await state_of(a.d.contribution) == "published"
    assert await recount() == []


async def test_an_appeal_of_somebody_suspended_who_left_can_still_be_heard(a: Affair) -> None:
    decision = await restrict_account(
        a.moderator, **a.here, account_id=a.d.luc.id, until=NOON + timedelta(days=5), ground="insult", reason=REASON
    )
    made = await appeal(a.d.luc.voice(), **a.here, decision_id=decision.id, text="Je ne comprends pas pourquoi.")
    await left(a.d.luc.id)
    assert (await hear_appeal(a.other, **a.here, appeal_id=made.id, outcome="reversed", reason=REASON)).heard_at


async def test_a_report_without_account_forgets_the_address_of_an_account_that_leaves(a: Affair) -> None:
    item = a.d.contribution
    values = {"kind": Kind.CONTRIBUTION, "item_id": item.id, "ground": "hatred"}
    await report_item(STRANGER, **a.here, **values, name="Rita Morel", email=a.rita.email)
    await left(a.rita.id, a.rita.email)
    report = await Report.get()
    assert (report.name, report.email) == ("", "")


async def test_what_waited_and_went_with_its_account_leaves_the_queue(app: Starlette, frozen: object) -> None:
    a = await an_affair()
    await Consultation.filter(id=a.d.consultation.id).update(moderation=ModerationTime.BEFORE)
    row = await publish_contribution(
        a.rita.voice(), **a.d.place, section_id=a.d.section.id, title="Des bancs", body="Des bancs au soleil."
    )
    await outbox.drain_all()
    case = await Case.get()
    async with Action(a.rita.voice()) as action:
        await left(a.rita.id)
        event = AccountDeleted(account_id=a.rita.id)
        action.record(event)
    assert not await Contribution.exists(id=row.id)
    for _ in range(2):
        await drop_cases_of_account(event, 1)
    await case.refresh_from_db()
    assert not case.is_open
    assert await recount() == []


async def test_reports_move_with_a_pending_account_but_not_onto_another_of_the_same_item(a: Affair) -> None:
    argument = await a.d.argue(a.omar)
    pending = await a_person("Rita bis", confirmed=False)
    await a.report(a.d.contribution)
    await a.report(a.d.contribution, pending)
    await a.report(argument, pending)
    await elsewhere.move(pending.id, a.rita.id)
    assert await Report.filter(account_id=a.rita.id).count() == 2
    assert await Report.filter(account_id=pending.id).count() == 1
    case = await Case.get(item_id=argument.id)
    work = decide(a.rita.voice("moderator"), **a.here, case_id=case.id, effect="keep", reason=REASON)
    assert await refused(work) == "own_report"


# ---------------------------------------------------------------- references


def test_references_hold_no_letter_that_is_misread() -> None:
    drawn = draw_reference("D", NOON)
    assert drawn.startswith("D-2026-")
    assert set(drawn[7:]) <= set(ALPHABET)
    assert not set("ILOU") & set(ALPHABET)
    assert len({draw_reference("S", NOON) for _ in range(500)}) > 490
