"""How often one may try: counted by person, or by the network that really asks."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from consult.core.models import AuditEntry
from consult.settings import Settings
from consult.web import limits
from tests.browsing import Visitor
from tests.cast import a_person, a_territory
from tests.discussion import a_discussion
from tests.web.asking import Headers, add_page, ask, cookie_of


@pytest.fixture
async def limited(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> Starlette:
    """A page that one may ask for three times."""
    monkeypatch.setitem(limits._ALLOWED, "vote", limits.parse("3/hour"))

    async def vote(request: Request) -> Response:
        await limits.count(request, "vote")
        return PlainTextResponse("voted")

    add_page(app, "/try", vote)
    return app


async def tries(app: ASGIApp, times: int = 4, headers: Headers = (), **options: Any) -> list[int]:
    return [(await ask(app, "/try", headers=headers, **options)).status for _ in range(times)]


async def test_one_more_than_is_allowed_is_refused_on_a_page(limited: Starlette) -> None:
    await a_territory()
    assert await tries(limited) == [200, 200, 200, 429]
    answer = await ask(limited, "/try")
    assert answer.get("retry-after") == "300"
    assert answer.text.count("<h1>") == 1
    assert "Attendez quelques minutes" in answer.text or "attendez quelques minutes" in answer.text


async def test_people_are_counted_by_account_wherever_they_are(limited: Starlette) -> None:
    await a_territory()
    awa, luc = await a_person("Awa"), await a_person("Luc")
    for number in range(3):
        assert await tries(limited, 1, [cookie_of(awa)], client=(f"192.0.2.{number}", 1)) == [200]
    assert await tries(limited, 1, [cookie_of(awa)], client=("192.0.2.9", 1)) == [429]
    assert await tries(limited, 1, [cookie_of(luc)], client=("192.0.2.9", 1)) == [200], "another person, same network"
    assert await tries(limited, 1, client=("192.0.2.9", 1)) == [200]


async def test_visitors_are_counted_by_network(limited: Starlette) -> None:
    await a_territory()
    assert await tries(limited, client=("192.0.2.1", 1)) == [200, 200, 200, 429]
    assert await tries(limited, 1, client=("192.0.2.2", 1)) == [200]
    assert await tries(limited, 1, client=("192.0.2.1", 2)) == [429], "another port is the same network"
    assert await tries(limited, 1, client=("::ffff:192.0.2.1", 2)) == [429], "however it is written"


async def test_a_household_with_many_addresses_is_one_network(limited: Starlette) -> None:
    await a_territory()
    statuses = [(await tries(limited, 1, client=(f"2001:db8:1:2::{number:x}", 1)))[0] for number in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert await tries(limited, 1, client=("2001:db8:1:3::1", 1)) == [200]


@pytest.mark.parametrize("client", [None, ("", 0), ("unix:", 0), ("fe80::1%eth0", 1)])
async def test_an_address_that_is_none_is_counted_too(limited: Starlette, client: Any) -> None:
    await a_territory()
    assert await tries(limited, client=client) == [200, 200, 200, 429]


async def test_each_territory_counts_for_itself(limited: Starlette) -> None:
    await a_territory("vallon")
    await a_territory("coteau")
    assert await tries(limited) == [200, 200, 200, 429]
    assert await tries(limited, 1, host="coteau.test") == [200]


def forwarded(number: int) -> Headers:
    return [("x-forwarded-for", f"203.0.113.{number}")]


async def test_what_a_stranger_says_of_its_address_is_not_believed(limited: Starlette) -> None:
    """As ``consult serve`` wraps the application, with the proxy on another machine."""
    await a_territory()
    behind: Any = ProxyHeadersMiddleware(limited, trusted_hosts="10.0.0.1")
    statuses = [(await tries(behind, 1, forwarded(number), client=("192.0.2.1", 1)))[0] for number in range(4)]
    assert statuses == [200, 200, 200, 429]


async def test_behind_the_trusted_proxy_each_visitor_counts_alone(limited: Starlette) -> None:
    await a_territory()
    behind: Any = ProxyHeadersMiddleware(limited, trusted_hosts="10.0.0.1")
    proxy = ("10.0.0.1", 1)
    for number in range(4):
        assert await tries(behind, 1, forwarded(number), client=proxy) == [200]
    assert await tries(behind, 4, forwarded(9), client=proxy) == [200, 200, 200, 429]


async def test_an_address_invented_before_the_trusted_one_is_not_believed(limited: Starlette) -> None:
    """The proxy adds what it saw last; whatever stands before was said by the visitor."""
    await a_territory()
    behind: Any = ProxyHeadersMiddleware(limited, trusted_hosts="10.0.0.1")
    statuses = []
    for number in range(4):
        headers = [("x-forwarded-for", f"203.0.113.{number}, 192.0.2.7")]
        statuses += await tries(behind, 1, headers, client=("10.0.0.1", 1))
    assert statuses == [200, 200, 200, 429]


async def test_limits_may_be_lifted_for_load_tests(limited: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_territory()
    monkeypatch.setattr(limits, "settings", lambda: Settings(rate_limits=False))
    assert await tries(limited) == [200] * 4


async def test_all_that_people_send_is_counted(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    visitor, stranger = Visitor(app, person=awa), Visitor(app)
    argument, source, own = await d.argue(d.luc), await d.source(d.luc), await d.argue(awa, body="La mienne.")
    text = {"title": "Une autre piste", "body": "Le long de la rivière."}
    sent: list[tuple[Visitor, str, dict[str, str]]] = [
        (visitor, f"{d.path}/vote", {"choice": "agree"}),
        (visitor, f"{d.path}/arguments/{argument.id}/support", {"support": "yes"}),
        (visitor, f"{d.path}/sources/{source.id}/support", {"support": "yes"}),
        (visitor, f"{d.path}/arguments/new", {"side": "for", "body": "Encore une."}),
        (visitor, f"{d.path}/arguments/{own.id}/edit", {"body": "La mienne, corrigée."}),
        (visitor, f"{d.path}/sources/new", {"title": "Un", "link": "https://example.org/1", "category": "press"}),
        (
            visitor,
            f"{d.path}/amendments/new",
            {**text, "reason": "Pour s’y croiser.", "base": "1", "button": "publish"},
        ),
        (
            visitor,
            "/consultations/plan-velo/contributions/new",
            {**text, "section": str(d.section.id), "button": "publish"},
        ),
        (visitor, f"/report/argument/{argument.id}", {"ground": "insult", "text": "C’est une injure."}),
        (stranger, "/sign-in", {"email": "awa@example.org", "password": "ceci n’est pas le bon"}),
        (stranger, "/sign-in", {"email": "awa@example.org", "button": "link"}),
        (stranger, "/sign-up", {"public_name": "Zoé Petit", "email": "zoe@example.org", "charter": "y"}),
    ]

    async def too_often(*_: object) -> bool:
        return False

    monkeypatch.setattr(limits._limiter, "hit", too_often)
    before = await AuditEntry.all().count()
    for who, path, fields in sent:
        form = d.path if path.endswith(("/vote", "/support")) else ""
        assert "Trop d’essais en peu de temps" in (await who.post(path, fields, page=form)).words, path
    assert await AuditEntry.all().count() == before


async def test_an_address_gets_no_more_than_five_links_an_hour_whoever_asks(app: Starlette) -> None:
    await a_territory()
    statuses = []
    for number in range(6):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(limits, "network_of", lambda request, number=number: f"192.0.2.{number}")
            sent = {"email": "awa@example.org", "button": "link"}
            statuses.append((await Visitor(app).post("/sign-in", sent, page="")).status)
    assert statuses == [303] * 5 + [429]
    assert (await Visitor(app).post("/sign-in", {**sent, "email": "zoe@example.org"}, page="")).status == 303


async def test_signing_in_is_limited_by_address_and_by_network_and_keeps_what_was_typed(app: Starlette) -> None:
    await a_territory()
    visitor, answers = Visitor(app), []
    for number in range(12):
        sent = {"email": f"somebody{number % 2}@example.org", "password": "wrong password"}
        answers.append(await visitor.post("/sign-in", sent, page=""))
    assert [one.status for one in answers[:3]] == [422] * 3
    assert answers[-1].status in {422, 429}
    assert "Trop d’essais" in answers[-1].words
    assert answers[-1].find(".//input[@name='email']")[0].get("value") == "somebody1@example.org"
