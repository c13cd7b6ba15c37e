"""Every reaction is run at least once, by one worker at a time, and never for ever."""

import asyncio
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from consult.core import clock, events, outbox, wake
from consult.core.action import Action
from consult.core.database import execute, execute_script
from consult.core.keys import new_key
from consult.core.models import OutboxRow
from consult.core.outbox import KEEP_DONE, LEASE, MAX_ATTEMPTS, backlog, drain, drain_all, owed, sweep, work
from consult.core.voice import SYSTEM
from tests.cast import NOON
from tests.core.facts import AppleFell, let_fall, reacting, rows

picked: list[tuple[int, int]] = []
faults: list[Exception] = []


@pytest.fixture(autouse=True)
def _empty_basket() -> None:
    picked.clear()
    faults.clear()


async def pick_up(event: AppleFell, outbox_id: int) -> None:
    """Pick the apple up, or fail as the test wishes."""
    if faults:
        raise faults[0]
    picked.append((event.tree, outbox_id))


async def press(event: AppleFell, outbox_id: int) -> None:
    """Another reaction to the same event."""
    picked.append((-event.tree, outbox_id))


async def test_each_reaction_runs_once_and_knows_its_row(db: str) -> None:
    with reacting(pick_up, press):
        await let_fall(1, 2)
        assert await drain_all() == 4
        assert await drain_all() == 0
    assert sorted(tree for tree, _ in picked) == [-2, -1, 1, 2]
    assert {key for _, key in picked} == {row.id for row in await rows()}
    assert all(row.done_at and row.next_try_at is None and row.attempts == 1 for row in await rows())
    assert await backlog() == {"due": 0, "failed": 0}


async def test_what_an_action_undid_is_never_run(db: str) -> None:
    with reacting(pick_up), pytest.raises(ZeroDivisionError):  # noqa: PT012
        async with Action(SYSTEM) as action:
            action.record(AppleFell(tree=1))
            raise ZeroDivisionError
    assert await drain_all() == 0


async def test_a_failure_is_tried_again_after_growing_pauses_then_given_up_with_its_error(db: str) -> None:
    faults.append(ConnectionError("the press of awa@example.org is stuck\0"))
    now, pauses = NOON, []
    with reacting(pick_up), clock.frozen(NOON):
        await let_fall(1)
    with reacting(pick_up):
        for attempt in range(1, MAX_ATTEMPTS + 1):
            with clock.frozen(now):
                assert await drain_all() == 1, "one attempt, not one after the other without a pause"
                row = (await rows())[0]
            assert (row.attempts, row.done_at) == (attempt, None)
            assert row.error == "ConnectionError: the press of (hidden) is stuck"
            if row.next_try_at is None:
                break
            pauses.append((row.next_try_at - now).total_seconds())
            now = row.next_try_at
        with clock.frozen(now + timedelta(days=30)):
            assert await drain_all() == 0
    assert len(pauses) == MAX_ATTEMPTS - 1
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (10, 3600)
    assert await backlog() == {"due": 0, "failed": 1}


async def test_one_that_fails_holds_nobody_up_and_one_that_succeeds_at_last_is_done(db: str) -> None:
    faults.append(ConnectionError("stuck"))
    with reacting(pick_up, press), clock.frozen(NOON):
        await let_fall(1)
        assert await drain_all() == 2
        assert [tree for tree, _ in picked] == [-1]
    faults.clear()
    with reacting(pick_up, press), clock.frozen(NOON + timedelta(seconds=11)):
        assert await drain_all() == 1
    assert [tree for tree, _ in picked] == [-1, 1]
    assert all(row.done_at and not row.error for row in await rows())


async def test_what_is_owed_is_due_or_in_hand_or_tried_again_and_not_what_was_given_up(db: str) -> None:
    with reacting(pick_up), clock.frozen(NOON):
        await let_fall(1, 2)
        names = [(await rows())[0].effect]
        assert [row.payload["tree"] for row in await owed(names, most=9)] == [1, 2]
        assert len(await owed(names)) == 1
        assert await owed(names, before=NOON) == await owed([]) == await owed(["another"]) == []
        await OutboxRow.all().update(next_try_at=NOON + LEASE, attempts=1)
        assert len(await owed(names, retried=False, most=9)) == 2, "in a worker's hands"
        await OutboxRow.filter(id=(await rows())[0].id).update(error="stuck")
        assert len(await owed(names, retried=False, most=9)) == 1
        assert len(await owed(names, most=9)) == 2
    with clock.frozen(NOON + LEASE):
        assert len(await owed(names, before=NOON + LEASE, retried=False, most=9)) == 2, "due again"
        await OutboxRow.filter(error="stuck").update(next_try_at=None)
        assert len(await owed(names, most=9)) == 1, "one was given up"
        await OutboxRow.all().update(next_try_at=None, done_at=NOON)
        assert await owed(names) == []


async def test_a_reaction_of_another_release_waits_then_is_given_up_by_name(db: str) -> None:
    """While a release replaces another, the old worker meets rows of the new web process: dropping them loses mails."""
    with reacting(pick_up), clock.frozen(NOON):
        await let_fall(1)
        await OutboxRow.create(
            id=new_key(), event="pear_fell", payload={}, effect="tests.gone", created_at=NOON, next_try_at=NOON
        )
        events._effects["apple_fell"].clear()
        assert await drain_all() == 2
        waiting = await rows()
        assert [row.done_at for row in waiting] == [None, None]
        assert "no reaction tests.core.test_outbox.pick_up to apple_fell" in waiting[0].error
    with reacting(pick_up), clock.frozen(NOON + timedelta(minutes=1)):
        await drain_all()
        assert [tree for tree, _ in picked] == [1], "the next release knows it"
    for _ in range(MAX_ATTEMPTS):
        with clock.frozen(NOON + timedelta(days=1)):
            await OutboxRow.filter(done_at__isnull=True, next_try_at__isnull=False).update(next_try_at=NOON)
            await drain_all()
    assert await backlog() == {"due": 0, "failed": 1}


async def test_a_worker_that_died_lets_go_when_its_lease_runs_out(db: str) -> None:
    with reacting(pick_up), clock.frozen(NOON):
        await let_fall(1)
        assert await outbox._claim((await rows())[0]), "and then it dies"
        assert await drain() == 0
        with clock.frozen(NOON + LEASE - timedelta(seconds=1)):
            assert await drain() == 0
        with clock.frozen(NOON + LEASE):
            assert await drain() == 1
    assert len(picked) == 1


async def test_a_reaction_that_kills_every_worker_is_given_up_too(db: str) -> None:
    now = NOON
    with reacting(pick_up), clock.frozen(NOON):
        await let_fall(1)
    with reacting(pick_up):
        for _ in range(MAX_ATTEMPTS):
            with clock.frozen(now):
                assert await outbox._claim((await rows())[0])
            now += LEASE
        with clock.frozen(now):
            await drain()
    assert picked == []
    assert (await rows())[0].next_try_at is None
    assert "outlived its worker" in (await rows())[0].error


async def test_one_who_comes_back_too_late_does_not_speak_for_the_next(db: str) -> None:
    with reacting(pick_up), clock.frozen(NOON):
        await let_fall(1)
        slow = (await rows())[0]
        await outbox._claim(slow)
        with clock.frozen(NOON + LEASE):
            await outbox._claim((await rows())[0])
        await outbox._put_off(slow, ConnectionError("too late"))
    row = (await rows())[0]
    assert (row.error, row.next_try_at) == ("", NOON + LEASE + LEASE)


async def test_two_workers_never_claim_the_same_row(db: str) -> None:
    with reacting(pick_up):
        await let_fall(*range(20))
        seen = [await OutboxRow.all(), await OutboxRow.all()]
        claims = [[await outbox._claim(row) for row in one] for one in seen]
    assert claims == [[True] * 20, [False] * 20]


def _start(url: str) -> subprocess.Popen[str]:
    pipe, root = subprocess.PIPE, Path(__file__).parents[2]
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.core.drain_many", url], stdin=pipe, stdout=pipe, stderr=pipe, text=True, cwd=root
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n", worker.communicate()[1]
    return worker


def _go(worker: subprocess.Popen[str]) -> None:
    assert worker.stdin is not None
    worker.stdin.write("go\n")
    worker.stdin.flush()


@pytest.fixture
async def basket(db: str) -> Any:
    """A table without any constraint, in which a reaction that ran twice stands twice."""
    await execute_script("CREATE TABLE picked (tree INT, worker INT)")
    return db


async def _owe(*trees: int) -> None:
    now = clock.now()
    for tree in trees:
        await OutboxRow.create(
            id=new_key(),
            event="apple_fell",
            payload={"tree": tree},
            effect="__main__.pick_up",
            created_at=now,
            next_try_at=now,
        )


async def test_two_processes_share_the_work_and_do_nothing_twice(basket: str) -> None:
    await _owe(*range(200))
    workers = [_start(basket), _start(basket)]
    for worker in workers:
        _go(worker)
    errors = [(await asyncio.to_thread(worker.communicate))[1] for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], errors
    done = await execute("SELECT tree, worker FROM picked")
    assert sorted(row["tree"] for row in done) == list(range(200))
    assert {row["worker"] for row in done} == {worker.pid for worker in workers}, "both had some of it"
    assert all(row.attempts == 1 and row.done_at and not row.error for row in await rows())


async def test_what_a_killed_worker_left_in_the_middle_is_taken_up_by_another(basket: str) -> None:
    await _owe(-1, 2)
    killed = _start(basket)
    _go(killed)
    assert killed.stdout is not None
    assert await asyncio.to_thread(killed.stdout.readline) == "in the middle\n"
    killed.kill()
    await asyncio.to_thread(killed.communicate)
    leased, untouched = await rows()
    assert (leased.attempts, leased.done_at) == (1, None)
    assert untouched.attempts == 0, "it had a lease of the row that it was at, and of no other"
    with reacting(pick_up):
        await OutboxRow.all().update(effect="tests.core.test_outbox.pick_up")
        assert await drain_all() == 1
        with clock.frozen(clock.now() + LEASE):
            assert await drain_all() == 1
    assert [tree for tree, _ in picked] == [2, -1]


async def test_done_rows_are_dropped_after_a_while_and_a_bounded_number_at_once(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_SWEPT_AT_ONCE", 2)
    with reacting(pick_up), clock.frozen(NOON):
        await let_fall(1, 2, 3)
        await drain_all()
        faults.append(ConnectionError())
        await let_fall(4)
        await drain_all()
        assert await sweep() == 0
        with clock.frozen(NOON + KEEP_DONE + timedelta(seconds=1)):
            assert [await sweep(), await sweep(), await sweep()] == [2, 1, 0]
    (left,) = await rows()
    assert left.done_at is None, "what is owed stays"


async def test_the_worker_runs_when_rung_and_stops_when_told(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "IDLE_SECONDS", 60.0)
    stop, done = asyncio.Event(), asyncio.Event()

    async def pick_and_tell(event: AppleFell, outbox_id: int) -> None:
        done.set()

    with reacting(pick_and_tell):
        worker = asyncio.create_task(work(stop))
        await asyncio.sleep(0.05)
        await let_fall(1)
        await asyncio.wait_for(done.wait(), 10)
        stop.set()
        wake.worker()
        await asyncio.wait_for(worker, 5)


async def test_a_worker_told_to_stop_finishes_what_it_is_at_and_begins_nothing_else(db: str) -> None:
    stop, begun = asyncio.Event(), asyncio.Event()

    async def pick_slowly(event: AppleFell, outbox_id: int) -> None:
        begun.set()
        await asyncio.sleep(0.05)
        picked.append((event.tree, outbox_id))

    with reacting(pick_slowly):
        await let_fall(1, 2)
        worker = asyncio.create_task(work(stop))
        await begun.wait()
        stop.set()
        wake.worker()
        await asyncio.wait_for(worker, 5)
    assert [tree for tree, _ in picked] == [1]
    assert [row.attempts for row in await rows()] == [1, 0]


async def test_an_idle_worker_and_one_whose_database_is_gone_do_not_turn_in_circles(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "IDLE_SECONDS", 0.1)
    turns, stop, enough = [], asyncio.Event(), asyncio.Event()

    async def chore() -> int:
        turns.append(1)
        if len(turns) >= 4:
            enough.set()
        if len(turns) % 2:
            raise ConnectionError("no database")
        return 0

    began = time.monotonic()
    worker = asyncio.create_task(work(stop, chores=[chore]))
    await asyncio.wait_for(enough.wait(), 60)
    stop.set()
    wake.worker()
    await asyncio.wait_for(worker, 5)
    assert len(turns) <= (time.monotonic() - began) / outbox.IDLE_SECONDS + 2, "a pause after each turn"


async def test_the_sweeping_loop_sleeps_through_the_bell(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[int] = []

    async def count_sweep() -> int:
        swept.append(1)
        return 0

    monkeypatch.setattr(outbox, "sweep", count_sweep)
    stop = asyncio.Event()
    worker = asyncio.create_task(work(stop))
    for _ in range(5):
        await asyncio.sleep(0.02)
        wake.worker()
    stop.set()
    wake.worker()
    await asyncio.wait_for(worker, 5)
    assert len(swept) == 1
