"""Whole pages for people who are not signed in, kept in memory until a counter they depend on moves.

A page asks to be kept with :func:`keep`. It is then answered without a query, a template, or a route match, as long as
every ``changes`` counter that it named stands where it stood (:mod:`consult.core.changes`), and not beyond the instant
that it named (the next opening or closing, or midnight, since pages count the days). A cookie of a signed-in session
goes past the cache. An ``ETag`` answers a browser that has the page already with 304.
"""

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consult.core import changes, clock
from consult.web.cookies import SIGNED_IN, cookie_name

MAX_BYTES = 64 * 1024 * 1024
MAX_PAGE = 1024 * 1024
MAX_ADDRESS = 512


@dataclass(slots=True)
class Kept:
    """One page: its counters, its last instant, and the messages to send."""

    stamps: tuple[tuple[changes.Key, int], ...]
    until: float
    etag: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


def keep(request: Request, *stamps: tuple[str, int, int], until: datetime | None = None) -> None:
    """Ask that this page be kept for everybody who is not signed in.

    Args:
        stamps: ``(kind, key, changes)`` of every row that the page depends on, as they were read for the page.
        until: an instant at which the page changes by itself.
    """
    seconds = 3600.0 if until is None else max(0.0, (until - clock.now()).total_seconds())
    request.scope["consult.keep"] = (
        tuple(((kind, key), value) for kind, key, value in stamps),
        time.monotonic() + min(seconds, 3600.0),
    )


class PageCache:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.pages: OrderedDict[tuple[bytes, ...], Kept] = OrderedDict()
        self.bytes = 0
        self.session_mark = f"{cookie_name()}={SIGNED_IN}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory when possible, else pass on and perhaps keep the answer (ASGI)."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        key, asked = self._key(scope)
        if key is None:
            await self.app(scope, receive, send)
            return
        page = self.pages.get(key)
        if page is not None:
            if await _stands(page):
                await _answer(page, asked, send)
                return
            self._drop(key)
        await self._pass_on(key, scope, receive, send)

    def _key(self, scope: Scope) -> tuple[tuple[bytes, ...] | None, bytes]:
        host = cookie = encoding = asked = b""
        for name, value in scope["headers"]:
            if name == b"cookie":
                cookie += value
            elif name == b"host":
                host = value
            elif name == b"accept-encoding":
                encoding = b"gzip" if b"gzip" in value else b""
            elif name == b"if-none-match":
                asked = value
        if self.session_mark in cookie or len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS:
            return None, b""
        language = b"en" if b"language=en" in cookie else b"fr" if b"language=fr" in cookie else b""
        return (host, scope["raw_path"], scope["query_string"], encoding, language), asked

    async def _pass_on(self, key: tuple[bytes, ...], scope: Scope, receive: Receive, send: Send) -> None:
        start: Message = {}
        chunks: list[bytes] = []

        async def listen(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                if "consult.keep" in scope and message["status"] == 200:
                    return
            elif "consult.keep" in scope and start.get("status") == 200:
                chunks.append(message.get("body", b""))
                if not message.get("more_body"):
                    await self._keep_and_send(key, scope, start, b"".join(chunks), send)
                return
            await send(message)

        await self.app(scope, receive, listen)

    async def _keep_and_send(
        self, key: tuple[bytes, ...], scope: Scope, start: Message, body: bytes, send: Send
    ) -> None:
        stamps, until = scope["consult.keep"]
        etag = b'"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'
        headers = [*start["headers"], (b"etag", etag), (b"vary", b"cookie, accept-encoding")]
        page = Kept(stamps, until, etag, headers, body)
        may_keep = len(body) <= MAX_PAGE and not any(name == b"set-cookie" for name, _ in headers)
        if may_keep:
            self.pages[key] = page
            self.bytes += len(body)
            while self.bytes > MAX_BYTES and self.pages:
                self._drop(next(iter(self.pages)))
        asked = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
        await _answer(page, asked, send)

    def _drop(self, key: tuple[bytes, ...]) -> None:
        page = self.pages.pop(key, None)
        if page is not None:
            self.bytes -= len(page.body)


async def _stands(page: Kept) -> bool:
    if time.monotonic() >= page.until:
        return False
    for key, value in page.stamps:
        known = changes.still(key, value)
        if known is None:
            known = await changes.current(key) == value
        if not known:
            return False
    return True


async def _answer(page: Kept, asked: bytes, send: Send) -> None:
    if asked and (page.etag in asked or asked == b"*"):
        kept = [(n, v) for n, v in page.headers if n not in {b"content-length", b"content-type", b"content-encoding"}]
        await send({"type": "http.response.start", "status": 304, "headers": kept})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": page.headers})
    await send({"type": "http.response.body", "body": page.body})
