"""Addresses that mails carry: the link that refuses such mails in one click, and where a bounce comes back to.

Neither has a date: a mail is opened years later, and refusing twice does no harm. The token of a refusal names the
account and what is refused; nothing else can be done with it. The address of a bounce (VERP) names the mail, with a
keyed digest, so that nobody can say of an address that it bounced.
"""

import hashlib
import hmac

from consult.core.signing import seal, unseal
from consult.settings import settings

PURPOSE = "unsubscribe"
LONGEST = 300
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def refusal_path(account_id: int, what: str) -> str:
    """``/unsubscribe/…``: where an account refuses what a mail is one of (see :mod:`.rules`)."""
    return f"/unsubscribe/{seal(PURPOSE, [account_id, what])}"


def refused_by(token: str) -> tuple[int, str] | None:
    """The account and what it refuses, in a token of ours; None for anything else."""
    value = unseal(PURPOSE, token) if len(token) <= LONGEST else None
    if isinstance(value, list) and [type(one) for one in value] == [int, str]:
        return value[0], value[1]
    return None


def envelope_sender(mail_id: int) -> str:
    """The address that a mail's bounce comes back to; "" when CONSULT_BOUNCE_ADDRESS is not set."""
    local, at, domain = settings().bounce_address.rpartition("@")
    return f"{local}+{_written(mail_id)}-{_digest(mail_id)}@{domain}" if at else ""


def bounced_mail(address: str) -> int | None:
    """The mail that an envelope address of ours names; None when it is forged, or no such address."""
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    own, _, our_domain = settings().bounce_address.lower().rpartition("@")
    prefix, _, token = local.rpartition("+")
    number, _, digest = token.partition("-")
    if not own or (prefix, domain) != (own, our_domain) or not 0 < len(number) <= 13 or set(number) - set(_DIGITS):
        return None
    mail_id = int(number, 36)
    return mail_id if digest.isascii() and hmac.compare_digest(digest, _digest(mail_id)) else None


def _written(number: int) -> str:
    """In base 36: mail servers may fold the case of an address, and its local part holds 64 characters."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text or "0"


def _digest(mail_id: int) -> str:
    secret = settings().secret_key.get_secret_value().encode()
    return hmac.new(secret, f"consult.bounce.{mail_id}".encode(), hashlib.sha256).hexdigest()[:20]
