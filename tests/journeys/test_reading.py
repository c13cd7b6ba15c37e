"""Reading: from the front page to one argument; with the keyboard alone; on paper."""

import pytest
from playwright.async_api import expect

from consult.arguments.models import Side
from consult.contributions.actions import publish_contribution
from consult.core import clock
from tests.cast import a_person, an_organisation
from tests.discussion import Discussion, a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import Walker, said

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LIST = "/consultations/plan-velo/contributions"


async def a_talk(place: Place, others: int = 0) -> Discussion:
    """A contribution with an argument each way and a source, and others beside it; one of them an organisation's."""
    discussion = await a_discussion(place.territory)
    awa = await a_person("Awa Diallo")
    await discussion.argue(awa, body="Les enfants iraient seuls au collège.")
    await discussion.argue(awa, Side.AGAINST, "Le chemin de halage est trop étroit.")
    await discussion.source(awa)
    await discussion.vote(awa)
    body = await an_organisation(place.territory, awa, name="Vélo Vallon")
    for number in range(others):
        await publish_contribution(
            awa.voice(organisation=body) if number == 0 else awa.voice(),
            **discussion.place,
            section_id=discussion.section.id,
            title=f"Un abri de stationnement, rue {number}",
            body="Il pleut souvent, les vélos rouillent.",
        )
    return discussion


async def test_from_the_front_page_to_one_argument(place: Place) -> None:
    await a_talk(place, others=30)
    reader = await place.walker()
    await reader.go("/")
    await reader.follow("Le plan vélo")
    await reader.reads("Ouverte jusqu’au", "Où faut-il des pistes ?")
    await reader.follow("Lire les 31 contributions")
    await reader.reads("31 contributions")
    assert await reader.page.get_by_role("link", name=said("Une piste le long du canal")).count() == 0, "on page 2"
    first = await reader.page.locator("main").get_by_role("link", name=said("Un abri")).all_inner_texts()
    await reader.follow("Suivant")
    second = await reader.page.locator("main").get_by_role("link", name=said("Un abri")).all_inner_texts()
    assert first
    assert not set(first) & set(second)
    await reader.follow("Revenir au début")

    await reader.type("Chercher dans les contributions", "CANAUX")
    await reader.press("Afficher")
    await reader.reads("1 contribution pour « CANAUX »", "Une piste le long du canal")
    await reader.follow("Tout afficher")
    await reader.choose("Ordre", "Les plus argumentées")
    await reader.press("Afficher")
    rows = await reader.page.locator("main").get_by_role("heading", level=2).all_inner_texts()
    assert rows[0] == "Une piste le long du canal"
    await reader.choose("Auteurs", "Associations")
    await reader.press("Afficher")
    await reader.reads("1 contribution", "Vélo Vallon")
    await reader.follow("Tout afficher")
    await reader.choose("Ordre", "Les plus votées")
    await reader.press("Afficher")

    await reader.follow("Une piste le long du canal")
    await reader.reads("Elle relierait la gare au lycée.", "1 argument pour", "1 argument contre", "Baromètre du vélo")
    await reader.follow(this_year(), within=reader.item("Les enfants iraient seuls au collège."))
    assert await reader.heading() == "Argument pour"
    await reader.reads("Les enfants iraient seuls au collège.")
    await reader.follow("Lire la contribution et tous les arguments")
    assert await reader.heading() == "Une piste le long du canal"


def this_year() -> str:
    """The date under a text is its permanent link."""
    return str(clock.now().year)


async def test_with_the_keyboard_alone_one_always_sees_where_one_is(place: Place) -> None:
    discussion = await a_talk(place)
    reader = await place.walker(await a_person("Marie Lune"))
    await reader.go(discussion.path)
    await reader.page.keyboard.press("Tab")
    await expect(reader.page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    await sees_focus(reader)
    await reader.page.keyboard.press("Enter")
    await reader.page.keyboard.press("Tab")
    inside = await reader.page.evaluate("document.activeElement.closest('main') !== null")
    assert inside, "the skip link leads past the navigation"
    seen = set()
    for _ in range(80):
        name = await sees_focus(reader)
        if name is None:
            break
        seen.add(name)
        await reader.page.keyboard.press("Tab")
    everything = " / ".join(seen)
    for words in ("D’accord", "Ajouter un argument pour", "Soutenir", "Ajouter une source", "Mentions légales"):
        assert words in everything, f"the keyboard does not come to « {words} »: {everything}"

    await reader.page.get_by_role("button", name="D’accord", exact=True).focus()
    async with reader.page.expect_navigation():
        await reader.page.keyboard.press("Enter")
    await reader.reads("Votre vote est enregistré")


SEEN = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const style = getComputedStyle(one);
  const label = one.tagName === "INPUT" && one.nextElementSibling ? getComputedStyle(one.nextElementSibling) : style;
  const drawn = (s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2;
  const box = one.getBoundingClientRect();
  const onscreen = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  // nothing that stays in place (the round's sentence) may lie over it
  const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1), y = box.top + Math.min(box.height, 20) / 2;
  const top = document.elementFromPoint(x, Math.min(Math.max(y, 1), innerHeight - 1));
  const named = one.labels && [...one.labels].some((label) => label.contains(top));
  const covered = top && !one.contains(top) && !top.contains(one) && !named;
  return {name: (one.innerText || one.ariaLabel || one.name || one.tagName).trim(), drawn: drawn(style) || drawn(label),
          onscreen, covered: covered ? top.outerHTML.slice(0, 100) : ""};
}"""


async def sees_focus(reader: Walker) -> str | None:
    """What has the focus, which must be drawn around, on the screen and not covered; None past the end of the page."""
    found = await reader.page.evaluate(SEEN)
    if found is None:
        return None
    assert found["drawn"], f"no focus is drawn on « {found['name']} »"
    assert found["onscreen"], f"« {found['name']} » has the focus out of sight"
    assert not found["covered"], f"« {found['name']} » has the focus under {found['covered']}"
    return str(found["name"])


async def test_a_printed_contribution_names_its_number_date_and_address(place: Place) -> None:
    discussion = await a_talk(place)
    reader = await place.walker()
    await reader.go(discussion.path)
    await reader.page.emulate_media(media="print")
    sheet = reader.page.locator(".print-sheet")
    await expect(sheet).to_be_visible()
    words = await sheet.inner_text()
    assert place.territory.name in words
    assert "Contribution n° 1" in words.replace("\u00a0", " ").replace("\u202f", " ")
    assert discussion.path in words
    assert this_year() in words
    for gone in ("Se connecter", "Ajouter une source", "Mentions légales"):
        assert await reader.page.get_by_text(gone).filter(visible=True).count() == 0, f"« {gone} » is printed"
    await expect(reader.page.get_by_text("Les enfants iraient seuls au collège.")).to_be_visible()
