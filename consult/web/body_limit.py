"""Refuses a request body that is larger than a person could have typed, before it is read into memory."""

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consult.settings import settings

WORDS = "413 Envoi trop lourd. Revenez en arrière : votre texte est encore dans votre navigateur.\n"


class _TooLarge(Exception):
    pass


class BodyLimit:
    """Counts the bytes as they come; a declared length is refused at once (ASGI middleware)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 413."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        limit, seen = settings().max_body_bytes, 0
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if declared.isdigit() and int(declared) > limit:
            await PlainTextResponse(WORDS, status_code=413)(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _TooLarge
            return message

        try:
            await self.app(scope, counted, send)
        except _TooLarge:
            await PlainTextResponse(WORDS, status_code=413)(scope, receive, send)
