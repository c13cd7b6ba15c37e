"""Signed, dated tokens for links and forms (itsdangerous); a token is good for one purpose only."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from itsdangerous import BadData, SignatureExpired, URLSafeSerializer, URLSafeTimedSerializer

from consult.settings import settings


class Expired(Exception):
    """The token was ours but its time is over."""


def sign(purpose: str, value: Any) -> str:
    """A URL-safe token carrying ``value``, readable only by the same purpose."""
    return URLSafeTimedSerializer(settings().secret_key.get_secret_value(), salt=f"consult.{purpose}").dumps(value)


def unsign(purpose: str, token: str, max_age: int | None = None) -> Any:
    """The value of a token of ours, None when it is not one.

    Args:
        max_age: seconds after which it no longer counts.

    Raises:
        Expired: the token is ours and too old.
    """
    if not token.isascii():
        return None
    serializer = URLSafeTimedSerializer(settings().secret_key.get_secret_value(), salt=f"consult.{purpose}")
    try:
        return serializer.loads(token, max_age=max_age)
    except SignatureExpired as error:
        raise Expired from error
    except BadData:
        return None


def seal(purpose: str, value: Any) -> str:
    """A token without a date, for links that count for good: the same value makes the same token."""
    return URLSafeSerializer(settings().secret_key.get_secret_value(), salt=f"consult.{purpose}").dumps(value)


def unseal(purpose: str, token: str) -> Any:
    """The value of a token without a date, None when it is not one of ours."""
    if not token.isascii():
        return None
    try:
        return URLSafeSerializer(settings().secret_key.get_secret_value(), salt=f"consult.{purpose}").loads(token)
    except BadData:
        return None


def digest(purpose: str, text: str) -> str:
    """A keyed digest of 32 letters: tells whether two texts are the same, and nobody without our key what they are."""
    key = settings().secret_key.get_secret_value().encode()
    return hmac.new(key, f"consult.{purpose}.{text}".encode(), hashlib.sha256).hexdigest()[:32]


def digests(purpose: str) -> Callable[[str], str]:
    """:func:`digest` for one purpose, for somebody who has a million of them to make."""
    key, start = settings().secret_key.get_secret_value().encode(), f"consult.{purpose}."

    def of(text: str) -> str:
        return hmac.digest(key, f"{start}{text}".encode(), "sha256").hex()[:32]

    return of
