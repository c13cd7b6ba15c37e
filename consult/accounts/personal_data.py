"""Everything that we hold about a person, for the person.

Each room says what it holds, in words of its own: ``personal_data.register("votes", votes_of)``. What a room has not
said is read from its tables (:mod:`consult.accounts.elsewhere`), so that nothing is left out meanwhile.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from consult.accounts.elsewhere import PLACES, rows_of
from consult.accounts.models import Account, Identity, MailLink, Session, Staff
from consult.core.models import AuditEntry

Part = list[dict[str, Any]]
Reader = Callable[[int], Awaitable[Part]]
_readers: dict[str, Reader] = {}


def register(name: str, reader: Reader) -> None:
    """Say what a room holds: ``async def reader(account_id) -> list of plain dictionaries``.

    Args:
        name: of the part; that of a table of :mod:`~consult.accounts.elsewhere` takes the place of its rows.
    """
    _readers[name] = reader


async def collect(account_id: int) -> dict[str, Part]:
    """All parts, by name; the account's own first."""
    parts: dict[str, Part] = {
        "account": await Account.filter(id=account_id).values(),
        "identity": await _identity(account_id),
        "sessions": await Session.filter(account_id=account_id)
        .order_by("id")
        .values("browser", "created_at", "last_seen_at", "expires_at"),
        "links": await MailLink.filter(account_id=account_id)
        .order_by("id")
        .values("purpose", "email", "created_at", "expires_at", "used_at"),
        "staff": await Staff.filter(account_id=account_id)
        .order_by("id")
        .values("role", "created_at", territory="territory__name"),
    }
    parts["audit"] = await AuditEntry.filter(account_id=account_id).order_by("id").values("at", "event", "details")
    for place in PLACES:
        if place.table not in _readers:
            parts.setdefault(place.table, []).extend(await rows_of(place, account_id))
    for name, reader in _readers.items():
        parts[name] = await reader(account_id)
    return parts


async def _identity(account_id: int) -> Part:
    row = await Identity.get_or_none(account_id=account_id)
    if row is None:
        return []
    return [
        {
            "email": row.email,
            "has_password": row.password_hash is not None,
            "password_changed_at": row.password_changed_at,
        }
    ]
