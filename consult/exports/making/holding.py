"""Holding a set while its files are made: a lease in its row, and a heart that beats.

No ``Action``: nobody does anything here, and what is written is made again at will.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog

from consult.core import clock
from consult.core.database import dialect, execute, instant
from consult.core.errors import ConsultError
from consult.core.logs import without_secrets
from consult.core.text.cleaning import scrub

log = structlog.get_logger()
LEASE = timedelta(seconds=60)
BEAT_SECONDS = 2.0
MAX_ATTEMPTS = 12
TRY_AGAIN_AFTER = timedelta(days=1)
_HELD = (
    "id, consultation_id, changes, cut_off, provisional, attempts, asked_at,"
    " (SELECT c.slug FROM consultation c WHERE c.id = consultation_id) AS slug,"
    " (SELECT c.territory_id FROM consultation c WHERE c.id = consultation_id) AS territory_id"
)
_DUE = "(state IN ('waiting', 'failed') AND (lease_until IS NULL OR lease_until <= :now))"


class Lost(ConsultError):
    """Somebody else holds the set by now, or it has expired: what is being made is nobody's."""


class Interrupted(ConsultError):
    """The worker has been told to stop; another goes on from the files that are whole."""


@dataclass
class Held:
    """A set in the hands of this process.

    Attributes:
        attempts: its number of this attempt: whoever takes the set over has a higher one.
        rows: how many rows have been written in this attempt, of all files together.
        stop: when it is set, the making ends at the next batch.
    """

    id: int
    consultation_id: int
    territory_id: int
    slug: str
    changes: int
    cut_off: datetime
    provisional: bool
    attempts: int
    rows: int = 0
    done: int = 0
    total: int = 0
    lost: bool = False
    stop: asyncio.Event | None = None

    def go_on(self) -> None:
        """Called often.

        Raises:
            Lost: the set is not held any more.
            Interrupted: the worker stops.
        """
        if self.lost:
            raise Lost("another worker has this set, or it has expired")
        if self.stop is not None and self.stop.is_set():
            raise Interrupted("the worker was told to stop")


async def hold(*, key: int | None = None, stop: asyncio.Event | None = None) -> Held | None:
    """Take a set whose files are wanted: the one that has waited longest, or the one named. None when there is none.

    Args:
        key: this set, though the worker is to leave it alone for a moment, unless somebody holds it.
    """
    now = clock.now()
    if key is None:
        free, given = f"({_DUE} OR (state = 'making' AND lease_until <= :now))", {"now": now}
        found = await execute(f"SELECT id FROM export_set WHERE {free} ORDER BY asked_at, id LIMIT 1", given)
        key = found[0]["id"] if found else None
    else:
        free, given = "state = 'waiting'", {}
    if key is None:
        return None
    lock = " FOR UPDATE SKIP LOCKED" if dialect() == "postgres" else ""
    rows = await execute(
        "UPDATE export_set SET state = 'making', attempts = attempts + 1, lease_until = :lease WHERE id IN"
        f" (SELECT id FROM export_set WHERE id = :key AND {free}{lock}) RETURNING {_HELD}",
        {**given, "key": key, "lease": now + LEASE},
    )
    return _held(rows[0], stop) if rows else None


def _held(row: dict[str, Any], stop: asyncio.Event | None) -> Held:
    return Held(
        id=row["id"],
        consultation_id=row["consultation_id"],
        territory_id=row["territory_id"],
        slug=row["slug"],
        changes=row["changes"],
        cut_off=instant(row["cut_off"]) or clock.now(),
        provisional=bool(row["provisional"]),
        attempts=row["attempts"],
        stop=stop,
    )


@asynccontextmanager
async def beating(held: Held) -> AsyncIterator[None]:
    """Renew the lease and tell the progress, every :data:`BEAT_SECONDS`, for the time of the block."""
    heart = asyncio.create_task(_beat(held))
    try:
        yield
    finally:
        heart.cancel()
        with suppress(asyncio.CancelledError):
            await heart


async def _beat(held: Held) -> None:
    while not held.lost:
        await asyncio.sleep(BEAT_SECONDS)
        try:
            await tell(held)
        except Exception:  # a database that is away for a moment: the lease lasts longer than that
            log.warning("export_beat_failed", set_id=held.id, exc_info=True)


async def tell(held: Held) -> None:
    """Write the progress down and renew the lease, or learn that the set is not ours any more."""
    rows = await execute(
        "UPDATE export_set SET lease_until = :lease, rows_done = :rows, steps_done = :done, steps_total = :total"
        " WHERE id = :key AND attempts = :attempts AND state = 'making' RETURNING id",
        lease=clock.now() + LEASE,
        rows=held.rows,
        done=held.done,
        total=held.total,
        key=held.id,
        attempts=held.attempts,
    )
    held.lost = held.lost or not rows


async def let_go(held: Held) -> None:
    """Leave the set for another worker to go on with: this one stops, and it was no failure."""
    await execute(
        "UPDATE export_set SET state = 'waiting', lease_until = NULL"
        " WHERE id = :key AND attempts = :attempts AND state = 'making'",
        key=held.id,
        attempts=held.attempts,
    )


async def put_off(held: Held, error: Exception) -> None:
    """Write down what went wrong; it is tried again after growing pauses, and once a day when all tries are used up."""
    given_up = held.attempts >= MAX_ATTEMPTS
    pause = TRY_AGAIN_AFTER if given_up else timedelta(seconds=min(3600, 5 * 2**held.attempts))
    log.error("export_given_up" if given_up else "export_failed", set_id=held.id, exc_info=error)
    await execute(
        "UPDATE export_set SET state = :state, lease_until = :until, error = :error"
        " WHERE id = :key AND attempts = :attempts AND state = 'making'",
        state="failed" if given_up else "waiting",
        until=clock.now() + pause,
        error=scrub(without_secrets(str(error) or type(error).__name__))[:1000],
        key=held.id,
        attempts=held.attempts,
    )
