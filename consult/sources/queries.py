"""Reads of sources."""

from consult.consultations.items import ItemState
from consult.sources.models import Source


async def source_under(contribution_id: int, source_id: int) -> Source | None:
    """A source of a contribution as its author may act on it: public, or waiting."""
    return await Source.get_or_none(
        id=source_id, contribution_id=contribution_id, state__in=(ItemState.PUBLISHED, ItemState.WAITING)
    )
