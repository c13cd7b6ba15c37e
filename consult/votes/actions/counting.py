"""The counters that votes move on a contribution and on an amendment: what a page shows is read from them alone."""

from collections.abc import Mapping

from consult.core.action import Action
from consult.core.database import execute

_AGREE = "votes_agree + earlier_agree + tally_agree + :agree"
_DISAGREE = "votes_disagree + earlier_disagree + tally_disagree + :disagree"


async def move_contribution(
    action: Action, consultation_id: int, contribution_id: int, moves: Mapping[str, int]
) -> None:
    """Move ``votes_*``, ``earlier_*`` and ``tally_*`` of a contribution, and with them its total, how contested it is,
    and the consultation's total. ``contested`` is the smaller of all agree and all disagree.
    """
    moved = {name: by for name, by in moves.items() if by}
    total = sum(moved.values())
    agree, disagree = (
        sum(by for name, by in moved.items() if name.endswith(f"_{end}")) for end in ("agree", "disagree")
    )
    await execute(
        f"UPDATE contribution SET {''.join(f'{name} = {name} + :{name}, ' for name in moved)}"
        f"votes_total = votes_total + :total, changes = changes + 1,"
        f" contested = CASE WHEN {_AGREE} < {_DISAGREE} THEN {_AGREE} ELSE {_DISAGREE} END WHERE id = :key",
        {**moved, "total": total, "agree": agree, "disagree": disagree, "key": contribution_id},
    )
    action.changed("contribution", contribution_id)
    if total:
        await execute(
            "UPDATE consultation SET votes_count = votes_count + :total WHERE id = :key",
            total=total,
            key=consultation_id,
        )


async def move_amendment(action: Action, contribution_id: int, amendment_id: int, moves: Mapping[str, int]) -> None:
    """Move ``votes_*`` of an amendment, voters and tallies together. The contribution's own numbers do not change."""
    moved = {name: by for name, by in moves.items() if by}
    if moved:
        await execute(
            f"UPDATE amendment SET {', '.join(f'{name} = {name} + :{name}' for name in moved)} WHERE id = :key",
            {**moved, "key": amendment_id},
        )
    await count_change(action, contribution_id)


async def count_change(action: Action, contribution_id: int) -> None:
    """Say that something shown on a contribution's page has changed."""
    await execute("UPDATE contribution SET changes = changes + 1 WHERE id = :key", key=contribution_id)
    action.changed("contribution", contribution_id)
