"""How often one may try. Counters live in the process's memory (``limits`` library, moving window)."""

from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from consult.core.errors import Refusal, refuse
from consult.core.language import N_
from consult.settings import settings
from consult.web.context import territory, visitor

LIMITS = {
    "sign-in": "10/5 minutes",
    "sign-in-address": "5/15 minutes",
    "sign-up": "10/hour",
    "mail": "5/hour",
    "post": "30/5 minutes",
    "vote": "120/5 minutes",
    "invite": "20/hour",
}
_limiter = MovingWindowRateLimiter(MemoryStorage())

TOO_OFTEN = Refusal(
    "too_often",
    N_("Trop d’essais en peu de temps. Votre texte est gardé ici : attendez quelques minutes et recommencez."),
)


async def count(request: Request, what: str, who: str = "") -> None:
    """Count one try of ``what`` by this person (or, signed out, this network address).

    Raises:
        Refused: the limit is reached; the page shows what was typed again.
    """
    if not settings().rate_limits:
        return
    client = request.client.host if request.client else "?"
    account = visitor(request).account_id
    key = who or (f"account:{account}" if account else f"net:{client}")
    if not await _limiter.hit(parse(LIMITS[what]), what, str(territory(request).id), key):
        refuse(TOO_OFTEN)


async def forget() -> None:
    """Forget all tries (tests)."""
    await _limiter.storage.reset()
