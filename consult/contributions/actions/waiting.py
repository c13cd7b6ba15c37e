"""What waits for its author's address, then perhaps for a moderator: the same for every sort of item."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from consult.accounts.models import Account
from consult.consultations.items import Item, ItemState
from consult.consultations.models import Consultation, Round
from consult.contributions.actions.rows import AnyItem, lock_below
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, Refused
from consult.core.voice import Voice

Publish = Callable[[Action, AnyItem, Consultation, Sequence[Round]], Awaitable[None]]


async def publish_waiting(model: type[AnyItem], account_id: int, publish: Publish[AnyItem]) -> int:
    """Publish what an account wrote before its address was confirmed, in the order of writing; returns how many.

    Where texts are read first, it goes on waiting, for a moderator from now on (``hold``). What waits for one already
    is never touched here. What is too late, stands under what is no longer public, or speaks for an organisation that
    may not, goes on waiting; its author sees why.

    Args:
        publish: judges one item anew, in an action that has the lock, and makes it public or holds it.
    """
    if not await Account.exists(id=account_id, confirmed_at__isnull=False, deleted_at__isnull=True):
        return 0
    waiting = await execute(
        "SELECT i.id, i.consultation_id, c.territory_id, i.organisation_id, i.author_kind"
        f" FROM {model._meta.db_table} i JOIN consultation c ON c.id = i.consultation_id"
        " WHERE i.author_id = :account AND i.state = 'waiting' AND i.awaits_moderator = FALSE ORDER BY i.id",
        account=account_id,
    )
    published = 0
    for one in waiting:
        voice = Voice(account_id=account_id, organisation_id=one["organisation_id"], kind=one["author_kind"])
        try:
            published += await _publish_one(model, voice, one, publish)
        except (Refused, NotFound):
            continue
    return published


async def _publish_one(model: type[AnyItem], voice: Voice, one: dict[str, Any], publish: Publish[AnyItem]) -> bool:
    async with Action(voice, territory_id=one["territory_id"]) as action:
        consultation, rounds = await lock_below(action, one["territory_id"], one["consultation_id"])
        row = await model.get(id=one["id"])
        if row.state is not ItemState.WAITING or row.awaits_moderator:
            action.nothing_to_do()
            return False
        await publish(action, row, consultation, rounds)
        return not row.awaits_moderator


async def hold(row: Item) -> None:
    """Have a text that waited for its author wait for a moderator."""
    row.awaits_moderator = True
    await row.save(update_fields=["awaits_moderator"])
