"""Reactions that take many events at a time: a batch is done or not, and one that cannot be keeps no other waiting."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest

from consult.core import clock, events, outbox
from consult.core.events import Owed, Reactions, effect_together
from consult.core.models import OutboxRow
from consult.core.outbox import LEASE, MAX_ATTEMPTS, backlog, drain, drain_all, drain_together
from tests.cast import NOON
from tests.core.facts import AppleFell, let_fall, rows
from tests.databases import ENGINE

batches: list[list[int]] = []
owed_rows: list[tuple[int, object]] = []
rotten: set[int] = set()


@pytest.fixture(autouse=True)
def _empty_press() -> None:
    batches.clear()
    owed_rows.clear()
    rotten.clear()


async def press(owed: Sequence[Owed]) -> None:
    """Press many apples at once; a rotten one spoils them all."""
    trees = [one.event.tree for one in owed]
    if rotten & set(trees):
        raise ConnectionError("a rotten apple in the press")
    batches.append(trees)
    owed_rows.extend((one.outbox_id, one.at) for one in owed)


async def pick_up(event: AppleFell, outbox_id: int) -> None:
    """Another reaction to the same event, one at a time."""
    batches.append([-event.tree])


@contextmanager
def pressing(*more: events.Reaction, reaction: Reactions = press) -> Iterator[None]:
    """Apples are pressed while the block runs; the other reactions to many events of the house rest."""
    before, together = events._effects.pop("apple_fell", {}), dict(events._together)
    events._together.clear()
    effect_together(AppleFell)(reaction)
    for one in more:
        events.effect(AppleFell)(one)
    try:
        yield
    finally:
        events._effects["apple_fell"] = before
        events._together.clear()
        events._together.update(together)


async def test_many_events_are_taken_at_once_in_their_order(db: str) -> None:
    with pressing(pick_up), clock.frozen(NOON):
        await let_fall(1, 2, 3)
        assert await drain_all() == 6
        assert await drain_all() == 0
    assert batches == [[-1], [-2], [-3], [1, 2, 3]]
    pressed = [row for row in await rows() if row.effect.endswith("press")]
    assert owed_rows == [(row.id, NOON) for row in pressed]
    assert all(row.done_at and row.next_try_at is None and row.attempts == 1 for row in pressed)


async def test_the_lane_of_single_events_leaves_them_alone(db: str) -> None:
    with pressing():
        await let_fall(1)
        assert await drain() == 0
        assert await drain_together() == 1


async def test_no_more_than_asked_are_taken_at_a_time(db: str) -> None:
    with pressing():
        await let_fall(1, 2, 3, 4, 5)
        assert [await drain_together(2), await drain_together(2), await drain_together(2)] == [2, 2, 1]
    assert batches == [[1, 2], [3, 4], [5]]


async def test_one_that_cannot_be_done_keeps_no_other_waiting(db: str) -> None:
    rotten.add(2)
    with pressing():
        with clock.frozen(NOON):
            await let_fall(1, 2, 3)
            assert await drain_all() == 3
            assert batches == []
            assert await drain_all() == 0, "not again without a pause"
        with clock.frozen(NOON + timedelta(seconds=11)):
            await let_fall(4)
            assert await drain_all() == 4
        assert batches == [[4], [1], [3]], "what failed together is tried one by one"
        assert await backlog() == {"due": 1, "failed": 0}
        rotten.clear()
        with clock.frozen(NOON + timedelta(hours=2)):
            assert await drain_all() == 1
    assert batches[-1] == [2]
    assert await backlog() == {"due": 0, "failed": 0}


async def test_one_that_never_can_is_given_up_with_its_error(db: str) -> None:
    rotten.add(1)
    with pressing():
        with clock.frozen(NOON):
            await let_fall(1)
        for day in range(1, MAX_ATTEMPTS + 2):
            with clock.frozen(NOON + timedelta(days=day)):
                await drain_all()
    row = (await rows())[0]
    assert (row.attempts, row.next_try_at, row.done_at) == (MAX_ATTEMPTS, None, None)
    assert "a rotten apple" in row.error


async def test_a_worker_that_died_lets_go_of_its_batch(db: str) -> None:
    with pressing():
        with clock.frozen(NOON):
            await let_fall(1, 2)
            name = next(iter(events.reactions_together()))
            assert len(await outbox._claim_many(name, 10)) == 2, "and then it dies"
            assert await drain_together() == 0
        with clock.frozen(NOON + LEASE):
            assert await drain_together() == 2
    assert batches == [[1], [2]], "whether the batch killed it nobody knows: one by one"


async def test_two_workers_never_claim_the_same_row(db: str) -> None:
    with pressing():
        await let_fall(*range(20))
        name = next(iter(events.reactions_together()))
        claims = [await outbox._claim_many(name, 12) for _ in range(3)]
    assert [len(one) for one in claims] == [12, 8, 0]
    assert len({row.id for one in claims for row in one}) == 20


async def test_a_reaction_to_many_is_not_run_for_one(db: str) -> None:
    with pressing():
        await let_fall(1)
        row = await OutboxRow.get()
        reaction = events.reaction_named(row.event, row.effect)
        assert reaction is not None
        with pytest.raises(TypeError, match="not run for one"):
            await reaction(AppleFell(tree=1), row.id)


@pytest.mark.skipif(ENGINE != "sqlite", reason="on PostgreSQL nobody waits for another table's rows")
async def test_a_worker_with_nothing_to_do_waits_for_no_writer(db: str) -> None:
    """An import holds the file for as long as it takes."""
    with closing(sqlite3.connect(db.removeprefix("sqlite://"), isolation_level=None)) as writer, pressing():
        writer.execute("BEGIN IMMEDIATE")
        assert await drain_together() == 0
