"""Reads of organisations."""

from consult.core.database import execute


async def voices_of(account_id: int, territory_id: int) -> list[dict[str, object]]:
    """The verified organisations that an account may speak for in a territory: id, name, kind."""
    return await execute(
        "SELECT o.id, o.name, o.kind FROM member m JOIN organisation o ON o.id = m.organisation_id"
        " WHERE m.account_id = :account AND o.territory_id = :territory AND o.state = 'verified' ORDER BY o.name, o.id",
        account=account_id,
        territory=territory_id,
    )
