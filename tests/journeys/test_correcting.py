"""Somebody without an account reports; the author is asked to correct, does so in time, and everybody hears of it."""

import csv
import io
import re

import pytest
from playwright.async_api import expect

from consult.contributions.actions import publish_contribution
from tests.cast import a_person
from tests.discussion import a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import Walker, text_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TITLE = "Un compost par immeuble"
BODY = "Mme Dupuis, au 3 rue du Four, jette tout par la fenêtre."
BETTER = "Certains jettent tout par la fenêtre."


async def pick(walker: Walker, words: str) -> None:
    """Choose the circle with exactly these words, by its label as a thumb does."""
    await walker.page.locator("label").filter(has_text=re.compile(rf"^\s*{words}\s*$")).click()
    await expect(walker.page.get_by_label(words, exact=True)).to_be_checked()


async def test_a_stranger_reports_and_the_author_corrects(place: Place) -> None:
    here, stranger = place.territory, f"paul.passant.{place.territory.slug}@exemple.fr"
    discussion = await a_discussion(here)
    karim, marie = await a_person("Karim Benali"), await a_person("Marie Lune", moderator=here)
    row = await publish_contribution(
        karim.voice(), **discussion.place, section_id=discussion.section.id, title=TITLE, body=BODY
    )
    path = f"/consultations/plan-velo/contributions/{row.number}"
    anybody, author, desk = await place.walker(), await place.walker(karim), await place.walker(marie)

    await anybody.go(path)
    await anybody.follow("Signaler")
    await anybody.reads(TITLE, "il faut un compte")
    await pick(anybody, "Diffamation")
    await anybody.type("Expliquez en quelques mots", "Une voisine est nommée.")
    await anybody.press("Envoyer le signalement")
    assert (await anybody.title()).startswith("Erreur :")
    await expect(anybody.page.get_by_label("Diffamation", exact=True)).to_be_checked()
    await anybody.type("Votre nom", "Paul Passant")
    await anybody.type("Votre adresse e-mail", stranger)
    await anybody.press("Envoyer le signalement")
    number = re.search(r"S-\d{4}-\w{6}", await anybody.text())
    assert number
    assert number[0] in text_of(await anybody.mail(stranger, "Votre signalement"))

    await desk.go("/moderation")
    await desk.follow("Commencer par le plus ancien")
    await pick(desk, "Demander une correction")
    await desk.page.get_by_label("Motif", exact=True).select_option(label="Données personnelles")
    await desk.type("Explication, en une phrase", "Ne nommez pas votre voisine.")
    await desk.press("Décider", exact=True)
    await desk.reads("Décision enregistrée")

    await author.go(await author.mailed_path(karim.email, "", "/account/decisions/"))
    await author.reads("Une correction vous est demandée", "Ne nommez pas votre voisine.", BODY)
    await author.follow("Corriger mon texte")
    await author.type("Votre texte", "")
    await author.press("Envoyer ma correction")
    assert (await author.title()).startswith("Erreur :")
    await author.type("Votre texte", BETTER)
    await author.press("Envoyer ma correction")
    await author.reads("L’équipe de modération va la relire.")

    await desk.finds("/moderation", TITLE)
    await desk.follow("Commencer par le plus ancien")
    await desk.reads(BETTER)
    await pick(desk, "Laisser en ligne")
    await desk.type("Explication, en une phrase", "Merci, c’est corrigé.")
    await desk.press("Décider", exact=True)
    await desk.reads("Décision enregistrée")

    await anybody.finds(path, BETTER)
    await anybody.reads_not("Dupuis")
    await anybody.go("/moderation/decisions")
    await anybody.reads("Par mois", "Une par une")
    lines = await anybody.page.locator("table.stacked tbody tr").count()
    saved = await anybody.save("Toutes ces décisions")
    assert lines == len(list(csv.DictReader(io.StringIO(saved)))) == 2
    assert not re.search("Dupuis|Karim|compost|voisine", saved)
