"""What is said under a contribution: arguments, sources, supports, votes; corrected, and withdrawn."""

from datetime import timedelta

import pytest
from playwright.async_api import Locator, expect

from consult.arguments.models import Argument
from consult.core import clock
from consult.sources.models import Source
from consult.votes.models import Vote
from tests.cast import a_person
from tests.discussion import a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import Walker, said

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
FOR = "Les enfants iraient seuls au collège."
AGAINST = "Le chemin de halage est trop étroit."


def side(walker: Walker, word: str) -> Locator:
    """One side of the board of arguments."""
    return walker.page.get_by_role("region", name=said(f"argument {word}"))


async def argue(walker: Walker, word: str, text: str) -> None:
    """Add an argument where its side is shown."""
    await side(walker, word).locator("summary").filter(has_text=said(f"Ajouter un argument {word}")).click()
    await walker.type("Votre argument", text, within=side(walker, word))
    await walker.press("Publier l’argument", within=side(walker, word))


async def supported(walker: Walker, item: str, words: str, pressed: str) -> None:
    """How the button of an argument or a source reads now."""
    button = walker.item(item).get_by_role("button", name=said(words))
    await expect(button).to_have_attribute("aria-pressed", pressed)


async def test_arguments_on_both_sides_with_a_source_supported(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa, luc = await place.walker(await a_person("Awa Diallo")), await place.walker(discussion.luc)
    await awa.go(discussion.path)
    await awa.reads("Aucun argument pour", "Aucun argument contre", "Aucune source déposée")
    await argue(awa, "pour", FOR)
    await awa.reads("1 argument pour", FOR)
    await argue(awa, "contre", AGAINST)
    await awa.reads("1 argument contre", AGAINST)
    assert await awa.item(FOR).get_by_role("button", name="Soutenir").count() == 0, "nobody supports their own"

    await luc.go(discussion.path)
    await luc.follow("Ajouter une source", within=luc.item(FOR))
    await luc.reads("Sous cet argument pour", FOR)
    await luc.press("Publier la source")
    assert (await luc.title()).startswith("Erreur :")
    await luc.type("Titre du document", "Enquête sur les trajets d’école")
    await luc.type("Adresse", "https://example.org/enquete")
    await luc.choose("Ce que c’est", "Rapport ou étude")
    await luc.type("Ce que ce document apporte", "Page 12.")
    await luc.press("Publier la source")
    await luc.reads("Enquête sur les trajets d’école", "example.org", "Rapport ou étude")
    await luc.press("Soutenir", within=luc.item(FOR))
    await expect(luc.item(FOR).get_by_role("button", name=said("Soutenir 1"))).to_have_attribute("aria-pressed", "true")
    await luc.press("Soutenir", within=luc.item(FOR))
    await expect(luc.item(FOR).get_by_role("button", name=said("Soutenir 0"))).to_have_attribute(
        "aria-pressed", "false"
    )

    await awa.go(discussion.path)
    await awa.press("Soutenir", within=awa.item("Enquête sur les trajets d’école"))
    await supported(awa, "Enquête sur les trajets d’école", "Soutenir 1", "true")
    await awa.mail(discussion.luc.email, "Un argument pour")


async def test_a_source_under_the_contribution_itself(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa = await place.walker(await a_person("Awa Diallo"))
    await awa.go(discussion.path)
    await awa.follow("Ajouter une source")
    await awa.type("Titre du document", "Le canal en chiffres")
    await awa.type("Adresse", "javascript:alert(1)")
    await awa.choose("Ce que c’est", "Article de presse")
    await awa.press("Publier la source")
    assert (await awa.title()).startswith("Erreur :")
    await expect(awa.page.get_by_label(said("Adresse"))).to_have_value("javascript:alert(1)")
    await awa.type("Adresse", "https://example.org/canal?a=1&b=2")
    await awa.press("Publier la source")
    link = awa.page.get_by_role("link", name="Le canal en chiffres")
    await expect(link).to_have_attribute("href", "https://example.org/canal?a=1&b=2")
    assert await Source.filter(consultation_id=discussion.consultation.id).count() == 1


async def test_a_vote_is_cast_changed_and_taken_back(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa, reader = await place.walker(await a_person("Awa Diallo")), await place.walker()
    await awa.go(discussion.path)
    await awa.press("D’accord", exact=True)
    await awa.reads("Votre vote est enregistré", "1 d’accord", "1 vote")
    await expect(awa.page.get_by_role("button", name="D’accord", exact=True)).to_have_attribute("aria-pressed", "true")
    await awa.press("Pas d’accord")
    await awa.reads("0 d’accord", "1 pas d’accord")
    await reader.finds(discussion.path, "1 pas d’accord")
    await awa.press("Retirer mon vote")
    await awa.reads("Aucun vote")
    assert await Vote.filter(contribution_id=discussion.contribution.id).count() == 0
    await reader.finds(discussion.path, "Aucun vote")
    await reader.follow("Se connecter pour donner son avis")
    assert await reader.heading() == "Se connecter"


async def test_an_argument_is_corrected_within_a_quarter_of_an_hour_then_only_withdrawn(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa, reader = await place.walker(await a_person("Awa Diallo")), await place.walker()
    await awa.go(discussion.path)
    await argue(awa, "pour", "Les enfant iraient seuls au colège.")
    await awa.follow("Corriger")
    await awa.type("Votre argument", FOR)
    await awa.press("Enregistrer la correction")
    await awa.reads(FOR, "Corrigé le")
    await reader.finds(discussion.path, FOR)
    await reader.follow(str(clock.now().year), within=reader.item(FOR))
    await reader.reads("Avant correction", "Les enfant iraient seuls au colège.")

    await Argument.filter(consultation_id=discussion.consultation.id).update(
        created_at=discussion.round.opens_at, published_at=discussion.contribution.published_at - timedelta(minutes=16)
    )
    await awa.go(discussion.path)
    assert await awa.item(FOR).get_by_role("link", name="Corriger").count() == 0
    await awa.follow("Retirer", within=awa.item(FOR))
    await awa.press("Retirer l’argument")
    await reader.finds(discussion.path, "Argument retiré par son auteur")
    await reader.reads("Aucun argument pour")
    await reader.reads_not(FOR)


async def test_an_argument_too_long_comes_back_with_its_text(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa = await place.walker(await a_person("Awa Diallo"))
    await awa.go(discussion.path)
    text = "Trop long. " * 900
    await argue(awa, "contre", text)
    assert (await awa.title()).startswith("Erreur :")
    await awa.reads(discussion.contribution.title)
    await expect(awa.page.get_by_label(said("Votre argument"), exact=False).last).to_have_value(text.strip())
    await expect(awa.page.get_by_label("Contre")).to_be_checked()
    await awa.page.get_by_role("textbox", name="Votre argument").fill(AGAINST)
    await awa.press("Publier l’argument")
    await awa.reads("1 argument contre", AGAINST)
    await awa.page.go_back()
    assert await Argument.filter(consultation_id=discussion.consultation.id).count() == 1


async def test_an_argument_sent_again_from_the_page_before_makes_one_row(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa = await place.walker(await a_person("Awa Diallo"))
    await awa.go(f"{discussion.path}/arguments/new?side=for")
    await awa.type("Votre argument", FOR)
    await awa.press("Publier l’argument")
    await awa.page.go_back()
    await awa.type("Votre argument", FOR)
    await awa.press("Publier l’argument")
    await awa.reads("1 argument pour")
    assert await Argument.filter(consultation_id=discussion.consultation.id).count() == 1
