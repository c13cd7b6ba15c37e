"""Appeals as whoever hears them reads them: those that wait first, the longest waiting at the top."""

from datetime import datetime
from typing import Any

from consult.core.database import execute, instant
from consult.core.paging import Page, cut, read_cursor, write_cursor
from consult.moderation.models import Appeal

Row = dict[str, Any]
PAGE_SIZE = 25
_COLUMNS = (
    "p.id, p.reference, p.made_at, p.heard_at, p.outcome, d.id AS decision_id, d.effect, d.ground, d.kind,"
    " d.decided_at, d.reference AS decision_reference, w.title AS consultation"
)
_FROM = (
    " FROM appeal p JOIN decision d ON d.id = p.decision_id LEFT JOIN consultation w ON w.id = d.consultation_id"
    " WHERE p.territory_id = :territory"
)


def _read(row: Row) -> Row:
    return {**row} | {name: instant(row[name]) for name in ("made_at", "heard_at", "decided_at")}


async def waiting_appeals(territory_id: int, *, after: str = "") -> Page[Row]:
    """One page of the appeals that nobody has heard yet, the oldest first; one query."""
    cursor = read_cursor(after, int)
    rows = await execute(
        f"SELECT {_COLUMNS}{_FROM} AND p.heard_at IS NULL AND p.id > :last ORDER BY p.id LIMIT :limit",
        territory=territory_id,
        last=cursor[0] if cursor else 0,
        limit=PAGE_SIZE + 1,
    )
    return cut([_read(row) for row in rows], PAGE_SIZE, lambda row: write_cursor(row["id"]), is_first=cursor is None)


async def heard_appeals(territory_id: int, *, after: str = "") -> Page[Row]:
    """One page of the appeals that were heard, the latest first; one query."""
    cursor = read_cursor(after, datetime, int)
    beyond, params = "", {"territory": territory_id, "limit": PAGE_SIZE + 1}
    if cursor is not None:
        beyond = " AND (p.heard_at, p.id) < (:last, :last_id)"
        params |= {"last": cursor[0], "last_id": cursor[1]}
    rows = await execute(
        f"SELECT {_COLUMNS}{_FROM} AND p.heard_at IS NOT NULL{beyond} ORDER BY p.heard_at DESC, p.id DESC LIMIT :limit",
        params,
    )
    read = [_read(row) for row in rows]
    return cut(read, PAGE_SIZE, lambda row: write_cursor(row["heard_at"], row["id"]), is_first=cursor is None)


async def appeals_waiting(territory_id: int) -> int:
    """How many appeals wait, up to a thousand."""
    rows = await execute(
        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM appeal WHERE territory_id = :territory AND heard_at IS NULL"
        " LIMIT 1000) few",
        territory=territory_id,
    )
    return int(rows[0]["n"])


async def appeal_in(territory_id: int, appeal_id: int) -> Appeal | None:
    """An appeal of the territory, with the decision that it is about."""
    return await Appeal.get_or_none(id=appeal_id, territory_id=territory_id).select_related("decision", "heard_by")
