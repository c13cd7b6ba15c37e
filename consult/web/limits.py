"""How often one may try. Counters live in the process's memory (``limits`` library, moving window).

Behind a reverse proxy the network address is the one that the proxy tells, if CONSULT_TRUSTED_PROXIES names that proxy;
what anybody else tells of themselves (``X-Forwarded-For``) is not believed.
"""

from ipaddress import IPv6Address, ip_address, ip_network

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
    "report": "20/hour",
    "export": "10/hour",
    "receipt": "20/hour",
    "verify": "60/5 minutes",
}
_ALLOWED = {what: parse(often) for what, often in LIMITS.items()}
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
    account = visitor(request).account_id
    key = who or (f"account:{account}" if account else f"net:{network_of(request)}")
    # Who is named is the instance's (an account, an address): a second territory's host gives no second row of tries.
    where = "" if who else str(territory(request).id)
    if not await _limiter.hit(_ALLOWED[what], what, where, key):
        refuse(TOO_OFTEN)


def network_of(request: Request) -> str:
    """The network address that a request comes from. In IPv6 one household has a whole /64, so that is what counts."""
    told = request.client.host if request.client else ""
    try:
        address = ip_address(told.partition("%")[0])
    except ValueError:
        return told or "?"
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
    return str(address)


async def forget() -> None:
    """Forget all tries (tests)."""
    await _limiter.storage.reset()
