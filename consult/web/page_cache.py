"""Whole pages for people who are not signed in, kept in memory until a counter they depend on moves.

A page asks to be kept with :func:`keep`. It is then answered without a query, a template, or a route match, as long as
every ``changes`` counter that it named stands where it stood (:mod:`consult.core.changes`), and not beyond the instant
that it named (the next opening or closing, or midnight, since pages count the days). A cookie of a session goes past
the cache. An ``ETag`` answers a browser that has the page already with 304.

What is never kept: an answer made for somebody signed in, one that sets a cookie or holds the guard of a form, one that
is not a plain 200, and one asked for with a parameter that the page does not read (anybody could invent as many
addresses as they like of one page). What is kept is found again by the territory, not by the host's name, so that
one territory's page is never another's. See docs/decisions/0016.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request, cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from consult.core import changes, clock
from consult.web import language
from consult.web.context import territory_of, visitor
from consult.web.cookies import SIGNED_IN, cookie_name

MAX_BYTES = 64 * 1024 * 1024
MAX_PAGE = 1024 * 1024
MAX_ADDRESS = 512
LONGEST = timedelta(hours=1)
_BESIDE_BODY = 2_000  # what a kept page weighs beside its body, about: headers, key, stamps
_OF_A_BODY = {b"content-length", b"content-type", b"content-encoding"}

Key = tuple[int, bytes, bytes, bytes, str]


@dataclass(slots=True)
class Kept:
    """One page: its counters, its last instant, and the messages to send."""

    stamps: tuple[tuple[changes.Key, int], ...]
    until: datetime
    etag: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes


def keep(
    request: Request, *stamps: tuple[str, int, int], until: datetime | None = None, reads: Iterable[str] = ()
) -> None:
    """Ask that this page be kept for everybody who is not signed in.

    Args:
        stamps: ``(kind, key, changes)`` of every row that the page depends on, as they were read for the page: before,
            or together with, whatever else the page shows of them.
        until: an instant at which the page changes by itself.
        reads: the parameters of the address (``?after=``) that the page heeds; asked for with others it is not kept.
    """
    if visitor(request).signed_in or not set(request.query_params).issubset(reads):
        return
    now = clock.now()
    request.scope["consult.keep"] = (
        tuple(((kind, key), value) for kind, key, value in stamps),
        min(until or now + LONGEST, now + LONGEST),
    )


class PageCache:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.pages: OrderedDict[Key, Kept] = OrderedDict()
        self.bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory when possible, else pass on and perhaps keep the answer (ASGI)."""
        key = await _key(scope) if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} else None
        if key is None:
            await self.app(scope, receive, send)
            return
        page = self.pages.get(key)
        if page is not None and await _stands(page):
            if key in self.pages:
                self.pages.move_to_end(key)
            await _answer(page, scope, send)
            return
        await self._pass_on(key, scope, receive, send)

    async def _pass_on(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None
        chunks: list[bytes] = []

        async def listen(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _may_be_kept(scope, message):
                start = message  # held back until the whole body is there
            elif start is not None and message["type"] == "http.response.body":
                chunks.append(message.get("body", b""))
                if not message.get("more_body"):
                    page = _made(scope, start, b"".join(chunks))
                    self._keep(key, page, scope)
                    await _answer(page, scope, send)
            else:
                await send(message)

        await self.app(scope, receive, listen)

    def _keep(self, key: Key, page: Kept, scope: Scope) -> None:
        self._drop(key)  # another request may have kept the same page meanwhile
        fits = len(page.body) <= MAX_PAGE
        encoded = any(name == b"content-encoding" for name, _ in page.headers)
        if scope["method"] != "GET" or not fits or (encoded and not key[3]):
            return
        self.pages[key] = page
        self.bytes += len(page.body) + _BESIDE_BODY
        while self.bytes > MAX_BYTES and self.pages:
            self._drop(next(iter(self.pages)))

    def _drop(self, key: Key) -> None:
        page = self.pages.pop(key, None)
        if page is not None:
            self.bytes -= len(page.body) + _BESIDE_BODY


async def _key(scope: Scope) -> Key | None:
    """What a page is found by; None when the cache has no part in this request."""
    path, query = scope.get("raw_path") or scope["path"].encode(), scope["query_string"]
    if len(path) + len(query) > MAX_ADDRESS:
        return None
    cookies: dict[str, str] = {}
    encoding = None
    for name, value in scope["headers"]:
        if name == b"cookie":
            cookies |= cookie_parser(value.decode("latin-1"))
        elif name == b"accept-encoding" and encoding is None:  # the first, which the compressor reads too
            encoding = b"gzip" if b"gzip" in value else b""
    if cookies.get(cookie_name(), "").startswith(SIGNED_IN):
        return None
    territory = await territory_of(scope)
    if territory is None:
        return None
    chosen = cookies.get("language", "")
    return territory.id, path, query, encoding or b"", chosen if chosen in language.LANGUAGES else ""


async def _stands(page: Kept) -> bool:
    if clock.now() >= page.until:
        return False
    for key, value in page.stamps:
        known = changes.still(key, value)
        if known is None:
            known = await changes.current(key) == value
        if not known:
            return False
    return True


def _may_be_kept(scope: Scope, start: Message) -> bool:
    return (
        "consult.keep" in scope
        and "consult.personal" not in scope
        and start["status"] == 200
        and not any(name == b"set-cookie" for name, _ in start["headers"])
    )


def _made(scope: Scope, start: Message, body: bytes) -> Kept:
    stamps, until = scope["consult.keep"]
    etag = b'"' + hashlib.blake2b(body, digest_size=12).hexdigest().encode() + b'"'
    headers = [(name, value) for name, value in start["headers"] if name not in {b"etag", b"vary"}]
    return Kept(stamps, until, etag, [*headers, (b"etag", etag), (b"vary", b"accept-encoding, cookie")], body)


def _has_it_already(page: Kept, scope: Scope) -> bool:
    """Whether the browser names this very page; a proxy that compresses makes a weak ``W/"…"`` of it."""
    asked = b", ".join(value for name, value in scope["headers"] if name == b"if-none-match")
    return page.etag in asked or asked.strip() == b"*"


async def _answer(page: Kept, scope: Scope, send: Send) -> None:
    if _has_it_already(page, scope):
        headers = [(name, value) for name, value in page.headers if name not in _OF_A_BODY]
        await send({"type": "http.response.start", "status": 304, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": list(page.headers)})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else page.body})
