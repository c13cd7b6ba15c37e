"""The headers of every answer, failures included."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consult.app import create_app
from consult.settings import Settings
from consult.web import headers
from tests.cast import a_territory
from tests.web.asking import add_page, ask

ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


async def test_every_answer_has_them_whatever_its_status(app: Starlette) -> None:
    await a_territory()

    async def fail(request: Request) -> Response:
        raise ZeroDivisionError

    add_page(app, "/fail", fail)
    for method, path, status in [
        ("GET", "/charter", 200),
        ("HEAD", "/charter", 200),
        ("GET", "/account", 303),
        ("GET", "/nowhere", 404),
        ("POST", "/charter", 405),
        ("GET", "/fail", 500),
        ("GET", "/static/site.css", 200),
        ("GET", "/theme.css", 200),
        ("GET", "/robots.txt", 200),
        ("GET", "/healthz", 200),
        ("GET", "/charter/", 307),
    ]:
        answer = await ask(app, path, method=method, failing=status == 500)
        assert answer.status == status, path
        for name, value in ALWAYS.items():
            assert answer.get(name) == value, f"{path} {name}"
        assert "camera=()" in answer.get("permissions-policy")
        assert answer.get("cache-control")
        assert answer.all("server") == answer.all("x-powered-by") == answer.all("strict-transport-security") == []


async def test_the_policy_lets_nothing_in(app: Starlette) -> None:
    await a_territory()
    policy = dict(
        one.strip().split(" ", 1) for one in (await ask(app, "/charter")).get("content-security-policy").split(";")
    )
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == policy["connect-src"] == "'self'"
    assert not [value for value in policy.values() if "unsafe" in value or "*" in value or "http" in value]


async def test_pages_of_people_are_kept_by_no_shared_cache(app: Starlette) -> None:
    await a_territory()
    for path in ("/", "/charter", "/sign-in", "/account", "/nowhere"):
        assert "private" in (await ask(app, path)).get("cache-control")


async def test_a_page_may_say_more_for_itself(app: Starlette) -> None:
    await a_territory()

    async def secret(request: Request) -> Response:
        return PlainTextResponse("", headers={"cache-control": "no-store", "referrer-policy": "no-referrer"})

    add_page(app, "/secret", secret)
    answer = await ask(app, "/secret")
    assert (answer.get("cache-control"), answer.get("referrer-policy")) == ("no-store", "no-referrer")


async def test_by_https_browsers_are_told_to_stay_there(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_territory()
    chosen = Settings(base_url="https://consultations.example.org", secret_key="k" * 50)
    monkeypatch.setattr(headers, "settings", lambda: chosen)
    answer = await ask(create_app(open_database=False), "/charter")
    assert answer.get("strict-transport-security") == "max-age=31536000"
