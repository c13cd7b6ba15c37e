"""Closing a period: what is left is shown, the figures are frozen once, everybody reads what comes next."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from consult.analysis.queries.counting import count_consultation
from consult.consultations.actions import move_closing
from consult.consultations.models import Consultation, ModerationTime, Round, Snapshot
from consult.consultations.rules.closing import ClosingMove
from consult.contributions.actions import publish_contribution, save_draft
from consult.core import clock
from consult.core.database import execute
from consult.core.errors import NotFound, Refused
from consult.core.models import AuditEntry
from consult.moderation.actions.appealing import appeal
from consult.moderation.actions.closing import close_period
from consult.moderation.actions.left import left_in, participants_in
from consult.moderation.queries.closing import rounds_to_close
from consult.organisations.models import OrganisationState
from tests.attacks.recount import recount
from tests.browsing import Visitor
from tests.cast import Person, a_consultation, a_person, a_territory, an_organisation
from tests.counting import counted
from tests.discussion import Discussion, a_lively_discussion
from tests.moderation.affairs import an_affair

PARIS_NOON = timedelta(hours=1)
DAY = timedelta(days=1)
SEQUEL = "La synthèse sera publiée, puis le conseil municipal y répondra."
PATH = "/moderation/closing/plan-velo"


async def end(d: Discussion, at: datetime) -> None:
    """The round is over since that instant."""
    d.round.closes_at = at
    await d.round.save()
    await execute("UPDATE consultation SET changes = changes + 1 WHERE id = :key", key=d.consultation.id)


async def close(d: Discussion, who: Person, *roles: str, **more: Any) -> Snapshot:
    values: dict[str, Any] = {"name": "Printemps", "sequel": SEQUEL, "sequel_on": None, **more}
    return await close_period(who.voice(*(roles or ("moderator",))), **d.place, round_id=d.round.id, **values)


async def a_busy_end(frozen: datetime) -> tuple[Discussion, Person]:
    """A discussion with people, over for an hour; and its moderator."""
    d = await a_lively_discussion(4)
    mona = await a_person("Mona Modère", moderator=d.territory)
    await end(d, frozen - PARIS_NOON)
    return d, mona


async def test_figures_are_frozen_and_are_those_that_every_page_counts(app: Starlette, frozen: datetime) -> None:
    d, mona = await a_busy_end(frozen)
    made = await close(d, mona, sequel_on=date(2026, 6, 1))
    row = await Consultation.get(id=d.consultation.id)
    assert made.figures == {
        "participants": 5, "contributions": row.contributions_count, "arguments": row.arguments_count,
        "sources": row.sources_count, "votes": row.votes_count, "amendments": row.amendments_count,
    }  # fmt: skip
    assert await recount() == []
    counted_again = await count_consultation(d.consultation.id, ZoneInfo("Europe/Paris"))
    assert counted_again is not None
    assert {name: counted_again.totals[name] for name in made.figures} == made.figures
    entry = await AuditEntry.filter(event="period_closed").get()
    told = {name: int(entry.details[name]) for name in ("consultation_id", "round_id", "snapshot_id")}
    assert told == {"consultation_id": d.consultation.id, "round_id": d.round.id, "snapshot_id": made.id}
    words = (await Visitor(app).get("/consultations/plan-velo")).words
    assert "Période « Contributions » close le 10 mars 2026 à 12 h" in words
    assert "Chiffres arrêtés le 10 mars 2026 à 13 h" in words
    assert "Participants 5" in words
    assert SEQUEL in words
    assert "lundi 1er juin 2026" in words


async def test_a_kept_page_shows_the_frozen_figures_at_once(app: Starlette, frozen: datetime) -> None:
    d, mona = await a_busy_end(frozen)
    reader = Visitor(app)
    assert "Chiffres arrêtés" not in (await reader.get("/consultations/plan-velo")).words
    await close(d, mona)
    assert "Chiffres arrêtés" in (await reader.get("/consultations/plan-velo")).words


async def test_nobody_closes_before_the_instant_nor_twice(app: Starlette, frozen: datetime) -> None:
    d = await a_lively_discussion(1)
    mona = await a_person("Mona", moderator=d.territory)
    closes_at = d.round.closes_at
    with clock.frozen(closes_at - timedelta(microseconds=1)), pytest.raises(Refused, match="round_still_open"):
        await close(d, mona)
    with clock.frozen(closes_at):
        first = await close(d, mona, once="1.aaaa")
        assert (await close(d, mona, once="1.aaaa")).id == first.id
        with pytest.raises(Refused, match="period_closed_already") as error:
            await close(d, mona, name="Été")
        assert "« Printemps »" in error.value.refusal.text % error.value.refusal.params
    assert await Snapshot.all().count() == 1
    assert await AuditEntry.filter(event="period_closed").count() == 1


async def test_a_round_opened_again_is_closed_again_and_both_stand(app: Starlette, frozen: datetime) -> None:
    d, mona = await a_busy_end(frozen)
    luc = await a_person("Luc Administre", administrator=d.territory)
    await close(d, mona, name="La première fois")
    await move_closing(
        luc.voice("administrator"), **d.place, round_id=d.round.id, asked=ClosingMove.REOPEN,
        closes_at=frozen + DAY, reason="La neige.",
    )  # fmt: skip
    with pytest.raises(Refused, match="round_still_open"):
        await close(d, mona, name="La seconde fois")
    with clock.frozen(frozen + DAY, everywhere=True):
        assert [row["name"] for row in await rounds_to_close(d.territory.id, clock.now())] == [None]
        await close(d, mona, name="La seconde fois")
        assert not await rounds_to_close(d.territory.id, clock.now())
        words = (await Visitor(app).get("/consultations/plan-velo")).words
    assert words.index("La seconde fois") < words.index("La première fois")


async def test_many_who_close_at_once_freeze_once(app: Starlette, frozen: datetime) -> None:
    d, _ = await a_busy_end(frozen)
    people = [await a_person(f"Mona {n}", moderator=d.territory) for n in range(6)]
    answers = await asyncio.gather(*(close(d, one) for one in people), return_exceptions=True)
    codes = [getattr(getattr(one, "refusal", None), "code", "made") for one in answers]
    assert sorted(codes) == ["made"] + ["period_closed_already"] * 5
    assert await Snapshot.all().count() == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"sequel": "  "}, "sequel_missing"),
        ({"sequel_on": date(2026, 3, 8)}, "sequel_in_the_past"),
    ],
)
async def test_what_comes_next_is_said(app: Starlette, frozen: datetime, more: dict[str, Any], code: str) -> None:
    d, mona = await a_busy_end(frozen)
    with pytest.raises(Refused, match=code):
        await close(d, mona, **more)
    assert not await Snapshot.all().count()


async def test_only_a_moderator_of_this_territory_closes(app: Starlette, frozen: datetime) -> None:
    d, mona = await a_busy_end(frozen)
    there = await a_territory("coteau")
    zoe = await a_person("Zoe", moderator=there)
    for roles in (("administrator",), ("guarantor",), ()):
        voice = mona.voice(*roles)
        with pytest.raises(Refused, match="not_moderator"):
            await close_period(voice, **d.place, round_id=d.round.id, name="x", sequel="y")
    with pytest.raises(NotFound):
        await close_period(
            zoe.voice("moderator"), territory_id=there.id, consultation_id=d.consultation.id, round_id=d.round.id,
            name="x", sequel="y",
        )  # fmt: skip
    with pytest.raises(NotFound):
        await close_period(mona.voice("moderator"), **d.place, round_id=1, name="x", sequel="y")
    assert (await Visitor(app, "coteau.test", zoe).get(PATH)).status == 404
    assert not await Snapshot.all().count()


# ---------------------------------------------------------------- what is left


async def test_what_is_left_is_counted_linked_and_kept(app: Starlette, frozen: datetime) -> None:
    affair = await an_affair()
    d = affair.d
    awa, newcomer = await a_person("Awa"), await a_person("Jeanne Nouvelle", confirmed=False)
    argument = await d.argue(awa)
    await affair.report(argument)
    decision = await affair.decide("hide", await d.argue(awa, body="Autre."))
    await appeal(awa.voice(), territory_id=d.territory.id, decision_id=decision.id, text="Je conteste.")
    writing = {"section_id": d.section.id, "title": "Un texte", "body": "Qui attend."}
    await publish_contribution(newcomer.voice(), **d.place, **writing)
    await Consultation.filter(id=d.consultation.id).update(moderation=ModerationTime.BEFORE)
    await publish_contribution(awa.voice(), **d.place, **writing)
    body = await an_organisation(d.territory, awa, name="Fil Rural", state=OrganisationState.WAITING)
    await an_organisation(d.territory, await a_person("Paul"), name="Sans texte", state=OrganisationState.WAITING)
    await save_draft(awa.voice(), **d.place, section_id=None, title="Commencé", body="…", draft_id=None, once=None)
    left = await left_in(d.consultation.id, d.territory.id)
    assert left.held == 1
    assert left.accounts == 1
    assert left.organisations == 1, body.name
    cases = await execute("SELECT COUNT(*) AS n FROM moderation_case WHERE is_open = :yes", yes=True)
    appeals = await execute("SELECT COUNT(*) AS n FROM appeal WHERE heard_at IS NULL")
    assert (left.cases, left.appeals) == (cases[0]["n"], appeals[0]["n"])
    assert left.cases >= 1
    await end(d, frozen - PARIS_NOON)
    shown = await Visitor(app, person=affair.mona).get(PATH)
    assert "1 texte attend d’être relu avant publication" in shown.words
    assert "1 personne n’a pas confirmé son adresse" in shown.words
    assert "1 organisation à vérifier" in shown.words
    assert "Jeanne Nouvelle" in shown.words
    assert 'href="/moderation?consultation=plan-velo"' in shown.text
    made = await close(d, affair.mona)
    assert made.left == left.values()
    other, *_ = await a_consultation(d.territory, "autre")
    assert set((await left_in(other.id, d.territory.id)).values().values()) == {0}


async def test_a_text_confirmed_too_late_is_nobody_s_missing_confirmation(app: Starlette, frozen: datetime) -> None:
    affair = await an_affair()
    newcomer = await a_person("Jeanne", confirmed=False)
    await publish_contribution(
        newcomer.voice(), **affair.d.place, section_id=affair.d.section.id, title="Un", body="Texte"
    )
    newcomer.account.confirmed_at = clock.now()
    await newcomer.account.save()
    assert (await left_in(affair.d.consultation.id, affair.d.territory.id)).accounts == 0


async def test_participants_are_people_of_what_is_public(app: Starlette, frozen: datetime) -> None:
    d = await a_lively_discussion(2)
    assert await participants_in(d.consultation.id) == 3
    somebody = await a_person("Votante")
    await d.vote(somebody)
    assert await participants_in(d.consultation.id) == 4
    await d.hide()
    assert await participants_in(d.consultation.id) == 0


# ---------------------------------------------------------------- the pages


async def test_a_moderator_closes_by_hand_and_administrators_and_guarantors_read(
    app: Starlette, frozen: datetime
) -> None:
    d, mona = await a_busy_end(frozen)
    window = Visitor(app, person=mona)
    listed = await window.get("/moderation/closing")
    assert f'href="{PATH}"' in listed.text
    assert "fermée le 10 mars 2026 à 12 h" in listed.words
    for role in ("administrator", "guarantor"):
        reader = Visitor(app, person=await a_person(f"Lit {role}", **{role: d.territory}))
        shown = await reader.get(PATH)
        assert shown.status == 200
        assert "C’est à la modération de le faire" in shown.words
        assert 'name="sequel"' not in shown.text
        guard = (await reader.get("/language")).guard()
        data = {**guard, "round": str(d.round.id), "name": "x", "sequel": "y"}
        assert (await reader.post(PATH, data)).status == 403
    for person, status in ((await a_person("Awa"), 404), (await a_person("Rap", rapporteur=d.territory), 403)):
        assert (await Visitor(app, person=person).get(PATH)).status == status
    guard = (await window.get(PATH)).guard()
    empty = await window.post(PATH, {**guard, "name": "Printemps", "sequel": ""})
    assert empty.status == 422
    assert "Dites ce qui vient ensuite" in empty.words
    assert 'value="Printemps"' in empty.text
    sent = {**guard, "name": "Printemps", "sequel": SEQUEL, "sequel_on": ""}
    for _ in range(2):
        answer = await window.post(PATH, sent)
        assert answer.location == f"{PATH}?done=closed"
    after = await window.get(answer.location)
    assert "Les chiffres sont arrêtés" in after.words
    assert 'name="sequel"' not in after.text
    listed = (await window.get("/moderation/closing")).words
    assert "Aucune période fermée n’attend d’être close" in listed
    assert "« Printemps », chiffres arrêtés" in listed
    assert await Snapshot.all().count() == 1


async def test_an_open_round_has_no_form_but_shows_what_is_left(app: Starlette, frozen: datetime) -> None:
    affair = await an_affair()
    window = Visitor(app, person=affair.mona)
    shown = await window.get(PATH)
    assert "La période n’est pas encore fermée" in shown.words
    assert 'name="sequel"' not in shown.text
    guard = (await window.get("/language")).guard()
    data = {**guard, "round": str(affair.d.round.id), "name": "x", "sequel": "y"}
    answer = await window.post(PATH, data)
    assert answer.status == 422
    assert "n’est pas encore fermée" in answer.words


async def test_reading_the_closing_pages_changes_nothing_and_more_rows_need_no_more_queries(
    app: Starlette, frozen: datetime
) -> None:
    d, mona = await a_busy_end(frozen)
    window = Visitor(app, person=mona)
    before = await Consultation.get(id=d.consultation.id)
    for path in ("/moderation/closing", PATH):
        await window.get(path)
        with counted() as few:
            await window.get(path)
        for n in range(4):
            await d.territory.refresh_from_db()
            await a_consultation(d.territory, f"a{path.count('/')}-{n}", closes_in=-DAY)
            await Round.create(
                consultation=d.consultation,
                title=f"{path} {n}",
                opens_at=frozen - 40 * DAY,
                closes_at=frozen - 30 * DAY,
            )
        with counted() as many:
            await window.get(path)
        assert len(many) == len(few), path
    after = await Consultation.get(id=d.consultation.id)
    assert dict(before) == dict(after)
