"""Voting and supporting in a browser, without scripts."""

import pytest
from starlette.applications import Starlette

from consult.contributions.actions import revise_contribution
from consult.votes.models import Support, Vote
from tests.browsing import Visitor
from tests.cast import a_person, a_territory
from tests.discussion import a_discussion


async def test_a_vote_is_cast_changed_and_taken_back(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    for choice, pressed in (("agree", ["agree"]), ("disagree", ["disagree"]), ("none", [])):
        sent = await visitor.post(f"{d.path}/vote", {"choice": choice}, page=d.path)
        assert (sent.status, sent.location) == (303, f"{d.path}#votes")
        page = await visitor.get(d.path)
        buttons = page.find(".//button[@name='choice'][@aria-pressed='true']")
        assert [one.get("value") for one in buttons] == pressed
        ways = page.find(".//form//a[@href='/account/receipts']")
        assert len(ways) == len(pressed), "who votes is shown the way to the receipt, as who writes is"
    assert await Vote.all().count() == 0


@pytest.mark.parametrize("choice", ["", "perhaps"])
async def test_an_unknown_choice_is_refused_with_words(app: Starlette, choice: str) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    page = await visitor.post(f"{d.path}/vote", {"choice": choice}, page=d.path)
    assert page.status == 422
    assert "Choisissez l’un des trois avis" in page.words


async def test_a_vote_without_our_guard_is_not_counted(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    page = await visitor.post(f"{d.path}/vote", {"choice": "agree", "csrf": "a.b.c"})
    assert page.status == 422
    assert page.title.startswith("Erreur :")
    assert await Vote.all().count() == 0


async def test_a_late_vote_says_why_it_is_not_counted(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    guard = (await visitor.get(d.path)).hidden(action="/vote")
    await d.close()
    page = await visitor.post(f"{d.path}/vote", {**guard, "choice": "agree"})
    assert page.status == 422
    assert "La consultation est fermée" in page.words


async def test_a_vote_on_a_wording_that_has_changed_asks_to_read_it(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    guard = (await visitor.get(d.path)).hidden(action="/vote")
    await revise_contribution(
        d.luc.voice(), **d.place, contribution_id=d.contribution.id, base_revision=1,
        title=d.contribution.title, body="Tout autre chose.",
    )  # fmt: skip
    page = await visitor.post(f"{d.path}/vote", {**guard, "choice": "agree"})
    assert page.status == 422
    assert "Relisez-le, puis votez sur le texte actuel." in page.words
    assert await Vote.all().count() == 0


async def test_somebody_unconfirmed_is_told_to_confirm(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa", confirmed=False))
    page = await visitor.get(d.path)
    assert not page.find(".//button[@name='choice']")
    assert "Confirmez d’abord votre adresse e-mail" in page.words
    refused = await visitor.post(f"{d.path}/vote", {**page.guard(), "choice": "agree"})
    assert refused.status == 422
    assert await Vote.all().count() == 0


async def test_somebody_signed_out_is_led_to_sign_in(app: Starlette) -> None:
    d = await a_discussion()
    sent = await Visitor(app).post(f"{d.path}/vote", {"choice": "agree"})
    assert sent.status == 303
    assert sent.location.startswith("/sign-in?next=")


async def test_votes_on_an_amendment_are_cast_on_its_page(app: Starlette) -> None:
    d = await a_discussion()
    amendment = await d.amend(await a_person("Awa"))
    path, visitor = f"{d.path}/amendments/{amendment.id}", Visitor(app, person=d.luc)
    sent = await visitor.post(f"{path}/vote", {"choice": "mixed"}, page=path)
    assert sent.location == f"{path}#votes"
    assert "1 vote" in (await visitor.get(path)).words


async def test_an_argument_is_supported_and_no_longer(app: Starlette) -> None:
    d = await a_discussion()
    argument, source = await d.argue(d.luc), await d.source(d.luc)
    visitor = Visitor(app, person=await a_person("Awa"))
    for path, anchor in ((f"arguments/{argument.id}", "argument"), (f"sources/{source.id}", "source")):
        for value, count in (("yes", 1), ("no", 0), ("yes", 1)):
            guard = (await visitor.get(d.path)).guard()
            sent = await visitor.post(f"{d.path}/{path}/support", {**guard, "support": value})
            assert sent.location.startswith(f"{d.path}#{anchor}-")
            assert await Support.filter(**{f"{anchor}_id": int(path.split("/")[1])}).count() == count
    assert len((await visitor.get(d.path)).find(".//button[@name='support'][@aria-pressed='true']")) == 2


async def test_ones_own_argument_is_not_supported_on_the_server_either(app: Starlette) -> None:
    d = await a_discussion()
    argument = await d.argue(d.luc)
    visitor = Visitor(app, person=d.luc)
    guard = (await visitor.get(d.path)).guard()
    page = await visitor.post(f"{d.path}/arguments/{argument.id}/support", {**guard, "support": "yes"})
    assert page.status == 422
    assert "On ne soutient pas son propre argument" in page.words
    assert await Support.all().count() == 0


async def test_from_the_neighbour_territory_there_is_nothing_to_support(app: Starlette) -> None:
    d = await a_discussion()
    other = await a_discussion(await a_territory("coteau"))
    argument = await d.argue(d.luc)
    visitor = Visitor(app, host="coteau.test", person=await a_person("Awa"))
    guard = (await visitor.get(other.path)).guard()
    for key in (argument.id, 0, "9" * 25):
        answer = await visitor.post(f"{other.path}/arguments/{key}/support", {**guard, "support": "yes"})
        assert answer.status == 404


async def test_support_given_far_down_a_list_leads_back_there(app: Starlette) -> None:
    d = await a_discussion()
    for n in range(25):
        await d.argue(d.luc, body=f"Raison {n}.")
    visitor = Visitor(app, person=await a_person("Awa"))
    more = (await visitor.get(d.path)).find(".//a[@rel='next']")[0].get("href", "").partition("#")[0]
    page = await visitor.get(more)
    button = page.find(".//button[@name='support']")[-1]
    sent = await visitor.post(button.get("formaction", ""), {**page.guard(), "support": "yes"})
    assert sent.location.startswith(f"{more}#argument-")
    assert await Support.all().count() == 1
