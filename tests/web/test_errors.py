"""What went wrong is said on a page in plain words, and nothing secret is said anywhere."""

import io
import logging
from collections.abc import Iterator

import asyncpg
import pytest
import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from consult.core import logs
from consult.core.errors import Forbidden, NotFound, Refusal, Refused
from consult.core.signing import sign
from consult.web import routing
from consult.web.cookies import SIGNED_IN, cookie_name, new_token
from consult.web.csrf import guard_value, make_csrf
from consult.web.forms import Form, Line, read_form
from tests.browsing import Visitor
from tests.cast import a_person, a_territory
from tests.web.asking import Raw, add_page, ask, cookie_of, form, guarded


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Whatever the process writes down."""
    stream = io.StringIO()
    monkeypatch.setattr(logs.sys, "stderr", stream)
    root, server = logging.getLogger(), logging.getLogger("uvicorn.error")
    handlers, level, filters = root.handlers[:], root.level, server.filters[:]
    logs.set_up_logs()
    yield stream
    structlog.reset_defaults()
    root.handlers[:], server.filters[:] = handlers, filters
    root.setLevel(level)


def raising(app: Starlette, error: Exception, path: str = "/raise") -> None:
    async def fail(request: Request) -> Response:
        raise error

    add_page(app, path, fail, methods=["GET", "POST"])


def is_a_page(answer: Raw, status: int, words: str) -> None:
    assert answer.status == status
    assert answer.get("content-type") == "text/html; charset=utf-8"
    assert '<html lang="fr">' in answer.text
    assert answer.text.count("<h1") == 1
    assert "<title>" in answer.text
    assert words in answer.text


async def test_each_thing_that_goes_wrong_has_its_page(app: Starlette) -> None:
    await a_territory()
    raising(app, Forbidden())
    is_a_page(await ask(app, "/raise"), 403, "Accès réservé")
    raising(app, NotFound())
    is_a_page(await ask(app, "/raise"), 404, "Page introuvable")
    raising(app, Refused(Refusal("closed", "La période est finie depuis %(days)s jours.", {"days": 3})))
    is_a_page(await ask(app, "/raise"), 409, "La période est finie depuis 3 jours.")
    raising(app, HTTPException(400, "Boundary <b>missing"))
    is_a_page(await ask(app, "/raise"), 400, "Demande incomprise")
    assert "Boundary" not in (await ask(app, "/raise")).text
    raising(app, HTTPException(418))
    is_a_page(await ask(app, "/raise"), 418, "Demande incomprise")
    raising(app, HTTPException(503))
    is_a_page(await ask(app, "/raise"), 503, "Panne de notre côté")
    is_a_page(await ask(app, "/nowhere"), 404, "Page introuvable")


async def test_a_method_that_an_address_has_not_is_told_which_it_has(app: Starlette) -> None:
    await a_territory()
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
        answer = await ask(app, "/charter", method=method)
        is_a_page(answer, 405, "Action impossible ici")
        assert set(answer.get("allow").replace(" ", "").split(",")) == {"GET", "HEAD"}
    is_a_page(await ask(app, "/sign-out"), 405, "Action impossible ici")


async def test_head_is_answered_like_get(app: Starlette) -> None:
    await a_territory()
    for path in ("/charter", "/nowhere", "/sign-in", "/static/site.css", "/robots.txt", "/theme.css"):
        head, get = await ask(app, path, method="HEAD"), await ask(app, path)
        assert head.status == get.status
        assert head.get("content-type") == get.get("content-type")


async def test_without_a_territory_the_page_is_bare_and_a_page_still(app: Starlette) -> None:
    await a_territory("vallon")
    await a_territory("coteau")
    for path in ("/", "/nowhere", "/account"):
        answer = await ask(app, path, host="elsewhere.test")
        is_a_page(answer, 404, "Page introuvable")
        assert "Commune" not in answer.text


async def test_the_page_of_an_error_is_in_the_visitor_s_language(app: Starlette) -> None:
    await a_territory()
    raising(app, NotFound())
    for path in ("/raise", "/nowhere"):
        assert '<html lang="en">' in (await ask(app, path, headers=[("cookie", "language=en")])).text


async def test_what_a_rule_refuses_is_said_in_the_visitor_s_language(
    app: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words are chosen when the refusal meets the form, before the page is made."""
    from consult.web import language

    await a_territory()
    spoken: list[str] = []
    monkeypatch.setattr(language, "gettext", lambda text: spoken.append(language.current()) or text)

    class Small(Form):
        title = Line("Titre")

    async def read(request: Request) -> Response:
        await read_form(request, Small)
        return await guarded(request)

    add_page(app, "/read", read, methods=["POST"])
    for lang in ("en", "fr", "en"):
        headers, body = form(title="x")
        await ask(app, "/read", method="POST", headers=[*headers, ("cookie", f"language={lang}")], body=body)
        assert spoken.pop() == lang


# ---------------------------------------------------------------- failures


async def test_a_failure_is_a_page_that_tells_nothing_of_itself(app: Starlette, logged: io.StringIO) -> None:
    await a_territory()
    raising(app, ZeroDivisionError("the s3cret of the machine"))
    for method in ("GET", "POST"):
        answer = await ask(app, "/raise", method=method, failing=True)
        is_a_page(answer, 500, "Panne de notre côté")
        for leak in ("s3cret", "Traceback", "ZeroDivision", ".py", "consult", "starlette"):
            assert leak not in answer.text
        assert answer.get("content-security-policy")
    assert logged.getvalue().count("ZeroDivisionError: the s3cret of the machine") == 2, "we are told, once each"


async def test_a_failure_before_anything_is_known_is_a_page_too(app: Starlette, logged: io.StringIO) -> None:
    async def gone(host: str) -> None:
        raise ConnectionError("no database")

    app.state.find_territory = gone
    is_a_page(await ask(app, "/", failing=True), 500, "Panne de notre côté")
    is_a_page(await ask(app, "/nowhere", method="POST", failing=True), 500, "Panne de notre côté")


async def test_a_failing_request_full_of_secrets_leaves_none_in_the_log(app: Starlette, logged: io.StringIO) -> None:
    """Its exception repeats everything, as the words of databases do."""
    await a_territory()
    awa = await a_person()
    token, link = new_token(SIGNED_IN), sign("link", 1 << 60)
    awa.account.public_name = "Awa"
    seen: dict[str, str] = {}

    async def fail(request: Request) -> Response:
        seen["csrf"] = make_csrf(request)
        seen["cookie"] = guard_value(request)
        sent = await request.form()
        detail = asyncpg.UniqueViolationError("duplicate key value violates unique constraint")
        detail.detail = f"Key (email, password)=({sent['email']}, {sent['password']}) already exists."
        raise RuntimeError(
            f"{seen['csrf']} {seen['cookie']} {request.path_params['token']} {sent['email']}"
        ) from detail

    add_page(app, "/doors/{token}", fail, methods=["POST"])
    headers, body = form(email="awa.diallo@example.org", password="correct horse battery staple")
    cookie = ("cookie", f"{cookie_name()}={token}")
    answer = await ask(
        app,
        f"/doors/{link}?email=awa.diallo@example.org",
        method="POST",
        headers=[*headers, cookie],
        body=body,
        failing=True,
    )
    assert answer.status == 500
    text = logged.getvalue()
    assert "request_failed" in text
    assert "duplicate key value" in text
    for secret in (token, link, seen["csrf"], seen["cookie"], "awa.diallo", "correct horse", awa.token):
        assert secret not in text
        assert secret not in answer.text


async def test_a_link_in_an_address_is_not_told(app: Starlette, logged: io.StringIO) -> None:
    await a_territory()
    raising(app, ZeroDivisionError(), "/doors/{token}/open")
    await ask(app, "/doors/short-token/open", failing=True)
    assert "/doors/(hidden)/open" in logged.getvalue()
    assert "short-token" not in logged.getvalue()


async def test_answers_to_ordinary_requests_are_not_logged(app: Starlette, logged: io.StringIO) -> None:
    await a_territory()
    awa = await a_person()
    for path in ("/charter", "/nowhere?email=a@b.fr", "/account", "/sign-in"):
        await ask(app, path, headers=[cookie_of(awa)])
    assert logged.getvalue() == ""


# ---------------------------------------------------------------- addresses that no database can answer


def test_an_address_holds_no_more_than_a_column() -> None:
    assert not routing.names_nothing("/x", {"n": (1 << 31) - 1, "id": (1 << 63) - 1, "slug": "9" * 99})
    assert routing.names_nothing("/x", {"n": 1 << 31})
    assert routing.names_nothing("/x", {"id": 1 << 63})
    assert routing.names_nothing("/x\0", {})


@pytest.mark.parametrize(
    "number", ["0", "00", str(1 << 31), str(1 << 63), "9" * 19, "9" * 20, "9" * 5_000, "-1", "1.0", "%D9%A1"]
)
async def test_a_number_that_is_none_finds_nothing(app: Starlette, number: str) -> None:
    vallon = await a_territory()
    rose = await a_person("Rose", administrator=vallon)
    for path in ("/consultations/x/contributions/{}", "/organisations/{}", "/admin/staff/{}/remove"):
        answer = await ask(app, path.format(number), headers=[cookie_of(rose)])
        assert answer.status == 404


@pytest.mark.parametrize(
    "name",
    ["%00", "a%00b", "%FF%FE", "%ED%A0%80", "%E2%80%AE", "%2e%2e", "..", "%25", "'", '"', "%F0%9F%9A%B2", "a" * 2_000],
)
async def test_a_name_that_is_none_finds_nothing(app: Starlette, name: str) -> None:
    await a_territory()
    for path in ("/consultations/{}", "/consultations/{}/contributions", "/links/{}", "/invitations/{}", "/{}"):
        assert (await ask(app, path.format(name))).status in {200, 303, 404, 410}


@pytest.mark.parametrize(
    "value", ["%00", "%ff", "%ED%A0%80", "9" * 5_000, "-1", "[]", "%F0%9F%9A%B2", "'", "NaN", "1e999"]
)
async def test_parameters_that_nobody_chose_are_no_failure(app: Starlette, value: str) -> None:
    from tests.contributions.situations import Place

    place = await Place.make()
    await place.publish()
    names = (
        "q",
        "section",
        "sort",
        "kind",
        "after",
        "seed",
        "for_after",
        "next",
        "done",
        "to",
        "side",
        "amendment",
        "page",
    )
    query = "&".join(f"{name}={value}" for name in names)
    visitor = Visitor(app, person=place.awa)
    here = "/consultations/plan-velo"
    below = ("", "/contributions", "/contributions/1", "/contributions/new", "/contributions/1/history")
    forms = ("/contributions/1/arguments/new", "/contributions/1/sources/new", "/contributions/1/amendments/new")
    for path in ("/", "/sign-in", "/language", "/account", *(here + one for one in (*below, *forms))):
        assert (await visitor.get(f"{path}?{query}")).status in {200, 303, 404}, path
        for name in names if value in {"%00", "%ED%A0%80"} else ():
            assert (await visitor.get(f"{path}?{name}={value}")).status in {200, 303, 404}, f"{path} {name}"
