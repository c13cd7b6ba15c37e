"""What a visitor's account may not do, as pages say it in advance; the actions judge it again under their lock."""

from starlette.requests import Request

from consult.accounts.rules import restriction_refusal
from consult.core import clock
from consult.core.errors import Refusal
from consult.web.context import territory, visitor


def restriction_of(request: Request, *, short: bool = False) -> Refusal | None:
    """Why the visitor neither writes nor votes here for a time, by a decision; None for nearly everybody."""
    until, here = visitor(request).restricted_until, territory(request)
    return restriction_refusal(until, clock.now(), here.zone, short=short)
