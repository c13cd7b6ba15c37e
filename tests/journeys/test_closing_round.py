"""A round closes while somebody writes; what everybody hears afterwards; following, until one has had enough."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import expect

from consult.consultations.models import Consultation, Snapshot
from consult.contributions.actions import publish_contribution
from consult.contributions.models import Contribution
from consult.core import clock
from consult.votes.actions import cast_vote
from tests.cast import a_consultation, a_person
from tests.discussion import a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import Walker, spaces, text_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TITLE = "Des bancs le long du canal"
TEXT = "On ne marche pas loin quand on ne peut pas s’asseoir.\n\nUn banc tous les cinq cents mètres."
SEQUEL = "La synthèse paraîtra, puis le conseil municipal répondra à chaque point."


async def download(walker: Walker, words: str) -> str:
    """Press a button that answers with a file, and read the file."""
    async with walker.page.expect_download() as coming:
        await walker.page.get_by_role("button", name=words).click()
    path = Path(await (await coming.value).path())
    return await asyncio.to_thread(path.read_text, encoding="utf-8")


async def test_a_round_closes_while_somebody_is_writing(place: Place) -> None:
    """In real time: the server's own clock closes it."""
    here = place.territory
    seconds = 12
    consultation, one_round, (section,) = await a_consultation(here, closes_in=timedelta(seconds=seconds))
    below = {"territory_id": here.id, "consultation_id": consultation.id}
    awa, luc, zoe = await a_person("Awa Diallo"), await a_person("Luc Martin"), await a_person("Zoé Petit")
    early = await publish_contribution(
        luc.voice(), **below, section_id=section.id, title="Une piste le long du canal", body="De la gare au lycée."
    )
    await cast_vote(zoe.voice(), **below, contribution_id=early.id, choice="agree")

    writer = await place.walker(awa)
    await writer.go("/consultations/plan-velo/contributions/new")
    await writer.type("Titre", TITLE)
    await writer.page.get_by_label("Votre texte").fill(TEXT)
    await asyncio.sleep(max(0.0, (one_round.closes_at - clock.now()).total_seconds()) + 0.2)
    await writer.press("Publier", exact=True)
    assert (await writer.title()).startswith("Erreur :")
    await writer.reads("fermée")
    await expect(writer.page.get_by_label("Titre")).to_have_value(TITLE)
    kept = await download(writer, "Télécharger mon texte")
    assert TITLE in kept
    assert TEXT.splitlines()[-1] in kept
    assert await Contribution.filter(consultation_id=consultation.id).count() == 1
    assert (await Consultation.get(id=consultation.id)).contributions_count == 1

    marie = await place.walker(await a_person("Marie Lune", moderator=here))
    await marie.go("/moderation/closing")
    await marie.go("/moderation/closing/plan-velo")
    await marie.type("Nom de ces chiffres", "Contributions, printemps")
    await marie.page.locator("textarea[name=sequel]").fill(SEQUEL)
    await marie.press("Clore la période", exact=True)
    assert (await Snapshot.get(consultation_id=consultation.id)).figures["participants"] == 2
    for person in (luc, zoe):
        assert SEQUEL in spaces(text_of(await marie.mail(person.email, "Période terminée")))
    late = [to for to in place.instance.postman.to if awa.email in to]
    assert not late, "who was too late has not taken part"
    anybody = await place.walker()
    await anybody.finds("/consultations/plan-velo", "Contributions, printemps")
    await anybody.reads(SEQUEL)
    await anybody.go("/mailbox")
    await anybody.reads("Période terminée")


async def test_one_follows_hears_and_has_had_enough(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    person = await a_person("Awa Diallo")
    awa = await place.walker(person)
    await awa.go("/consultations/plan-velo")
    await awa.follow("Suivre cette consultation")
    await awa.page.locator("label").filter(has_text="Un courriel à chaque nouveauté").click()
    await awa.press("Suivre", exact=True)
    await awa.go("/account/follows")
    await awa.reads("Le plan vélo", "Un courriel à chaque nouveauté")

    luc = await place.walker(discussion.luc)

    async def somebody_writes(title: str) -> None:
        await luc.go("/consultations/plan-velo/contributions/new")
        await luc.type("Titre", title)
        await luc.page.get_by_label("Votre texte").fill(f"{title}, et vite.")
        await luc.press("Publier", exact=True)
        assert await luc.heading() == title

    await somebody_writes("Des arceaux devant la gare")
    message = await awa.mail(person.email)
    assert "One-Click" in str(message["List-Unsubscribe-Post"])
    address = re.search(r"<https?://[^/\s]+(/unsubscribe/[^>]+)>", str(message["List-Unsubscribe"]))
    assert address
    anybody = await place.walker()  # the link is good in whatever browser opens it, a scanner's too
    await anybody.go(address[1])
    await awa.go("/account/follows")
    await awa.reads("Un courriel à chaque nouveauté")
    await anybody.go(address[1])
    await anybody.press("Ne plus les recevoir")
    await anybody.reads("C’est fait")
    arrived = len([to for to in place.instance.postman.to if person.email in to])
    await somebody_writes("Un atelier de réparation")
    await anybody.finds("/consultations/plan-velo/contributions", "Un atelier de réparation")
    await asyncio.sleep(3)
    assert len([to for to in place.instance.postman.to if person.email in to]) == arrived
