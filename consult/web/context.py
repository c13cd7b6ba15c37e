"""What every request knows: where it is (the territory) and who asks (the visitor)."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Scope

from consult.core.errors import NotFound
from consult.core.voice import Voice
from consult.web import language as spoken


@dataclass(frozen=True)
class TerritoryView:
    """A territory as pages know it; kept in memory and renewed when its counter moves.

    Attributes:
        address: where its permanent links lead (``https://…``), whatever host a request names.
    """

    id: int
    slug: str
    name: str
    kind: str
    accent: str
    timezone: str
    language: str
    changes: int
    presentation_html: str = ""
    contact_email: str = ""
    address: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class Visitor:
    """Who asks. Somebody signed out has no account.

    Attributes:
        restricted_until: until when a decision keeps them from writing and voting here; None for nearly everybody.
    """

    account_id: int | None = None
    public_name: str = ""
    confirmed: bool = False
    language: str = ""
    session_id: int | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    restricted_until: datetime | None = None

    @property
    def signed_in(self) -> bool:
        """Whether there is an account behind the request."""
        return self.account_id is not None

    def has_role(self, *roles: str) -> bool:
        """Whether the visitor is on this territory's staff in one of these roles."""
        return bool(self.roles.intersection(roles))

    def voice(self) -> Voice:
        """The visitor speaking for themselves (the organisations room makes the other voices)."""
        return Voice(account_id=self.account_id, confirmed=self.confirmed, roles=self.roles)


NOBODY = Visitor()
TerritoryFinder = Callable[[str], Awaitable[TerritoryView | None]]
VisitorFinder = Callable[[str, int], Awaitable[Visitor | None]]


class Finders(Protocol):
    """What ``app.py`` hands to the web layer so that it needs to import no room."""

    find_territory: TerritoryFinder
    find_visitor: VisitorFinder


def territory(request: Request) -> TerritoryView:
    """The territory of the request's host."""
    found: TerritoryView = request.state.territory
    return found


def visitor(request: Request) -> Visitor:
    """Who asks."""
    found: Visitor = request.state.visitor
    return found


def language(request: Request) -> str:
    """The language of the answer: the page's own, else the account's choice, the cookie's, the territory's."""
    asked = getattr(request.state, "spoken", "")
    chosen = asked or visitor(request).language or request.cookies.get("language", "")
    return chosen if chosen in spoken.LANGUAGES else territory(request).language


_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)\.?(?::[0-9]{0,5})?")


@lru_cache(maxsize=1000)
def _name_of(host: bytes) -> str | None:
    found = _HOST.fullmatch(host.decode("latin-1").lower()) if len(host) <= 260 else None
    return found[1] if found else None


def host_name(scope: Scope) -> str | None:
    """The host that a request names: small letters, no port, no last dot; None when it is no name, or several.

    Whoever judges by the host must read it here: two readers that disagree on it show one territory's page in another.
    ``X-Forwarded-Host`` and the like are not heeded: a reverse proxy passes ``Host`` on (README).
    """
    named = [value for name, value in scope["headers"] if name == b"host"]
    return _name_of(named[0]) if len(named) == 1 else None


async def territory_of(scope: Scope) -> TerritoryView | None:
    """The territory that a request asks, found once a request; None when its host is none of ours."""
    if "consult.territory" not in scope:
        host = host_name(scope)
        finders: Finders = scope["app"].state
        scope["consult.territory"] = await finders.find_territory(host) if host is not None else None
    found: TerritoryView | None = scope["consult.territory"]
    return found


async def enter(request: Request, session_cookie: str | None) -> None:
    """Find the territory and the visitor of a request and keep both in its state; their language is spoken from here.

    Raises:
        HTTPException: 400, the request names no host, or several.
        NotFound: no territory answers under this host.
    """
    if host_name(request.scope) is None:
        raise HTTPException(400)
    found = await territory_of(request.scope)
    if found is None:
        raise NotFound
    request.state.territory = found
    request.state.visitor = NOBODY
    if session_cookie:
        finders: Finders = request.app.state
        request.state.visitor = await finders.find_visitor(session_cookie, found.id) or NOBODY
    spoken.use(language(request))
