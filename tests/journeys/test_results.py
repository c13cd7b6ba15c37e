"""Results: from the consultation to what it says in numbers, and back to the texts; by keyboard; on paper."""

from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from consult.analysis.keeping import keep_figures_of
from consult.arguments.models import Side
from consult.consultations.models import Section
from consult.contributions.actions import publish_contribution
from consult.core.keys import new_key
from tests.cast import a_person
from tests.discussion import Discussion, a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import said

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PAGE = "/consultations/plan-velo/results"


async def what_was_said(place: Place) -> Discussion:
    """A contribution argued on both sides and voted on, and another in a section of its own; counted."""
    d = await a_discussion(place.territory)
    awa = await a_person("Awa Diallo")
    await d.argue(awa, body="Les enfants iraient seuls au collège.")
    await d.argue(awa, Side.AGAINST, "Le chemin de halage est trop étroit.")
    await d.vote(awa)
    section = await Section.create(id=new_key(), consultation=d.consultation, position=1, title="Stationnement")
    await publish_contribution(
        awa.voice(), **d.place, section_id=section.id, title="Un abri à la gare", body="Il pleut souvent, ici."
    )
    await keep_figures_of(d.consultation.id, ZoneInfo("Europe/Paris"))
    return d


async def test_from_the_consultation_to_its_results_and_back_to_a_text(place: Place) -> None:
    await what_was_said(place)
    reader = await place.walker()
    await reader.go("/consultations/plan-velo")
    await reader.follow("Résultats")
    assert await reader.heading() == "Résultats"
    await reader.reads(
        "La consultation a reçu 2 contributions et 2 arguments",
        "Résultats provisoires",
        "1 contribution sur 2 a des arguments pour et des arguments contre.",
    )
    await reader.open("Les mêmes chiffres en tableau")
    await expect(reader.page.get_by_role("table", name="Votes sur les contributions")).to_be_visible()

    await reader.choose("Rubrique", "2\u00a0 Stationnement")
    await reader.press("Afficher")
    await reader.reads("Une partie des résultats", "Cette rubrique a reçu 1 contribution")
    await reader.reads_not("Une piste le long du canal")
    await reader.follow("Voir tous les résultats")
    await reader.choose("Auteurs", "Organisations")
    await reader.press("Afficher")
    await reader.reads("Les organisations ont publié 0 contribution")
    await reader.follow("Tout afficher")
    await reader.follow("Une piste le long du canal", within=reader.part("Les plus soutenues"))
    assert await reader.heading() == "Une piste le long du canal"


async def test_a_filter_by_keyboard_alone(place: Place) -> None:
    await what_was_said(place)
    reader = await place.walker()
    await reader.go(PAGE)
    await reader.page.get_by_label(said("Rubrique")).focus()
    for key in ("ArrowDown", "ArrowDown", "Tab", "Tab"):
        await reader.page.keyboard.press(key)
    await expect(reader.page.get_by_role("button", name=said("Afficher"))).to_be_focused()
    async with reader.page.expect_navigation():
        await reader.page.keyboard.press("Enter")
    await reader.reads("Cette rubrique a reçu 1 contribution")


async def test_on_paper_every_chart_has_its_numbers(place: Place) -> None:
    await what_was_said(place)
    reader = await place.walker()
    await reader.go(PAGE)
    await reader.page.emulate_media(media="print")
    await expect(reader.page.locator(".print-sheet")).to_be_visible()
    await expect(reader.page.locator("form.filter-bar")).to_be_hidden()
    for table in await reader.page.locator("details.numbers-of table").all():
        await expect(table).to_be_visible()
