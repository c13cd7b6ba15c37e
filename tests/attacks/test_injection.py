"""Injection: what people type is never markup, header, query, template or log line, and never a failure of ours."""

import json
import logging
import re
import time
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette

from consult.arguments.models import Argument
from consult.core.outbox import drain_all
from consult.core.paging import write_cursor
from consult.core.text.diff import word_diff
from consult.core.text.markdown import render_markdown
from consult.notifications.models import Mail
from tests.attacks.crawling import addresses, guard_of
from tests.attacks.world import Place, a_side
from tests.browsing import Visitor

MARK = "zzmark"
HOSTILE = [
    f"<script>{MARK}()</script>",
    f'"><img src=x onerror={MARK}()>',
    f"[a](javascript:{MARK}()) ![b](data:text/html;base64,{MARK}) <javascript:{MARK}()>",
    f'[a](https://example.org/"onmouseover={MARK}"x)',
    f'<a href="&#106;avascript:{MARK}">x</a> <svg/onload={MARK}()> <iframe srcdoc={MARK}>',
    f"{{{{ 7*7 }}}}{{% raw %}} ${{7*7}} %(x)s {{0}} {MARK}",
    f"' OR 1=1 -- {MARK}; DROP TABLE account; \" NEAR/2 * ) (",
    f"a\r\nBcc: {MARK}@example.org\r\n\r\nx",
    f"\x00\u202e\ud800\udfff\ufeff {MARK} \U0001f6b2\U0001f469\u200d\U0001f467 " + "e\u0301" + "\u0301" * 40,
]
FORBIDDEN = ("<script>", "onerror=", "onload=", "onmouseover=", "javascript:", "srcdoc", "<svg/", "<iframe")


@pytest.fixture
async def place(db: str) -> Place:
    return await a_side("vallon")


@pytest.fixture(autouse=True)
def no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the attacker try as often as they like."""

    async def allow(*_: Any) -> None: ...

    monkeypatch.setattr("consult.web.limits.count", allow)


AS_FORM = {"content-type": "application/x-www-form-urlencoded"}


def encoded(values: dict[str, str]) -> str:
    """As a browser gone mad would send it: halves of characters included."""
    return urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in values.items()})


def is_clean(html: str) -> bool:
    """Whether nothing that was typed has become markup: in text these words are escaped, or only words."""

    bad: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            for name, value in attrs:
                if (
                    name.startswith("on")
                    or name in {"style", "srcdoc"}
                    or (
                        name in {"href", "src", "action", "formaction"}
                        and (value or "").lstrip().lower().startswith(("javascript:", "data:text", "vbscript:"))
                    )
                ):
                    bad.append(f"{tag} {name}={value}")
            if tag in {"iframe", "object", "embed", "base"} or (tag == "script" and not dict(attrs).get("src")):
                bad.append(tag)

    Reader().feed(html)
    return not bad


async def test_what_is_typed_in_any_field_becomes_no_markup(app: Starlette, place: Place) -> None:
    paul, admin = place.visitor(app, "paul"), place.visitor(app, "administrator")
    body = place.organisations["verified"].id
    for number, text in enumerate(HOSTILE):
        csrf = await guard_of(paul)
        common = {"csrf": csrf, "once": f"hostile-{number:06d}", "button": "publish", "section": str(place.section.id)}
        link = f"https://example.org/{number}?a=<b>&c=d"
        for address, sent in (
            ("/consultations/plan-velo/contributions/new", {"title": text[:100], "body": text}),
            (f"{place.path}/arguments/new", {"side": "for", "body": text}),
            (f"{place.path}/sources/new", {"title": text[:100], "link": link, "category": "report", "body": text}),
            (f"{place.path}/sources/new", {"title": "t", "link": text, "category": "report", "body": text}),
            (f"{place.path}/amendments/new", {"title": text[:100], "body": text, "reason": text, "base": "1"}),
            ("/account/name", {"public_name": text[:50]}),
            ("/organisations/new", {"name": text[:100], "kind": "other", "address": text, "no_number": "y",
                                    "presentation": text, "site": text}),
            (f"/organisations/{body}/members", {"email": text, "role": text}),
            ("/account/email", {"email": text}),
            ("/language", {"language": text, "next": text}),
        ):  # fmt: skip
            answer = await paul.client.post(address, content=encoded({**common, **sent}), headers=AS_FORM)
            assert answer.status_code < 500, (address, text)
            assert is_clean(answer.text), (address, text)
            assert "\n" not in answer.headers.get("location", "")
    assert await Argument.filter(body__contains=MARK).count() >= len(HOSTILE) - 1, "the attack went through"
    numbers = [1, *range(7, 8 + len(HOSTILE))]
    pages = ["/", "/consultations/plan-velo", "/consultations/plan-velo/contributions", "/account", "/account/data",
             "/account/contributions", "/account/organisations", "/admin/organisations", "/admin/staff"]  # fmt: skip
    pages += [f"/consultations/plan-velo/contributions/{n}{end}" for n in numbers for end in ("", "/history")]
    for visitor in (Visitor(app), paul, admin):
        for address in pages:
            answer = await visitor.client.get(address)
            assert answer.status_code < 500, address
            assert is_clean(answer.text), address


ODD = [
    *HOSTILE,
    "9" * 400,
    "-1",
    "%00",
    "\udcff",
    "a" * 900,
    '"' * 200,
    "* OR *:*",
    "a:b & c | !d <-> e",
    write_cursor(2**40, 1),
    write_cursor(-(2**40), 2**40, -(2**40)),
    write_cursor(-(2**40)),
    write_cursor("0001-01-01T00:00:00+14:00", 1),
    write_cursor("9999-12-31T23:59:59-14:00", 1),
    write_cursor(2**70, 2**70),
    "W" + "1" * 100,
    "W1tbW1tbW1tbW1tbW1tbXV1dXV1dXV1dXV1d",
]
PARAMETERS = ("q", "after", "section", "sort", "kind", "seed", "for_after", "against_after", "sources_after",
              "amendments_after", "draft", "argument", "amendment", "side", "next", "to", "done", "again", "parent",
              "title", "body", "before")  # fmt: skip


async def test_no_parameter_of_an_address_makes_it_fail(app: Starlette, place: Place) -> None:
    pages = ["/", "/consultations/plan-velo/contributions", place.path, f"{place.path}/history", "/sign-in",
             "/language",
             f"/organisations/{place.organisations['verified'].id}", "/account/contributions",
             "/consultations/plan-velo/contributions/new", "/consultations/plan-velo/contributions/similar",
             f"{place.path}/arguments/new", f"{place.path}/sources/new"]  # fmt: skip
    ines = place.visitor(app, "ines")
    for address in pages:
        for word in ODD:
            answer = await ines.client.get(f"{address}?{encoded(dict.fromkeys(PARAMETERS, word))}")
            assert answer.status_code < 500, (address, word)
            assert is_clean(answer.text), (address, word)
    for sort in ("votes", "argued", "contested", "random", "recent"):
        for word in ODD:
            asked = encoded({"sort": sort, "after": word})
            answer = await ines.client.get(f"/consultations/plan-velo/contributions?{asked}")
            assert answer.status_code == 200, (sort, word)


@pytest.mark.parametrize(
    "word", ["%00", "%ff%fe", "%ed%a0%80", "9" * 30, "..%2f..", "%e2%80%ae", "é" * 120, "{{'zz'*4}}"]
)
async def test_no_word_in_an_address_makes_it_fail(app: Starlette, place: Place, word: str) -> None:
    values = {name: [word] for name in ("slug", "n", "id", "member", "invitation", "token", "path", "name")}
    for who in ("", "ines", "administrator"):
        visitor = place.visitor(app, who)
        for address in {*addresses("GET", values), *addresses("GET", {**values, "slug": ["plan-velo"]})}:
            answer = await visitor.client.get(address)
            assert answer.status_code < 500, address
            assert "zzzzzzzz" not in answer.text, "templates are not made of what people type"


@pytest.mark.parametrize(
    "onward",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
     "javascript:x", " //evil.example", "/..//evil.example",
     "/%09/evil.example", "///evil.example", "/\r\nLocation: https://evil.example"],
)  # fmt: skip
async def test_nobody_is_led_to_another_site(app: Starlette, place: Place, onward: str) -> None:
    somebody = place.visitor(app, "ines")
    answer = await somebody.client.get("/sign-in", params={"next": onward})
    places = [answer.headers.get("location", "/")]
    data = {"language": "en", "next": onward, "csrf": await guard_of(somebody), "once": "ailleurs-01"}
    places.append((await somebody.client.post("/language", data=data)).headers["location"])
    for one in places:
        assert re.match(r"/(?![/\\])[^\\\r\n]*$", one), one


async def test_a_name_adds_no_header_to_a_mail(app: Starlette, place: Place) -> None:
    paul = place.visitor(app, "paul")
    name = "Lou\r\nBcc: victime@exemple.fr"
    await paul.client.post(
        "/account/name", data={"public_name": name, "csrf": await guard_of(paul), "once": "entete-01"}
    )
    data = {"side": "for", "body": "Oui.\r\n.\r\nMAIL FROM", "csrf": await guard_of(paul), "once": "entete-02"}
    assert (await paul.client.post(f"{place.path}/arguments/new", data=data)).status_code == 303
    await drain_all()
    mails = await Mail.filter()
    assert mails
    for mail in mails:
        assert "\n" not in mail.subject
        assert "\r" not in mail.subject + mail.recipient
        assert "\nBcc:" not in mail.text


async def test_a_log_line_stays_one_line(app: Starlette, place: Place, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await Visitor(app).client.get("/consultations/a%0aERROR%20forged%1b[31m/x", headers={"user-agent": "a\x1b[31m"})
    for record in caplog.records:
        if record.name.startswith("consult"):
            assert "\nERROR forged" not in record.getMessage()


SLOW = {
    "quotations": "> " * 10_000,
    "lists": "\n".join("  " * n + "- a" for n in range(1_000))[:100_000],
    "brackets": "[" * 20_000,
    "links": "[a](" * 5_000,
    "stars": "*a_ " * 5_000 + "**" * 5_000,
    "addresses": "https://a." * 2_000,
    "entities": "&lt;" * 5_000,
    "backticks": "`" * 20_000,
}


@pytest.mark.parametrize("kind", SLOW)
def test_no_text_takes_long_to_render(kind: str) -> None:
    begun = time.process_time()
    render_markdown(SLOW[kind])
    assert time.process_time() - begun < 1.0


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a b " * 5_000, "b a " * 5_000),
        (" ".join(map(str, range(4_000))), " ".join(map(str, range(4_000, 0, -1)))),
        ("mot " * 5_000, "mot " * 4_999 + "fin"),
        (" ".join(str(n % 7) for n in range(10_000)), " ".join(str(n % 11) for n in range(10_000))),
    ],
    ids=["turned", "backwards", "same", "periods"],
)
def test_no_difference_takes_long_to_draw(old: str, new: str) -> None:
    """Anybody may ask for it, by proposing a wording or by reading a history."""
    begun = time.process_time()
    word_diff(old, new)
    assert time.process_time() - begun < 1.0


async def test_what_is_too_large_is_refused_before_it_is_read(app: Starlette, place: Place) -> None:
    paul = place.visitor(app, "paul")
    csrf = await guard_of(paul)
    heavy = {
        "csrf": csrf,
        "once": "lourd-0001",
        "title": "T",
        "body": "a" * 2_000_000,
        "section": str(place.section.id),
    }
    answer = await paul.client.post("/consultations/plan-velo/contributions/new", data=heavy)
    assert answer.status_code == 413
    many = "&".join(f"a{n}=" for n in range(100_000))
    begun = time.process_time()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await paul.client.post("/language", content=many, headers=headers)
    assert answer.status_code in {400, 413, 422}
    assert time.process_time() - begun < 2.0


async def test_a_stored_text_is_shown_as_it_was_typed(app: Starlette, place: Place) -> None:
    """Escaping once, not twice: what looks like markup can be read."""
    paul = place.visitor(app, "paul")
    data = {"side": "for", "body": "1 < 2 && <b>gras</b> &amp;", "csrf": await guard_of(paul), "once": "lisible-01"}
    assert (await paul.client.post(f"{place.path}/arguments/new", data=data)).status_code == 303
    assert "1 < 2 && <b>gras</b>" in (await Visitor(app).get(place.path)).words


async def test_ones_data_is_a_file_of_plain_data(app: Starlette, place: Place) -> None:
    answer = await place.visitor(app, "luc").client.get("/account/data.json")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert json.loads(answer.content)
