"""One transaction that says who acted and what happened, or leaves no trace at all."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from consult.core import changes, clock, wake
from consult.core.action import Action, NestedAction, NothingRecorded
from consult.core.database import TaskInsideAction, in_transaction
from consult.core.errors import Refusal, Refused, refuse
from consult.core.models import AuditEntry, OutboxRow
from consult.core.voice import SYSTEM, Voice
from consult.territories.models import Territory
from tests.cast import NOON, a_territory
from tests.core.facts import AppleFell, let_fall, reacting, rows

KEY = ("orchard", 1)


async def _sweep_up(event: AppleFell, outbox_id: int) -> None:
    """React."""


async def _make_cider(event: AppleFell, outbox_id: int) -> None:
    """React too."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Each reading of the counter of orchards from the database."""
    readings: list[int] = []

    async def read(key: int) -> int:
        readings.append(key)
        return len(readings)

    monkeypatch.setitem(changes._readers, "orchard", read)
    changes.forget_all()
    return readings


async def counts() -> tuple[int, int, int]:
    """Rows of the territory, of the audit, of the outbox."""
    return await Territory.all().count(), await AuditEntry.all().count(), await OutboxRow.all().count()


async def test_rows_audit_and_outbox_are_written_together(db: str) -> None:
    voice = Voice(account_id=11, organisation_id=12, mandate_id=13)
    with reacting(_sweep_up, _make_cider), clock.frozen(NOON):
        async with Action(voice, territory_id=5) as action:
            await a_territory()
            action.record(AppleFell(tree=1))
            action.record(AppleFell(tree=2, territory_id=6))
            assert await AuditEntry.all().count() == 0
    assert await counts() == (1, 2, 4)
    first, second = await AuditEntry.all().order_by("id")
    assert (first.at, first.account_id, first.organisation_id, first.mandate_id) == (NOON, 11, 12, 13)
    assert (first.event, first.details) == ("apple_fell", {"territory_id": None, "tree": 1})
    assert (first.territory_id, second.territory_id) == (5, 6)
    row = (await rows())[0]
    assert (row.event, row.payload, row.effect) == ("apple_fell", first.details, "tests.core.test_action._sweep_up")
    assert (row.created_at, row.next_try_at, row.attempts, row.done_at) == (NOON, NOON, 0, None)


@pytest.mark.parametrize("error", [ZeroDivisionError, Refused(Refusal("no", "Non.")), asyncio.CancelledError])
async def test_an_exception_rolls_everything_back(db: str, error: Any, asked: list[int]) -> None:
    await changes.current(KEY)
    with reacting(_sweep_up), pytest.raises(error if isinstance(error, type) else type(error)):  # noqa: PT012
        async with Action(SYSTEM) as action:
            await a_territory()
            action.record(AppleFell(tree=1))
            action.changed(*KEY)
            raise error
    assert await counts() == (0, 0, 0)
    assert changes.still(KEY, 1), "what was not committed changes nothing for others"


async def test_an_outbox_that_cannot_be_written_rolls_everything_back(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*arguments: Any, **options: Any) -> None:
        raise IntegrityError("no room")

    monkeypatch.setattr("consult.core.action.write_together", fail)
    with reacting(_sweep_up), pytest.raises(IntegrityError):  # noqa: PT012
        async with Action(SYSTEM) as action:
            await a_territory()
            action.record(AppleFell(tree=1))
    monkeypatch.undo()
    assert await counts() == (0, 0, 0)


async def test_to_write_without_saying_what_happened_is_refused(db: str) -> None:
    with pytest.raises(NothingRecorded):
        async with Action(SYSTEM):
            await a_territory()
    assert await counts() == (0, 0, 0)


async def test_nothing_to_do_leaves_no_trace(db: str, asked: list[int]) -> None:
    """Neither the counter that the lock moved, nor what was said before."""
    await changes.current(KEY)
    with reacting(_sweep_up):
        async with Action(SYSTEM) as action:
            await a_territory()
            action.record(AppleFell(tree=1))
            action.changed(*KEY)
            action.nothing_to_do()
    assert await counts() == (0, 0, 0)
    assert changes.still(KEY, 1)
    async with Action(SYSTEM) as action:  # and the connection is free again
        await a_territory()
        action.record(AppleFell(tree=2))
    assert await counts() == (1, 1, 0)


async def test_kept_pages_are_made_anew_after_the_commit_and_not_before(db: str, asked: list[int]) -> None:
    assert await changes.current(KEY) == 1
    async with Action(SYSTEM) as action:
        action.changed(*KEY)
        action.record(AppleFell(tree=1))
        assert changes.still(KEY, 1), "others must not read the row anew while the old one is all that they can see"
    assert changes.still(KEY, 1) is None
    assert await changes.current(KEY) == 2


async def test_the_worker_is_woken_after_the_commit(db: str) -> None:
    bell = wake.listen()
    async with Action(SYSTEM) as action:
        action.record(AppleFell(tree=1))
        assert not bell.is_set()
    assert bell.is_set()
    bell.clear()
    async with Action(SYSTEM) as action:
        action.nothing_to_do()
    assert not bell.is_set()


async def test_a_task_started_inside_an_action_is_refused_and_nothing_is_written(db: str) -> None:
    with pytest.raises(TaskInsideAction):  # noqa: PT012
        async with Action(SYSTEM) as action:
            await a_territory()
            action.record(AppleFell(tree=1))
            await asyncio.gather(Territory.all().count())
    assert await counts() == (0, 0, 0)
    await asyncio.create_task(asyncio.sleep(0))  # afterwards, tasks are welcome again


async def test_an_action_inside_another_is_refused(db: str) -> None:
    """Its pages would be forgotten, and the worker woken, before anything is committed."""
    with pytest.raises(NestedAction):  # noqa: PT012
        async with Action(SYSTEM) as action:
            await a_territory()
            action.record(AppleFell(tree=1))
            await let_fall(2)
    with pytest.raises(NestedAction):
        async with in_transaction():
            await let_fall(2)
    assert await counts() == (0, 0, 0)


async def test_an_action_has_one_instant_taken_when_it_begins(db: str) -> None:
    with clock.frozen(NOON):
        action = Action(SYSTEM)
    later = NOON + timedelta(hours=1)
    with clock.frozen(later):
        async with action:
            assert action.at == later
            action.record(AppleFell(tree=1))


def test_a_refusal_is_raised_only_when_there_is_one() -> None:
    refuse(None)
    with pytest.raises(Refused) as caught:
        refuse(Refusal("closed", "Fermée."))
    assert caught.value.refusal.code == "closed"
