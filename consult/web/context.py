"""What every request knows: where it is (the territory) and who asks (the visitor)."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from zoneinfo import ZoneInfo

from starlette.requests import Request

from consult.core.errors import NotFound
from consult.core.voice import Voice


@dataclass(frozen=True)
class TerritoryView:
    """A territory as pages know it; kept in memory and renewed when its counter moves."""

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

    @property
    def zone(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.timezone)


@dataclass(frozen=True)
class Visitor:
    """Who asks. Somebody signed out has no account."""

    account_id: int | None = None
    public_name: str = ""
    confirmed: bool = False
    language: str = ""
    session_id: int | None = None
    roles: frozenset[str] = field(default_factory=frozenset)

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
    """The language of the answer: the account's choice, else the cookie's, else the territory's."""
    chosen = visitor(request).language or request.cookies.get("language", "")
    return chosen if chosen in {"fr", "en"} else territory(request).language


async def enter(request: Request, session_cookie: str | None) -> None:
    """Find the territory and the visitor of a request and keep both in its state.

    Raises:
        NotFound: no territory answers under this host.
    """
    finders: Finders = request.app.state
    found = await finders.find_territory(request.headers.get("host", "").rsplit(":", 1)[0].lower())
    if found is None:
        raise NotFound
    request.state.territory = found
    request.state.visitor = NOBODY
    if session_cookie:
        request.state.visitor = await finders.find_visitor(session_cookie, found.id) or NOBODY
