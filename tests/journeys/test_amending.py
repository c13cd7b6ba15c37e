"""Another wording, proposed by somebody else: adopted with credit, or declined with a reason."""

import pytest
from playwright.async_api import expect

from tests.cast import a_person
from tests.discussion import a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import said

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
WORDING = "Une piste **large** le long du canal.\n\nElle relierait la gare au lycée."


async def propose(place: Place, path: str, name: str = "Awa Diallo"):
    """Somebody proposes a wide track."""
    awa = await place.walker(await a_person(name))
    await awa.go(path)
    await awa.follow("Proposer une modification")
    await expect(awa.page.get_by_label(said("Texte"), exact=False).first).not_to_be_empty()
    await awa.page.get_by_role("textbox", name="Texte").fill(WORDING)
    await awa.press("Voir ce qui change")
    await expect(awa.page.locator("ins").filter(has_text="large").first).to_be_visible()
    await awa.press("Proposer", exact=True)
    assert (await awa.title()).startswith("Erreur :"), "a reason is asked for"
    await awa.type("Pourquoi ce changement ?", "On doit pouvoir s’y croiser.")
    await awa.press("Proposer", exact=True)
    return awa


async def test_a_proposed_wording_is_voted_on_adopted_and_credited(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa = await propose(place, discussion.path)
    await awa.reads("On doit pouvoir s’y croiser.")
    luc, marie = await place.walker(discussion.luc), await place.walker(await a_person("Marie Lune"))
    await luc.mail(discussion.luc.email, "Une modification proposée")
    await marie.go(discussion.path)
    await marie.press("D’accord", exact=True)
    await marie.follow("Voir ce qui changerait")
    assert await marie.heading() == "Proposition de modification"
    await marie.press("D’accord", exact=True)
    await marie.reads("1 d’accord", "Votre vote est enregistré")

    await luc.go(discussion.path)
    await luc.follow("Voir ce qui changerait")
    await luc.follow("Adopter cette rédaction")
    await luc.press("Adopter cette rédaction")
    await luc.go(discussion.path)
    await luc.reads("Une piste large le long du canal.", "adoptée par l’auteur", "Modifiée le")
    await luc.reads("Et sur une version antérieure du texte")
    await luc.follow("1 version antérieure")
    await luc.reads("D’après une proposition de modification de Awa Diallo")


async def test_a_proposed_wording_is_declined_with_a_reason(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    await propose(place, discussion.path)
    luc, reader = await place.walker(discussion.luc), await place.walker()
    await luc.go(discussion.path)
    await luc.follow("Voir ce qui changerait")
    await luc.follow("Ne pas la retenir")
    await luc.press("Publier ma réponse")
    assert (await luc.title()).startswith("Erreur :")
    await luc.type("Pourquoi ne pas la retenir ?", "Il n’y a pas la place entre l’eau et le mur.")
    await luc.press("Publier ma réponse")
    await reader.finds(discussion.path, "non retenue par l’auteur")
    await reader.reads("Une piste le long du canal.")
    await reader.follow("Voir ce qui changerait")
    await reader.reads("non retenue par l’auteur", "Il n’y a pas la place entre l’eau et le mur.")


async def test_the_proposer_takes_it_back(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa = await propose(place, discussion.path)
    await awa.go(discussion.path)
    await awa.follow("Voir ce qui changerait")
    await awa.follow("Retirer ma proposition")
    await awa.press("Retirer ma proposition")
    reader = await place.walker()
    await reader.finds(discussion.path, "Proposition de modification retirée par son auteur")
    await reader.reads_not("On doit pouvoir s’y croiser.")
