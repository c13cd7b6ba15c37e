"""Rules of a consultation that people take part in change only with a reason, which everybody can read."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.consultations.actions import (
    add_round,
    add_section,
    edit_consultation,
    edit_round,
    edit_section,
    move_closing,
    move_section,
    publish_consultation,
    remove_round,
    remove_section,
)
from consult.consultations.models import Consultation, Round, RuleChange, Section
from consult.consultations.queries import rule_changes_of
from consult.consultations.rules import Deed
from consult.consultations.rules.closing import ClosingMove
from consult.contributions.models import Contribution, Draft
from consult.core import clock
from consult.core.errors import NotFound, Refused
from consult.core.models import AuditEntry
from tests.browsing import Visitor
from tests.cast import a_person, a_territory
from tests.consultations.making import A_PRESENTATION, A_ROUND, A_SECTION, ADMIN, Office

DAY = timedelta(days=1)
REASON = "Deux réunions ont été annulées par la neige."


async def extend(office: Office, by: timedelta, *, reason: str = "", **changes: Any) -> Round:
    """The office's round, closing later or earlier."""
    one = await Round.get(id=office.round.id)
    values = {"title": one.title, "opens_at": one.opens_at, "closes_at": one.closes_at + by, "may": frozenset(Deed)}
    return await edit_round(
        office.luc.voice("administrator"),
        territory_id=office.here.id,
        consultation_id=office.consultation.id,
        round_id=one.id,
        reason=reason,
        **{**values, **changes},
    )


async def move(office: Office, asked: ClosingMove, by: timedelta, *, reason: str = "", base: str = "") -> Round:
    """The closing of the office's round, moved by that much, by the verb of its own."""
    one = await Round.get(id=office.round.id)
    return await move_closing(
        office.luc.voice("administrator"),
        territory_id=office.here.id,
        consultation_id=office.consultation.id,
        round_id=one.id,
        asked=asked,
        closes_at=one.closes_at + by,
        reason=reason,
        base=base,
    )


async def test_an_open_round_is_extended_with_a_reason_that_is_shown(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    with pytest.raises(Refused) as error:
        await extend(office, 7 * DAY)
    assert error.value.refusal.code == "reason_needed"
    assert (await Round.get(id=office.round.id)).closes_at == office.round.closes_at
    await extend(office, 7 * DAY, reason=REASON)
    words = (await Visitor(app).get("/consultations/plan-velo")).words
    assert REASON in words
    assert "par Luc Martin" in words
    assert "Fermeture : 30 mars 2026 à 14 h, puis 6 avril 2026 à 14 h" in words
    assert "encore 27 jours" in words


async def test_the_page_asks_for_the_reason_and_keeps_what_was_typed(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    path = f"{ADMIN}/rounds/{office.round.id}"
    typed = {**A_ROUND, "title": "Contributions", "opens_on": "2026-02-28", "opens_hour": "13:00"}
    answer = await office.visitor.post(path, {**typed, "closes_on": "2026-04-06"}, page="")
    assert answer.status == 422
    assert "donnez la raison de ce changement" in answer.words
    assert 'value="2026-04-06"' in answer.text
    again = {**answer.guard(), **typed, "closes_on": "2026-04-06", "reason": REASON}
    assert (await office.visitor.post(path, again)).location == f"{ADMIN}/rounds?done=saved"
    assert (await office.visitor.post(path, again)).status == 303
    assert await RuleChange.all().count() == 1


async def test_a_draft_changes_freely(app: Starlette, frozen: datetime) -> None:
    office = await Office.draft(app)
    await extend(office, -15 * DAY)
    assert (await office.visitor.post(f"{ADMIN}/presentation", A_PRESENTATION, page="")).status == 303
    assert (await office.visitor.post(f"{ADMIN}/sections/new", A_SECTION, page="")).status == 303
    removed = await office.visitor.post(f"{ADMIN}/rounds/{office.round.id}/remove", {}, page="")
    assert removed.location == f"{ADMIN}/rounds?done=round-removed"
    assert not await RuleChange.all().count()


async def test_before_the_first_opening_rules_still_change_freely(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app, opens_in=DAY)
    await extend(office, DAY)
    assert not await RuleChange.all().count()
    with clock.frozen(frozen + DAY), pytest.raises(Refused, match="reason_needed"):
        await extend(office, DAY)


async def test_a_closed_consultation_opens_again_only_by_a_change_with_a_reason(
    app: Starlette, frozen: datetime
) -> None:
    office = await Office.make(app, closes_in=-DAY)
    assert "maintenant fermée" in (await Visitor(app).get("/consultations/plan-velo")).words
    with pytest.raises(Refused, match="round_is_over"):
        await extend(office, 5 * DAY, reason=REASON)
    with pytest.raises(Refused, match="reason_needed"):
        await move(office, ClosingMove.REOPEN, 5 * DAY)
    await move(office, ClosingMove.REOPEN, 5 * DAY, reason=REASON)
    assert "Ouverte jusqu’au samedi 14 mars 2026" in (await Visitor(app).get("/consultations/plan-velo")).words


@pytest.mark.parametrize(
    ("changes", "by", "code"),
    [
        ({"opens_at": datetime.fromisoformat("2026-03-01T12:00+00:00")}, 0 * DAY, "round_begun"),
        ({}, -21 * DAY, "closes_in_the_past"),
        ({}, -20 * DAY, "closes_in_the_past"),
        ({}, -31 * DAY, "round_ends_first"),
        ({"may": frozenset()}, 0 * DAY, "round_allows_nothing"),
    ],
)
async def test_what_has_been_cannot_be_made_otherwise(
    app: Starlette, frozen: datetime, changes: dict[str, Any], by: timedelta, code: str
) -> None:
    office = await Office.make(app)
    with pytest.raises(Refused) as error:
        await extend(office, by, reason=REASON, **changes)
    assert error.value.refusal.code == code
    assert not await RuleChange.all().count()


async def test_a_round_that_was_open_stays_in_the_record(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    answer = await office.visitor.post(f"{ADMIN}/rounds/{office.round.id}/remove", {"reason": REASON}, page="")
    assert answer.status == 422
    assert "a déjà été ouverte" in answer.words
    assert await Round.exists(id=office.round.id)


async def test_a_coming_round_is_added_and_removed_with_reasons(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    assert (await office.visitor.post(f"{ADMIN}/rounds/new", A_ROUND, page="")).status == 422
    assert (await office.visitor.post(f"{ADMIN}/rounds/new", {**A_ROUND, "reason": REASON}, page="")).status == 303
    one = await Round.get(title="Votes")
    path = f"{ADMIN}/rounds/{one.id}/remove"
    guard = (await office.visitor.get(path)).guard()
    for _ in range(2):
        assert (await office.visitor.post(path, {**guard, "reason": "Plus de vote."})).status == 303
    words = (await Visitor(app).get("/consultations/plan-velo")).words
    assert "Période « Votes » ajoutée" in words
    assert "Période « Votes » supprimée" in words
    assert await RuleChange.all().count() == 2


async def test_the_question_needs_a_reason_and_the_presentation_does_not(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    path = f"{ADMIN}/presentation"
    assert (await office.visitor.post(path, {**A_PRESENTATION, "presentation": "Précisions."}, page="")).status == 303
    assert not await RuleChange.all().count()
    other = {**A_PRESENTATION, "presentation": "Précisions.", "question": "Où faut-il des pistes cyclables ?"}
    assert (await office.visitor.post(path, other, page="")).status == 422
    assert (await office.visitor.post(path, {**other, "reason": REASON}, page="")).status == 303
    shown = await Visitor(app).get("/consultations/plan-velo")
    assert "Question" in [one.text for one in shown.find(".//summary")]
    assert shown.find(".//ins")


async def test_what_a_section_accepts_changes_with_a_reason_and_its_place_does_not(
    app: Starlette, frozen: datetime
) -> None:
    office = await Office.make(app, sections=2)
    first, second = office.sections
    voice, where = office.luc.voice("administrator"), {"territory_id": office.here.id}
    where |= {"consultation_id": office.consultation.id}
    await move_section(voice, **where, section_id=second.id, up=True)
    assert [one.id for one in await Section.all().order_by("position")] == [second.id, first.id]
    section = {"section_id": first.id, "title": first.title, "parent_id": None, "explanation": ""}
    with pytest.raises(Refused, match="reason_needed"):
        await edit_section(voice, **where, **section, accepts=frozenset({"accepts_votes"}))
    await edit_section(voice, **where, **section, accepts=frozenset({"accepts_votes"}), reason=REASON)
    told = (await rule_changes_of(office.consultation.id))[0]
    assert told["after"] == {"kind": "section", "name": "Rubrique 1", "values": {"accepts": ["accepts_votes"]}}
    assert len(told["before"]["values"]["accepts"]) == 5
    assert "puis des votes" in (await Visitor(app).get("/consultations/plan-velo")).words


async def test_sections_stand_nowhere_they_cannot(app: Starlette) -> None:
    office = await Office.draft(app)
    voice, where = office.luc.voice("administrator"), {"territory_id": office.here.id}
    where |= {"consultation_id": office.consultation.id}
    chain = [office.sections[0]]
    for number in range(3):
        chain.append(await add_section(voice, **where, title=f"Niveau {number}", parent_id=chain[-1].id))
    with pytest.raises(Refused, match="section_too_deep"):
        await add_section(voice, **where, title="Trop bas", parent_id=chain[-1].id)
    with pytest.raises(Refused, match="section_below_itself"):
        await edit_section(
            voice,
            **where,
            section_id=chain[0].id,
            title="x",
            parent_id=chain[2].id,
            explanation="",
            accepts=frozenset(),
        )
    other = await add_section(voice, **where, title="Autre")
    with pytest.raises(Refused, match="section_too_deep"):
        await edit_section(
            voice, **where, section_id=chain[0].id, title="x", parent_id=other.id, explanation="", accepts=frozenset()
        )


async def test_only_an_empty_section_goes_and_not_while_a_round_is_open(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app, opens_in=DAY, sections=3)
    voice, where = office.luc.voice("administrator"), {"territory_id": office.here.id}
    where |= {"consultation_id": office.consultation.id}
    empty, holding, above = office.sections
    await Section.filter(id=empty.id).update(parent_id=above.id)
    await Contribution.create(
        consultation=office.consultation, section=holding, title="Un texte", body="…", body_html="", created_at=frozen
    )
    draft = await Draft.create(
        account=office.luc.account,
        consultation=office.consultation,
        section=empty,
        title="Commencé",
        created_at=frozen,
        updated_at=frozen,
    )
    for section, code in ((above, "section_holds_sections"), (holding, "section_holds_texts")):
        with pytest.raises(Refused, match=code):
            await remove_section(voice, **where, section_id=section.id, reason=REASON)
    with clock.frozen(frozen + 2 * DAY), pytest.raises(Refused, match="section_in_open_round"):
        await remove_section(voice, **where, section_id=empty.id, reason=REASON)
    await remove_section(voice, **where, section_id=empty.id)
    await remove_section(voice, **where, section_id=empty.id)
    await draft.refresh_from_db()
    assert draft.title == "Commencé"
    assert await Section.all().count() == 2


async def test_every_change_is_counted_audited_and_undone_together(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    before = await office.again()
    await extend(office, DAY, reason=REASON)
    after = await office.again()
    assert after.changes == before.changes + 1
    assert after.rules_changes == before.rules_changes + 1
    assert [one.event for one in await AuditEntry.all().order_by("id")] == [
        "rules_changed", "round_edited", "round_extended",
    ]  # fmt: skip
    with pytest.raises(Refused):
        await extend(office, DAY)
    assert (await office.again()).changes == after.changes


async def test_a_kept_page_shows_the_change_at_once(app: Starlette, frozen: datetime) -> None:
    office = await Office.make(app)
    reader = Visitor(app)
    for path in ("/", "/consultations/plan-velo"):
        assert "encore 20 jours" in (await reader.get(path)).words
    await extend(office, DAY, reason=REASON)
    for path in ("/", "/consultations/plan-velo"):
        assert "encore 21 jours" in (await reader.get(path)).words


async def test_neither_the_neighbour_nor_another_role_gets_through_the_actions(
    app: Starlette, frozen: datetime
) -> None:
    office = await Office.make(app)
    there = await a_territory("coteau")
    zoe = await a_person("Zoe", administrator=there)
    section = office.sections[0]
    ids = {"consultation_id": office.consultation.id}
    dates = {"title": "x", "opens_at": frozen + 50 * DAY, "closes_at": frozen + 60 * DAY, "may": frozenset(Deed)}
    wording = {"title": "x", "slug": "plan-velo", "question": "", "presentation": "", "legal_basis": ""}
    node = {"title": "x", "parent_id": None, "explanation": "", "accepts": frozenset()}
    tries = [
        (add_round, {**ids, **dates}),
        (edit_round, {**ids, **dates, "round_id": office.round.id}),
        (remove_round, {**ids, "round_id": office.round.id}),
        (edit_consultation, {**ids, **wording}),
        (publish_consultation, ids),
        (add_section, {**ids, "title": "x"}),
        (edit_section, {**ids, **node, "section_id": section.id}),
        (move_section, {**ids, "section_id": section.id, "up": True}),
        (remove_section, {**ids, "section_id": section.id}),
    ]
    before = await Consultation.get(id=office.consultation.id)
    for action, values in tries:
        with pytest.raises(NotFound):
            await action(zoe.voice("administrator"), territory_id=there.id, **values)  # type: ignore[operator]
        moderator = replace(office.luc.voice("moderator"))
        with pytest.raises(Refused, match="not_administrator"):
            await action(moderator, territory_id=office.here.id, **values)  # type: ignore[operator]
    after = await Consultation.get(id=office.consultation.id)
    assert dict(before) == dict(after)
    assert await Round.all().count() == 1
