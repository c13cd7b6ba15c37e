"""Past-tense facts, and who reacts to them.

A room declares its events in ``events.py`` as frozen dataclasses below :class:`Event`. Another room reacts in its
``effects.py`` with :func:`effect`. The action that records an event never names the reactions: one outbox row a
reaction is written in the action's own transaction, and the worker runs them later, at least once each.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, ClassVar, TypeVar


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact. Its fields are identifiers and public values only: no text of people, no address, no secret.

    Attributes:
        territory_id: where it happened; None for what concerns an account on the whole instance.
    """

    name: ClassVar[str] = ""
    territory_id: int | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.name = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
        there = _events.setdefault(cls.name, cls)
        if (there.__module__, there.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"two events are called {cls.__name__}: in {there.__module__} and in {cls.__module__}")
        _events[cls.name] = cls

    def payload(self) -> dict[str, Any]:
        """The declared fields, as they are stored."""
        return asdict(self)


@dataclass(frozen=True)
class Owed:
    """An event to which a reaction is owed.

    Attributes:
        outbox_id: the row that says so: the same at every try.
        at: when it happened, the instant of its action.
    """

    event: Any
    outbox_id: int
    at: datetime


Reaction = Callable[[Any, int], Awaitable[None]]
Reactions = Callable[[Sequence[Owed]], Awaitable[None]]
_events: dict[str, type[Event]] = {}
_effects: dict[str, dict[str, Reaction]] = {}
_together: dict[str, Reactions] = {}
E_ = TypeVar("E_", bound=Event)


def effect(*event_types: type[Event]) -> Callable[[Reaction], Reaction]:
    """Register a reaction ``async def react(event, outbox_id)`` to one or more events.

    The reaction runs outside the action that recorded the event and may run twice: the outbox row's id is there to
    make the second time harmless.
    """

    def register(reaction: Reaction) -> Reaction:
        key = f"{reaction.__module__.removeprefix('consult.')}.{reaction.__name__}"
        for event_type in event_types:
            if not event_type.name:
                raise TypeError("react to the events that are recorded, not to Event itself")
            there = _effects.setdefault(event_type.name, {}).setdefault(key, reaction)
            if there.__code__ is not reaction.__code__:
                raise TypeError(f"two reactions to {event_type.__name__} are called {key}: the second would be lost")
        return reaction

    return register


def effect_together(*event_types: type[Event]) -> Callable[[Reactions], Reactions]:
    """Register a reaction ``async def react(owed)`` that takes many events at a time, in the order they were recorded.

    For what costs little by the piece and much by the turn. It runs all or nothing, and may run twice, like any other.
    """

    def register(reaction: Reactions) -> Reactions:
        async def alone(event: Event, outbox_id: int) -> None:
            raise TypeError("a reaction to many events is not run for one")

        alone.__module__, alone.__name__ = reaction.__module__, reaction.__name__
        effect(*event_types)(alone)
        _together[f"{reaction.__module__.removeprefix('consult.')}.{reaction.__name__}"] = reaction
        return reaction

    return register


def reactions_together() -> dict[str, Reactions]:
    """The reactions that take many events at a time, by name."""
    return dict(_together)


def effects_of(event: Event) -> list[str]:
    """The names of the reactions to this kind of event."""
    return list(_effects.get(event.name, ()))


def reaction_named(event_name: str, effect_name: str) -> Reaction | None:
    """The reaction, or None when a release has dropped it since the row was written."""
    return _effects.get(event_name, {}).get(effect_name)


def event_from(name: str, payload: dict[str, Any]) -> Event:
    """Rebuild an event from its stored form; fields dropped by a later release are ignored.

    Raises:
        KeyError: no such event is declared any more.
    """
    event_type = _events[name]
    known = {one.name for one in fields(event_type)}
    return event_type(**{key: value for key, value in payload.items() if key in known})


def all_events() -> dict[str, type[Event]]:
    """Every declared event by name (for the documentation test and the register)."""
    return dict(_events)
