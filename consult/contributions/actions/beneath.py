"""What happens beneath a contribution moves its counters: one statement that also says what its section accepts."""

from dataclasses import dataclass
from typing import Any

from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound

# What the consultation counts of the same things, under its own name for them.
_TOTALS = {
    "arguments_count": "arguments_count",
    "sources_count": "sources_count",
    "votes_total": "votes_count",
}
_MOVABLE = {*_TOTALS, "arguments_for", "arguments_against"}
_FLAGS = ", ".join(
    f"(SELECT s.{name} FROM section s WHERE s.id = contribution.section_id) AS {name}"
    for name in ("accepts_arguments", "accepts_sources", "accepts_votes")
)


@dataclass(frozen=True)
class SectionFlags:
    """What the contribution's section accepts, as the rules ask for it, and what the contribution was merged into."""

    accepts_arguments: bool
    accepts_sources: bool
    accepts_votes: bool
    merged_into_id: int | None


async def move_counters(
    action: Action, consultation_id: int, contribution_id: int, *, totals: bool = True, **moves: int
) -> SectionFlags:
    """Move a public contribution's counters and those of its consultation, and count a change of its page.

    To be called under the consultation's lock, and before the rules are asked: what they refuse is undone with the
    rest. ``arguments_for`` and ``arguments_against`` count the arguments on the contribution itself,
    ``arguments_count`` and ``sources_count`` all that stands beneath it, its amendments' and arguments' included.

    Args:
        totals: False when the consultation's own counters were moved with its lock.

    Raises:
        NotFound: there is no such contribution in this consultation, or it is not public.
    """
    assert moves.keys() <= _MOVABLE
    moved = {name: by for name, by in moves.items() if by}
    rows = await execute(
        f"UPDATE contribution SET {''.join(f'{name} = {name} + :{name}, ' for name in moved)}changes = changes + 1"
        " WHERE id = :key AND consultation_id = :consultation AND state = 'published'"
        f" RETURNING merged_into_id, {_FLAGS}",
        {**moved, "key": contribution_id, "consultation": consultation_id},
    )
    if not rows:
        raise NotFound
    action.changed("contribution", contribution_id)
    await _move_totals(consultation_id, {_TOTALS[name]: by for name, by in moved.items() if totals and name in _TOTALS})
    merged_into = rows[0].pop("merged_into_id")
    flags: dict[str, Any] = {name: bool(value) for name, value in rows[0].items()}
    return SectionFlags(**flags, merged_into_id=merged_into)


async def _move_totals(consultation_id: int, moves: dict[str, int]) -> None:
    if moves:
        await execute(
            f"UPDATE consultation SET {', '.join(f'{name} = {name} + :{name}' for name in moves)} WHERE id = :key",
            {**moves, "key": consultation_id},
        )
