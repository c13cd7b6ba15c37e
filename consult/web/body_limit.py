"""Refuses a request body that is larger than a person could have typed, before it is read into memory."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consult.settings import settings

READ_OUT = 8
"""So many times the limit is still read, and thrown away: a browser shows no answer before it has sent everything."""


class BodyLimit:
    """Counts the bytes as they come (ASGI middleware). Whoever reads a body that is too large gets a 413 instead.

    A page that reads no body answers as ever: what is sent to an address that does not exist is a 404.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a watch on its body."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        limit, seen = settings().max_body_bytes, 0
        too_large = _declared(scope) > limit

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if too_large or seen > limit:
                if _declared(scope) <= READ_OUT * limit:
                    await _read_out(message, receive, READ_OUT * limit - seen)
                raise HTTPException(413)
            return message

        await self.app(scope, counted, send)


def _declared(scope: Scope) -> int:
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if not declared.isdigit():
        return 0
    return int(declared) if len(declared) < 16 else 1 << 60


async def _read_out(message: Message, receive: Receive, most: int) -> None:
    while message["type"] == "http.request" and message.get("more_body") and most > 0:
        message = await receive()
        most -= len(message.get("body", b""))
