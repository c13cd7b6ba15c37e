"""Where a text stands in public: hidden by a decision, brought back, reunited with another, or put under seal.

These are steps of the moderation room's actions, which hold the consultation's lock and record what was decided. They
serve contributions, amendments, arguments and sources alike.
"""

from consult.consultations.items import Item, ItemState
from consult.contributions.actions.amend import make_amendment_public
from consult.contributions.actions.publish import make_public
from consult.contributions.actions.recounting import counted_anew
from consult.contributions.actions.rows import count_change
from consult.contributions.models import Amendment, Contribution, search_stems
from consult.contributions.rules import merging_refusal
from consult.contributions.search import forget_contribution, index_contribution
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, refuse


async def publish_held_contribution(action: Action, row: Contribution) -> None:
    """Publish a contribution that waited for a moderator, under the next number; the round may be over by now."""
    await make_public(action, row, search_stems(row.title, row.body_html))


async def publish_held_amendment(action: Action, row: Amendment) -> None:
    """Publish an amendment that waited for a moderator."""
    await make_amendment_public(action, row)


async def hide_text(action: Action, row: Item, contribution_id: int, ground: str) -> None:
    """Take a text out of the public, leaving a mention with the ground; what its author withdrew stays as it is.

    Raises:
        NotFound: it waits for its author's address to be confirmed, and is nobody's business yet.
    """
    if row.state is ItemState.WAITING and not row.awaits_moderator:
        raise NotFound
    if row.state is ItemState.WITHDRAWN:
        return
    async with counted_anew(action, contribution_id):
        row.state, row.awaits_moderator = ItemState.HIDDEN, False
        row.removed_at, row.removed_ground = action.at, ground
        await row.save(update_fields=["state", "awaits_moderator", "removed_at", "removed_ground"])
    if isinstance(row, Contribution):
        await forget_contribution(row.id)


async def bring_back(action: Action, row: Item, contribution_id: int) -> None:
    """Put a hidden text that was public once back in its place, with what is public beneath it now."""
    if row.state is not ItemState.HIDDEN:
        return
    async with counted_anew(action, contribution_id):
        row.state, row.removed_at, row.removed_ground = ItemState.PUBLISHED, None, ""
        await row.save(update_fields=["state", "removed_at", "removed_ground"])
    if isinstance(row, Contribution):
        await find_again(row)


async def find_again(row: Contribution) -> None:
    """Make a contribution that is public again findable by its words."""
    row.stems = search_stems(row.title, row.body_html)
    await execute("UPDATE contribution SET stems = :stems WHERE id = :key", stems=row.stems, key=row.id)
    await index_contribution(row.id, row.stems)


async def merge_contribution(action: Action, row: Contribution, into: Contribution) -> None:
    """Say that a contribution is a duplicate of another: it stays readable, and takes nothing new.

    Raises:
        Refused: they are one and the same, of two consultations, or the other is not public or merged itself.
    """
    refuse(merging_refusal(row, into))
    await _point(action, row, into.id)


async def unmerge_contribution(action: Action, row: Contribution) -> None:
    """Make a merged contribution stand for itself again."""
    if row.merged_into_id is not None:
        await _point(action, row, None)


async def _point(action: Action, row: Contribution, into: int | None) -> None:
    concerned = {row.id, row.merged_into_id, into}
    row.merged_into_id = into
    await row.save(update_fields=["merged_into_id"])
    for one in sorted(key for key in concerned if key is not None):
        await count_change(action, one)
