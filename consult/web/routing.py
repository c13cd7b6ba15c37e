"""Makes a route out of an address, a handler and a gate."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consult.core.errors import NotFound
from consult.core.keys import parse_key
from consult.web import cookies
from consult.web.context import enter, visitor
from consult.web.gate import Gate
from consult.web.kept_text import give_back

Handler = Callable[[Request], Awaitable[Response]]
_HIGHEST = {"n": (1 << 31) - 1}  # a contribution's number; everything else is a key
_HIGHEST_KEY = (1 << 63) - 1


class _Number(IntegerConvertor):
    """A number in an address, no longer than a key: Python refuses to read very long ones, with an error."""

    regex = "[0-9]{1,19}"


register_url_convertor("int", _Number())


def names_nothing(path: str, params: dict[str, Any]) -> bool:
    """Whether an address holds what no column can: asked for it, a database fails instead of finding nothing."""
    return "\0" in path or any(
        isinstance(value, int) and value > _HIGHEST.get(name, _HIGHEST_KEY) for name, value in params.items()
    )


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
        if names_nothing(scope["path"], request.path_params):
            raise NotFound
        response = self.gate.check(request)
        if response is None:
            response = await self.handler(request)
        elif request.method == "POST" and not visitor(request).signed_in:
            response = await give_back(request) or response
        fresh = getattr(request.state, "fresh_cookie", "")
        if fresh and "set-cookie" not in response.headers:
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
