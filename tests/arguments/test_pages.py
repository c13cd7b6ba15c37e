"""Writing, correcting and withdrawing arguments in a browser, without scripts."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.arguments.models import Argument
from consult.contributions.models import Contribution
from consult.core import clock
from tests.browsing import Visitor
from tests.cast import a_person, a_territory, an_organisation
from tests.discussion import a_discussion


@pytest.mark.parametrize("page", ["", "/arguments/new?side=against"])
async def test_an_argument_is_sent_from_either_page(app: Starlette, page: str) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    values = {"side": "against", "body": "Trop cher."}
    sent = await visitor.post(f"{d.path}/arguments/new", values, page=d.path + page)
    argument = await Argument.get(contribution_id=d.contribution.id)
    assert (sent.status, sent.location) == (303, f"{d.path}#argument-{argument.id}")
    assert argument.side == "against"
    assert "Trop cher." in (await visitor.get(d.path)).words


async def test_one_form_sent_twice_makes_one_argument(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    form = await visitor.get(f"{d.path}/arguments/new?side=for")
    values = {**form.hidden(action="/arguments/new"), "side": "for", "body": "Plus sûr."}
    places = [(await visitor.post(f"{d.path}/arguments/new", values)).location for _ in range(2)]
    assert places[0] == places[1]
    assert await Argument.all().count() == 1


async def test_what_is_wrong_is_said_and_the_text_kept(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    long = "Très long. " * 400
    for values, words in (
        ({"side": "for", "body": ""}, "Écrivez votre argument"),
        ({"side": "for", "body": long}, "L’argument est trop long"),
        ({"side": "perhaps", "body": "Oui."}, "Dites si c’est un argument pour ou contre"),
    ):
        page = await visitor.post(f"{d.path}/arguments/new", values, page=f"{d.path}/arguments/new?side=for")
        assert page.status == 422
        assert page.title.startswith("Erreur :")
        assert words in page.words
        assert values["body"].strip() in page.text
        assert "Une piste le long du canal" in page.words
    assert await Argument.all().count() == 0


async def test_a_stale_form_keeps_the_text(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    page = await visitor.post(f"{d.path}/arguments/new", {"side": "for", "body": "Plus sûr.", "csrf": "x.1.y"})
    assert page.status == 422
    assert "Plus sûr." in page.text
    again = {**page.hidden(action="/arguments/new"), "side": "for", "body": "Plus sûr."}
    assert (await visitor.post(f"{d.path}/arguments/new", again)).status == 303


async def test_a_late_argument_is_shown_back(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    form = await visitor.get(f"{d.path}/arguments/new?side=for")
    await d.close()
    values = {**form.hidden(action="/arguments/new"), "side": "for", "body": "Arrivé trop tard."}
    page = await visitor.post(f"{d.path}/arguments/new", values)
    assert page.status == 422
    assert "La consultation est fermée" in page.words
    assert "Arrivé trop tard." in page.text
    assert await Argument.all().count() == 0


async def test_somebody_signed_out_is_led_to_the_form_through_sign_in(app: Starlette) -> None:
    d = await a_discussion()
    answer = await Visitor(app).get(f"{d.path}/arguments/new?side=for")
    assert answer.status == 303
    assert answer.location == f"/sign-in?next={d.path.replace('/', '%2F')}%2Farguments%2Fnew%3Fside%3Dfor"


async def test_an_organisation_argues_through_its_member_only(app: Starlette) -> None:
    territory = await a_territory()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    body = await an_organisation(territory, awa)
    await an_organisation(territory, zoe, name="Autre")
    d = await a_discussion(territory)
    values = {"side": "for", "body": "Plus sûr.", "voice": str(body.id)}
    refused = await Visitor(app, person=zoe).post(f"{d.path}/arguments/new", values, page=d.path)
    assert refused.status == 422
    assert "Vous n’êtes pas ou plus membre de cette organisation" in refused.words
    sent = await Visitor(app, person=awa).post(f"{d.path}/arguments/new", values, page=d.path)
    assert sent.status == 303
    assert (await Argument.get(contribution_id=d.contribution.id)).organisation_id == body.id


@pytest.mark.parametrize("place", ["arguments/new", "sources/new", "vote"])
async def test_under_a_hidden_contribution_there_is_no_such_address(app: Starlette, place: str) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=d.luc)
    form = await visitor.get(d.path)
    await d.hide()
    values = {**form.guard(), "side": "for", "body": "Oui.", "choice": "agree"}
    assert (await visitor.post(f"{d.path}/{place}", values)).status == 404
    assert await Argument.all().count() == 0


async def test_an_argument_about_an_amendment_stands_on_its_page(app: Starlette) -> None:
    d = await a_discussion()
    amendment = await d.amend(await a_person("Awa"))
    path = f"{d.path}/amendments/{amendment.id}"
    visitor = Visitor(app, person=d.luc)
    values = {"side": "for", "body": "Mieux dit.", "amendment": str(amendment.id)}
    sent = await visitor.post(f"{d.path}/arguments/new", values, page=path)
    argument = await Argument.get(amendment_id=amendment.id)
    assert sent.location == f"{path}#argument-{argument.id}"
    assert "Mieux dit." in (await visitor.get(path)).words


# ---------------------------------------------------------------- one's own


async def test_a_correction_in_a_browser(app: Starlette) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(awa, body="Plsu sûr.")
    path = f"{d.path}/arguments/{argument.id}/edit"
    visitor = Visitor(app, person=awa)
    assert "Plsu sûr." in (await visitor.get(path)).text
    empty = await visitor.post(path, {"body": ""}, page=path)
    assert empty.status == 422
    sent = await visitor.post(path, {"body": "Plus sûr."}, page=path)
    assert sent.location == f"{d.path}#argument-{argument.id}"
    page = await visitor.get(d.path)
    assert "Plus sûr." in page.words
    assert "Corrigé le" in page.words


async def test_a_correction_too_late_keeps_the_text(app: Starlette) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(awa)
    path = f"{d.path}/arguments/{argument.id}/edit"
    visitor = Visitor(app, person=awa)
    form = await visitor.get(path)
    with clock.frozen(clock.now() + timedelta(minutes=15), everywhere=True):
        late = await visitor.post(path, {**form.guard(), "body": "Corrigé trop tard."})
        shown = await visitor.get(path)
    assert late.status == 422
    assert "Corrigé trop tard." in late.text
    assert "ce temps est écoulé" in shown.words
    assert not shown.find(".//textarea")


async def test_withdrawing_asks_first(app: Starlette) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(awa)
    path = f"{d.path}/arguments/{argument.id}/withdraw"
    visitor = Visitor(app, person=awa)
    assert (await visitor.get(path)).status == 200
    assert (await Argument.get(id=argument.id)).state == "published"
    sent = await visitor.post(path, {}, page=path)
    assert sent.location == f"{d.path}#argument-{argument.id}"
    assert "Argument retiré par son auteur" in (await visitor.get(d.path)).words


@pytest.mark.parametrize("act", ["edit", "withdraw"])
async def test_somebody_elses_argument_is_out_of_reach(app: Starlette, act: str) -> None:
    d = await a_discussion()
    argument = await d.argue(await a_person("Awa"))
    path = f"{d.path}/arguments/{argument.id}/{act}"
    visitor = Visitor(app, person=await a_person("Zoé"))
    guard = (await visitor.get(d.path)).guard()
    assert (await visitor.get(path)).status == 403
    assert (await visitor.post(path, {**guard, "body": "Autre."})).status == 403
    assert (await visitor.get(f"{d.path}/arguments/{'9' * 25}/{act}")).status == 404
    neighbour = await a_discussion(await a_territory("coteau"))
    elsewhere = Visitor(app, host="coteau.test", person=d.luc)
    assert (await elsewhere.get(f"{neighbour.path}/arguments/{argument.id}/{act}")).status == 404


async def test_reading_these_pages_changes_nothing(app: Starlette) -> None:
    d = await a_discussion()
    argument = await d.argue(d.luc)
    before = dict(await Contribution.get(id=d.contribution.id)), dict(await Argument.get(id=argument.id))
    visitor = Visitor(app, person=d.luc)
    for path in ("new?side=for", f"{argument.id}", f"{argument.id}/edit", f"{argument.id}/withdraw"):
        assert (await visitor.get(f"{d.path}/arguments/{path}")).status == 200
    assert before == (dict(await Contribution.get(id=d.contribution.id)), dict(await Argument.get(id=argument.id)))
