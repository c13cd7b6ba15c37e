"""The worker: runs the reactions that actions have left in the outbox, at least once each.

A row is claimed by moving its ``next_try_at`` forward (a lease), so that several workers share the work and a worker
that dies lets go of it. A reaction that fails is tried again with growing pauses, then left with its error for people
to see (``consult doctor``, /metrics).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import structlog

from consult.core import clock, wake
from consult.core.database import execute
from consult.core.events import event_from, reaction_named
from consult.core.models import OutboxRow

log = structlog.get_logger()
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12
IDLE_SECONDS = 2.0


async def drain(limit: int = 100) -> int:
    """Run up to ``limit`` owed reactions that are due; returns how many were tried."""
    rows = await _claim(limit)
    for row in rows:
        await _run(row)
    return len(rows)


async def drain_all() -> int:
    """Run until nothing is due (tests, the demo, ``consult worker --once``)."""
    total = 0
    while done := await drain():
        total += done
    return total


async def _claim(limit: int) -> list[OutboxRow]:
    now = clock.now()
    due = await OutboxRow.filter(done_at__isnull=True, next_try_at__lte=now).order_by("next_try_at", "id").limit(limit)
    claimed = []
    for row in due:
        taken = await OutboxRow.filter(id=row.id, done_at__isnull=True, next_try_at=row.next_try_at).update(
            next_try_at=now + LEASE, attempts=row.attempts + 1
        )
        if taken:
            row.attempts += 1
            claimed.append(row)
    return claimed


async def _run(row: OutboxRow) -> None:
    reaction = reaction_named(row.event, row.effect)
    try:
        if reaction is not None:
            await reaction(event_from(row.event, row.payload), row.id)
    except Exception as error:
        log.warning("effect_failed", effect=row.effect, event_name=row.event, attempts=row.attempts, exc_info=True)
        pause = timedelta(seconds=min(3600, 5 * 2**row.attempts))
        retry_at = clock.now() + pause if row.attempts < MAX_ATTEMPTS else None
        await OutboxRow.filter(id=row.id).update(next_try_at=retry_at, error=f"{type(error).__name__}: {error}"[:1000])
        return
    await OutboxRow.filter(id=row.id).update(done_at=clock.now(), next_try_at=None, error="")


Chore = Callable[[], Awaitable[int]]


async def work(stop: asyncio.Event | None = None, *, chores: Sequence[Chore] = ()) -> None:
    """Drain for ever: at once when an action of this process rings, else every :data:`IDLE_SECONDS`.

    Args:
        chores: what else the worker does (sending mails): each says how much it did, and has a loop of its own, so that
            one that waits for another machine keeps nobody waiting.
    """
    await asyncio.gather(*(_repeat(chore, stop) for chore in (drain, *chores)))


async def _repeat(chore: Chore, stop: asyncio.Event | None) -> None:
    bell = wake.listen()
    while stop is None or not stop.is_set():
        try:
            bell.clear()
            if await chore():
                continue
        except Exception:
            log.error("worker_failed", chore=getattr(chore, "__name__", ""), exc_info=True)
        try:
            await asyncio.wait_for(bell.wait(), IDLE_SECONDS)
        except TimeoutError:
            continue


async def backlog() -> dict[str, Any]:
    """What is owed and what was given up, for the people who run the service."""
    rows = await execute(
        "SELECT SUM(CASE WHEN next_try_at IS NOT NULL THEN 1 ELSE 0 END) AS due,"
        " SUM(CASE WHEN next_try_at IS NULL THEN 1 ELSE 0 END) AS failed FROM outbox WHERE done_at IS NULL"
    )
    return {"due": rows[0]["due"] or 0, "failed": rows[0]["failed"] or 0}
