"""A consultation turns to reading before publication; a text waits, its author knows, a moderator publishes it."""

import re

import pytest
from playwright.async_api import expect

from tests.cast import a_person
from tests.discussion import a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import Walker

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TITLE, TEXT = "Un banc devant l’école", "On y attend les enfants debout, sous la pluie."
LIST = "/consultations/plan-velo/contributions"


async def pick(walker: Walker, words: str) -> None:
    """Choose the circle with exactly these words, by its label as a thumb does."""
    await walker.page.locator("label").filter(has_text=re.compile(rf"^\s*{words}\s*$")).click()
    await expect(walker.page.get_by_label(words, exact=True)).to_be_checked()


async def test_a_text_is_read_before_it_is_published(place: Place) -> None:
    here = place.territory
    await a_discussion(here)
    luc, awa = await a_person("Luc Martin", administrator=here), await a_person("Awa Diallo")
    office, author = await place.walker(luc), await place.walker(awa)
    desk, anybody = await place.walker(await a_person("Marie Lune", moderator=here)), await place.walker()

    await office.go("/admin/consultations/plan-velo/moderation")
    await pick(office, "Lire chaque texte avant de le publier")
    await office.type("Délai annoncé, en heures", "24")
    await office.press("Enregistrer")
    assert (await office.title()).startswith("Erreur :"), "people could take part already: it takes a reason"
    await office.type("Raison du changement", "Trop de publicités.")
    await office.press("Enregistrer")
    await office.reads("Vos changements sont enregistrés.")
    await anybody.finds("/consultations/plan-velo", "un modérateur lit chaque texte avant qu’il soit publié")
    await anybody.reads("en moins de 24 heures", "Trop de publicités.")

    await author.go(f"{LIST}/new")
    await author.reads("en moins de 24 heures")
    await author.type("Titre", TITLE)
    await author.type("Votre texte", TEXT)
    await author.press("Envoyer au modérateur")
    await author.reads("Il sera publié quand un modérateur l’aura lu.", TITLE, "moins de 24 heures")
    await anybody.go(LIST)
    await anybody.reads_not(TITLE)

    await desk.finds("/moderation", TITLE)
    await desk.follow("Commencer par le plus ancien")
    await desk.reads(TEXT)
    await pick(desk, "Publier")
    await desk.type("Explication, en une phrase", "Rien à redire.")
    await desk.press("Décider", exact=True)
    await desk.reads("Décision enregistrée")

    await anybody.finds(LIST, TITLE)
    await anybody.follow(TITLE)
    await anybody.reads(TEXT)
    await author.go("/account/contributions")
    await author.reads("n° 2")
    await author.reads_not("en attente de lecture")
