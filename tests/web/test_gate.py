"""Who may knock at an address at all, and where somebody is sent who may not yet."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consult.contributions.models import Contribution
from consult.web.context import visitor
from consult.web.gate import Gate, signed_in, signed_out, staff
from consult.web.render import safe_next
from tests.browsing import Visitor
from tests.cast import a_person, a_territory
from tests.contributions.situations import BODY, TITLE, Place
from tests.web.asking import add_page, ask, cookie_of, form

NEW = "/consultations/plan-velo/contributions/new"


async def _here(request: Request) -> Response:
    return PlainTextResponse(f"welcome {visitor(request).public_name}")


def behind(app: Starlette, gate: Gate, *methods: str) -> None:
    add_page(app, "/here", _here, gate=gate, methods=methods or ("GET",))


async def test_somebody_signed_out_is_sent_to_sign_in_and_back(app: Starlette) -> None:
    await a_territory()
    behind(app, signed_in)
    answer = await ask(app, "/here?a=1&b=%C3%A9")
    assert answer.status == 303
    assert answer.get("location") == "/sign-in?next=%2Fhere%3Fa%3D1%26b%3D%25C3%25A9"


async def test_whoever_sent_a_form_goes_on_at_the_page_that_held_it(app: Starlette) -> None:
    """The address of the form itself may be one that nobody can read."""
    await a_territory()
    behind(app, signed_in, "POST")
    for referer, onward in [
        ("http://vallon.test/consultations/x?after=2", "%2Fconsultations%2Fx%3Fafter%3D2"),
        ("https://vallon.test/consultations/x#top", "%2Fconsultations%2Fx"),
        ("https://evil.test/consultations/x", "%2Fhere"),
        ("https://vallon.test@evil.test/x", "%2Fhere"),
        ("http://vallon.test", "%2Fhere"),
        ("nonsense", "%2Fhere"),
        ("http://[", "%2Fhere"),
        ("", "%2Fhere"),
    ]:
        answer = await ask(app, "/here", method="POST", headers=[("referer", referer)] if referer else [])
        assert answer.get("location") == f"/sign-in?next={onward}"


async def test_somebody_signed_in_needs_no_sign_up(app: Starlette) -> None:
    await a_territory()
    awa = await a_person()
    behind(app, signed_out)
    assert (await ask(app, "/here")).status == 200
    assert (await ask(app, "/here", headers=[cookie_of(awa)])).get("location") == "/account"


async def test_staff_of_the_neighbour_learn_nothing(app: Starlette) -> None:
    vallon, coteau = await a_territory("vallon"), await a_territory("coteau")
    behind(app, staff("administrator", "moderator"))
    here, there = await a_person("Rose", administrator=vallon), await a_person("Luc", administrator=coteau)
    guarantor, member = await a_person("Zoé", guarantor=vallon), await a_person("Awa")
    assert (await ask(app, "/here")).get("location").startswith("/sign-in")
    assert (await ask(app, "/here", headers=[cookie_of(here)])).text == "welcome Rose"
    for nobody in (there, member):
        answer = await ask(app, "/here", headers=[cookie_of(nobody)])
        unknown = await ask(app, "/there", headers=[cookie_of(nobody)])
        assert answer.status == unknown.status == 404
        assert answer.text.replace("/here", "/there") == unknown.text, "as if there were no such page"
    assert (await ask(app, "/here", headers=[cookie_of(guarantor)])).status == 403


# ---------------------------------------------------------------- nobody loses a text over their session


async def test_a_text_sent_after_the_session_ended_is_given_back_and_can_be_sent_again(app: Starlette) -> None:
    place = await Place.make()
    visitor = Visitor(app, person=place.awa)
    guard = (await visitor.get(NEW)).hidden(action=NEW)
    visitor.client.cookies.clear()
    typed = {"title": TITLE, "body": f"{BODY} <b>&\"'", "section": str(place.sections[0].id), "button": "publish"}
    answer = await visitor.post(NEW, {**guard, **typed})
    assert answer.status == 403
    assert "Rien n’est perdu" in answer.words
    assert typed["body"] in [area.text for area in answer.find(".//textarea")]
    assert await Contribution.all().count() == 0

    visitor.client.cookies.clear()  # they sign in, in another tab
    visitor.sign_in(place.awa)
    again = answer.hidden(action=NEW)
    assert {name: again[name] for name in typed} == typed
    assert again["once"] == guard["once"]
    stale = await visitor.post(NEW, again)
    assert stale.status == 422, "the guard was made for the browser before it signed in"
    sent = await visitor.post(NEW, {**typed, **stale.hidden(action=NEW)})
    assert sent.status == 303
    (made,) = await Contribution.all()
    assert made.title == TITLE


async def test_what_is_short_is_not_worth_a_page(app: Starlette) -> None:
    await a_territory()
    behind(app, signed_in, "POST")
    headers, body = form(choice="agree", csrf="x" * 57, once="y" * 24)
    assert (await ask(app, "/here", method="POST", headers=headers, body=body)).status == 303


async def test_passwords_are_never_given_back(app: Starlette) -> None:
    await a_territory()
    behind(app, signed_in, "POST")
    headers, body = form(
        password="correct horse battery", new_password="staple correct horse", note="a note of some length"
    )
    answer = await ask(app, "/here", method="POST", headers=headers, body=body)
    assert answer.status == 403
    assert "a note of some length" in answer.text
    assert "horse" not in answer.text


async def test_nobody_else_puts_words_into_a_page_of_ours(app: Starlette) -> None:
    await a_territory()
    behind(app, signed_in, "POST")
    headers, body = form(note="Your account is locked, call 0 800 …")
    for site in ("cross-site", "same-site"):
        answer = await ask(app, "/here", method="POST", headers=[*headers, ("sec-fetch-site", site)], body=body)
        assert (answer.status, answer.body) == (303, b"")


async def test_what_is_given_back_is_escaped(app: Starlette) -> None:
    await a_territory()
    behind(app, signed_in, "POST")
    headers, body = form(note='</textarea><script>alert("x")</script>')
    answer = await ask(app, "/here", method="POST", headers=headers, body=body)
    assert answer.status == 403
    assert "<script>" not in answer.text.replace('<script src="', "")


# ---------------------------------------------------------------- where one goes on


@pytest.mark.parametrize(
    "path",
    ["/", "/account", "/consultations/x?after=1&b=é#top", "/a//b", "/a:b@c", "/?u=https://evil.test", "/%2f%2fevil"],
)
def test_a_path_of_ours_is_where_one_goes_on(path: str) -> None:
    assert safe_next(path, "/default") == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "account",
        "//evil.test",
        "///evil.test",
        "/\\evil.test",
        "\\\\evil.test",
        "/a\\b",
        "https://evil.test",
        "https:evil.test",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.test",
        "/\t/evil.test",
        "/\n/evil.test",
        "/\r\nset-cookie: a=b",
        "\0/",
        "/\0",
        "/a\x7fb",
        "/\u2028x",
        "/" + "a" * 600,
    ],
)
def test_anything_else_is_not(path: str) -> None:
    assert safe_next(path, "/default") == "/default"
