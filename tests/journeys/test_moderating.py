"""A text from the report to the answered appeal, through four people's windows; and a moderator without a mouse."""

import re

import pytest
from playwright.async_api import Locator, expect

from consult.contributions.actions import publish_contribution
from consult.contributions.models import Contribution
from tests.cast import a_person
from tests.discussion import Discussion, a_discussion
from tests.journeys.conftest import Place
from tests.journeys.walking import Walker, said

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TITLE = "Le maire et ses amis"
TEXT = "Ces incapables ne sortent jamais de leur voiture de fonction."
REASON = "Le texte s’en prend à des personnes (article 3 de la charte)."
ANSWER = "Le mot vise une gestion, pas quelqu’un : la contribution revient."


async def an_insult(discussion: Discussion, person: object) -> Contribution:
    """A contribution that somebody will want to report."""
    return await publish_contribution(
        person.voice(),
        **discussion.place,
        section_id=discussion.section.id,
        title=TITLE,
        body=TEXT,
    )


async def pick(walker: Walker, words: str) -> None:
    """Choose the circle with exactly these words, by its label as a thumb does."""
    await walker.page.locator("label").filter(has_text=re.compile(rf"^\s*{words}\s*$")).click()
    await expect(walker.page.get_by_label(words, exact=True)).to_be_checked()


async def nowhere(walker: Walker, discussion: Discussion, row: Contribution) -> None:
    """The tombstone stands in the text's place, and the text nowhere."""
    one = f"/consultations/plan-velo/contributions/{row.number}"
    await walker.finds(one, "masquée par décision")
    await walker.reads("propos insultants")
    await walker.reads_not(TEXT, TITLE)
    for path in (
        "/consultations/plan-velo",
        "/consultations/plan-velo/contributions",
        "/consultations/plan-velo/contributions?q=incapables",
        f"{one}/history",
        discussion.path,
    ):
        await walker.go(path)
        await walker.reads_not(TEXT, TITLE)


async def report(walker: Walker, path: str) -> None:
    """Report the contribution whose page this is."""
    await walker.go(path)
    link = walker.page.get_by_role("link", name="Signaler", exact=True).first
    await walker.page.goto(str(await link.evaluate("one => one.href")))
    await pick(walker, "Propos insultants")
    await walker.type("Expliquez en quelques mots", "Il vise des personnes.")
    await walker.press("Envoyer le signalement")
    assert await walker.heading() == "Votre signalement est reçu"


async def test_a_text_is_reported_hidden_appealed_and_brought_back(place: Place) -> None:
    here = place.territory
    discussion = await a_discussion(here)
    awa, karim = await a_person("Awa Diallo"), await a_person("Karim Benali")
    marie, paul = await a_person("Marie Lune", moderator=here), await a_person("Paul Renard", moderator=here)
    row = await an_insult(discussion, karim)
    path = f"/consultations/plan-velo/contributions/{row.number}"
    citizen, author = await place.walker(awa), await place.walker(karim)
    first, second, anybody = await place.walker(marie), await place.walker(paul), await place.walker()

    await report(citizen, path)
    await citizen.mail(awa.email, "Votre signalement")

    await first.go("/moderation")
    await first.reads("Un élément attend une décision", TITLE)
    await first.follow("Commencer par le plus ancien")
    await first.reads(TEXT, "Il vise des personnes.")
    await pick(first, "Masquer")
    await first.page.get_by_label("Motif", exact=True).select_option(label="Propos insultants")
    await first.type("Explication, en une phrase", REASON)
    await first.press("Décider", exact=True)
    await first.reads("Décision enregistrée")
    await nowhere(anybody, discussion, row)
    await citizen.mail(awa.email, "Réponse à votre signalement")

    await author.go(await author.mailed_path(karim.email, "Votre texte est masqué", "/account/decisions/"))
    await author.reads(REASON, TEXT, "Vous seul le voyez", "propos insultants", "Quelqu’un l’a signalé")
    await author.reads_not("Marie Lune", "Awa Diallo")
    await author.follow("Faire un recours")
    await author.press("Envoyer le recours")
    assert (await author.title()).startswith("Erreur :")
    await author.type("Pourquoi la décision doit être revue", "Je parle de gestion, pas de quelqu’un.")
    await author.press("Envoyer le recours")
    await author.reads("Une autre personne que celle qui a décidé l’examine")

    await first.go("/moderation/appeals")
    await first.follow(TITLE) if await first.page.get_by_role("link", name=TITLE).count() else await first.page.locator(
        "main a[href^='/moderation/appeals/']"
    ).first.click()
    assert await first.page.get_by_role("button", name="Répondre").count() == 0, "whoever decided does not hear it"
    await second.go("/moderation/appeals")
    await second.page.locator("main a[href^='/moderation/appeals/']").first.click()
    await second.reads(REASON, "Je parle de gestion", TEXT)
    await pick(second, "Annuler la décision")
    await second.type("Pourquoi", ANSWER)
    await second.press("Répondre", exact=True)

    await author.go(await author.mailed_path(karim.email, "Réponse à votre recours", "/account/decisions/"))
    await author.reads(ANSWER, "Le recours est accepté")
    await anybody.finds(path, TEXT)
    await anybody.finds("/moderation/decisions", "recours accepté, décision annulée")
    record = await anybody.text()
    assert "propos insultants" in record
    assert record.count("Le plan vélo") >= 2, "the decision, and the one that undoes it"
    await anybody.reads_not(TEXT, TITLE, REASON, "Karim", "Awa", "Marie", "Paul", "Contribution n°")


async def reach(walker: Walker, target: Locator) -> None:
    """Press Tab until the focus stands there."""
    for _ in range(90):
        await walker.page.keyboard.press("Tab")
        if await target.evaluate("one => one === document.activeElement"):
            return
    raise AssertionError(f"the keyboard does not come to {target}")


async def test_a_moderator_decides_with_the_keyboard_alone(place: Place) -> None:
    discussion = await a_discussion(place.territory)
    row = await an_insult(discussion, await a_person("Karim Benali"))
    path = f"/consultations/plan-velo/contributions/{row.number}"
    await report(await place.walker(await a_person("Awa Diallo")), path)
    marie = await place.walker(await a_person("Marie Lune", moderator=place.territory))
    page = marie.page
    await marie.go("/moderation")
    await reach(marie, page.get_by_role("link", name=said("Commencer par le plus ancien")))
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await reach(marie, page.get_by_role("link", name="Aller à la décision"))
    await page.keyboard.press("Enter")
    effects = page.get_by_role("radio")
    await reach(marie, effects.first)  # none is chosen: the group is entered by its first circle
    for _ in range(await effects.count()):
        if await page.get_by_label("Masquer", exact=True).is_checked():
            break
        await page.keyboard.press("ArrowDown")
    await expect(page.get_by_label("Masquer", exact=True)).to_be_checked()
    await reach(marie, page.get_by_label("Motif", exact=True))
    await page.keyboard.type("Propos in")
    await reach(marie, page.get_by_label(said("Explication, en une phrase")))
    await page.keyboard.type(REASON)
    await page.keyboard.press("Tab")
    assert await page.get_by_role("button", name="Décider", exact=True).evaluate(
        "one => one === document.activeElement"
    )
    async with page.expect_navigation():
        await page.keyboard.press("Enter")
    await marie.reads("Décision enregistrée")
    await nowhere(await place.walker(), discussion, row)
