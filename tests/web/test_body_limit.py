"""A body that nobody can have typed is refused with a page, before it fills the memory."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consult.settings import Settings
from consult.web import body_limit
from consult.web.body_limit import READ_OUT
from consult.web.forms import Form, Line, read_form
from tests.cast import a_territory
from tests.web.asking import Raw, add_page, ask

KIND = ("content-type", "application/x-www-form-urlencoded")
LIMIT = 20_000


@pytest.fixture
async def small(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> Starlette:
    """An application that takes little, with a page that reads a form."""
    monkeypatch.setattr(body_limit, "settings", lambda: Settings(max_body_bytes=LIMIT))

    class Small(Form):
        title = Line("Titre")

    async def read(request: Request) -> Response:
        return PlainTextResponse(str(len((await read_form(request, Small)).title.data or "")))

    add_page(app, "/read", read, methods=["POST"])
    await a_territory()
    return app


def is_a_page(answer: Raw) -> None:
    assert answer.status == 413
    assert answer.get("content-type").startswith("text/html")
    assert answer.text.count("<h1>") == 1
    assert "Envoi trop lourd" in answer.text
    assert "il est encore dans votre navigateur" in answer.text
    assert answer.get("content-security-policy")


async def test_as_much_as_is_allowed_is_read(small: Starlette) -> None:
    body = b"title=" + b"a" * (LIMIT - 6)
    answer = await ask(small, "/read", method="POST", headers=[KIND, ("content-length", str(len(body)))], body=[body])
    assert (answer.status, answer.text) == (200, str(LIMIT - 6))


async def test_one_byte_more_is_refused_when_it_is_declared(small: Starlette) -> None:
    body = b"title=" + b"a" * (LIMIT - 5)
    headers = [KIND, ("content-length", str(len(body)))]
    is_a_page(await ask(small, "/read", method="POST", headers=headers, body=[body]))


async def test_and_when_it_is_not(small: Starlette) -> None:
    is_a_page(await ask(small, "/read", method="POST", headers=[KIND], body=[b"title=", *[b"a" * 1_000] * 20]))
    lied = [KIND, ("content-length", "10")]
    is_a_page(await ask(small, "/read", method="POST", headers=lied, body=[b"a" * (LIMIT + 1)]))


@pytest.mark.parametrize("declared", ["9" * 15, "9" * 16, "9" * 5_000])
async def test_a_giant_is_refused_by_its_word(small: Starlette, declared: str) -> None:
    is_a_page(await ask(small, "/read", method="POST", headers=[KIND, ("content-length", declared)], body=[b"a"]))


@pytest.mark.parametrize("declared", ["", "-1", "x", "1e9", "0x10", " 1", "é"])
async def test_a_length_that_is_none_is_counted_instead(small: Starlette, declared: str) -> None:
    headers = [KIND, ("content-length", declared)]
    assert (await ask(small, "/read", method="POST", headers=headers, body=[b"title=ab"])).text == "2"
    is_a_page(await ask(small, "/read", method="POST", headers=headers, body=[b"title=ab", b"a" * LIMIT]))


async def test_a_browser_that_sends_too_much_is_heard_out_and_one_that_sends_for_ever_is_not(small: Starlette) -> None:
    """A browser shows no answer before it has sent everything."""
    for pieces, unread in [(READ_OUT // 2, 0), (READ_OUT * 3, READ_OUT * 2)]:
        answer = await ask(small, "/read", method="POST", headers=[KIND], body=[b"a" * LIMIT] * pieces)
        is_a_page(answer)
        assert answer.unread == unread


async def test_an_address_that_reads_no_body_answers_as_ever(small: Starlette) -> None:
    headers = [KIND, ("content-length", str(LIMIT * 2))]
    for path, status in [("/nowhere", 404), ("/charter", 405)]:
        answer = await ask(small, path, method="POST", headers=headers, body=[b"a" * LIMIT * 2])
        assert answer.status == status


async def test_whoever_goes_away_while_they_send_is_no_failure(small: Starlette) -> None:
    answer = await ask(small, "/read", method="POST", headers=[KIND], body=[])
    assert answer.status == 400
