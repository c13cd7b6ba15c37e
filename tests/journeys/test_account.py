"""Signing up, in and out; one's sessions, address, language, data; leaving."""

import json

import pytest

from tests.accounts.people import PASSWORD, with_password
from tests.cast import a_consultation, a_person
from tests.discussion import a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import Walker, text_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def fresh_email(place: Place, name: str = "jeanne") -> str:
    """An address that no other test uses."""
    return f"{name}.{place.territory.slug}@exemple.fr"


async def sign_up(walker: Walker, email: str, name: str = "Jeanne Morel") -> None:
    """From the front page to the page that says where to look."""
    await walker.go("/")
    await walker.follow("Se connecter")
    await walker.follow("Créer un compte")
    await walker.type("Nom public", name)
    await walker.type("Adresse e-mail", email)
    await walker.tick("J’accepte la charte de participation")
    await walker.press("Créer mon compte")
    assert await walker.heading() == "Regardez vos e-mails"
    await walker.reads(email)


async def sign_in(walker: Walker, email: str, password: str) -> None:
    """By password, from wherever one is."""
    await walker.follow("Se connecter")
    await walker.type("Adresse e-mail", email)
    await walker.type("Mot de passe", password)
    await walker.press("Se connecter")


async def test_what_was_written_before_confirming_is_published_on_confirmation(place: Place) -> None:
    await a_consultation(place.territory)
    jeanne, luc = await place.walker(), await place.walker()
    email = fresh_email(place)
    await sign_up(jeanne, email)
    await jeanne.follow("Continuer")
    await jeanne.follow("Le plan vélo")
    await jeanne.follow("Écrire une contribution")
    await jeanne.reads("Votre adresse e-mail n’est pas encore confirmée")
    await jeanne.type("Titre", "Un arceau devant chaque école")
    await jeanne.type("Votre texte", "Les enfants viennent à vélo.\n\nIls ne savent pas où l’attacher.")
    await jeanne.press("Publier")
    await jeanne.reads("Un arceau devant chaque école", "en attente")
    listed = "/consultations/plan-velo/contributions"
    await luc.go(listed)
    await luc.reads_not("Un arceau devant chaque école")

    await jeanne.follow_mail(email)
    assert await jeanne.heading() == "Confirmer votre adresse"
    await jeanne.reads("Un texte attend cette confirmation pour être publié.")
    await jeanne.type("Mot de passe", PASSWORD)
    await jeanne.press("Confirmer et publier")
    await luc.finds(listed, "Un arceau devant chaque école")
    await luc.follow("Un arceau devant chaque école")
    await luc.reads("Ils ne savent pas où l’attacher.", "Jeanne Morel")

    await jeanne.go("/account")
    await jeanne.press("Se déconnecter")
    await sign_in(jeanne, email, PASSWORD)
    await jeanne.follow("Jeanne Morel")
    await jeanne.follow("Mes contributions")
    await jeanne.reads("Un arceau devant chaque école")


async def test_a_newcomer_comes_back_to_the_argument_that_they_meant_to_write(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    jeanne, reader = await place.walker(), await place.walker()
    email = fresh_email(place)
    await jeanne.go(discussion.path)
    await jeanne.follow("Ajouter un argument pour")
    await jeanne.follow("Créer un compte")
    await jeanne.type("Nom public", "Jeanne Morel")
    await jeanne.type("Adresse e-mail", email)
    await jeanne.tick("J’accepte la charte de participation")
    await jeanne.press("Créer mon compte")
    await jeanne.follow("Continuer")
    assert await jeanne.heading() == "Argument pour"
    await jeanne.type("Votre argument", "On y croiserait ses voisins.")
    await jeanne.press("Publier l’argument")
    await jeanne.reads(
        "Enregistré, pas encore publié", "Personne d’autre ne voit ce qui suit.", "On y croiserait ses voisins."
    )
    assert await jeanne.page.get_by_role("button", name="D’accord", exact=True).count() == 0, "no vote before that"
    await reader.go(discussion.path)
    await reader.reads_not("On y croiserait ses voisins.")

    await jeanne.follow_mail(email, "Confirmez votre adresse e-mail")
    await jeanne.press("Confirmer et publier")
    await reader.finds(discussion.path, "On y croiserait ses voisins.")
    await reader.reads("1 argument pour", "Jeanne Morel")
    await jeanne.go(discussion.path)
    await jeanne.press("D’accord", exact=True)
    await jeanne.reads("Votre vote est enregistré")


async def test_texts_that_are_not_mine_are_not_published_by_my_confirming(place: Place) -> None:
    await a_consultation(place.territory)
    somebody, jeanne = await place.walker(), await place.walker()
    email = fresh_email(place)
    await sign_up(somebody, email, "Pas Jeanne")
    await somebody.go("/consultations/plan-velo/contributions/new")
    await somebody.type("Titre", "Écrit sous le nom d’une autre")
    await somebody.type("Votre texte", "Elle ne l’a pas écrit.")
    await somebody.press("Publier")
    await jeanne.follow_mail(email)
    await jeanne.reads("Ce lien a été demandé dans un autre navigateur que celui-ci.")
    await jeanne.press("Confirmer sans publier : ces textes ne sont pas de moi")
    await jeanne.go("/consultations/plan-velo/contributions")
    await jeanne.reads_not("Écrit sous le nom d’une autre")
    await somebody.go("/account")
    assert await somebody.heading() == "Se connecter", "whoever typed the address is not let in by it"


async def test_a_link_by_mail_signs_in_once_and_brings_back_to_where_one_was(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    awa = await place.walker()
    person = await a_person("Awa Diallo")
    await awa.go(discussion.path)
    await awa.follow("Se connecter pour donner son avis")
    await awa.type("Adresse e-mail", person.email)
    await awa.press("Recevoir un lien par e-mail")
    message = await awa.follow_mail(person.email, "Votre lien pour vous connecter")
    await awa.reads("Vous allez ouvrir le compte « Awa Diallo ».")
    link = awa.path
    await awa.press("Me connecter")
    assert awa.path == discussion.path
    await awa.press("D’accord", exact=True)
    await awa.reads("Votre vote est enregistré")
    assert "Awa Diallo" in text_of(message)

    await awa.go("/account")
    await awa.press("Se déconnecter")
    assert (await awa.page.goto(awa.instance.address(awa.host) + link)).status == 410
    await awa.reads("Ce lien n’est plus valable")


async def test_a_wrong_password_says_no_more_than_an_unknown_address(place: Place) -> None:
    person = await with_password(await a_person("Awa Diallo"))
    somebody = await place.walker()
    await somebody.go("/sign-in")
    said = []
    for email in (person.email, fresh_email(place, "nobody")):
        await somebody.type("Adresse e-mail", email)
        await somebody.type("Mot de passe", "ce n’est pas celui-là")
        await somebody.press("Se connecter")
        said.append((await somebody.title(), await somebody.text()))
        assert await somebody.page.get_by_label("Adresse e-mail").input_value() == email
    assert said[0] == said[1]
    assert said[0][0].startswith("Erreur :")


async def test_a_session_left_open_elsewhere_is_closed_from_here(place: Place) -> None:
    person = await with_password(await a_person("Awa Diallo"))
    here, library = await place.walker(), await place.walker()
    for one in (library, here):
        await one.go("/")
        await sign_in(one, person.email, PASSWORD)
    await here.go("/account")
    await here.reads("3 navigateurs connectés")  # that of the cast, too
    await here.follow("Voir les connexions")
    await here.press("Fermer toutes les autres")
    await here.reads_not("Fermer")
    await library.go("/account")
    assert await library.heading() == "Se connecter"


async def test_the_address_changes_when_the_new_one_has_answered(place: Place) -> None:
    person = await with_password(await a_person("Awa Diallo"))
    new = fresh_email(place, "awa-nouvelle")
    awa = await place.walker()
    await awa.go("/")
    await sign_in(awa, person.email, PASSWORD)
    await awa.go("/account")
    await awa.follow("Changer l’adresse e-mail")
    await awa.type("Nouvelle adresse e-mail", new)
    await awa.press("Recevoir le lien")
    await awa.reads(person.email)
    await awa.follow_mail(new, "Confirmez votre nouvelle adresse")
    await awa.press("Utiliser cette adresse")
    await awa.reads("Votre adresse e-mail est changée.", new)
    await awa.mail(person.email, "L’adresse de votre compte a changé")


async def test_the_language_is_chosen_at_the_foot_of_the_page_and_kept(place: Place) -> None:
    await a_consultation(place.territory)
    somebody = await place.walker()
    await somebody.go("/consultations/plan-velo")
    await somebody.follow("English")
    await somebody.press(await kept_words(somebody))  # the question is put in the language offered
    assert somebody.path == "/consultations/plan-velo"
    assert await somebody.page.locator("html").get_attribute("lang") == "en"
    title = somebody.page.get_by_role("heading", level=1, name="Le plan vélo")
    assert await title.get_attribute("lang") == "fr", "what people wrote stays in its language, and says so"
    await somebody.follow("Français")
    await somebody.tick("Français")
    await somebody.press(await kept_words(somebody))
    assert await somebody.page.locator("html").get_attribute("lang") == "fr"


async def kept_words(walker: Walker) -> str:
    """The words of the page's only button, whatever the language."""
    return await walker.page.locator("main").get_by_role("button").first.inner_text()


async def test_one_takes_ones_data_away_and_leaves_and_the_debate_stays_readable(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    luc = await with_password(discussion.luc)
    leaving, reader = await place.walker(accept_downloads=True), await place.walker()
    await leaving.go("/")
    await sign_in(leaving, luc.email, PASSWORD)
    await leaving.go("/account")
    await leaving.follow("Tout voir et télécharger")
    await leaving.reads(luc.email, "Une piste le long du canal")
    assert luc.email in json.dumps(json.loads(await leaving.save("Télécharger le fichier")))
    await reader.go(discussion.path)
    await reader.reads("Luc Martin")

    await leaving.go("/account")
    await leaving.follow("Supprimer mon compte")
    await leaving.press("Supprimer définitivement mon compte")
    await leaving.reads("Se connecter")
    await reader.finds(discussion.path, "Compte supprimé")
    await reader.reads("Une piste le long du canal")
    await reader.reads_not("Luc Martin")
