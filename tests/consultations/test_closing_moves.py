"""Extending, bringing forward, opening again: each says what it does, and does nothing else."""

from datetime import datetime, timedelta

import pytest
from starlette.applications import Starlette

from consult.consultations.actions import edit_round
from consult.consultations.models import Round, RuleChange
from consult.consultations.rules import Deed, RoundState, deed_refusal, next_instant, round_state
from consult.consultations.rules.closing import ClosingMove, closing_move, move_refusal
from consult.core import clock
from consult.core.errors import Refused
from consult.core.models import AuditEntry
from tests.browsing import Visitor
from tests.cast import a_person
from tests.consultations.making import ADMIN, Office
from tests.consultations.test_rule_changes import REASON, extend, move

DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)


# ---------------------------------------------------------------- the instants themselves


def test_the_opening_is_inclusive_and_the_closing_exclusive() -> None:
    """Each line is a mutant that must die: < for <=, or a microsecond either way."""
    opens = datetime.fromisoformat("2026-05-04T09:00+02:00")
    one = Round(opens_at=opens, closes_at=opens + DAY)
    assert round_state(one, opens - MICROSECOND) is RoundState.COMING
    assert round_state(one, opens) is RoundState.OPEN
    assert round_state(one, opens + MICROSECOND) is RoundState.OPEN
    assert round_state(one, opens + DAY - MICROSECOND) is RoundState.OPEN
    assert round_state(one, opens + DAY) is RoundState.CLOSED
    assert round_state(one, opens + DAY + MICROSECOND) is RoundState.CLOSED
    for at, code in ((opens - MICROSECOND, "round_coming"), (opens + DAY, "round_closed")):
        refusal = deed_refusal(Deed.CONTRIBUTE, [one], None, at)
        assert refusal is not None
        assert refusal.code == code
    for at in (opens, opens + DAY - MICROSECOND):
        assert deed_refusal(Deed.CONTRIBUTE, [one], None, at) is None
    assert next_instant([one], opens - MICROSECOND) == opens
    assert next_instant([one], opens) == opens + DAY
    assert next_instant([one], opens + DAY) is None


def test_between_two_rounds_that_touch_one_is_always_open() -> None:
    opens = datetime.fromisoformat("2026-05-04T09:00+02:00")
    rounds = [Round(opens_at=opens, closes_at=opens + DAY), Round(opens_at=opens + DAY, closes_at=opens + 2 * DAY)]
    for at in (opens + DAY - MICROSECOND, opens + DAY, opens + DAY + MICROSECOND):
        assert [round_state(one, at) for one in rounds].count(RoundState.OPEN) == 1


@pytest.mark.parametrize(
    ("closing", "new", "done"),
    [
        (1, 2, ClosingMove.EXTEND),
        (2, 1, ClosingMove.SHORTEN),
        (1, 1, None),
        (0, 2, ClosingMove.REOPEN),  # closed at this very instant: that is opening again
        (-1, 2, ClosingMove.REOPEN),
    ],
)
def test_what_moving_a_closing_amounts_to(closing: int, new: int, done: ClosingMove | None) -> None:
    at = datetime.fromisoformat("2026-05-04T09:00+02:00")
    one = Round(opens_at=at - 10 * DAY, closes_at=at + closing * DAY)
    assert closing_move(one.closes_at, at + new * DAY, at) is done
    assert move_refusal(done, one, at + new * DAY, at) is None
    if done is not None:
        for other in set(ClosingMove) - {done}:
            assert move_refusal(other, one, at + new * DAY, at) is not None, other
    assert (move_refusal(None, one, at + new * DAY, at) is None) is (done is not ClosingMove.REOPEN)


# ---------------------------------------------------------------- the verbs


@pytest.mark.parametrize(
    ("asked", "by", "event", "heading"),
    [
        (ClosingMove.EXTEND, 7 * DAY, "round_extended", "Période « Contributions » prolongée"),
        (ClosingMove.SHORTEN, -7 * DAY, "round_shortened", "Période « Contributions » : fermeture avancée"),
    ],
)
async def test_a_moved_closing_is_told_with_dates_and_reason(
    app: Starlette, frozen: datetime, asked: ClosingMove, by: timedelta, event: str, heading: str
) -> None:
    office = await Office.make(app)
    with pytest.raises(Refused, match="reason_needed"):
        await move(office, asked, by)
    await move(office, asked, by, reason=REASON)
    entries = await AuditEntry.all().order_by("id")
    assert [one.event for one in entries] == ["rules_changed", "round_edited", event]
    told = {name: datetime.fromisoformat(entries[-1].details[name]) for name in ("closed_at", "closes_at")}
    assert told == {"closed_at": office.round.closes_at, "closes_at": office.round.closes_at + by}
    words = (await Visitor(app).get("/consultations/plan-velo")).words
    assert heading in words
    assert REASON in words
    assert "Fermeture : 30 mars 2026 à 14 h, puis" in words


async def test_a_closed_round_is_opened_again_in_sight(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app, closes_in=-DAY)
    await move(office, ClosingMove.REOPEN, 5 * DAY, reason=REASON)
    assert [one.event for one in await AuditEntry.all().order_by("id")][-1] == "round_reopened"
    words = (await Visitor(app).get("/consultations/plan-velo")).words
    assert "Période « Contributions » rouverte" in words
    assert "Ouverte jusqu’au samedi 14 mars 2026" in words


async def test_a_round_that_closed_while_somebody_typed_is_not_opened_again_by_extending(
    app: Starlette, frozen: datetime
) -> None:
    """The page was open, the reason given, the button pressed: a second too late."""
    office = await Office.make(app, closes_in=timedelta(minutes=1))
    path = f"{ADMIN}/rounds/{office.round.id}/extend"
    shown = await office.visitor.get(path)
    typed = {**shown.guard(), "closes_on": "2026-03-20", "closes_hour": "18:00", "reason": REASON}
    with clock.frozen(frozen + timedelta(minutes=1), everywhere=True):
        answer = await office.visitor.post(path, typed)
        assert answer.status == 422
        assert "utilisez « Rouvrir »" in answer.words
        assert REASON in answer.text
        values = {"title": "Contributions", "opens_at": office.round.opens_at, "may": frozenset(Deed)}
        with pytest.raises(Refused, match="round_is_over"):
            await edit_round(
                office.luc.voice("administrator"), territory_id=office.here.id, round_id=office.round.id,
                consultation_id=office.consultation.id, closes_at=frozen + 9 * DAY, reason=REASON, **values,
            )  # fmt: skip
    assert (await Round.get(id=office.round.id)).closes_at == office.round.closes_at
    assert not await RuleChange.all().count()


@pytest.mark.parametrize(
    ("asked", "by", "code"),
    [
        (ClosingMove.EXTEND, -DAY, "not_later"),
        (ClosingMove.SHORTEN, DAY, "not_earlier"),
        (ClosingMove.REOPEN, DAY, "round_not_over"),
        (ClosingMove.SHORTEN, -20 * DAY, "closes_in_the_past"),
        (ClosingMove.SHORTEN, -20 * DAY - MICROSECOND, "closes_in_the_past"),
    ],
)
async def test_a_verb_does_what_it_says_or_nothing(
    app: Starlette, frozen: datetime, asked: ClosingMove, by: timedelta, code: str
) -> None:
    office = await Office.make(app)
    with pytest.raises(Refused) as error:
        await move(office, asked, by, reason=REASON)
    assert error.value.refusal.code == code
    assert not await AuditEntry.all().count()


async def test_a_closing_sent_back_as_it_was_moves_nothing_and_says_so(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    for verb, words in (("extend", "une fermeture plus tardive"), ("shorten", "une date plus proche")):
        path = f"{ADMIN}/rounds/{office.round.id}/{verb}"
        guard = (await office.visitor.get(path)).guard()
        typed = {"closes_on": "2026-03-30", "closes_hour": "14:00", "reason": REASON}
        answer = await office.visitor.post(path, {**guard, **typed})
        assert answer.status == 422
        assert words in answer.words
    assert not await AuditEntry.all().count()


async def test_the_whole_form_tells_the_same(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    await extend(office, DAY, reason=REASON)
    await extend(office, -DAY, reason=REASON)
    await extend(office, timedelta(), title="Autre nom", reason=REASON)
    told = [one.event for one in await AuditEntry.all().order_by("id") if one.event.startswith("round_")]
    assert told == ["round_edited", "round_extended", "round_edited", "round_shortened", "round_edited"]


# ---------------------------------------------------------------- the pages


@pytest.mark.parametrize(
    ("verb", "closes_in", "day", "done"),
    [
        ("extend", 20 * DAY, "2026-04-06", "Ouverte jusqu’au lundi 6 avril 2026"),
        ("shorten", 20 * DAY, "2026-03-20", "Ouverte jusqu’au vendredi 20 mars 2026"),
        ("reopen", -DAY, "2026-03-20", "Ouverte jusqu’au vendredi 20 mars 2026"),
    ],
)
async def test_an_administrator_moves_the_closing_by_hand(
    app: Starlette, frozen: datetime, verb: str, closes_in: timedelta, day: str, done: str
) -> None:
    office = await Office.make(app, closes_in=closes_in)
    path = f"{ADMIN}/rounds/{office.round.id}/{verb}"
    assert f'href="{path}"' in (await office.visitor.get(f"{ADMIN}/rounds")).text
    shown = await office.visitor.get(path)
    typed = {**shown.guard(), "closes_on": day, "closes_hour": "18:00"}
    missing = await office.visitor.post(path, typed)
    assert missing.status == 422
    assert "donnez la raison" in missing.words
    assert f'value="{day}"' in missing.text
    sent = {**missing.guard(), **typed, "reason": REASON}
    for _ in range(2):  # pressed twice: one change
        assert (await office.visitor.post(path, sent)).status == 303
    assert await RuleChange.all().count() == 1
    assert done in (await Visitor(app).get("/consultations/plan-velo")).words
    wrong = await office.visitor.post(path, {**shown.guard(), "closes_on": "2026-02-30", "closes_hour": "18:00"})
    assert wrong.status == 422
    assert "une date qui existe" in wrong.words


async def test_a_verb_that_does_not_fit_says_so_and_shows_no_form(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    shown = await office.visitor.get(f"{ADMIN}/rounds/{office.round.id}/reopen")
    assert "on peut la prolonger, pas la rouvrir" in shown.words
    assert 'name="closes_on"' not in shown.text
    rounds = (await office.visitor.get(f"{ADMIN}/rounds")).text
    assert "/reopen" not in rounds
    assert (await office.visitor.get(f"{ADMIN}/rounds/1/extend")).status == 404
    moderator = Visitor(app, person=await a_person("Mia", moderator=office.here))
    assert (await moderator.get(f"{ADMIN}/rounds/{office.round.id}/extend")).status == 403


async def test_two_people_do_not_move_one_closing_unknowingly(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    path = f"{ADMIN}/rounds/{office.round.id}/extend"
    guard = (await office.visitor.get(path)).guard()
    await move(office, ClosingMove.EXTEND, DAY, reason="Autre raison.")
    typed = {"closes_on": "2026-04-06", "closes_hour": "18:00", "reason": REASON}
    late = await office.visitor.post(path, {**guard, **typed})
    assert late.status == 422
    assert "Quelqu’un d’autre a changé cela" in late.words
    assert (await office.visitor.post(path, {**late.guard(), **typed})).status == 303
