"""Reads of arguments."""

from tortoise.expressions import Q

from consult.arguments.models import Argument
from consult.consultations.items import ItemState
from consult.contributions.models import Amendment


async def argument_under(contribution_id: int, argument_id: int) -> Argument | None:
    """An argument of a contribution as its author may act on it: public, or waiting; not about a hidden amendment."""
    return await Argument.get_or_none(
        Q(amendment_id=None) | Q(amendment__state=ItemState.PUBLISHED),
        id=argument_id,
        contribution_id=contribution_id,
        state__in=(ItemState.PUBLISHED, ItemState.WAITING),
    )


async def amendment_under(contribution_id: int, amendment_id: int) -> Amendment | None:
    """A public amendment of a contribution, settled or not."""
    return await Amendment.get_or_none(id=amendment_id, contribution_id=contribution_id, state=ItemState.PUBLISHED)
