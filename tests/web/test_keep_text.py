"""A text that came too late is given back to its writer as a file; nothing is stored, nobody else's wording goes in."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.core import clock
from tests.attacks.crawling import changed, rows
from tests.attacks.world import Place, a_side
from tests.browsing import Visitor

TEXT = "Une phrase que personne ne doit perdre.\n\nAvec un œuf, 🚲 et « ceci » <b>&"
FORMS = {
    "/consultations/plan-velo/contributions/new": {"title": "Mon titre", "body": TEXT, "button": "publish"},
    "{path}/arguments/new": {"side": "for", "body": TEXT},
    "{path}/sources/new": {"title": "Mon titre", "link": "https://example.org/a", "category": "report", "note": TEXT},
    "{path}/amendments/new": {
        "title": "Mon titre", "body": TEXT, "reason": "Parce que.", "base": "1", "button": "publish",
    },
    "{path}/edit": {"title": "Mon titre", "body": TEXT, "reason": "Parce que.", "base": "1", "button": "publish"},
}  # fmt: skip


@pytest.fixture
async def place(db: str) -> Place:
    return await a_side("vallon")


@pytest.mark.parametrize("address", FORMS)
@pytest.mark.parametrize("button", ["publish", "preview"])
async def test_every_late_form_offers_its_text_and_gives_it(
    app: Starlette, place: Place, address: str, button: str
) -> None:
    sent, path = FORMS[address], address.format(path=place.path)
    if button == "preview" and "button" not in sent:
        return
    writer = place.visitor(app, "luc" if address.endswith("edit") else "ines")
    closes_at = place.consultations["plan-velo"][1].closes_at
    with clock.frozen(closes_at - timedelta(hours=1), everywhere=True):
        guard = (await writer.get("/language")).guard()
        section = {"section": str(place.section.id)}
    with clock.frozen(closes_at, everywhere=True):
        late = await writer.post(path, {**guard, **section, **sent, **({"button": button} if "button" in sent else {})})
        assert late.status == (422 if button == "publish" else 200)
        assert "Votre texte n’est pas publié, mais il n’est pas perdu" in late.words
        forms = [one for one in late.find(".//form") if one.findall(".//button[@formaction='/keep-text']")]
        assert len(forms) == 1
        hidden = {one.get("name", ""): one.get("value", "") for one in forms[0].findall(".//input[@type='hidden']")}
        before = await rows()
        kept = await writer.post("/keep-text", {**hidden, **sent})
        assert changed(before, await rows()) == []
    assert kept.status == 200
    assert kept.headers["content-type"] == "text/plain; charset=utf-8"
    assert kept.headers["content-disposition"].startswith('attachment; filename="consult-')
    assert kept.headers["cache-control"] == "no-store"
    for name in ("title", "body", "link", "note", "reason"):
        assert sent.get(name, "") in kept.content.decode()
    assert "Texte gardé le" in kept.content.decode()
    assert "heure de Paris" in kept.content.decode()


async def test_a_form_in_time_offers_no_file(app: Starlette, place: Place) -> None:
    for path in ("/consultations/plan-velo/contributions/new", f"{place.path}/arguments/new?side=for"):
        assert "/keep-text" not in (await place.visitor(app, "ines").get(path)).text


async def test_a_foreign_or_stale_form_gets_a_page_and_never_a_file(app: Starlette, place: Place) -> None:
    writer = place.visitor(app, "ines")
    for csrf in ("", "x.y.z"):
        answer = await writer.post("/keep-text", {"csrf": csrf, "body": TEXT, "title": "Mon titre", "voice": "12"})
        assert answer.status == 422
        assert "content-disposition" not in answer.headers
        assert "Une phrase que personne ne doit perdre." in answer.text
        assert "&lt;b&gt;" in answer.text
    again = {**answer.guard(), "body": TEXT}
    assert (await writer.post("/keep-text", again)).headers["content-type"].startswith("text/plain")
    writer.client.headers["sec-fetch-site"] = "cross-site"
    guard = (await writer.get("/language")).guard()
    assert (await writer.post("/keep-text", {**guard, "body": TEXT})).status == 403


async def test_signed_out_meanwhile_one_gets_the_text_on_a_page(app: Starlette, place: Place) -> None:
    answer = await Visitor(app).post("/keep-text", {"body": TEXT})
    assert answer.status == 403
    assert "Une phrase que personne ne doit perdre." in answer.text


async def test_the_address_is_named_only_when_it_is_ours(app: Starlette, place: Place) -> None:
    writer = place.visitor(app, "ines")
    guard = (await writer.get("/language")).guard()
    for referer, named in (
        (f"http://vallon.test{place.path}", True),
        ("http://mal.test/piege", False),
        ("http://[", False),
    ):
        writer.client.headers["referer"] = referer
        told = (await writer.post("/keep-text", {**guard, "body": TEXT})).content.decode()
        assert (referer in told) is named
