"""A contribution's receipt: found where it was published, kept as a file, checked on a page; a changed one fails."""

import json

import pytest
from playwright.async_api import expect

from consult.register.heads import sign_head
from tests.cast import a_consultation, a_person
from tests.journeys.conftest import Place
from tests.journeys.furnished_results import the_server_s_settings
from tests.journeys.walking import Walker

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TITLE = "Un guichet dans chaque canton"
TEXT = "Le samedi aussi, pour ceux qui travaillent."


async def check(walker: Walker, name: str, content: str) -> None:
    """Give a receipt as a file."""
    await walker.go("/register/verify")
    await walker.page.get_by_label("Fichier du reçu").set_input_files(
        {"name": name, "mimeType": "application/json", "buffer": content.encode()}
    )
    await walker.press("Vérifier")


async def test_a_receipt_is_kept_and_checked(place: Place) -> None:
    person = await a_person("Awa Diallo")
    await a_consultation(place.territory)
    awa, somebody = await place.walker(person), await place.walker()
    await awa.go("/consultations/plan-velo/contributions/new")
    await awa.type("Titre", TITLE)
    await awa.type("Votre texte", TEXT)
    await awa.press("Publier")
    await awa.follow("Voir le reçu")
    while "Pas encore inscrit" in await awa.heading():
        await awa.follow("Voir où cela en est")
    assert await awa.heading() == "Contribution n° 1 publiée"
    with the_server_s_settings(place.instance):
        await sign_head(place.territory.id)  # which the server does every minute
    await awa.go(awa.path)
    receipt = await awa.save("Télécharger le reçu")
    assert json.loads(receipt)["content"]["title"] == TITLE

    await check(somebody, "recu.json", receipt)
    await somebody.reads("Ce reçu est bon", "« Contribution n° 1 publiée »", "Le texte est toujours public, tel quel.")
    await check(somebody, "recu.json", receipt.replace("samedi", "Samedi"))
    await somebody.reads("Ce reçu n’est pas bon", "Ce qui ne va pas : le texte.")
    await expect(somebody.item("La place dans le registre")).to_be_visible()

    await awa.go("/account/receipts")
    await awa.press("Recevoir par e-mail", within=awa.item("Contribution n° 1 publiée"))
    await awa.reads("Le reçu part à votre adresse e-mail.")
    mail = await awa.mail(person.email, "Votre reçu")
    (file,) = list(mail.iter_attachments())
    assert json.loads(file.get_content()) == json.loads(receipt)
