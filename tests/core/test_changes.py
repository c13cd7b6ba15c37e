"""What has changed since a page was kept: at once for this process, within a second for the others."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from consult.core import changes
from consult.core.changes import STALE_AFTER

KEY = ("tree", 1)


class Row:
    """A row of the database, with its counter, and how often it was read."""

    def __init__(self) -> None:
        self.changes: int | None = 1
        self.readings = 0
        self.hold: asyncio.Event | None = None

    async def read(self, key: int) -> int | None:
        self.readings += 1
        seen = self.changes
        if self.hold:
            await self.hold.wait()
        return seen


@pytest.fixture
def row(monkeypatch: pytest.MonkeyPatch) -> Iterator[Row]:
    made = Row()
    monkeypatch.setitem(changes._readers, "tree", made.read)
    changes.forget_all()
    yield made
    changes.forget_all()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Add to it to make time pass."""
    passed: list[float] = []
    real = time.monotonic
    monkeypatch.setattr(changes.time, "monotonic", lambda: real() + sum(passed))
    return passed


async def test_a_counter_is_read_once_and_remembered(row: Row) -> None:
    assert [await changes.current(KEY) for _ in range(5)] == [1] * 5
    assert row.readings == 1


async def test_what_another_process_changed_is_seen_in_time(row: Row, later: list[float]) -> None:
    await changes.current(KEY)
    row.changes = 2
    assert await changes.current(KEY) == 1
    later.append(STALE_AFTER)
    assert changes.still(KEY, 1) is None
    assert await changes.current(KEY) == 2
    assert changes.still(KEY, 2) is True
    assert changes.still(KEY, 1) is False


async def test_what_this_process_changed_is_seen_at_once(row: Row) -> None:
    await changes.current(KEY)
    row.changes = 2
    changes.forget({KEY, ("tree", 99)})
    assert await changes.current(KEY) == 2


async def test_a_row_that_is_gone_has_no_counter(row: Row, later: list[float]) -> None:
    await changes.current(KEY)
    row.changes = None
    later.append(STALE_AFTER)
    assert await changes.current(KEY) is None
    assert changes.still(KEY, 1) is None


async def test_however_many_ask_at_once_one_query_answers(row: Row) -> None:
    row.hold = asyncio.Event()
    asking = [asyncio.create_task(changes.current(KEY)) for _ in range(50)]
    await asyncio.sleep(0.01)
    row.hold.set()
    assert await asyncio.gather(*asking) == [1] * 50
    assert row.readings == 1


async def test_who_asked_and_went_away_keeps_nobody_waiting(row: Row) -> None:
    row.hold = asyncio.Event()
    first = asyncio.create_task(changes.current(KEY))
    await asyncio.sleep(0)
    second = asyncio.create_task(changes.current(KEY))
    await asyncio.sleep(0)
    first.cancel()
    row.hold.set()
    assert await asyncio.wait_for(second, 2) == 1


async def test_an_answer_from_before_our_commit_is_not_remembered(row: Row) -> None:
    """Asked before, answered after: remembered, it would hide one's own act for a second."""
    row.hold = asyncio.Event()
    asking = asyncio.create_task(changes.current(KEY))
    await asyncio.sleep(0.01)
    row.changes = 2
    changes.forget({KEY})
    row.hold.set()
    assert await asking == 1
    assert await changes.current(KEY) == 2


async def test_the_age_of_an_answer_counts_from_the_question(row: Row, later: list[float]) -> None:
    row.hold = asyncio.Event()
    asking = asyncio.create_task(changes.current(KEY))
    await asyncio.sleep(0.01)
    later.append(STALE_AFTER)
    row.hold.set()
    await asking
    assert changes.still(KEY, 1) is None


async def test_the_memory_is_bounded(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "_LIMIT", 10)
    for number in range(100):
        await changes.current(("tree", number))
        assert len(changes._seen) <= 12
    assert not changes._asking
