"""Links sent by e-mail: the address and the token of a :class:`~consult.accounts.models.MailLink` row.

The token is the signed key of the row, and the row says what it is good for, until when, and whether it has served.
So no token is ever stored, and an event or a log that names the row's key gives nothing away.
"""

from consult.core.signing import sign, unsign

PURPOSE = "mail-link"


def token_for(link_id: int) -> str:
    """The token of a row; made when the mail is written."""
    return sign(PURPOSE, link_id)


def address(link_id: int) -> str:
    """The path to follow, without the host: ``/links/…``."""
    return f"/links/{token_for(link_id)}"


def key_of(token: str) -> int | None:
    """The row's key in a token of ours, None for anything else. Whether the link still counts is the row's matter."""
    value = unsign(PURPOSE, token) if len(token) <= 300 else None
    return value if isinstance(value, int) else None
