"""The counters that votes move on a contribution and on an amendment: what a page shows is read from them alone.

They leave with the action's audit, in one go (:meth:`consult.core.action.Action.write`).
"""

from collections.abc import Mapping

from consult.core.action import Action

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
    action.write(
        f"UPDATE contribution SET {''.join(f'{name} = {name} + :{name}, ' for name in moved)}"
        f"votes_total = votes_total + :total, changes = changes + 1,"
        f" contested = CASE WHEN {_AGREE} < {_DISAGREE} THEN {_AGREE} ELSE {_DISAGREE} END WHERE id = :key",
        **moved,
        total=total,
        agree=agree,
        disagree=disagree,
        key=contribution_id,
    )
    action.changed("contribution", contribution_id)
    if total:
        action.write(
            "UPDATE consultation SET votes_count = votes_count + :total WHERE id = :key",
            total=total,
            key=consultation_id,
        )


async def move_amendment(action: Action, contribution_id: int, amendment_id: int, moves: Mapping[str, int]) -> None:
    """Move ``votes_*`` of an amendment, voters and tallies together. The contribution's own numbers do not change."""
    moved = {name: by for name, by in moves.items() if by}
    if moved:
        action.write(
            f"UPDATE amendment SET {', '.join(f'{name} = {name} + :{name}' for name in moved)} WHERE id = :key",
            **moved,
            key=amendment_id,
        )
    await page_changed(action, contribution_id)


async def page_changed(action: Action, contribution_id: int) -> None:
    """Say that something shown on a contribution's page has changed."""
    action.write("UPDATE contribution SET changes = changes + 1 WHERE id = :key", key=contribution_id)
    action.changed("contribution", contribution_id)
