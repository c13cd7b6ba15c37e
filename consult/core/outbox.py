"""The worker: runs the reactions that actions have left in the outbox, at least once each.

A row is claimed, just before it is run, by moving its ``next_try_at`` forward (a lease): of several workers one gets
it, and a worker that dies lets go of it. A reaction that fails is tried again with growing pauses, then left with its
error for people to see (``consult doctor``, /metrics). A reaction that this release does not know may be one of the
next release, whose web process runs already: it waits in the same way.

Reactions that take many events at a time have a lane of their own (:func:`drain_together`): their rows are claimed, run
and done by the hundred. A batch that fails is tried again one row at a time, so that one event keeps no other waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import structlog
from tortoise.expressions import Q

from consult.core import clock, wake
from consult.core.database import dialect, execute
from consult.core.events import Owed, Reactions, event_from, reaction_named, reactions_together
from consult.core.logs import without_secrets
from consult.core.models import OutboxRow
from consult.core.text.cleaning import scrub

log = structlog.get_logger()
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 12
IDLE_SECONDS = 2.0
KEEP_DONE = timedelta(days=14)
SWEEP_SECONDS = 3600.0
MINUTE_SECONDS = 60.0
_SWEPT_AT_ONCE = 5_000


class NoSuchReaction(LookupError):
    """The release that runs has no such reaction."""


async def drain(limit: int = 100, *, stop: asyncio.Event | None = None) -> int:
    """Run up to ``limit`` owed reactions that are due; returns how many were tried.

    Args:
        stop: when it is set, the reaction that runs is finished and no other is begun.
    """
    due = OutboxRow.filter(done_at__isnull=True, next_try_at__lte=clock.now()).order_by("next_try_at", "id")
    if many := reactions_together():
        due = due.exclude(effect__in=list(many))
    tried = 0
    for row in await due.limit(limit):
        if stop is not None and stop.is_set():
            break
        if await _claim(row):
            await _run(row)
            tried += 1
    return tried


async def drain_all() -> int:
    """Run until nothing is due (tests, the demo, ``consult worker --once``)."""
    total = 0
    while done := await drain() + await drain_together():
        total += done
    return total


async def drain_together(limit: int = 500) -> int:
    """Run owed reactions to many events at a time, up to ``limit`` events a reaction; returns how many were tried."""
    tried = 0
    for name, reaction in reactions_together().items():
        rows = await _claim_many(name, limit)
        tried += len(rows)
        fresh = [row for row in rows if row.attempts <= 1]
        for batch in ([fresh] if fresh else []) + [[row] for row in rows if row.attempts > 1]:
            await _run_many(reaction, batch)
    return tried


async def _claim_many(name: str, limit: int) -> list[OutboxRow]:
    """Take the lease of many rows in one statement; another worker that looks at the same ones gets none of them.

    Whether there are any is read first: a worker with nothing to do asks nobody for the right to write.
    """
    due = "SELECT 1 FROM outbox WHERE effect = :effect AND done_at IS NULL AND next_try_at <= :now LIMIT 1"
    if not await execute(due, effect=name, now=clock.now()):
        return []
    skip = " FOR UPDATE SKIP LOCKED" if dialect() == "postgres" else ""
    taken = await execute(
        "UPDATE outbox SET next_try_at = :lease, attempts = attempts + 1 WHERE id IN (SELECT id FROM outbox"
        " WHERE effect = :effect AND done_at IS NULL AND next_try_at <= :now ORDER BY next_try_at, id"
        f" LIMIT :most{skip}) RETURNING id",
        lease=clock.now() + LEASE,
        effect=name,
        now=clock.now(),
        most=limit,
    )
    return await OutboxRow.filter(id__in=[row["id"] for row in taken]).order_by("id") if taken else []


async def _run_many(reaction: Reactions, rows: list[OutboxRow]) -> None:
    try:
        if rows[0].attempts > MAX_ATTEMPTS:
            raise TimeoutError("every attempt outlived its worker or its lease")
        await reaction([Owed(event_from(row.event, row.payload), row.id, row.created_at) for row in rows])
    except Exception as error:
        for row in rows:
            await _put_off(row, error)
        return
    keys = [row.id for row in rows]
    await OutboxRow.filter(id__in=keys).update(done_at=clock.now(), next_try_at=None, error="")


async def _claim(row: OutboxRow) -> bool:
    """Take the lease; False when another worker has it, or has done the work."""
    taken = await OutboxRow.filter(
        id=row.id, done_at__isnull=True, next_try_at=row.next_try_at, attempts=row.attempts
    ).update(next_try_at=clock.now() + LEASE, attempts=row.attempts + 1)
    row.attempts += 1
    return bool(taken)


async def _run(row: OutboxRow) -> None:
    try:
        if row.attempts > MAX_ATTEMPTS:  # the last attempt never came back to say how it went
            raise TimeoutError("every attempt outlived its worker or its lease")
        reaction = reaction_named(row.event, row.effect)
        if reaction is None:
            raise NoSuchReaction(f"this release has no reaction {row.effect} to {row.event}")
        await reaction(event_from(row.event, row.payload), row.id)
    except Exception as error:
        await _put_off(row, error)
        return
    await OutboxRow.filter(id=row.id).update(done_at=clock.now(), next_try_at=None, error="")


async def _put_off(row: OutboxRow, error: Exception) -> None:
    retry_at = _retry_at(row.attempts)
    tell = log.warning if retry_at else log.error
    tell(
        "effect_failed" if retry_at else "effect_given_up",
        effect=row.effect,
        event_name=row.event,
        attempts=row.attempts,
        exc_info=None if isinstance(error, NoSuchReaction) else error,
    )
    words = scrub(without_secrets(f"{type(error).__name__}: {error}"))[:1000]
    # whoever came back after the lease had run out does not speak for the attempt that followed
    await OutboxRow.filter(id=row.id, attempts=row.attempts).update(next_try_at=retry_at, error=words)


def _retry_at(attempts: int) -> datetime | None:
    """When a failed reaction is tried again: 10 s, 20 s … at most an hour later; None when it is given up."""
    return clock.now() + timedelta(seconds=min(3600, 5 * 2**attempts)) if attempts < MAX_ATTEMPTS else None


async def owed(
    effects: Sequence[str], *, before: datetime | None = None, retried: bool = True, most: int = 1
) -> list[OutboxRow]:
    """Rows of these reactions that are still to be run: due, in a worker's hands, or waiting to be tried again.

    What was given up is owed no more: people are told of it, and nothing waits for it.

    Args:
        before: only what was recorded before this instant.
        retried: whether what failed and waits for its next try counts.
        most: no more rows than these; the oldest first.
    """
    rows = OutboxRow.filter(effect__in=list(effects), done_at__isnull=True, next_try_at__isnull=False)
    if before is not None:
        rows = rows.filter(created_at__lt=before)
    if not retried:
        rows = rows.filter(Q(next_try_at__lte=clock.now()) | Q(error=""))
    return await rows.order_by("id").limit(most) if effects else []


async def sweep() -> int:
    """Drop rows that were done :data:`KEEP_DONE` ago, a bounded number at a time; what was given up stays."""
    rows = await execute(
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < :before ORDER BY id LIMIT :most)"
        " RETURNING id",
        before=clock.now() - KEEP_DONE,
        most=_SWEPT_AT_ONCE,
    )
    return len(rows)


Chore = Callable[[], Awaitable[int]]


async def work(
    stop: asyncio.Event | None = None,
    *,
    chores: Sequence[Chore] = (),
    minutes: Sequence[Chore] = (),
    sweeps: Sequence[Chore] = (),
) -> None:
    """Drain for ever: at once when an action of this process rings, else every :data:`IDLE_SECONDS`.

    Args:
        stop: set (and followed by :func:`consult.core.wake.worker`), it ends the work after what is being done.
        chores: what else the worker does (sending mails): each says how much it did, and has a loop of its own, so that
            one that waits for another machine keeps nobody waiting.
        minutes: what falls due at a time of day (digests, reminders), looked for every :data:`MINUTE_SECONDS`.
        sweeps: what else is dropped once it has served, every :data:`SWEEP_SECONDS`.
    """
    every: list[Chore] = [*chores, partial(drain, stop=stop), drain_together]
    await asyncio.gather(
        *(_repeat(chore, stop) for chore in every),
        *(_repeat(one, stop, pause=MINUTE_SECONDS) for one in minutes),
        *(_repeat(one, stop, pause=SWEEP_SECONDS) for one in (sweep, *sweeps)),
    )


async def _repeat(chore: Chore, stop: asyncio.Event | None, pause: float | None = None) -> None:
    """Do a chore again at once while there is more to do, else after a pause, or when the bell rings before.

    Args:
        pause: the chore waits so long and heeds no bell but the last.
    """
    bell = wake.listen()
    while stop is None or not stop.is_set():
        try:
            bell.clear()
            if await chore():
                continue
        except Exception:
            log.error("worker_failed", chore=getattr(chore, "__name__", "drain"), exc_info=True)
        if pause is not None:
            await _nap(pause, bell, stop)
            continue
        with suppress(TimeoutError):
            await asyncio.wait_for(bell.wait(), IDLE_SECONDS)


async def _nap(seconds: float, bell: asyncio.Event, stop: asyncio.Event | None) -> None:
    """Sleep through every ring but that of the end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while stop is None or not stop.is_set():
                await bell.wait()
                bell.clear()


async def backlog() -> dict[str, Any]:
    """What is owed and what was given up, for the people who run the service."""
    rows = await execute(
        "SELECT SUM(CASE WHEN next_try_at IS NOT NULL THEN 1 ELSE 0 END) AS due,"
        " SUM(CASE WHEN next_try_at IS NULL THEN 1 ELSE 0 END) AS failed FROM outbox WHERE done_at IS NULL"
    )
    return {"due": rows[0]["due"] or 0, "failed": rows[0]["failed"] or 0}
