"""Keeping the figures, a chore of the worker.

No ``Action``: nobody did anything, and what is written is counted again from the rows at will.
"""

import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tortoise.fields.data import JSON_DUMPS

from consult.analysis.queries.figures import FIGURES
from consult.analysis.queries.results import Counted, count_results
from consult.core import changes, clock
from consult.core.database import execute, snapshot
from consult.core.keys import new_key

# Counting takes at most a hundredth of the time, however big a consultation is, and is never older than a minute else.
SHARE = 100
LEAST = timedelta(seconds=60)
LOOK_EVERY_SECONDS = 5.0
_looked_at = float("-inf")

_STALE = (
    "SELECT c.id, t.timezone FROM consultation c JOIN territory t ON t.id = c.territory_id"
    " LEFT JOIN consultation_figures f ON f.consultation_id = c.id"
    " WHERE c.state = 'published' AND (f.id IS NULL OR (f.next_at <= :now"
    " AND (f.changes <> c.changes OR EXISTS (SELECT 1 FROM round r WHERE r.consultation_id = c.id"
    " AND r.closes_at > f.counted_at AND r.closes_at <= :now))))"
    " ORDER BY f.counted_at LIMIT 1"
)
_KEEP = (
    "INSERT INTO consultation_figures"
    " (id, consultation_id, changes, counted_at, next_at, totals, days, kinds, decisions, results)"
    " VALUES (:id, :consultation, :changes, :at, :next_at, :totals, :days, :kinds, :decisions, :results)"
    " ON CONFLICT (consultation_id) DO UPDATE SET changes = excluded.changes, counted_at = excluded.counted_at,"
    " next_at = excluded.next_at, totals = excluded.totals, days = excluded.days, kinds = excluded.kinds,"
    " decisions = excluded.decisions, results = excluded.results WHERE consultation_figures.changes <= excluded.changes"
)


async def keep_figures() -> int:
    """Count the consultation that has waited longest, if one has changed since; a chore of the worker."""
    global _looked_at
    if time.monotonic() - _looked_at < LOOK_EVERY_SECONDS:
        return 0
    rows = await execute(_STALE, now=clock.now())
    if not rows:
        _looked_at = time.monotonic()
        return 0
    await keep_figures_of(rows[0]["id"], ZoneInfo(rows[0]["timezone"]))
    return 1


async def keep_all_figures() -> int:
    """Count every consultation that is due (``consult worker --once``, the demonstration, tests)."""
    global _looked_at
    total, _looked_at = 0, float("-inf")
    while await keep_figures():
        total += 1
    return total


async def keep_figures_of(consultation_id: int, zone: ZoneInfo) -> None:
    """Count a consultation now. Twice does no harm; of two at once the one that saw more stays."""
    at, began = clock.now(), time.monotonic()
    async with snapshot():
        counted = await count_results(consultation_id, zone, at)
    if counted is not None:
        await _write(consultation_id, counted, at, timedelta(seconds=time.monotonic() - began))


async def _write(consultation_id: int, counted: Counted, at: datetime, took: timedelta) -> None:
    await execute(
        _KEEP,
        id=new_key(),
        consultation=consultation_id,
        changes=counted.changes,
        at=at,
        next_at=at + max(LEAST, took * SHARE),
        totals=JSON_DUMPS(counted.totals),
        days=JSON_DUMPS(counted.days),
        kinds=JSON_DUMPS(counted.kinds),
        decisions=JSON_DUMPS(counted.decisions),
        results=JSON_DUMPS(counted.results),
    )
    changes.forget({(FIGURES, consultation_id)})
