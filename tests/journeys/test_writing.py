"""Writing a contribution: looked at, put aside, published, reworded, withdrawn; and everything that goes wrong."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from consult.accounts.models import Session
from consult.accounts.queries import token_digest
from consult.consultations.models import Round
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.keys import new_key
from tests.accounts.people import PASSWORD, with_password
from tests.browser.chromium import axe_faults
from tests.cast import Person, a_consultation, a_person
from tests.discussion import a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import Walker, said

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LIST = "/consultations/plan-velo/contributions"
TITLE = "Des arceaux devant la piscine"
BODY = "On y va à vélo l’été.\n\nIl n’y a **rien** pour l’attacher."
HOSTILE = (
    '</textarea><script>document.title="pris"</script><img src=x onerror=alert(1)> '
    "a\u202eb\u0007c 👩\u200d👩\u200d👧 𝒱élo é"
)


async def writer_at(place: Place, person: Person, path: str = f"{LIST}/new") -> Walker:
    """Somebody before the empty form."""
    walker = await place.walker(person)
    return await walker.go(path)


async def type_text(walker: Walker, title: str = TITLE, body: str = BODY) -> None:
    """Fill in both fields."""
    await walker.type("Titre", title)
    await walker.type("Votre texte", body)


async def still_has(walker: Walker, title: str = TITLE, body: str = BODY) -> None:
    """What was typed is still in its fields."""
    await expect(walker.page.get_by_label(said("Titre"))).to_have_value(title)
    await expect(walker.page.get_by_label(said("Votre texte"))).to_have_value(body)


async def said_wrong(walker: Walker, *errors: str) -> None:
    """The page says that there is an error: in its title, in a summary on top, at the field."""
    assert (await walker.title()).startswith("Erreur :")
    summary = walker.page.get_by_role("alert")
    await expect(summary).to_be_visible()
    for error in errors:
        await expect(summary.get_by_text(said(error))).to_be_visible()
    if walker.way.scripts:
        await expect(summary).to_be_focused()


async def test_looked_at_put_aside_taken_up_published_reworded_withdrawn(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa = await writer_at(place, await a_person("Awa Diallo"), LIST)
    await awa.follow("Écrire une contribution")
    await type_text(awa, "Une piste cyclable le long du canal", "La piste du canal doit aller jusqu’à la gare.")
    await awa.press("Prévisualiser")
    await awa.reads("Aperçu", "Déjà proposé ?", discussion.contribution.title)
    await type_text(awa)
    await awa.press("Prévisualiser")
    await expect(awa.page.get_by_role("region", name="Aperçu").get_by_text("rien", exact=True)).to_be_visible()
    await awa.press("Enregistrer le brouillon")
    await awa.reads(TITLE)

    await awa.go("/account")
    await awa.follow("Mes brouillons")
    await awa.follow(TITLE, exact=True)
    await still_has(awa)
    await awa.press("Publier")
    assert awa.path == f"{LIST}/2"
    assert await awa.heading() == TITLE
    await awa.reads("n° 2", "Awa Diallo", "Il n’y a rien pour l’attacher.")
    await awa.go("/account/drafts")
    await awa.reads_not(TITLE)

    await awa.go(f"{LIST}/2")
    await awa.follow("Modifier ma contribution")
    await awa.type("Votre texte", BODY.replace("l’été", "en juillet"))
    await awa.type("Ce qui change", "Le mois est précisé.")
    await awa.press("Voir ce qui change")
    await awa.reads("en juillet")
    await awa.press("Enregistrer la nouvelle version")
    await awa.reads("Modifiée le")
    await awa.follow("1 version antérieure")
    await awa.reads("Le mois est précisé.", "Version 2", "Version 1")
    await expect(awa.page.locator("del").filter(has_text="été").first).to_be_visible()
    await expect(awa.page.locator("ins").filter(has_text="juillet").first).to_be_visible()
    await awa.follow("Revenir à la contribution")

    await awa.follow("Retirer ma contribution")
    await awa.follow("Ne rien changer")
    await awa.follow("Retirer ma contribution")
    await awa.press("Retirer ma contribution")
    reader = await place.walker()
    await reader.finds(f"{LIST}/2", "retiré")
    await reader.reads("n° 2")
    await reader.reads_not(TITLE, "attacher")
    await reader.go(LIST)
    await reader.reads_not(TITLE)


async def test_where_scripts_run_similar_contributions_are_proposed_while_writing(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa = await writer_at(place, await a_person("Awa Diallo"))
    await type_text(awa, "Une piste cyclable le long du canal", "La piste du canal doit aller jusqu’à la gare.")
    if awa.way.scripts:
        await awa.reads("Déjà proposé ?", discussion.contribution.title)
    else:
        await awa.press("Prévisualiser")
        await awa.reads("Déjà proposé ?", discussion.contribution.title)


@pytest.mark.parametrize(
    ("title", "body", "wrong"),
    [
        ("", "", ("Titre", "Votre texte")),
        ("Un titre " + "très " * 60 + "long", BODY, ("Titre",)),
        (TITLE, "long " * 4100, ("Votre texte",)),
    ],
    ids=["empty", "long-title", "long-text"],
)
async def test_bad_input_is_said_on_top_and_at_the_field_and_kept(
    place: Place, title: str, body: str, wrong: tuple[str, ...]
) -> None:
    await a_consultation(place.territory)
    awa = await writer_at(place, await a_person("Awa Diallo"))
    await type_text(awa, title, body)
    await awa.press("Publier")
    await said_wrong(awa, *wrong)
    await still_has(awa, title.strip(), body.strip())
    await awa.page.get_by_role("alert").get_by_role("link").first.click()
    field = awa.page.get_by_label(said(wrong[0]))
    await expect(field).to_be_focused()
    assert await field.get_attribute("aria-invalid") == "true"
    assert await Contribution.filter(consultation__territory_id=place.territory.id).count() == 0


async def test_the_section_that_was_not_chosen_is_said_with_the_rest(place: Place) -> None:
    await a_consultation(place.territory, sections=2)
    awa = await writer_at(place, await a_person("Awa Diallo"))
    await awa.press("Publier")
    await said_wrong(awa, "Rubrique", "Titre", "Votre texte")
    await type_text(awa)
    await awa.choose("Rubrique", "2 Rubrique 2")
    await awa.press("Publier")
    assert await awa.heading() == TITLE
    await awa.reads("Rubrique 2")


async def test_hostile_text_is_only_text(place: Place) -> None:
    await a_consultation(place.territory)
    awa = await writer_at(place, await a_person("Awa Diallo"))
    await type_text(awa, "Pistes <b>& 'vélos' \"</b> 👩\u200d👧", HOSTILE)
    await awa.press("Prévisualiser")
    assert await awa.page.locator(".preview script, .preview img").count() == 0
    await awa.press("Publier")
    assert await awa.heading() == "Pistes <b>& 'vélos' \"</b> 👩\u200d👧"
    await awa.reads("<script>", "𝒱élo é")
    assert "pris" not in (await awa.title())
    text = await awa.page.inner_text("main")
    assert "\u202e" not in text
    assert "\u0007" not in text


async def test_sent_twice_it_makes_one_row(place: Place) -> None:
    await a_consultation(place.territory)
    awa = await writer_at(place, await a_person("Awa Diallo"))
    await type_text(awa)
    # the second click cuts the first answer short: nothing to wait for but the page in the end
    await awa.page.get_by_role("button", name="Publier").dblclick(no_wait_after=True)
    await expect(awa.page.get_by_role("heading", level=1)).to_have_text(TITLE, timeout=15_000)
    await awa.page.wait_for_load_state()
    await awa.page.go_back()
    await still_has(awa)
    await awa.press("Publier")
    assert awa.path == f"{LIST}/1"
    assert await Contribution.filter(consultation__territory_id=place.territory.id).count() == 1


async def test_a_stale_form_says_so_keeps_the_text_and_can_be_sent_again(place: Place) -> None:
    await a_consultation(place.territory)
    person = await a_person("Awa Diallo")
    awa = await writer_at(place, person)
    await type_text(awa)
    # the same person signs in again in another tab: the browser's cookie is another one
    again = await awa.context.new_page()
    await awa.be(await another_session(person))
    await again.close()
    await awa.press("Publier")
    await said_wrong(awa, "Cette page était ouverte depuis trop longtemps")
    await still_has(awa)
    await awa.press("Publier")
    assert await awa.heading() == TITLE
    assert await Contribution.filter(consultation__territory_id=place.territory.id).count() == 1


async def another_session(person: Person) -> Person:
    """The same person, signed in once more."""
    token, now = f"{person.token}again", clock.now()
    await Session.create(
        id=new_key(),
        digest=token_digest(token),
        account=person.account,
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=1),
    )
    return Person(person.account, token, person.email)


async def test_a_session_that_ended_while_writing_loses_no_text(place: Place) -> None:
    await a_consultation(place.territory)
    person = await with_password(await a_person("Awa Diallo"))
    awa = await writer_at(place, person)
    await type_text(awa)
    await Session.filter(account_id=person.id).delete()
    await awa.press("Publier")
    assert await awa.heading() == "Votre session a pris fin"
    assert not awa.way.scripts or not await axe_faults(awa.page)
    await expect(awa.page.get_by_label(said("Votre texte")).filter(has_text="On y va à vélo").first).to_be_visible()
    tab = await place.walker()
    tab.page = await awa.context.new_page()  # the link opens beside
    await tab.go("/sign-in")
    await tab.type("Adresse e-mail", person.email)
    await tab.type("Mot de passe", PASSWORD)
    await tab.press("Se connecter")
    await awa.press("Envoyer de nouveau")
    await still_has(awa)
    await awa.press("Publier")
    assert await awa.heading() == TITLE
    assert await Contribution.filter(consultation__territory_id=place.territory.id).count() == 1


async def test_a_text_that_comes_too_late_is_shown_back_and_kept(place: Place) -> None:
    _, one_round, _ = await a_consultation(place.territory)
    awa = await writer_at(place, await a_person("Awa Diallo"))
    await type_text(awa)
    await Round.filter(id=one_round.id).update(closes_at=one_round.opens_at + timedelta(days=1))
    await awa.press("Publier")
    await said_wrong(awa)
    await awa.reads("fermée", "Votre texte est gardé")
    await still_has(awa)
    await awa.follow("Voir mes brouillons")
    await awa.reads(TITLE)
    assert await Contribution.filter(consultation__territory_id=place.territory.id).count() == 0
