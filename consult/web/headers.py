"""The headers that every answer carries, set once, around everything."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consult.settings import settings

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def security_headers() -> dict[str, str]:
    """All of them. A territory's other subdomains are not ours to force to https, so none is named."""
    secure = {"strict-transport-security": "max-age=31536000"} if settings().is_https else {}
    return {**HEADERS, **secure, "cache-control": "private, no-cache"}


class SecurityHeaders:
    """Adds the headers that an answer has not set for itself; pages of people are never kept by shared caches."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.all = security_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the answer (ASGI)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.all.items():
                    headers.setdefault(name, value)
                if headers.get("content-encoding") == "identity":  # a word to the compressor only (RFC 9110, 8.4.1)
                    del headers["content-encoding"]
            await send(message)

        await self.app(scope, receive, complete)
