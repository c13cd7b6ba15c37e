"""Giving, correcting and withdrawing sources in a browser, without scripts."""

from starlette.applications import Starlette

from consult.sources.models import Source
from tests.browsing import Visitor
from tests.cast import a_person
from tests.discussion import a_discussion

GOOD = {
    "title": "Baromètre du vélo", "link": "https://www.example.org/barometre", "category": "report", "body": "Page 12.",
}  # fmt: skip


async def test_a_source_is_sent_and_shown(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    sent = await visitor.post(f"{d.path}/sources/new", GOOD, page="")
    source = await Source.get(contribution_id=d.contribution.id)
    assert (sent.status, sent.location) == (303, f"{d.path}#source-{source.id}")
    page = await visitor.get(d.path)
    for words in ("Baromètre du vélo", "example.org", "Rapport ou étude", "Page 12."):
        assert words in page.words
    link = next(one for one in page.find(".//a") if one.get("href") == GOOD["link"])
    assert set(link.get("rel", "").split()) >= {"nofollow", "ugc"}


async def test_a_source_under_an_argument_stands_on_its_page(app: Starlette) -> None:
    d = await a_discussion()
    argument = await d.argue(d.luc, body="Plus sûr.")
    visitor = Visitor(app, person=await a_person("Awa"))
    form = f"{d.path}/sources/new?argument={argument.id}"
    assert "Plus sûr." in (await visitor.get(form)).words
    sent = await visitor.post(f"{d.path}/sources/new", {**GOOD, "argument": str(argument.id)}, page=form)
    assert sent.location.startswith(f"{d.path}/arguments/{argument.id}#source-")
    assert "Baromètre du vélo" in (await visitor.get(sent.location.partition("#")[0])).words


async def test_everything_wrong_is_said_at_once_and_kept(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    page = await visitor.post(f"{d.path}/sources/new", {"title": "", "link": "exemple", "body": "Une note."}, page="")
    assert page.status == 422
    assert page.title.startswith("Erreur :")
    for words in ("Donnez le titre", "elle doit commencer par http", "Choisissez ce qu’est ce document", "Une note."):
        assert words in page.words, words
    summary = [one.get("href") for one in page.find(".//*[@id='error-summary']//a")]
    assert summary == ["#title", "#link", "#category"]
    assert "exemple" in page.text


async def test_a_late_source_is_shown_back(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person("Awa"))
    form = await visitor.get(f"{d.path}/sources/new")
    await d.close()
    page = await visitor.post(f"{d.path}/sources/new", {**form.guard(), **GOOD})
    assert page.status == 422
    assert "La consultation est fermée" in page.words
    assert GOOD["link"] in page.text
    closed = await visitor.get(f"{d.path}/sources/new")
    assert "La consultation est fermée" in closed.words
    assert not [one for one in closed.find(".//form") if one.get("method") == "post"]


async def test_ones_own_source_is_corrected_and_withdrawn(app: Starlette) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    source = await d.source(awa)
    path, visitor = f"{d.path}/sources/{source.id}", Visitor(app, person=awa)
    sent = await visitor.post(f"{path}/edit", {**GOOD, "title": "Un autre titre"}, page="")
    assert sent.location == f"{d.path}#source-{source.id}"
    assert "Un autre titre" in (await visitor.get(d.path)).words
    await visitor.get(f"{path}/withdraw")
    assert (await Source.get(id=source.id)).state == "published"
    assert (await visitor.post(f"{path}/withdraw", page="")).status == 303
    assert "Source retirée par son auteur" in (await visitor.get(d.path)).words
    stranger = Visitor(app, person=await a_person("Zoé"))
    other = await d.source(awa)
    for act in ("edit", "withdraw"):
        assert (await stranger.get(f"{d.path}/sources/{other.id}/{act}")).status == 403
        assert (await stranger.get(f"{d.path}/sources/{'9' * 25}/{act}")).status == 404
