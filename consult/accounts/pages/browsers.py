"""The browser behind a request: its name in a few words, its new session, its answers."""

import hashlib
import re

from starlette.requests import Request
from starlette.responses import Response

from consult.accounts.actions import Browser
from consult.core.errors import Refusal
from consult.core.signing import digest
from consult.web import cookies, limits
from consult.web.context import visitor
from consult.web.csrf import guard_value
from consult.web.forms import Form
from consult.web.render import safe_next, see_other

# Looked for in this order: most browsers also name those that they descend from.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    """« Firefox, Linux »: enough to recognise one's own; "" when it says nothing that we know."""
    names = [
        next((name for mark, name in known if re.search(rf"\b{mark}", user_agent)), "") for known in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in names if name)


def new_browser(request: Request) -> Browser:
    """The browser with a new token; the session that it holds ends when the new one is opened."""
    return Browser(
        token=cookies.new_token(cookies.SIGNED_IN),
        name=browser_name(request.headers.get("user-agent", "")[:400]),
        former_session_id=visitor(request).session_id,
        place=digest("place", limits.network_of(request)),
    )


def open_browser(browser: Browser, path: str) -> Response:
    """Go on, holding the new session."""
    response = see_other(safe_next(path, "/account"))
    cookies.set_cookie(response, browser.token)
    return response


def form_key(request: Request, form: Form) -> str | None:
    """One rendering of a form in one browser, as a digest, for somebody who has no account yet."""
    if not form.once:
        return None
    return hashlib.sha256(f"{guard_value(request)}.{form.once}".encode()).hexdigest()


def status_of(refusal: Refusal) -> int:
    """The status of a form that is shown again."""
    return 429 if refusal.code == "too_often" else 422
