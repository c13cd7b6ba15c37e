"""Reads of sources."""

from consult.arguments.queries import argument_under
from consult.consultations.items import ItemState
from consult.sources.models import Source


async def source_under(contribution_id: int, source_id: int) -> Source | None:
    """A source of a contribution as its author may act on it: public, or waiting; not under a hidden argument."""
    found = await Source.get_or_none(
        id=source_id, contribution_id=contribution_id, state__in=(ItemState.PUBLISHED, ItemState.WAITING)
    )
    if found is None or found.argument_id is None:
        return found
    return found if await argument_under(contribution_id, found.argument_id) is not None else None
