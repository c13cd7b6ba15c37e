"""An administrator makes a consultation in the browser, from nothing to published, and changes a rule of its round."""

from datetime import timedelta

import pytest

from consult.core import clock
from tests.cast import a_person
from tests.journeys.conftest import Place
from tests.journeys.walking import Walker

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PUBLIC = "/consultations/plan-velo-2027"
ADMIN = f"/admin{PUBLIC}"


async def a_section(admin: Walker, title: str, **more: str) -> None:
    """Add a section, below another one if it is named."""
    await admin.follow("Ajouter une rubrique")
    await admin.type("Titre", title)
    if "below" in more:
        await admin.page.get_by_label("Sous la rubrique").select_option(label=more["below"])
    await admin.type("Texte d’explication", more.get("explanation", ""))
    await admin.press("Ajouter la rubrique")


async def test_from_nothing_to_published_and_a_rule_changed_with_a_reason(place: Place) -> None:
    admin = await place.walker(await a_person("Luc Martin", administrator=place.territory))
    reader = await place.walker()
    await admin.go("/admin")
    await admin.follow("Consultations", within=admin.page.get_by_role("main"))
    await admin.follow("Préparer une consultation")
    await admin.press("Créer le brouillon")
    assert (await admin.title()).startswith("Erreur :")
    await admin.type("Titre", "Le plan vélo 2027")
    await admin.type("Question posée au public", "Où faut-il des pistes ?")
    await admin.type("Présentation", "Nous préparons le **plan vélo**.\n\n- des pistes\n- des arceaux")
    await admin.press("Créer le brouillon")
    await admin.go(ADMIN)
    await admin.reads("Avant de publier")
    await admin.follow("Rubriques", within=admin.page.get_by_role("navigation", name="Préparer la consultation"))
    await a_section(admin, "Circuler", explanation="Trois quarts des trajets font moins de cinq kilomètres.")
    await a_section(admin, "Stationner")
    await a_section(admin, "Devant les écoles", below=await deepest(admin, "Stationner"))
    await admin.press("Monter Stationner")
    await admin.reads("1 Stationner", "1.1 Devant les écoles", "2 Circuler")

    await admin.follow("Périodes", within=admin.page.get_by_role("navigation", name="Préparer la consultation"))
    await admin.follow("Ajouter une période")
    await admin.type("Nom de la période", "Contributions et votes")
    today = clock.now()
    opens, closes = today - timedelta(days=1), today + timedelta(days=30)
    await admin.type("Jour d’ouverture", f"{opens:%Y-%m-%d}")
    await admin.type("Heure d’ouverture", "09:00")
    await admin.type("Jour de fermeture", f"{opens - timedelta(days=1):%Y-%m-%d}")
    await admin.type("Heure de fermeture", "18:00")
    for deed in ("Écrire des contributions", "Donner des arguments pour et contre", "Voter"):
        await admin.page.get_by_label(deed).set_checked(True, force=True)
    await admin.press("Ajouter la période")
    assert (await admin.title()).startswith("Erreur :"), "it closes before it opens"
    await admin.type("Jour de fermeture", f"{closes:%Y-%m-%d}")
    await admin.press("Ajouter la période")
    await admin.reads("Contributions et votes", "heure de Paris", "à 9 h", "à 18 h")
    await reader.go(PUBLIC)
    assert await reader.heading() == "Page introuvable", "a draft is nobody else's"

    await admin.go(ADMIN)
    await admin.follow("Voir la page comme le public")
    await admin.reads("Brouillon", "Nous préparons le plan vélo.", "Trois quarts des trajets")
    await admin.go(ADMIN)
    await admin.follow("Publier", within=admin.page.get_by_role("main").get_by_role("paragraph"))
    await admin.press("Publier la consultation")
    await reader.finds("/", "Le plan vélo 2027")
    await reader.follow("Le plan vélo 2027")
    await reader.reads("Ouverte jusqu’au", "à 18 h (heure de Paris)", "encore 30 jours", "Devant les écoles")

    await admin.go(f"{ADMIN}/rounds")
    await admin.follow("Modifier Contributions et votes")
    await admin.type("Heure de fermeture", "20:00")
    await admin.press("Enregistrer")
    assert (await admin.title()).startswith("Erreur :"), "a reason is asked for"
    await admin.type("Raison du changement", "Deux réunions ont été annulées par la neige.")
    await admin.press("Enregistrer")
    await reader.finds(PUBLIC, "Deux réunions ont été annulées par la neige.")
    await reader.reads("Règles modifiées", "à 20 h (heure de Paris)", "Luc Martin")


async def deepest(admin: Walker, title: str) -> str:
    """The words of a section among those that another may stand under."""
    await admin.follow("Ajouter une rubrique")
    options = await admin.page.get_by_label("Sous la rubrique").locator("option").all_inner_texts()
    await admin.page.go_back()
    return next(one for one in options if title in one)
