"""The verbs of moderation over one item, each in an action of its own that records a stand-in of a decision."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from consult.consultations.actions import lock_consultation
from consult.contributions.events import AuthorshipRefreshed
from consult.contributions.models import Amendment, Contribution
from consult.core.action import Action
from consult.core.keys import new_key
from consult.core.voice import SYSTEM
from consult.moderation.actions import standing
from consult.moderation.models import Decision, Effect, Ground, Kind
from consult.moderation.rules.items import AnItem
from consult.sources.models import Source
from tests.discussion import Discussion


def kind_of(row: Any) -> Kind:
    """What sort of item it is."""
    kinds = {Contribution: Kind.CONTRIBUTION, Amendment: Kind.AMENDMENT, Source: Kind.SOURCE}
    return kinds.get(type(row), Kind.ARGUMENT)


@dataclass
class Desk:
    """Where items of a discussion are hidden and brought back."""

    d: Discussion

    @asynccontextmanager
    async def _deciding(self, row: Any) -> AsyncIterator[tuple[Action, AnItem]]:
        async with Action(SYSTEM, territory_id=self.d.territory.id) as action:
            await lock_consultation(action, row.consultation_id)
            action.record(AuthorshipRefreshed(territory_id=self.d.territory.id, consultation_id=row.consultation_id))
            yield action, await standing.load_item(row.consultation_id, kind_of(row), row.id)

    async def hide(self, row: Any, ground: Ground = Ground.INSULT) -> None:
        """Hide it."""
        async with self._deciding(row) as (action, item):
            await standing.hide_item(action, item, ground)

    async def restore(self, row: Any) -> None:
        """Bring it back."""
        async with self._deciding(row) as (action, item):
            await standing.unseal_item(action, item)
            await standing.restore_item(action, item)

    async def keep(self, row: Any) -> None:
        """Publish what waited for a moderator."""
        async with self._deciding(row) as (action, item):
            await standing.publish_held(action, item)

    async def seal(self, row: Any) -> None:
        """Hide it as illegal, its text under seal."""
        async with self._deciding(row) as (action, item):
            await standing.hide_item(action, item, Ground.HATRED)
            key = new_key()
            decision = await Decision.create(
                id=key,
                reference=str(key),
                territory_id=self.d.territory.id,
                kind=kind_of(row),
                item_id=item.id,
                effect=Effect.HIDE_ILLEGAL,
                opened_at=action.at,
                decided_at=action.at,
            )
            await standing.seal_item(action, item, decision.id)

    async def merge(self, row: Any, into: Any) -> None:
        """Reunite a contribution with another."""
        async with self._deciding(row) as (action, item):
            assert isinstance(item, Contribution)
            await standing.merge_contribution(action, item, await Contribution.get(id=into.id))

    async def unmerge(self, row: Any) -> None:
        """Make it stand for itself again."""
        async with self._deciding(row) as (action, item):
            assert isinstance(item, Contribution)
            await standing.unmerge_contribution(action, item)
