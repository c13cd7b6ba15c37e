"""Reads for votes: where the voter comes back to."""

from consult.core.database import execute
from consult.core.errors import NotFound


async def argument_place(contribution_id: int, argument_id: int) -> str:
    """Where an argument of a contribution stands, from the contribution's address on.

    Raises:
        NotFound: there is no such public argument.
    """
    rows = await execute(
        "SELECT amendment_id FROM argument WHERE id = :key AND contribution_id = :contribution AND state = 'published'",
        key=argument_id,
        contribution=contribution_id,
    )
    if not rows:
        raise NotFound
    about = rows[0]["amendment_id"]
    return f"/amendments/{about}#argument-{argument_id}" if about is not None else f"#argument-{argument_id}"


async def source_place(contribution_id: int, source_id: int) -> str:
    """Where a source of a contribution stands, from the contribution's address on.

    Raises:
        NotFound: there is no such public source.
    """
    rows = await execute(
        "SELECT argument_id FROM source WHERE id = :key AND contribution_id = :contribution AND state = 'published'",
        key=source_id,
        contribution=contribution_id,
    )
    if not rows:
        raise NotFound
    under = rows[0]["argument_id"]
    return f"/arguments/{under}#source-{source_id}" if under is not None else f"#source-{source_id}"
