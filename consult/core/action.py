"""The one way to write: a transaction that says who acted and what happened.

    async with Action(voice, territory_id=territory.id) as action:
        consultation = await lock_consultation(consultation_id)
        refuse(contribution_refusal(...))
        ...
        action.record(ContributionPublished(...))

On leaving the block the audit rows and the outbox rows are written in the same transaction as everything else; an
exception rolls all of it back. A transaction opened in a middleware would commit a request whose error had already
been turned into a response, so it is opened here and nowhere else. An action is not opened inside another one: what
the inner one promises after its commit would be promised before there is any.
"""

from datetime import datetime
from types import TracebackType
from typing import Any

from tortoise.backends.base.client import TransactionalDBClient
from tortoise.fields.data import JSON_DUMPS

from consult.core import changes, clock, wake
from consult.core.database import connection, forbid_tasks, in_transaction, write_together
from consult.core.errors import ConsultError
from consult.core.events import Event, effects_of
from consult.core.keys import new_key
from consult.core.voice import Voice

# Every action writes here, so its text is written once: the ORM builds its own anew at each call.
_WRITE_AUDIT = (
    "INSERT INTO audit (id, at, territory_id, account_id, organisation_id, mandate_id, event, details)"
    " VALUES (:id, :at, :territory, :account, :organisation, :mandate, :event, :details)"
)


_WRITE_OUTBOX = (
    "INSERT INTO outbox (id, event, payload, effect, created_at, next_try_at, attempts, error)"
    " VALUES (:id, :event, :payload, :effect, :at, :at, 0, '')"
)


class NothingRecorded(ConsultError):
    """An action wrote without saying what happened: a mistake of ours, never of the person."""


class NestedAction(ConsultError):
    """An action was opened inside another one, or inside a transaction: a mistake of ours, never of the person."""


class _NothingToDo(Exception):
    """Undoes the transaction of an action that had nothing to do."""


class Action:
    """One transaction of one voice. See the module's text for its use.

    Attributes:
        voice: who acts.
        at: the action's instant; everything written in it bears this time.
    """

    def __init__(self, voice: Voice, *, territory_id: int | None = None) -> None:
        self.voice = voice
        self.territory_id = territory_id
        self.at: datetime = clock.now()
        self._events: list[Event] = []
        self._changed: set[changes.Key] = set()
        self._writes: list[tuple[str, dict[str, Any]]] = []
        self._idle = False
        self._transaction: Any = None
        self._guard: Any = None

    def record(self, event: Event) -> None:
        """Say what happened; at least once an action."""
        self._events.append(event)

    def write(self, sql: str, **params: Any) -> None:
        """Add a write to those that leave together at the end of the block, with the audit: one round trip for all.

        For statements whose result is not needed, and that neither read nor write what another of them writes.
        """
        self._writes.append((sql, params))

    def changed(self, kind: str, key: int) -> None:
        """Name a row whose ``changes`` counter was increased, so that kept pages are made anew after the commit."""
        self._changed.add((kind, key))

    def nothing_to_do(self) -> None:
        """Say that the act had already been done (a form sent twice): all that was written here is undone."""
        self._events.clear()
        self._idle = True

    async def __aenter__(self) -> "Action":
        if isinstance(connection(), TransactionalDBClient):
            raise NestedAction("an action may not be opened inside another one: do it after, or as a reaction")
        self._transaction = in_transaction()
        await self._transaction.__aenter__()
        self.at = clock.now()
        self._guard = forbid_tasks()
        self._guard.__enter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._guard.__exit__(kind, error, trace)
        if error is None and self._idle and not self._events:
            await self._transaction.__aexit__(_NothingToDo, _NothingToDo(), None)
            return
        if error is None:
            try:
                await self._write_events()
            except BaseException as failure:
                await self._transaction.__aexit__(type(failure), failure, failure.__traceback__)
                raise
        await self._transaction.__aexit__(kind, error, trace)
        if error is None:
            changes.forget(self._changed)
            wake.worker()

    async def _write_events(self) -> None:
        if not self._events:
            raise NothingRecorded("an action must record at least one event")
        writes = [*self._writes]
        for event in self._events:
            payload = event.payload()
            writes.append((_WRITE_AUDIT, self._audit_entry(event, payload)))
            writes += [
                (
                    _WRITE_OUTBOX,
                    {
                        "id": new_key(),
                        "event": event.name,
                        "payload": JSON_DUMPS(payload),
                        "effect": name,
                        "at": self.at,
                    },
                )
                for name in effects_of(event)
            ]
        await write_together(writes)

    def _audit_entry(self, event: Event, payload: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": new_key(),
            "at": self.at,
            "territory": event.territory_id if event.territory_id is not None else self.territory_id,
            "account": self.voice.account_id,
            "organisation": self.voice.organisation_id,
            "mandate": self.voice.mandate_id,
            "event": event.name,
            "details": JSON_DUMPS(payload),
        }
