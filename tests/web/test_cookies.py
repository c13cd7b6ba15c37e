"""The cookie of a session: for this host alone, never read by scripts, new at each sign-in."""

from http.cookies import SimpleCookie

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consult.accounts.models import Session
from consult.settings import Settings
from consult.web import cookies, headers
from consult.web.cookies import ANONYMOUS, SIGNED_IN, cookie_name, drop_cookie, new_token, session_token, set_cookie
from tests.browsing import Visitor
from tests.cast import a_person, a_territory
from tests.web.asking import add_page, ask, cookie_of


@pytest.fixture
def by_https(monkeypatch: pytest.MonkeyPatch) -> None:
    """An instance that people reach by https."""
    chosen = Settings(base_url="https://consultations.example.org", secret_key="k" * 50)
    monkeypatch.setattr(cookies, "settings", lambda: chosen)
    monkeypatch.setattr(headers, "settings", lambda: chosen)


def written(response: Response) -> tuple[str, SimpleCookie]:
    line = response.headers["set-cookie"]
    return line, SimpleCookie(line)


def test_by_https_the_browser_itself_holds_the_cookie_to_this_host(by_https: None) -> None:
    assert cookie_name() == "__Host-consult"
    for value in (new_token(SIGNED_IN), new_token(ANONYMOUS)):
        response = PlainTextResponse("")
        set_cookie(response, value)
        line, read = written(response)
        one = read["__Host-consult"]
        assert one.value == value
        assert one["secure"]
        assert one["httponly"]
        assert (one["path"], one["domain"], one["samesite"]) == ("/", "", "lax")
        assert "domain" not in line.lower(), "a __Host- cookie with a domain is refused"


def test_taken_away_it_is_taken_away_under_the_same_conditions(by_https: None) -> None:
    response = PlainTextResponse("")
    drop_cookie(response)
    one = written(response)[1]["__Host-consult"]
    assert (one.value, one["max-age"], one["path"]) == ("", "0", "/")
    assert one["secure"], "a browser refuses a __Host- cookie that is not"


def test_by_http_it_is_not_secure_and_has_no_such_name() -> None:
    response = PlainTextResponse("")
    set_cookie(response, new_token(SIGNED_IN))
    one = written(response)[1]["consult"]
    assert not one["secure"]
    assert one["httponly"]


def test_a_session_outlives_the_browser_and_the_guard_of_a_form_does_not() -> None:
    for prefix, age in ((SIGNED_IN, str(30 * 86_400)), (ANONYMOUS, "")):
        response = PlainTextResponse("")
        set_cookie(response, new_token(prefix))
        assert written(response)[1]["consult"]["max-age"] == age


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {new_token(SIGNED_IN) for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 2 + 43 for token in tokens)


@pytest.mark.parametrize(
    ("cookie", "token"),
    [
        ("consult=s.abc", "s.abc"),
        ("consult=a.abc", None),
        ("consult=", None),
        ("consult=S.abc", None),
        ("__Host-consult=s.abc", None),
        ("other=s.abc", None),
        ("", None),
    ],
)
def test_only_a_session_is_a_session(cookie: str, token: str | None) -> None:
    scope = {"type": "http", "headers": [(b"cookie", cookie.encode())]}
    assert session_token(Request(scope)) == token


async def test_an_invented_or_ended_session_is_nobody_s(app: Starlette) -> None:
    await a_territory()
    awa = await a_person()
    for value in ("s.", "s.x", "s." + "x" * 5_000, "s.\udcff".encode("utf-8", "surrogateescape").decode("latin-1")):
        answer = await ask(app, "/account", headers=[("cookie", f"consult={value}")])
        assert answer.status == 303
        assert answer.get("location").startswith("/sign-in")
    assert (await ask(app, "/account", headers=[cookie_of(awa)])).status == 200
    await Session.all().delete()
    assert (await ask(app, "/account", headers=[cookie_of(awa)])).status == 303


async def test_the_token_in_the_database_is_a_digest(app: Starlette) -> None:
    awa = await a_person()
    (session,) = await Session.all()
    assert awa.token not in str(dict(session))


async def test_a_page_with_a_form_gives_a_visitor_a_cookie_once(app: Starlette) -> None:
    await a_territory()
    visitor = Visitor(app)
    first = await visitor.get("/sign-in")
    assert first.headers.get_list("set-cookie")[0].startswith("consult=a.")
    assert "set-cookie" not in (await visitor.get("/sign-in")).headers
    assert "set-cookie" not in (await Visitor(app).get("/charter")).headers, "who only reads is given none"


async def test_a_handler_that_opens_a_session_is_not_overruled_by_the_guard(app: Starlette) -> None:
    await a_territory()

    async def sign_in_and_show(request: Request) -> Response:
        from consult.web.csrf import guard_value

        guard_value(request)
        response = PlainTextResponse("")
        set_cookie(response, "s.new")
        return response

    add_page(app, "/in", sign_in_and_show)
    assert (await ask(app, "/in")).get("set-cookie").startswith("consult=s.new")
