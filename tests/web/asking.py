"""Asks the application what no well-behaved client would: header by header, byte by byte."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message

from consult.web.cookies import cookie_name
from consult.web.csrf import form_guard
from consult.web.gate import Gate, anyone
from consult.web.routing import Endpoint, Handler
from tests.cast import Person

Headers = Sequence[tuple[str, str]]


@dataclass
class Raw:
    """What came back, as it came; ``unread`` is how many pieces of what was sent nobody asked for."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    unread: int = 0

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for one, value in self.headers if one == name]

    def get(self, name: str) -> str:
        """The only value of a header; "" when it is not there."""
        found = self.all(name)
        assert len(found) < 2, f"{name} stands {len(found)} times"
        return found[0] if found else ""

    @property
    def text(self) -> str:
        return self.body.decode()


async def ask(
    app: ASGIApp,
    path: str,
    *,
    method: str = "GET",
    host: str | None = "vallon.test",
    headers: Headers = (),
    body: Iterable[bytes] = (b"",),
    client: tuple[str, int] | None = ("127.0.0.1", 12345),
    failing: bool = False,
) -> Raw:
    """One request, its target and headers taken literally; header names are in small letters, as servers give them.

    Args:
        body: the pieces in which it arrives.
        failing: whether the application is expected to fail (it raises after having answered).
    """
    target, _, query = path.partition("?")
    sent = [*([("host", host)] if host is not None else []), *headers]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(target),
        "raw_path": target.encode("latin-1"),
        "query_string": query.encode("latin-1"),
        "root_path": "",
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent],
        "client": client,
        "server": ("127.0.0.1", 8000),
    }
    pieces = list(body)
    started: list[Message] = []
    received: list[bytes] = []

    async def receive() -> Message:
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
        else:
            received.append(message.get("body", b""))

    try:
        await app(scope, receive, send)
    except Exception:
        if not failing:
            raise
    assert len(started) == 1, f"answered {len(started)} times"
    return Raw(
        started[0]["status"],
        [(name.decode(), value.decode("latin-1")) for name, value in started[0]["headers"]],
        b"".join(received),
        len(pieces),
    )


def cookie_of(person: Person) -> tuple[str, str]:
    """The header of somebody signed in."""
    return ("cookie", f"{cookie_name()}={person.token}")


def form(**fields: Any) -> tuple[Headers, list[bytes]]:
    """The headers and the body of a form."""
    body = urlencode(fields).encode()
    return [("content-type", "application/x-www-form-urlencoded"), ("content-length", str(len(body)))], [body]


def add_page(app: Any, path: str, handler: Handler, *, methods: Sequence[str] = ("GET",), gate: Gate = anyone) -> None:
    """A page that only this test has."""
    app.router.routes.insert(0, Route(path, Endpoint(handler, gate), methods=list(methods)))


async def guarded(request: Request) -> Response:
    """A page with nothing but the guard of a form."""
    guard = form_guard(request)
    return HTMLResponse(f'<html lang="fr"><title>x</title><h1>x</h1><form method="post">{guard}</form></html>')
