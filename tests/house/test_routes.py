"""Every address has a gate, and the list of addresses is a file that people review: tests/house/urls.txt.

After a change of routes: ``make documents``, then read the difference in the list as a stranger would.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from consult.web.gate import Gate
from tests.house.house import HERE, House, invent, told
from tests.house.test_templates import without_comments

REVIEWED = Path(__file__).with_name("urls.txt")
HEADER = (
    "# Every address, who may knock at it, and which handler answers. Written by `make documents`, read by people.\n"
)


def gate_of(route: Route) -> str:
    """The name of a route's gate; "" when it has none."""
    gate = getattr(route.endpoint, "gate", None)
    return gate.name if isinstance(gate, Gate) else ""


def ungated(routes: Iterable[BaseRoute]) -> list[str]:
    """Routes without a gate, and what hides routes from this test."""
    offences = []
    for route in routes:
        if not isinstance(route, Route):
            offences.append(f"{getattr(route, 'path', route)} is no plain route: nobody can see what is behind it")
        elif not gate_of(route):
            offences.append(f"{route.path} has no gate")
    return offences


def two_faced(routes: Iterable[BaseRoute]) -> list[str]:
    """Handlers that read and write: no GET changes anything, so reading and writing are two routes."""
    return [
        f"{route.path} answers {sorted(route.methods or [])}: make it two routes"
        for route in routes
        if isinstance(route, Route) and len((route.methods or set()) - {"HEAD"}) != 1
    ]


def doubles(routes: Iterable[BaseRoute]) -> list[str]:
    """Two routes of the same method and address: the second never answers."""
    seen: set[tuple[str, str]] = set()
    offences = []
    for route in routes:
        if not isinstance(route, Route):
            continue
        for method in sorted((route.methods or set()) - {"HEAD"}):
            if (method, route.path) in seen:
                offences.append(f"{method} {route.path} stands twice")
            seen.add((method, route.path))
    return offences


def listed(routes: Iterable[BaseRoute]) -> str:
    """The list of addresses as it is reviewed."""
    lines = [
        (route.path, method, gate_of(route), f"{route.endpoint.__module__.removeprefix('consult.')}.{route.name}")
        for route in routes
        if isinstance(route, Route)
        for method in sorted((route.methods or set()) - {"HEAD"})
    ]
    lines.sort(key=lambda line: (line[0], line[1]))
    # not aligned: a new long address must not change every line of the difference
    return HEADER + "".join(f"{method:<4} {path}  [{gate}]  {name}\n" for path, method, gate, name in lines)


def dead_links(house: House, routes: Iterable[BaseRoute]) -> list[str]:
    """Links and forms of templates whose address no route answers.

    An address whose values are not whole segments (``/admin{{ request_path }}``) is not judged.
    """
    known = [route for route in routes if isinstance(route, Route)]
    offences = []
    for name, source in house.templates.items():
        for match in re.finditer(
            r"<(a|form|link)\b[^>]*?\s(?:href|action)=\"(/[^\"]*)\"[^>]*>", without_comments(source)
        ):
            method = "POST" if re.search(r"method=[\"']?post", match.group(), re.IGNORECASE) else "GET"
            path = re.split(r"[?#]", re.sub(r"\{%.*?%\}", "", match.group(2)))[0]
            if re.search(r"[^/]\{\{", path):
                continue
            path = re.sub(r"\{\{.*?\}\}", "1", path)
            if not any(route.path_regex.match(path) and method in (route.methods or ()) for route in known):
                line = source.count("\n", 0, match.start()) + 1
                offences.append(f"templates/{name}:{line} leads to {method} {path}, which no route answers")
    return offences


def routes_of_consult() -> list[BaseRoute]:
    from consult.routes import ROUTES

    return list(ROUTES)


def test_every_route_has_a_gate() -> None:
    offences = ungated(routes_of_consult())
    assert not offences, told(offences)


def test_reading_and_writing_are_two_routes() -> None:
    offences = two_faced(routes_of_consult()) + doubles(routes_of_consult())
    assert not offences, told(offences)


def test_the_list_of_addresses_is_the_reviewed_one() -> None:
    now = listed(routes_of_consult())
    if os.environ.get("CONSULT_WRITE_URLS"):
        REVIEWED.write_text(now, encoding="utf-8")
    assert REVIEWED.is_file(), "tests/house/urls.txt is missing: run `make documents` and read it"
    reviewed = set(REVIEWED.read_text(encoding="utf-8").splitlines())
    offences = [f"new:  {line}" for line in now.splitlines() if line not in reviewed]
    offences += [f"gone: {line}" for line in sorted(reviewed - set(now.splitlines()))]
    assert not offences, told([*offences, "run `make documents` and read the difference"])


def test_links_and_forms_lead_to_routes() -> None:
    offences = dead_links(HERE, routes_of_consult())
    assert not offences, told(offences)


# ---------------------------------------------------------------- each rule can fail


async def _handler(request: object) -> None:
    """Answer nothing."""


def _gated(path: str, *methods: str) -> Route:
    return Route(path, _gated_handler, methods=list(methods))


async def _gated_handler(request: object) -> None:
    """Answer nothing, behind a gate."""


_gated_handler.gate = Gate("anyone", lambda request: None)  # type: ignore[attr-defined]


def test_it_sees_a_route_without_a_gate() -> None:
    routes = [Route("/open", _handler, methods=["GET"]), _gated("/closed", "GET"), Mount("/hidden", app=Starlette())]
    assert ungated(routes) == ["/open has no gate", "/hidden is no plain route: nobody can see what is behind it"]


def test_it_sees_a_handler_that_reads_and_writes() -> None:
    assert two_faced([_gated("/a", "GET", "POST"), _gated("/b", "GET"), _gated("/b", "POST")]) == [
        "/a answers ['GET', 'HEAD', 'POST']: make it two routes"
    ]


def test_it_sees_an_address_that_stands_twice() -> None:
    assert doubles([_gated("/a", "GET"), _gated("/a", "POST"), _gated("/a", "GET")]) == ["GET /a stands twice"]


def test_the_list_tells_address_method_gate_and_handler() -> None:
    text = listed([_gated("/b", "POST"), _gated("/a", "GET")])
    assert text.splitlines()[1:] == [
        "GET  /a  [anyone]  tests.house.test_routes._gated_handler",
        "POST /b  [anyone]  tests.house.test_routes._gated_handler",
    ]


def test_it_sees_a_link_to_nowhere(tmp_path: Path) -> None:
    source = """
        <a class="x" href="/a/{{ one.number }}?next={{ path }}">x</a>
        <a href="{{ url }}">x</a> <a href="/admin{{ request_path }}">x</a> <a href="https://example.org/">x</a>
        <form method="post" action="/a/{{ one.number }}"></form>
        <a href="/b{% if x %}?q=1{% endif %}">x</a>
        <a href="/c/{{ one.number }}">x</a>
    """
    house = invent(tmp_path, {"templates/a.html": source})
    assert dead_links(house, [_gated("/a/{n}", "GET"), _gated("/b", "GET")]) == [
        "templates/a.html:4 leads to POST /a/1, which no route answers",
        "templates/a.html:6 leads to GET /c/1, which no route answers",
    ]
