"""Reads of accounts."""

import hashlib

from consult.core import clock
from consult.core.database import execute


def token_digest(token: str) -> str:
    """What is stored of a session's token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


async def visitor_row(token: str, territory_id: int) -> dict[str, object] | None:
    """Who holds a session, with their roles in a territory; one query, asked at every signed-in request."""
    rows = await execute(
        "SELECT s.id AS session_id, a.id AS account_id, a.public_name, a.language, a.confirmed_at, f.role"
        " FROM session s JOIN account a ON a.id = s.account_id"
        " LEFT JOIN staff f ON f.account_id = a.id AND f.territory_id = :territory"
        " WHERE s.digest = :digest AND s.expires_at > :now AND a.deleted_at IS NULL",
        territory=territory_id,
        digest=token_digest(token),
        now=clock.now(),
    )
    if not rows:
        return None
    return {**rows[0], "roles": frozenset(row["role"] for row in rows if row["role"])}
