"""Legal frames: how long the public must have, in full days; an illegal calendar is refused with its article."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from consult.consultations.actions import add_round, edit_procedure, publish_consultation, remove_round
from consult.consultations.models import Consultation, Procedure, Round, RuleChange
from consult.consultations.rules import Deed
from consult.consultations.rules.closing import ClosingMove
from consult.consultations.rules.procedures import (
    PROCEDURES,
    full_days,
    months_later,
    procedure_refusal,
    reminders_refusal,
)
from consult.core.errors import NotFound, Refused
from tests.browsing import Visitor
from tests.cast import a_person, a_territory
from tests.consultations.making import ADMIN, Office
from tests.consultations.test_rule_changes import extend, move

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")
DAY, MICROSECOND = timedelta(days=1), timedelta(microseconds=1)
REASON = "Le préfet l’a demandé."
CRPA, ENVIRONMENT, PRIOR = Procedure.CRPA_L132_1, Procedure.ENVIRONMENT_L123_19_1, Procedure.PRIOR_CONCERTATION


def at(words: str, zone: ZoneInfo = PARIS) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=zone)


@dataclass
class Dates:
    """A round as the rule reads it."""

    opens_at: datetime
    closes_at: datetime
    may_contribute: bool = True
    may_argue: bool = True
    may_source: bool = True
    may_vote: bool = True
    may_amend: bool = True


def votes(opens: str, closes: str) -> Dates:
    return Dates(at(opens), at(closes), may_contribute=False, may_argue=False, may_source=False, may_amend=False)


def code(procedure: Procedure, rounds: Sequence[Dates], since: datetime | None = None) -> str:
    refusal = procedure_refusal(procedure, rounds, PARIS, since)
    return refusal.code if refusal else ""


@pytest.mark.parametrize(
    ("procedure", "days"), [(CRPA, 15), (ENVIRONMENT, 21), (PRIOR, 15), (Procedure.FREE, 0), (Procedure.VOLUNTARY, 0)]
)
def test_the_shortest_duration_is_that_of_the_article_to_the_microsecond(procedure: Procedure, days: int) -> None:
    opens = at("2026-05-04T09:00")
    assert PROCEDURES[procedure].shortest_days == days
    assert not code(procedure, [Dates(opens, opens + days * DAY + MICROSECOND)])
    if days:
        assert not code(procedure, [Dates(opens, opens + days * DAY)])
        refusal = procedure_refusal(procedure, [Dates(opens, opens + days * DAY - MICROSECOND)], PARIS)
        assert refusal is not None
        assert refusal.code == "procedure_too_short"
        assert refusal.params == {"article": PROCEDURES[procedure].article, "least": days, "days": days - 1}
        assert refusal.params["article"] in refusal.text % refusal.params


def test_articles_are_cited_where_a_duration_is_enforced() -> None:
    for frame in PROCEDURES.values():
        assert bool(frame.article) or not (frame.shortest_days or frame.longest_months or frame.duties)
    assert "L123-19-1" in PROCEDURES[ENVIRONMENT].article
    assert "L132-1" in PROCEDURES[CRPA].article
    assert "L121-16" in PROCEDURES[PRIOR].article
    assert [duty.months for duty in PROCEDURES[ENVIRONMENT].duties] == [0, 3, 3, 3]


@pytest.mark.parametrize(
    ("opens", "closes", "days"),
    [
        ("2026-03-20T09:00", "2026-04-04T09:00", 15),  # clocks go forward in between: 359 hours
        ("2026-03-20T09:00", "2026-04-04T08:59", 14),
        ("2026-10-20T09:00", "2026-11-04T09:00", 15),  # and back: 361 hours
        ("2026-10-20T09:00", "2026-11-04T08:59", 14),
        ("2026-05-04T00:00", "2026-05-19T00:00", 15),
        ("2026-05-04T09:00", "2026-05-04T09:00", 0),
        ("2026-05-05T09:00", "2026-05-04T09:00", 0),
    ],
)
def test_full_days_are_those_of_the_clock_on_the_wall(opens: str, closes: str, days: int) -> None:
    assert full_days(at(opens), at(closes), PARIS) == days


def test_days_are_counted_in_the_territory_s_zone() -> None:
    """From Paris one sees the clocks change; from Saint-Denis nothing happens to them."""
    opens = at("2026-03-20T09:00", REUNION)
    assert full_days(opens, opens + timedelta(hours=15 * 24), REUNION) == 15
    assert full_days(opens, opens + timedelta(hours=15 * 24 - 1), REUNION) == 14
    assert full_days(opens, opens + timedelta(hours=15 * 24 - 1), PARIS) == 15


def test_three_months_are_months_of_the_calendar() -> None:
    opens = at("2026-11-30T09:00")
    assert months_later(datetime.fromisoformat("2026-11-30T09"), 3) == datetime.fromisoformat("2027-02-28T09")
    assert not code(PRIOR, [Dates(opens, at("2027-02-28T09:00"))])
    assert code(PRIOR, [Dates(opens, at("2027-02-28T09:01"))]) == "procedure_too_long"
    assert not code(ENVIRONMENT, [Dates(opens, at("2027-12-01T09:00"))])


def test_rounds_that_touch_are_one_stretch_and_gaps_are_not_added_up() -> None:
    first = Dates(at("2026-05-04T09:00"), at("2026-05-14T09:00"))
    assert not code(CRPA, [first, Dates(at("2026-05-14T09:00"), at("2026-05-19T09:00"))])
    assert not code(CRPA, [Dates(at("2026-05-14T09:00"), at("2026-05-19T09:00")), first])
    assert code(CRPA, [first, Dates(at("2026-05-14T09:01"), at("2026-05-24T09:00"))]) == "procedure_too_short"
    long = Dates(at("2026-06-14T09:00"), at("2026-06-29T09:00"))
    assert not code(CRPA, [first, long])
    assert code(PRIOR, [first, Dates(at("2026-07-25T09:00"), at("2026-08-10T09:00"))]) == "procedure_too_long"


def test_a_round_for_votes_alone_gives_nobody_time_to_speak() -> None:
    first = Dates(at("2026-05-04T09:00"), at("2026-05-14T09:00"))
    assert code(CRPA, [first, votes("2026-05-14T09:00", "2026-06-14T09:00")]) == "procedure_too_short"
    assert code(CRPA, [votes("2026-05-14T09:00", "2026-06-14T09:00")]) == "procedure_too_short"


def test_nobody_takes_part_before_the_consultation_is_public() -> None:
    dates = Dates(at("2026-05-04T09:00"), at("2026-05-19T09:00"))
    assert not code(CRPA, [dates], since=at("2026-05-04T09:00"))
    assert code(CRPA, [dates], since=at("2026-05-04T09:01")) == "procedure_too_short"
    assert code(CRPA, [dates], since=at("2026-06-04T09:01")) == "procedure_too_short"


@pytest.mark.parametrize(
    ("days", "right"), [([7, 2], True), ([], True), ([0, 60], True), ([61], False), ([-1], False), ([1] * 6, False)]
)
def test_reminders_are_few_and_near(days: list[int], right: bool) -> None:
    assert (reminders_refusal(days) is None) is right


# ---------------------------------------------------------------- in the database


async def set_frame(office: Office, procedure: Procedure, *days: int, reason: str = "") -> Consultation:
    return await edit_procedure(
        office.luc.voice("administrator"),
        territory_id=office.here.id,
        consultation_id=office.consultation.id,
        procedure=procedure,
        reminder_days=days or (7, 2),
        reason=reason,
    )


async def test_a_draft_whose_calendar_is_too_short_is_not_published(app: Starlette, frozen: datetime) -> None:
    office = await Office.draft(app, opens_in=DAY, closes_in=16 * DAY)
    await Consultation.filter(id=office.consultation.id).update(presentation="Nous préparons.")
    await set_frame(office, ENVIRONMENT)
    shown = await office.visitor.get(f"{ADMIN}/publish")
    assert "Code de l’environnement, art. L123-19-1 : le public doit pouvoir s’exprimer" in shown.words
    assert "au moins 21 jours pleins d’affilée. Ce calendrier lui en laisse 15." in shown.words
    where = {"territory_id": office.here.id, "consultation_id": office.consultation.id}
    with pytest.raises(Refused, match="procedure_too_short"):
        await publish_consultation(office.luc.voice("administrator"), **where)
    await extend(office, 6 * DAY)
    assert (await publish_consultation(office.luc.voice("administrator"), **where)).published_at == frozen


async def test_a_draft_published_late_is_judged_from_its_publication(app: Starlette, frozen: datetime) -> None:
    office = await Office.draft(app, opens_in=-10 * DAY, closes_in=14 * DAY)
    await Consultation.filter(id=office.consultation.id).update(presentation="Nous préparons.", procedure=CRPA)
    where = {"territory_id": office.here.id, "consultation_id": office.consultation.id}
    with pytest.raises(Refused, match="procedure_too_short"):
        await publish_consultation(office.luc.voice("administrator"), **where)


async def test_a_published_round_is_never_shortened_below_the_minimum(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app, opens_in=-DAY, closes_in=30 * DAY)
    await Consultation.filter(id=office.consultation.id).update(published_at=frozen - DAY)
    await set_frame(office, ENVIRONMENT, reason=REASON)
    least = -10 * DAY - timedelta(hours=1)  # clocks go forward on the 29th: 21 days on the wall
    for shorter in (extend, lambda *a, **k: move(a[0], ClosingMove.SHORTEN, a[1], **k)):
        with pytest.raises(Refused) as error:
            await shorter(office, least - MICROSECOND, reason=REASON)
        assert error.value.refusal.params["article"] == "Code de l’environnement, art. L123-19-1"
    assert (await Round.get(id=office.round.id)).closes_at == frozen + 30 * DAY
    await move(office, ClosingMove.SHORTEN, least, reason=REASON)
    assert (await Round.get(id=office.round.id)).closes_at == frozen + 30 * DAY + least
    with pytest.raises(Refused, match="procedure_too_short"):
        await extend(office, timedelta(), may=frozenset({Deed.VOTE}), reason=REASON)
    await extend(office, timedelta(), title="Un autre nom", reason=REASON)


async def test_a_round_added_or_taken_away_keeps_the_calendar_legal(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app, opens_in=10 * DAY, closes_in=31 * DAY)
    voice, where = office.luc.voice("administrator"), {"territory_id": office.here.id}
    where |= {"consultation_id": office.consultation.id}
    await set_frame(office, PRIOR)
    dates: dict[str, Any] = {"title": "Encore", "may": frozenset(Deed)}
    with pytest.raises(Refused, match="procedure_too_long"):
        await add_round(voice, **where, **dates, opens_at=frozen + 40 * DAY, closes_at=frozen + 110 * DAY)
    more = await add_round(voice, **where, **dates, opens_at=frozen + 40 * DAY, closes_at=frozen + 45 * DAY)
    with pytest.raises(Refused, match="procedure_too_short"):
        await remove_round(voice, **where, round_id=office.round.id)
    await remove_round(voice, **where, round_id=more.id)
    assert await Round.all().count() == 1


async def test_another_frame_is_refused_when_the_calendar_does_not_fit(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app, opens_in=-DAY, closes_in=16 * DAY)
    await Consultation.filter(id=office.consultation.id).update(published_at=frozen - DAY)
    with pytest.raises(Refused, match="procedure_too_short"):
        await set_frame(office, ENVIRONMENT, reason=REASON)
    with pytest.raises(Refused, match="reason_needed"):
        await set_frame(office, CRPA)
    await set_frame(office, CRPA, reason=REASON)
    public = (await Visitor(app).get("/consultations/plan-velo")).words
    assert "Cadre : Consultation ouverte, à la place d’une commission" in public
    assert "Code des relations entre le public et l’administration, art. L132-1" in public
    assert "au moins 15 jours pleins" in public
    assert "la synthèse des observations, au plus tard le jour de la signature de l’acte" in public
    assert "Cadre de la consultation modifié" in public
    assert REASON in public
    assert (await RuleChange.get()).after["values"] == {"procedure": "crpa_l132_1"}


async def test_reminders_change_without_a_reason_and_the_frame_does_not(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    path = f"{ADMIN}/procedure"
    shown = await office.visitor.get(path)
    assert 'value="7, 2"' in shown.text
    sent = await office.visitor.post(path, {"procedure": "free", "reminder_days": "3 ; 10, 1, 3"}, page="")
    assert sent.location == f"{path}?done=saved"
    assert (await office.again()).reminder_days == [10, 3, 1]
    assert not await RuleChange.all().count()
    for wrong in ("61", "1, 2, 3, 4, 5, 6", "sept", "-1", "7,2;x"):
        answer = await office.visitor.post(path, {"procedure": "free", "reminder_days": wrong}, page="")
        assert answer.status == 422, wrong
        assert "de 0 à 60 jours, cinq nombres au plus" in answer.words
        assert f'value="{wrong}"' in answer.text
    for wrong in ({}, {"procedure": "autre"}):
        answer = await office.visitor.post(path, {**wrong, "reminder_days": "7"}, page="")
        assert answer.status == 422
        assert "Choisissez un cadre" in answer.words
    assert (await office.again()).reminder_days == [10, 3, 1]
    answer = await office.visitor.post(path, {"procedure": "crpa_l132_1", "reminder_days": ""}, page="")
    assert answer.status == 422
    assert "donnez la raison" in answer.words


async def test_a_draft_is_begun_in_a_frame(app: Starlette, frozen: datetime) -> None:
    office = await Office.draft(app)
    shown = await office.visitor.get("/admin/consultations/new")
    assert "Participation du public en matière d’environnement. Pour un projet" in shown.words
    data = {"title": "Zone humide", "procedure": "environment_l123_19_1"}
    assert (await office.visitor.post("/admin/consultations/new", data, page="")).status == 303
    assert (await Consultation.get(slug="zone-humide")).procedure is ENVIRONMENT
    assert (await office.visitor.post("/admin/consultations/new", {"title": "Libre"}, page="")).status == 303
    assert (await Consultation.get(slug="libre")).procedure is Procedure.FREE


async def test_the_neighbour_and_other_roles_choose_no_frame(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    there = await a_territory("coteau")
    zoe = await a_person("Zoe", administrator=there)
    values: dict[str, Any] = {"consultation_id": office.consultation.id, "procedure": CRPA, "reminder_days": [1]}
    with pytest.raises(NotFound):
        await edit_procedure(zoe.voice("administrator"), territory_id=there.id, **values)
    with pytest.raises(Refused, match="not_administrator"):
        await edit_procedure(office.luc.voice("moderator"), territory_id=office.here.id, **values)
    assert (await office.again()).procedure is Procedure.FREE


async def test_a_round_begun_while_one_typed_counts_from_now(app: Starlette, frozen: datetime) -> None:
    """« From nine o’clock on », sent at ten past: the public has ten minutes less than the form says."""
    office = await Office.make(app, opens_in=-40 * DAY, closes_in=-timedelta(hours=1))
    await Consultation.filter(id=office.consultation.id).update(published_at=frozen - 50 * DAY)
    await Round.filter(id=office.round.id).update(closes_at=frozen - 30 * DAY, opens_at=frozen - 35 * DAY)
    await Consultation.filter(id=office.consultation.id).update(procedure=CRPA)
    opens_at, voice = frozen - timedelta(minutes=10), office.luc.voice("administrator")
    where: dict[str, Any] = {"territory_id": office.here.id, "consultation_id": office.consultation.id}
    where |= {"title": "Encore", "may": frozenset(Deed), "opens_at": opens_at, "reason": REASON}
    with pytest.raises(Refused, match="procedure_too_short"):
        await add_round(voice, **where, closes_at=opens_at + 15 * DAY)
    await add_round(voice, **where, closes_at=opens_at + 15 * DAY + timedelta(minutes=10))


async def test_days_gone_by_in_silence_are_not_made_days_of_speech(app: Starlette, frozen: datetime) -> None:
    """A round for votes alone that is made one for texts on its last day would make the next round dispensable."""
    office = await Office.make(app, opens_in=-20 * DAY, closes_in=2 * DAY)
    await Consultation.filter(id=office.consultation.id).update(published_at=frozen - 30 * DAY, procedure=ENVIRONMENT)
    silent = {f"may_{deed}": deed is Deed.VOTE for deed in Deed}
    await Round.filter(id=office.round.id).update(**silent)
    voice, where = office.luc.voice("administrator"), {"territory_id": office.here.id}
    where |= {"consultation_id": office.consultation.id}
    spoken: dict[str, Any] = {"opens_at": frozen + 2 * DAY, "closes_at": frozen + 30 * DAY, "may": frozenset(Deed)}
    await add_round(voice, **where, title="Les textes", **spoken, reason=REASON)
    with pytest.raises(Refused, match="speech_too_late"):
        await extend(office, timedelta(), reason=REASON)
    await Consultation.filter(id=office.consultation.id).update(procedure=Procedure.FREE)
    await extend(office, timedelta(), reason=REASON)


async def test_a_new_name_is_no_new_calendar(app: Starlette, frozen: datetime) -> None:
    """A calendar that an older version let through can still be named better; its dates cannot be made worse."""
    office = await Office.make(app, opens_in=-DAY, closes_in=5 * DAY)
    await Consultation.filter(id=office.consultation.id).update(procedure=CRPA)
    await extend(office, timedelta(), title="Mieux nommée", reason=REASON)
    with pytest.raises(Refused, match="procedure_too_short"):
        await extend(office, timedelta(), may=frozenset({Deed.ARGUE}), reason=REASON)


async def test_the_action_refuses_wrong_reminders_itself(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    with pytest.raises(Refused, match="reminders_wrong"):
        await set_frame(office, Procedure.FREE, 99)
    assert (await set_frame(office, Procedure.FREE, 1, 3, 1)).reminder_days == [3, 1]
