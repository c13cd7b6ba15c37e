"""Makes a route out of an address, a handler and a gate."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consult.core.keys import parse_key
from consult.web import cookies
from consult.web.context import enter
from consult.web.gate import Gate

Handler = Callable[[Request], Awaitable[Response]]


class Endpoint:
    """A handler behind its gate. It enters the territory, finds the visitor, asks the gate, then the handler."""

    def __init__(self, handler: Handler, gate: Gate) -> None:
        self.handler = handler
        self.gate = gate
        self.__name__ = handler.__name__
        self.__module__ = handler.__module__

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request (ASGI)."""
        request = Request(scope, receive, send)
        await enter(request, cookies.session_token(request))
        response = self.gate.check(request) or await self.handler(request)
        fresh = getattr(request.state, "fresh_cookie", "")
        if fresh:
            cookies.set_cookie(response, fresh)
        await response(scope, receive, send)


def get(path: str, handler: Handler, *, gate: Gate, name: str | None = None) -> Route:
    """A page to read. It changes nothing: mail scanners follow links."""
    return Route(path, Endpoint(handler, gate), methods=["GET"], name=name or handler.__name__)


def post(path: str, handler: Handler, *, gate: Gate, name: str | None = None) -> Route:
    """An address that a form is sent to."""
    return Route(path, Endpoint(handler, gate), methods=["POST"], name=name or handler.__name__)


def path_key(request: Request, name: str = "id") -> int:
    """The key that an address holds; 0, which no row has, when it is longer than any key."""
    return parse_key(str(request.path_params[name])) or 0
