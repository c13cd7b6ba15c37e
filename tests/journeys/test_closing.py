"""A round closes while people write, is moved, is closed for good; nobody loses a text, everybody hears the rest."""

import asyncio
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from consult.arguments.models import Argument
from consult.consultations.models import Round
from consult.core import clock
from tests.cast import a_person
from tests.discussion import a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import Walker, spaces, text_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CLOSED = "La période de participation est maintenant fermée. Merci à tous d’avoir participé."
TEXT = "Une piste, c’est plus sûr pour les enfants.\n\nEt pour ceux qui les accompagnent."
SEQUEL = "La synthèse sera publiée, puis le conseil municipal y répondra."


async def kept(writer: Walker) -> str:
    """The file that the button gives."""
    async with writer.page.expect_download() as coming:
        await writer.page.get_by_role("button", name="Télécharger mon texte").click()
    file = await coming.value
    assert file.suggested_filename.endswith(".txt")
    return await asyncio.to_thread(Path(await file.path()).read_text, encoding="utf-8")


async def test_a_round_closes_while_people_write_and_is_closed_for_good(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa, paul = await a_person("Awa Diallo"), await a_person("Paul Petit")
    marie = await a_person("Marie Lune", moderator=place.territory)
    early, late, slow, moderator = [await place.walker(one) for one in (awa, paul, awa, marie)]

    for writer in (early, late):
        await writer.go(f"{discussion.path}/arguments/new?side=for")
        await writer.type("Votre argument", TEXT)
    await slow.go("/consultations/plan-velo/contributions/new")
    await slow.type("Titre", "Des arceaux devant l’école")
    await slow.type("Votre texte", TEXT)
    await moderator.go("/moderation/closing/plan-velo")
    await moderator.reads("La période n’est pas encore fermée")

    await early.press("Publier l’argument")
    await early.reads("Et pour ceux qui les accompagnent.")
    await Round.filter(id=discussion.round.id).update(closes_at=clock.now())

    await late.press("Publier l’argument")
    await late.reads(CLOSED, "Votre texte n’est pas publié, mais il n’est pas perdu.")
    assert await late.page.get_by_role("textbox", name="Votre argument").input_value() == TEXT
    assert TEXT in await kept(late)
    copy = late.page.get_by_role("button", name="Copier mon texte")
    assert await copy.is_visible() is place.way.scripts
    await slow.press("Publier")
    await slow.reads("Votre texte est gardé")
    assert "Des arceaux devant l’école\n\n" + TEXT in await kept(slow)
    await slow.follow("Voir mes brouillons")
    await slow.reads("Des arceaux devant l’école")
    assert await Argument.filter(consultation_id=discussion.consultation.id).count() == 1, "nothing enters after"

    await moderator.go("/moderation")
    await moderator.follow("Clôtures")
    await moderator.follow("Le plan vélo")
    await moderator.reads("Ce qui reste à faire", "0 élément dans la file de modération")
    await moderator.type("Nom de ces chiffres", "Printemps 2027")
    await moderator.press("Clore la période", within=moderator.page.get_by_role("main"))
    await moderator.reads("Dites ce qui vient ensuite")
    await moderator.type("Et maintenant ?", SEQUEL)
    await moderator.press("Clore la période", within=moderator.page.get_by_role("main"))
    await moderator.reads("La période est close", "Printemps 2027")

    reader = await place.walker()
    await reader.go("/consultations/plan-velo")
    await reader.reads(CLOSED, "Printemps 2027", SEQUEL)
    figures = spaces(await reader.page.get_by_role("table").inner_text())
    assert "Participants 2" in figures
    thanks = await early.mail(awa.email)
    assert SEQUEL in text_of(thanks)


async def test_an_administrator_extends_brings_forward_and_opens_again(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    luc = await place.walker(await a_person("Luc Martin", administrator=place.territory))
    reader, zone = await place.walker(), ZoneInfo("Europe/Paris")

    async def move(verb: str, days: int, reason: str, button: str) -> None:
        await luc.go("/admin/consultations/plan-velo/rounds")
        await luc.follow(verb)
        day = clock.now().astimezone(zone) + timedelta(days=days)
        await luc.type("Nouveau jour de fermeture", f"{day:%Y-%m-%d}")
        await luc.press(button, within=luc.page.get_by_role("main"))
        await luc.reads("donnez la raison de ce changement")
        await luc.type("Raison du changement", reason)
        await luc.press(button, within=luc.page.get_by_role("main"))
        assert luc.path.startswith("/admin/consultations/plan-velo/rounds?done=")

    await move("Prolonger", 30, "La neige.", "Prolonger")
    await reader.finds("/consultations/plan-velo", "Période « Contributions » prolongée")
    await reader.reads("Raison : La neige.")
    await move("Avancer la fermeture", 15, "Tout est dit.", "Avancer la fermeture")
    await reader.finds("/consultations/plan-velo", "Période « Contributions » : fermeture avancée")
    await Round.filter(id=discussion.round.id).update(closes_at=clock.now() - timedelta(days=1))
    await move("Rouvrir", 5, "Une panne le dernier jour.", "Rouvrir")
    await reader.finds("/consultations/plan-velo", "Période « Contributions » rouverte")
    await reader.reads("Raison : Une panne le dernier jour.")

    await luc.go("/admin/consultations/plan-velo/procedure")
    await luc.tick("Participation du public en matière d’environnement")
    await luc.type("Raison du changement", "Le préfet le demande.")
    await luc.press("Enregistrer")
    await luc.reads("Code de l’environnement, art. L123-19-1", "Ce calendrier lui en laisse")
    await luc.tick("Consultation volontaire")
    await luc.press("Enregistrer")
    await reader.finds("/consultations/plan-velo", "Cadre : Consultation volontaire")
