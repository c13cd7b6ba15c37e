"""Gates: who may knock at an address at all. Every route names one; a house test refuses a route without.

A gate looks at the visitor and the territory only. Whether this visitor may do this to this thing is judged where the
thing is loaded (``access_…``) and by the rules inside the action.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from consult.core.errors import Forbidden, NotFound
from consult.settings import settings
from consult.web.context import visitor


@dataclass(frozen=True)
class Gate:
    """A name for the list of addresses, and a check that answers None to let the request through."""

    name: str
    check: Callable[[Request], Response | None]


def _anyone(request: Request) -> Response | None:
    return None


def _signed_in(request: Request) -> Response | None:
    if visitor(request).signed_in:
        return None
    return RedirectResponse(f"/sign-in?{urlencode({'next': _read_last(request)})}", status_code=303)


def _read_last(request: Request) -> str:
    """Where somebody who has signed in goes on: the page they asked for, or the one from which they sent a form."""
    read = urlsplit(str(request.url))
    if request.method not in {"GET", "HEAD"}:
        try:
            came_from = urlsplit(request.headers.get("referer", ""))
        except ValueError:
            came_from = urlsplit("")
        if came_from.netloc == read.netloc and came_from.path:
            read = came_from
    return read.path + (f"?{read.query}" if read.query else "")


def _signed_out(request: Request) -> Response | None:
    return RedirectResponse("/account", status_code=303) if visitor(request).signed_in else None


def _demo(request: Request) -> Response | None:
    if not settings().demo:
        raise NotFound
    return None


def staff(*roles: str) -> Gate:
    """Only this territory's staff in one of these roles; a stranger is told that there is no such page."""

    def check(request: Request) -> Response | None:
        sent_away = _signed_in(request)
        if sent_away is not None:
            return sent_away
        if not visitor(request).roles:
            raise NotFound
        if not visitor(request).has_role(*roles):
            raise Forbidden
        return None

    return Gate("staff:" + "|".join(sorted(roles)), check)


anyone = Gate("anyone", _anyone)
signed_in = Gate("signed_in", _signed_in)
signed_out = Gate("signed_out", _signed_out)
demo_only = Gate("demo_only", _demo)
