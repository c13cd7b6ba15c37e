"""Events and reactions of the tests' own, forgotten after each test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from consult.core import events
from consult.core.action import Action
from consult.core.events import Event, Reaction
from consult.core.models import OutboxRow
from consult.core.voice import SYSTEM


@dataclass(frozen=True, kw_only=True)
class AppleFell(Event):
    """An apple fell off its tree."""

    tree: int


@contextmanager
def reacting(*reactions: Reaction, to: type[Event] = AppleFell) -> Iterator[Callable[[], list[str]]]:
    """These reactions, and no others, react to an event while the block runs."""
    before = events._effects.pop(to.name, {})
    for reaction in reactions:
        events.effect(to)(reaction)
    try:
        yield lambda: list(events._effects.get(to.name, {}))
    finally:
        events._effects[to.name] = before


async def let_fall(*trees: int) -> None:
    """Record one event a tree, in one action."""
    async with Action(SYSTEM) as action:
        for tree in trees:
            action.record(AppleFell(tree=tree))


async def rows() -> list[OutboxRow]:
    """The whole outbox, oldest first."""
    return await OutboxRow.all().order_by("id")
