"""Only our own pages can send a form, from the browser that they were made for; nothing typed is lost over it."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consult.contributions.models import Contribution
from consult.core import clock
from consult.web.csrf import FORM_HOURS, StaleForm, check_csrf, form_guard, make_csrf
from consult.web.forms import Form, Line, read_form
from tests.browsing import Visitor
from tests.cast import NOON, a_person, a_territory
from tests.contributions.situations import BODY, TITLE, Place
from tests.web.asking import add_page, ask, form

NEW = "/consultations/plan-velo/contributions/new"
MINE = "a.mine"


def a_request(cookie: str = MINE, **headers: str) -> Request:
    """A request that bears a cookie."""
    lines = [(b"cookie", f"consult={cookie}".encode())] if cookie else []
    lines += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": lines, "state": {}})


def is_good(token: str, request: Request | None = None) -> bool:
    try:
        check_csrf(request or a_request(), token)
    except StaleForm:
        return False
    return True


def test_a_form_of_this_browser_is_accepted_and_every_rendering_differs() -> None:
    """Bytes that differ in every answer: compression tells nothing of them."""
    tokens = {make_csrf(a_request()) for _ in range(20)}
    assert len(tokens) == 20
    assert all(is_good(token) for token in tokens)


@pytest.mark.parametrize("cookie", ["", "a.other", "s.mine", "a.min", "a.mine2", "A.MINE"])
def test_a_form_of_another_browser_is_refused(cookie: str) -> None:
    assert not is_good(make_csrf(a_request()), a_request(cookie))


def test_a_form_from_before_the_sign_in_is_refused_after_it() -> None:
    assert not is_good(make_csrf(a_request("a.before")), a_request("s.after"))


def test_an_altered_token_is_refused() -> None:
    token = make_csrf(a_request())
    for place in range(len(token)):
        altered = token[:place] + ("0" if token[place] != "0" else "1") + token[place + 1 :]
        assert not is_good(altered), place


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b", "a.b.c", "a.b.c.d", "é.é.é", "\ud800.1.2", "\0.\0.\0", "1." * 50_000, " ", "٣.٣.٣"]
)
def test_what_is_no_token_is_refused_and_is_no_failure(token: str) -> None:
    assert not is_good(token)


def test_a_token_of_another_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from consult.web import csrf

    token = make_csrf(a_request())
    secret = type(csrf.settings().secret_key)("another secret of a good length, I say")
    monkeypatch.setattr(csrf, "settings", lambda: type("Other", (), {"secret_key": secret, "is_https": False}))
    assert not is_good(token)


@pytest.mark.parametrize(
    ("after", "good"),
    [
        (timedelta(), True),
        (timedelta(hours=FORM_HOURS), True),
        (timedelta(hours=FORM_HOURS, seconds=1), False),
        (timedelta(days=400), False),
        (timedelta(seconds=-60), True),
        (timedelta(minutes=-3), False),
    ],
)
def test_a_form_is_good_for_half_a_day_and_none_comes_from_the_future(after: timedelta, good: bool) -> None:
    with clock.frozen(NOON):
        token = make_csrf(a_request())
    with clock.frozen(NOON + after):
        assert is_good(token) is good


@pytest.mark.parametrize(
    ("site", "good"), [("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False), ("x", False)]
)
def test_a_form_sent_from_elsewhere_is_refused_whatever_it_holds(site: str, good: bool) -> None:
    assert is_good(make_csrf(a_request()), a_request(sec_fetch_site=site)) is good


def test_a_visitor_without_cookie_is_given_one_and_one_only() -> None:
    request = a_request("")
    assert form_guard(request) != form_guard(request)
    fresh = request.state.fresh_cookie
    assert fresh.startswith("a.")
    assert is_good(make_csrf(request), a_request(fresh))


def test_the_key_of_a_form_is_escaped_where_it_is_shown_again() -> None:
    assert "<script" not in form_guard(a_request(), '"><script>')


# ---------------------------------------------------------------- through real pages


async def test_signing_somebody_in_by_a_foreign_form_is_refused(app: Starlette) -> None:
    """Otherwise what the victim writes afterwards would be written by the attacker's account."""
    await a_territory()
    guard = (await Visitor(app).get("/sign-in")).guard()
    for cookie in (None, "a.of-the-victim"):
        victim = Visitor(app)
        if cookie:
            victim.client.cookies.set("consult", cookie, domain="vallon.test")
        answer = await victim.post("/sign-in", {**guard, "email": "me@attacker.example", "password": "p" * 12})
        assert answer.status == 422
        assert "ouverte depuis trop longtemps" in answer.words
        assert not any(one.value.startswith("s.") for one in victim.client.cookies.jar)


async def test_a_stale_form_says_so_keeps_the_text_and_can_be_sent_again(app: Starlette) -> None:
    place = await Place.make()
    visitor = Visitor(app, person=place.awa)
    typed = {"title": TITLE, "body": BODY, "section": str(place.sections[0].id), "button": "publish"}
    with clock.frozen(clock.now() - timedelta(hours=FORM_HOURS + 1), everywhere=True):
        guard = (await visitor.get(NEW)).hidden(action=NEW)
    answer = await visitor.post(NEW, {**guard, **typed})
    assert answer.status == 422
    assert answer.title.startswith("Erreur")
    assert "Rien n’est perdu" in answer.words
    assert BODY in answer.find(".//textarea")[0].text.replace("\r\n", "\n")  # type: ignore[union-attr]
    assert await Contribution.all().count() == 0
    fresh = answer.hidden(action=NEW)
    assert fresh["once"] == guard["once"], "it is still the same form"
    assert (await visitor.post(NEW, {**fresh, **typed})).status == 303
    assert (await visitor.post(NEW, {**fresh, **typed})).status == 303
    assert await Contribution.all().count() == 1


async def test_a_form_without_its_guard_writes_nothing(app: Starlette) -> None:
    place = await Place.make()
    visitor = Visitor(app, person=place.awa)
    for guard in ({}, {"csrf": "é.é.é"}, {"csrf": "x" * 5_000}, {"csrf": ["a", "b"]}):
        answer = await visitor.post(NEW, {**guard, "title": TITLE, "body": BODY, "button": "publish"})
        assert answer.status == 422
    assert await Contribution.all().count() == 0


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("abcDEF-_0123456789ghijkl", True),
        ("short", False),
        ("x" * 41, False),
        ("x" * 100_000, False),
        ("é" * 20, False),
        ("a b c d e f g", False),
        ("1234567\0", False),
        ("'; DROP TABLE x;--", False),
        ("", False),
    ],
)
async def test_the_key_of_a_form_is_ours_or_none(app: Starlette, sent: str, kept: bool) -> None:
    await a_territory()
    seen: list[str] = []

    class Small(Form):
        name = Line("Nom")

    async def read(request: Request) -> Response:
        seen.append((await read_form(request, Small)).once)
        return PlainTextResponse("")

    add_page(app, "/read", read, methods=["POST"])
    headers, body = form(once=sent)
    await ask(app, "/read", method="POST", headers=headers, body=body)
    assert seen == ([sent] if kept else [""])


async def test_two_people_who_send_the_same_key_make_two_rows(app: Starlette) -> None:
    place = await Place.make()
    luc: Any = await a_person("Luc Petit")
    typed = {"title": TITLE, "body": BODY, "section": str(place.sections[0].id), "button": "publish"}
    for person in (place.awa, luc):
        visitor = Visitor(app, person=person)
        guard = (await visitor.get(NEW)).hidden(action=NEW)
        await visitor.post(NEW, {**guard, **typed, "once": "the-same-key-of-both"})
    assert await Contribution.all().count() == 2
