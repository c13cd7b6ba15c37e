"""Following a contribution, hearing of it by mail, and stopping by the link of that mail."""

import asyncio
import re
from urllib.parse import urlsplit

import pytest

from consult.notifications.models import Follow, Frequency, Mail
from tests.cast import a_person
from tests.discussion import a_discussion
from tests.journeys.conftest import Place
from tests.journeys.test_arguing import argue
from tests.journeys.walking import text_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_somebody_follows_hears_of_it_and_stops(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    person = await a_person("Zoé Petit")
    zoe, awa = await place.walker(person), await place.walker(await a_person("Awa Diallo"))
    await zoe.go(discussion.path)
    await zoe.follow("Suivre cette contribution")
    await zoe.tick("Un courriel à chaque nouveauté")
    await zoe.press("Suivre")
    await zoe.reads("C’est noté", "Mes suivis", "Une piste le long du canal", "Un courriel à chaque nouveauté")

    await awa.go(discussion.path)
    await argue(awa, "pour", "Les enfants iraient seuls au collège.")
    mail = await zoe.mail(person.email, "Un argument pour")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = text_of(mail)
    assert "Les enfants iraient seuls au collège." in text

    link = re.search(r"https?://\S+/unsubscribe/\S+", text)
    assert link is not None
    nobody = await place.walker(None)
    await nobody.go(urlsplit(link[0]).path)
    assert (await Follow.get(account_id=person.id)).frequency is Frequency.IMMEDIATE, "a scanner that opens the link"
    await nobody.reads("Ne plus recevoir ces courriels ?", "Une piste le long du canal")
    await nobody.press("Ne plus les recevoir")
    await nobody.reads("C’est fait")
    assert (await Follow.get(account_id=person.id)).frequency is Frequency.NONE

    await argue(awa, "contre", "Le chemin de halage est trop étroit.")
    await awa.mail(discussion.luc.email, "Un argument contre")
    await asyncio.sleep(0.5)
    assert await Mail.filter(account_id=person.id).count() == 1, "nothing more"


async def test_who_is_signed_out_is_led_through_signing_in(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    nobody = await place.walker(None)
    await nobody.go(discussion.path)
    await nobody.follow("Suivre cette contribution")
    await nobody.reads("Se connecter")
    assert f"next=%2Ffollow%2Fcontribution%2F{discussion.contribution.id}" in nobody.page.url
