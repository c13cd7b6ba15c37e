"""Counting one contribution anew from its rows, when something more than one text comes or goes at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from consult.consultations.items import ItemState
from consult.core.action import Action
from consult.core.database import execute

# What is public together with all that it stands under; whether the contribution itself is public is judged apart.
# The rooms above may not be imported, so their tables are named here: one place that says what counts.
_ARGUMENTS = (
    "SELECT COUNT(*) FROM argument i LEFT JOIN amendment a ON a.id = i.amendment_id"
    " WHERE i.contribution_id = contribution.id AND i.state = 'published'"
    " AND (i.amendment_id IS NULL OR a.state = 'published')"
)
_ON_ITSELF = f"{_ARGUMENTS} AND i.amendment_id IS NULL AND i.side ="
_SOURCES = (
    "SELECT COUNT(*) FROM source i LEFT JOIN argument g ON g.id = i.argument_id"
    " LEFT JOIN amendment a ON a.id = g.amendment_id"
    " WHERE i.contribution_id = contribution.id AND i.state = 'published'"
    " AND (i.argument_id IS NULL OR g.state = 'published') AND (g.amendment_id IS NULL OR a.state = 'published')"
)
_AMENDMENTS = "SELECT COUNT(*) FROM amendment i WHERE i.contribution_id = contribution.id AND i.state = 'published'"
_COUNTERS = {
    "arguments_for": f"{_ON_ITSELF} 'for'",
    "arguments_against": f"{_ON_ITSELF} 'against'",
    "arguments_count": _ARGUMENTS,
    "sources_count": _SOURCES,
    "amendments_count": _AMENDMENTS,
}
_UNDER_AN_ARGUMENT = "(SELECT COUNT(*) FROM source s WHERE s.argument_id = argument.id AND s.state = 'published')"
# Under which name the consultation counts what a contribution counts.
_TOTALS = {
    "arguments_count": "arguments_count",
    "sources_count": "sources_count",
    "votes_total": "votes_count",
    "amendments_count": "amendments_count",
}
_COLUMNS = f"state, section_id, consultation_id, {', '.join(_TOTALS)}"


@asynccontextmanager
async def counted_anew(action: Action, contribution_id: int) -> AsyncIterator[None]:
    """Change states beneath a contribution, or its own, inside this block; its counters are right afterwards.

    They are counted again from the rows, and the consultation's and the section's are moved by the difference: a
    contribution that leaves the public takes itself and all beneath it out, one that comes back brings what is public
    beneath it now. To be used under the consultation's lock; it counts a change of the contribution's page.
    """
    before = await execute(f"SELECT {_COLUMNS} FROM contribution WHERE id = :key", key=contribution_id)
    yield
    await execute(
        f"UPDATE argument SET sources_count = {_UNDER_AN_ARGUMENT}"
        f" WHERE contribution_id = :key AND sources_count <> {_UNDER_AN_ARGUMENT}",
        key=contribution_id,
    )
    after = await execute(
        f"UPDATE contribution SET {', '.join(f'{name} = ({sql})' for name, sql in _COUNTERS.items())},"
        f" changes = changes + 1 WHERE id = :key RETURNING {_COLUMNS}",
        key=contribution_id,
    )
    action.changed("contribution", contribution_id)
    await _move_above(before[0], after[0])


async def _move_above(before: dict[str, Any], after: dict[str, Any]) -> None:
    was, counts_now = (int(row["state"] == ItemState.PUBLISHED) for row in (before, after))
    moves = {total: counts_now * after[name] - was * before[name] for name, total in _TOTALS.items()}
    moves["contributions_count"] = counts_now - was
    moved = {name: by for name, by in moves.items() if by}
    if moved:
        await execute(
            f"UPDATE consultation SET {', '.join(f'{name} = {name} + :{name}' for name in moved)} WHERE id = :key",
            {**moved, "key": after["consultation_id"]},
        )
    if counts_now != was:
        await execute(
            "UPDATE section SET contributions_count = contributions_count + :by WHERE id = :key",
            by=counts_now - was,
            key=after["section_id"],
        )
