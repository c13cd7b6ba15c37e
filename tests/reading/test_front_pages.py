"""The first page of a territory and the page of a consultation."""

from datetime import datetime, timedelta

from starlette.applications import Starlette

from consult.consultations.models import Consultation, ConsultationState, RuleChange, Section
from tests.browsing import Visitor
from tests.cast import a_consultation, a_person, a_territory


async def test_an_empty_territory_says_what_to_expect(app: Starlette) -> None:
    await a_territory()
    answer = await Visitor(app).get("/")
    assert answer.status == 200
    assert "Aucune consultation pour le moment" in answer.words


async def test_consultations_stand_by_state_and_the_nearest_first(app: Starlette, frozen: datetime) -> None:
    here = await a_territory()
    day = timedelta(days=1)
    await a_consultation(here, "tard", opens_in=-day, closes_in=9 * day)
    await a_consultation(here, "bientot", opens_in=-day, closes_in=2 * day)
    await a_consultation(here, "plus-tard", opens_in=5 * day, closes_in=9 * day)
    await a_consultation(here, "finie", opens_in=-5 * day, closes_in=-day)
    answer = await Visitor(app).get("/")
    links = [one.get("href") for one in answer.find(".//article//a")]
    assert links == [f"/consultations/{slug}" for slug in ("bientot", "tard", "plus-tard", "finie")]
    assert [one.text for one in answer.find(".//main//h2")] == ["Ouvertes", "À venir", "Terminées"]


async def test_a_draft_is_only_for_administrators_of_the_same_territory(app: Starlette) -> None:
    here, there = await a_territory("vallon"), await a_territory("coteau")
    await a_consultation(here, "secret", state=ConsultationState.DRAFT)
    ours = await a_person("Luc", administrator=here)
    neighbour = await a_person("Zoe", administrator=there)
    moderator = await a_person("Mia", moderator=here)
    for visitor in (Visitor(app), Visitor(app, person=neighbour), Visitor(app, person=moderator)):
        assert (await visitor.get("/consultations/secret")).status == 404
        assert "secret" not in (await visitor.get("/")).text
    assert "/consultations/secret" in (await Visitor(app, person=ours).get("/")).text
    shown = await Visitor(app, person=ours).get("/consultations/secret")
    assert shown.status == 200
    assert "Brouillon" in shown.words


async def test_the_neighbour_s_consultation_is_not_here(app: Starlette) -> None:
    await a_territory("vallon")
    await a_consultation(await a_territory("coteau"), "a-cote")
    assert (await Visitor(app).get("/consultations/a-cote")).status == 404
    assert "a-cote" not in (await Visitor(app).get("/")).text
    assert (await Visitor(app, "coteau.test").get("/consultations/a-cote")).status == 200


async def test_the_page_tells_question_dates_sections_and_the_next_step(app: Starlette, frozen: datetime) -> None:
    _, _, sections = await a_consultation(await a_territory(), sections=2)
    await Section.filter(id=sections[1].id).update(parent_id=sections[0].id, explanation_html="<p>Pourquoi.</p>")
    answer = await Visitor(app).get("/consultations/plan-velo")
    assert "Où faut-il des pistes ?" in answer.words
    assert "Ouverte jusqu’au lundi 30 mars 2026 à 14\xa0h (heure de Paris), encore 20\xa0jours." in answer.text
    assert "1.1 Rubrique 2" in answer.words
    assert "Pourquoi." in answer.words
    buttons = [one.get("href") for one in answer.find(".//a") if "primary" in (one.get("class") or "")]
    assert buttons == ["/consultations/plan-velo/contributions/new"]


async def test_one_reads_where_one_may_not_write(app: Starlette, frozen: datetime) -> None:
    consultation, _, _ = await a_consultation(await a_territory(), may_contribute=False)
    await Consultation.filter(id=consultation.id).update(contributions_count=3)
    answer = await Visitor(app).get("/consultations/plan-velo")
    buttons = [one for one in answer.find(".//a") if "primary" in (one.get("class") or "")]
    assert [one.text for one in buttons] == ["Lire les 3 contributions"]


async def test_a_closed_consultation_says_so_and_thanks(app: Starlette, frozen: datetime) -> None:
    await a_consultation(await a_territory(), closes_in=timedelta(0))
    answer = await Visitor(app).get("/consultations/plan-velo")
    assert "La période de participation est maintenant fermée. Merci à tous d’avoir participé." in answer.words
    assert "/contributions/new" not in answer.text


async def test_changed_rules_are_shown_with_their_reason(app: Starlette, frozen: datetime) -> None:
    consultation, _, _ = await a_consultation(await a_territory())
    person = await a_person("Luc Martin")
    before, after = "2026-03-20T17:00:00+00:00", "2026-03-30T22:00:00+00:00"
    await RuleChange.create(
        consultation=consultation,
        account=person.account,
        at=frozen,
        reason="Deux réunions ont été annulées par la neige.",
        before={"kind": "round", "name": "Contributions", "values": {"closes_at": before}},
        after={"kind": "round", "name": "Contributions", "values": {"closes_at": after}},
    )
    words = (await Visitor(app).get("/consultations/plan-velo")).words
    assert "Deux réunions ont été annulées par la neige." in words
    assert "par Luc Martin" in words
    assert "20 mars 2026 à 18\xa0h, puis 30 mars 2026 à minuit" in words.replace("18 h", "18\xa0h")
