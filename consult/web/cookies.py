"""The session cookie: ``__Host-consult`` by https, ``consult`` on a machine of one's own by http."""

import secrets

from starlette.requests import Request
from starlette.responses import Response

from consult.settings import settings

SESSION_DAYS = 30
ANONYMOUS = "a."
SIGNED_IN = "s."


def cookie_name() -> str:
    """The browser refuses a ``__Host-`` cookie that is not Secure, for all paths, and of this host alone."""
    return "__Host-consult" if settings().is_https else "consult"


def new_token(prefix: str) -> str:
    """A random cookie value of 256 bits."""
    return prefix + secrets.token_urlsafe(32)


def read_cookie(request: Request) -> str:
    """The cookie's value, "" when there is none."""
    return request.cookies.get(cookie_name(), "")


def session_token(request: Request) -> str | None:
    """The token of a signed-in session, None for a cookie that only guards forms."""
    value = read_cookie(request)
    return value if value.startswith(SIGNED_IN) else None


def set_cookie(response: Response, value: str) -> None:
    """Give the browser a new value; called at sign-in and sign-out so that sessions rotate."""
    response.set_cookie(
        cookie_name(),
        value,
        max_age=SESSION_DAYS * 86_400 if value.startswith(SIGNED_IN) else None,
        path="/",
        secure=settings().is_https,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response) -> None:
    """Take the cookie away."""
    response.delete_cookie(cookie_name(), path="/", secure=settings().is_https, httponly=True, samesite="lax")
