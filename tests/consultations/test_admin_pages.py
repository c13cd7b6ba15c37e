"""The pages where administrators make consultations, by hand and by everybody who may not."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.consultations.models import Consultation, ConsultationState, Round, Section
from consult.core.models import AuditEntry
from consult.territories.queries import forget_territories
from tests.browsing import Visitor
from tests.cast import a_consultation, a_person, a_territory
from tests.consultations.making import A_PRESENTATION, A_ROUND, A_SECTION, ADMIN, Office
from tests.counting import counted

PAGES = ["/admin", "/admin/consultations", "/admin/consultations/new", ADMIN] + [
    f"{ADMIN}/{part}" for part in ("presentation", "sections", "sections/new", "rounds", "rounds/new", "publish")
]


@pytest.mark.parametrize("path", PAGES)
async def test_only_administrators_of_this_territory_enter(app: Starlette, path: str) -> None:
    office = await Office.draft(app)
    there = await a_territory("coteau")
    await a_consultation(there, "autre")
    neighbour = await a_person("Neighbour", administrator=there)
    moderator = await a_person("Mia", moderator=office.here)
    assert (await office.visitor.get(path)).status == 200
    assert (await Visitor(app, person=neighbour).get(path)).status == 404
    assert (await Visitor(app, person=moderator).get(path)).status == 403
    assert (await Visitor(app, person=await a_person("Awa")).get(path)).status == 404
    sent_away = await Visitor(app).get(path)
    assert sent_away.status == 303
    assert sent_away.location.startswith("/sign-in?next=%2Fadmin")


async def test_an_administrator_finds_nothing_of_the_neighbour_s(app: Starlette) -> None:
    await Office.make(app)
    there = await a_territory("coteau")
    zoe = await a_person("Zoe", administrator=there)
    visitor = Visitor(app, "coteau.test", zoe)
    assert (await visitor.get(ADMIN)).status == 404
    assert "plan-velo" not in (await visitor.get("/admin/consultations")).text


async def test_a_consultation_is_made_from_nothing_to_published(app: Starlette, frozen: datetime) -> None:
    here = await a_territory()
    visitor = Visitor(app, person=await a_person("Luc", administrator=here))
    sent = await visitor.post("/admin/consultations/new", {"title": "Le plan vélo"}, page="")
    assert sent.location == "/admin/consultations/plan-velo?done=created"
    assert "Le brouillon est créé" in (await visitor.get(sent.location)).words
    missing = (await visitor.get(f"{ADMIN}/publish")).words
    for words in ("Écrivez la question", "Écrivez la présentation", "au moins une rubrique", "au moins une période"):
        assert words in missing
    assert (await visitor.post(f"{ADMIN}/presentation", A_PRESENTATION, page="")).status == 303
    section = {**A_SECTION, "accepts": ["accepts_contributions", "accepts_votes"]}
    assert (await visitor.post(f"{ADMIN}/sections/new", section, page="")).status == 303
    assert (await visitor.post(f"{ADMIN}/rounds/new", A_ROUND, page="")).status == 303
    one = await Round.get(title="Votes")
    assert one.opens_at.isoformat() == "2026-05-04T07:00:00+00:00"
    assert [one.may_vote, one.may_contribute] == [True, False]
    assert (await Visitor(app).get("/consultations/plan-velo")).status == 404
    published = await visitor.post(f"{ADMIN}/publish", {}, page="")
    assert published.location == f"{ADMIN}?done=published"
    public = await Visitor(app).get("/consultations/plan-velo")
    assert public.status == 200
    assert "Ouvrira le lundi 4 mai 2026 à 9 h (heure de Paris)" in public.words
    assert [entry.event for entry in await AuditEntry.all().order_by("id")] == [
        "consultation_created", "consultation_edited", "section_added", "round_added", "consultation_published",
    ]  # fmt: skip


async def test_a_form_sent_twice_makes_one_row(app: Starlette) -> None:
    office = await Office.draft(app)
    for path, data, model in (
        ("/admin/consultations/new", {"title": "Une fois"}, Consultation),
        (f"{ADMIN}/sections/new", A_SECTION, Section),
        (f"{ADMIN}/rounds/new", A_ROUND, Round),
    ):
        guard = (await office.visitor.get(path)).guard()
        before = await model.all().count()
        first = await office.visitor.post(path, {**guard, **data})
        second = await office.visitor.post(path, {**guard, **data})
        assert first.status == second.status == 303
        assert first.location == second.location
        assert await model.all().count() == before + 1


@pytest.mark.parametrize(
    ("path", "data", "words"),
    [
        ("/admin/consultations/new", {"title": "", "question": "Gardée ?"}, "Donnez un titre à la consultation"),
        ("/admin/consultations/new", {"title": "Un titre", "slug": "Mauvaise adresse !"}, "lettres sans accent"),
        ("/admin/consultations/new", {"title": "Un titre", "slug": "new"}, "lettres sans accent"),
        ("/admin/consultations/new", {"title": "Gardé", "slug": "plan-velo"}, "a déjà cette adresse"),
        (f"{ADMIN}/sections/new", {**A_SECTION, "title": "", "explanation": "Gardé"}, "Donnez un titre à la rubrique"),
        (f"{ADMIN}/sections/new", {**A_SECTION, "parent": "12"}, "n’existe plus"),
        (f"{ADMIN}/rounds/new", {**A_ROUND, "closes_on": "2026-05-01"}, "La fermeture doit venir après"),
        (f"{ADMIN}/rounds/new", {**A_ROUND, "may": []}, "Cochez au moins une chose"),
        (f"{ADMIN}/rounds/new", {**A_ROUND, "opens_on": "2026-02-30"}, "une date qui existe"),
        (f"{ADMIN}/rounds/new", {**A_ROUND, "opens_hour": "25:00"}, "une heure de 0 h à 23 h 59"),
        (f"{ADMIN}/rounds/new", {**A_ROUND, "opens_on": ""}, "Indiquez le jour d’ouverture"),
        (f"{ADMIN}/rounds/new", {**A_ROUND, "opens_on": "2026-03-29", "opens_hour": "02:30"}, "02:30 n’existe pas"),
        (f"{ADMIN}/rounds/new", {**A_ROUND, "closes_on": "2026-10-25", "closes_hour": "02:30"}, "arrive deux fois"),
        (f"{ADMIN}/rounds/new", {**A_ROUND, "opens_on": "2026-03-20"}, "recouvrent la période « Contributions »"),
        (f"{ADMIN}/presentation", {**A_PRESENTATION, "title": "x" * 201}, "201 signes, c’est trop long"),
    ],
)
async def test_wrong_input_is_said_and_kept(
    app: Starlette, frozen: datetime, path: str, data: dict[str, Any], words: str
) -> None:
    office = await Office.draft(app)
    rows = [await model.all().count() for model in (Consultation, Section, Round)]
    answer = await office.visitor.post(path, data, page="")
    assert answer.status == 422
    assert answer.title.startswith("Erreur :")
    assert words.replace("\N{NO-BREAK SPACE}", " ") in answer.words
    for name in ("title", "question", "explanation"):
        if data.get(name):
            assert data[name] in answer.text
    assert [await model.all().count() for model in (Consultation, Section, Round)] == rows


async def test_days_and_hours_may_be_typed_by_hand(app: Starlette, frozen: datetime) -> None:
    office = await Office.draft(app)
    typed = {**A_ROUND, "opens_on": "4/5/2026", "opens_hour": "9 h 30", "closes_on": "18/05/2026", "closes_hour": "18h"}
    assert (await office.visitor.post(f"{ADMIN}/rounds/new", typed, page="")).status == 303
    assert (await Round.get(title="Votes")).opens_at.isoformat() == "2026-05-04T07:30:00+00:00"


async def test_hostile_text_is_tamed(app: Starlette) -> None:
    office = await Office.draft(app)
    nasty = "<script>alert(1)</script> \u202eabc 🚲 \x00 𝕏"
    data = {**A_PRESENTATION, "title": nasty, "presentation": nasty, "question": nasty}
    assert (await office.visitor.post(f"{ADMIN}/presentation", data, page="")).status == 303
    row = await office.again()
    assert "\x00" not in row.presentation + row.title
    assert "\u202e" not in row.presentation + row.title
    shown = await office.visitor.get("/consultations/plan-velo")
    assert "<script>alert" not in shown.text
    assert "🚲" in shown.text


async def test_the_address_of_a_published_consultation_is_fixed(app: Starlette) -> None:
    office = await Office.make(app)
    data = {**A_PRESENTATION, "slug": "autre-adresse", "reason": "Plus clair."}
    answer = await office.visitor.post(f"{ADMIN}/presentation", data, page="")
    assert answer.status == 422
    assert "ne change plus" in answer.words
    assert (await office.again()).slug == "plan-velo"


async def test_a_draft_may_move_to_another_address(app: Starlette) -> None:
    office = await Office.draft(app)
    data = {**A_PRESENTATION, "slug": "velos"}
    assert (await office.visitor.post(f"{ADMIN}/presentation", data, page="")).location.startswith(
        "/admin/consultations/velos/"
    )
    assert (await office.visitor.get("/admin/consultations/velos")).status == 200


async def test_nobody_rewrites_what_they_have_not_read(app: Starlette) -> None:
    office = await Office.draft(app)
    path = f"{ADMIN}/presentation"
    guard = (await office.visitor.get(path)).guard()
    await office.visitor.post(path, {**A_PRESENTATION, "question": "La première ?"}, page="")
    late = await office.visitor.post(path, {**guard, **A_PRESENTATION, "question": "La seconde ?"})
    assert late.status == 422
    assert "Quelqu’un d’autre a changé cela" in late.words
    assert "La seconde ?" in late.text
    assert (await office.again()).question == "La première ?"
    again = await office.visitor.post(path, {**late.guard(), **A_PRESENTATION, "question": "La seconde ?"})
    assert again.status == 303
    assert (await office.again()).question == "La seconde ?"


async def test_a_section_moves_once_for_a_button_pressed_twice(app: Starlette) -> None:
    office = await Office.draft(app, sections=3)
    last = office.sections[2]
    shown = await office.visitor.get(f"{ADMIN}/sections")
    hidden = shown.hidden(0, f"/sections/{last.id}/move")
    for _ in range(2):
        moved = await office.visitor.post(f"{ADMIN}/sections/{last.id}/move", {**hidden, "button": "up"})
        assert moved.status == 303
    titles = [one.title for one in await Section.all().order_by("position", "id")]
    assert titles == ["Rubrique 1", "Rubrique 3", "Rubrique 2"]


async def test_a_foreign_form_does_nothing(app: Starlette) -> None:
    office = await Office.draft(app)
    for path in (f"{ADMIN}/publish", f"{ADMIN}/sections/{office.sections[0].id}/remove", f"{ADMIN}/presentation"):
        answer = await office.visitor.post(path, {**A_PRESENTATION, "csrf": "x.y.z"})
        assert answer.status == 422
    assert (await office.again()).state is ConsultationState.DRAFT
    assert await Section.all().count() == 1


async def test_reading_pages_changes_nothing(app: Starlette) -> None:
    office = await Office.draft(app)
    before = await office.again()
    for path in PAGES:
        await office.visitor.get(path)
    after = await office.again()
    assert (before.changes, before.rules_changes) == (after.changes, after.rules_changes)
    assert not await AuditEntry.all().count()


@pytest.mark.parametrize("path", ["/", "/consultations/plan-velo", "/admin/consultations", f"{ADMIN}/sections", ADMIN])
async def test_more_rows_need_no_more_queries(app: Starlette, frozen: datetime, path: str) -> None:
    office = await Office.make(app)
    forget_territories()  # read once a second at most: make both times alike
    with counted() as few:
        assert (await office.visitor.get(path)).status == 200
    for number in range(8):
        await a_consultation(office.here, f"autre-{number}", sections=3, opens_in=timedelta(days=number - 4))
    for number in range(12):
        await Section.create(consultation=office.consultation, position=number, title=f"Encore {number}")
    await Round.create(
        consultation=office.consultation,
        title="Plus tard",
        opens_at=frozen + timedelta(days=40),
        closes_at=frozen + timedelta(days=50),
    )
    forget_territories()
    with counted() as many:
        assert (await office.visitor.get(path)).status == 200
    assert len(many) == len(few) <= 9, many


async def test_two_requests_at_once_make_one_draft(app: Starlette) -> None:
    office = await Office.draft(app)
    guard = (await office.visitor.get("/admin/consultations/new")).guard()
    path, data = "/admin/consultations/new", {**guard, "title": "En même temps", "slug": "en-meme-temps"}
    answers = await asyncio.gather(*(office.visitor.post(path, data) for _ in range(4)))
    assert {one.status for one in answers} == {303}
    assert await Consultation.filter(slug="en-meme-temps").count() == 1


async def test_two_people_cannot_take_one_address(app: Starlette) -> None:
    office = await Office.draft(app)
    path, data = "/admin/consultations/new", {"title": "Le nôtre", "slug": "le-notre"}
    guards = [(await office.visitor.get(path)).guard() for _ in range(4)]
    answers = await asyncio.gather(*(office.visitor.post(path, {**guard, **data}) for guard in guards))
    assert sorted(one.status for one in answers) == [303, 422, 422, 422]
    assert await Consultation.filter(slug="le-notre").count() == 1
