"""An organisation: presented, verified, joined by mail, heard under its own name."""

import re

import pytest
from playwright.async_api import expect

from tests.accounts.people import PASSWORD, with_password
from tests.cast import a_consultation, a_person
from tests.journeys.conftest import Place
from tests.journeys.walking import said

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
NAME = "Association Fil Rural"


async def test_from_its_presentation_to_what_a_member_says_in_its_name(place: Place) -> None:
    await a_consultation(place.territory)
    owner = await place.walker(await a_person("Awa Diallo"))
    luc = await with_password(await a_person("Luc Martin", administrator=place.territory))
    await owner.go("/account")
    await owner.follow("Mes organisations")
    await owner.follow("Présenter une organisation")
    await owner.type("Nom de l’organisation", NAME)
    await owner.tick("Association")
    await owner.type("Numéro SIREN, SIRET ou RNA", "732 829 321")
    await owner.press("Présenter l’organisation")
    assert (await owner.title()).startswith("Erreur :")
    number = owner.page.get_by_label(said("Numéro SIREN, SIRET ou RNA"))
    await expect(number).to_have_value(re.compile("732"))
    await number.fill("732 829 320")
    await owner.press("Présenter l’organisation")
    await owner.reads(NAME, "en attente", "D’ici là, personne ne peut écrire en son nom.")

    admin = await place.walker(luc)
    await admin.mail(luc.email, "À vérifier")
    await admin.go("/admin")
    await admin.follow("Organisations")
    await admin.follow(NAME)
    await admin.reads("732 829 320")
    await admin.press("Vérifier l’organisation")

    await owner.go("/account/organisations")
    await owner.reads("Vous pouvez écrire en son nom")
    await owner.follow(f"Membres {NAME}")
    karim = await with_password(await a_person("Karim Benali"))
    await owner.type("Adresse e-mail de la personne", karim.email)
    await owner.choose("Rôle", "Membre : écrit au nom de l’organisation")
    await owner.press("Envoyer l’invitation")
    await owner.reads("Invitations en attente", karim.email)

    member = await place.walker()
    await member.follow_mail(karim.email, "vous invite à parler en son nom")
    await member.reads("Awa Diallo vous invite")
    await member.follow("Se connecter", within=member.page.get_by_role("main"))
    await member.type("Adresse e-mail", karim.email)
    await member.type("Mot de passe", PASSWORD)
    await member.press("Se connecter")
    await member.press("Rejoindre l’organisation")
    await member.go("/consultations/plan-velo/contributions/new")
    await member.choose("Au nom de", NAME)
    await member.type("Titre", "Un guichet itinérant dans chaque canton")
    await member.type("Votre texte", "Les guichets sont loin de tout.")
    await member.press("Publier")
    await member.reads(NAME, "association")

    reader = await place.walker()
    await reader.finds("/consultations/plan-velo/contributions", NAME)
    await reader.follow("Un guichet itinérant dans chaque canton")
    await reader.reads_not("Karim Benali")
    await reader.follow(NAME, within=reader.page.get_by_role("article"))
    assert await reader.heading() == NAME
    await reader.reads("vérifiée", "732 829 320", "Un guichet itinérant dans chaque canton")
