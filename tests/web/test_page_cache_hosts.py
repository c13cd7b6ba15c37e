"""Whose page it is: what is kept for one territory is never shown under another's host."""

from typing import Any

import pytest
from starlette.applications import Starlette

from tests.browsing import Visitor
from tests.cast import a_territory
from tests.web.asking import ask
from tests.web.kept import Counter


async def test_a_territory_opened_later_does_not_inherit_the_pages_of_its_host(app: Starlette) -> None:
    """With one territory any host is its host; the host of the next one may have been asked before it was there."""
    await a_territory("vallon")
    Counter(app)
    assert "Vallon" in (await ask(app, "/counted", host="coteau.test")).text
    await a_territory("coteau")
    assert "Coteau" in (await ask(app, "/counted", host="coteau.test")).text


@pytest.mark.parametrize(
    "host",
    ["vallon.test", "VALLON.test", "vallon.test.", "vallon.test:8000", "Vallon.Test.:443", "vallon.test:"],
)
async def test_a_host_is_the_same_however_it_is_written(app: Starlette, host: str) -> None:
    await a_territory("vallon")
    await a_territory("coteau")
    Counter(app)
    await ask(app, "/counted", host="coteau.test")
    assert "Vallon" in (await ask(app, "/counted", host=host)).text
    assert "Coteau" in (await ask(app, "/counted", host="coteau.test")).text


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "vallon.test"), ("host", "coteau.test")],
        [("host", "coteau.test"), ("host", "vallon.test")],
        [("host", "vallon.test, coteau.test")],
        [("host", "vallon.test\tcoteau.test")],
        [("host", "vallon.test@coteau.test")],
        [("host", "coteau.test/vallon.test")],
        [("host", "vallon.test:80:80")],
        [("host", "vallon.test#coteau.test")],
        [("host", "")],
        [("host", "é.test")],
        [("host", "a" * 300)],
        [("host", "vallon..test")],
        [],
    ],
)
async def test_a_request_of_no_host_or_of_several_is_refused_and_poisons_nothing(app: Starlette, headers: Any) -> None:
    await a_territory("vallon")
    await a_territory("coteau")
    Counter(app)
    for _ in range(2):
        answer = await ask(app, "/counted", host=None, headers=headers)
        assert answer.status == 400
        assert "<h1>" in answer.text
        assert "Commune" not in answer.text
    assert "Vallon" in (await ask(app, "/counted")).text
    assert "Coteau" in (await ask(app, "/counted", host="coteau.test")).text


async def test_what_a_client_says_of_its_host_elsewhere_is_not_heeded(app: Starlette) -> None:
    await a_territory("vallon")
    await a_territory("coteau")
    Counter(app)
    for name in ("x-forwarded-host", "forwarded", "x-host", "x-original-host", "x-forwarded-server"):
        answer = await ask(
            app, "/counted", headers=[(name, "host=coteau.test" if name == "forwarded" else "coteau.test")]
        )
        assert "Vallon" in answer.text


async def test_a_neighbours_host_and_an_unknown_one_find_nothing_kept(app: Starlette) -> None:
    await a_territory("vallon")
    await a_territory("coteau")
    Counter(app)
    etag = (await ask(app, "/counted")).get("etag")
    assert "Coteau" in (await ask(app, "/counted", host="coteau.test", headers=[("if-none-match", etag)])).text
    for host in ("elsewhere.test", "test", "vallon", "x.vallon.test", "127.0.0.1", "[::1]", "[::1]:8000"):
        answer = await ask(app, "/counted", host=host)
        assert answer.status == 404
        assert "Vallon" not in answer.text


async def test_visitors_of_two_languages_and_territories_never_see_each_other_s_pages(app: Starlette) -> None:
    for slug in ("vallon", "coteau"):
        await a_territory(slug)
    for _ in range(2):
        for slug in ("vallon", "coteau"):
            for lang in ("fr", "en"):
                here = Visitor(app, f"{slug}.test")
                here.client.cookies.set("language", lang)
                shown = await here.get("/charter")
                assert shown.root is not None
                assert shown.root.get("lang") == lang
                assert slug.title() in shown.title
