"""Forms that only our own pages can send.

Every form carries two hidden fields. ``csrf`` proves that the form was made for this browser: a random salt and a keyed
hash over the salt and the browser's cookie (so its bytes differ in every answer and compression leaks nothing).
``once`` is the form's own key: sent twice, it makes one row.
"""

import hashlib
import hmac
import secrets

from markupsafe import Markup
from starlette.requests import Request

from consult.core import clock
from consult.settings import settings
from consult.web.cookies import ANONYMOUS, new_token, read_cookie

FORM_HOURS = 12
_AHEAD_SECONDS = 120  # the clocks of two machines that share the work
_LONGEST = 100


class StaleForm(Exception):
    """The form was not made for this browser, or too long ago. Nothing is lost: the page shows the text again."""


def guard_value(request: Request) -> str:
    """The cookie that forms are tied to; a visitor without one is given an anonymous one with the answer."""
    value = read_cookie(request) or getattr(request.state, "fresh_cookie", "")
    if not value:
        value = request.state.fresh_cookie = new_token(ANONYMOUS)
    return value


def _mac(salt: str, issued: str, cookie: str) -> str:
    secret = settings().secret_key.get_secret_value().encode()
    return hmac.new(secret, f"csrf.{salt}.{issued}.{cookie}".encode(), hashlib.sha256).hexdigest()[:32]


def make_csrf(request: Request) -> str:
    """A token for one rendering of one form; the page that holds it is this browser's and is kept for nobody else."""
    request.scope["consult.personal"] = True
    salt, issued = secrets.token_hex(8), format(int(clock.now().timestamp()), "x")
    return f"{salt}.{issued}.{_mac(salt, issued, guard_value(request))}"


def check_csrf(request: Request, token: str) -> None:
    """Accept a form of ours.

    Raises:
        StaleForm: the token is missing, foreign, or older than :data:`FORM_HOURS` hours.
    """
    parts, cookie = token.split("."), read_cookie(request)
    if len(parts) != 3 or len(token) > _LONGEST or not token.isascii() or not cookie:
        raise StaleForm
    if not hmac.compare_digest(parts[2], _mac(parts[0], parts[1], cookie)):
        raise StaleForm
    age = clock.now().timestamp() - int(parts[1], 16)
    if not -_AHEAD_SECONDS <= age <= FORM_HOURS * 3600:
        raise StaleForm
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise StaleForm


def form_guard(request: Request, once: str = "") -> Markup:
    """The hidden fields of a POST form; ``once`` is kept when a refused form is shown again."""
    return Markup('<input type="hidden" name="csrf" value="{}"><input type="hidden" name="once" value="{}">').format(
        make_csrf(request), once or secrets.token_urlsafe(18)
    )
