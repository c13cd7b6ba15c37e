"""The rounds that wait to be closed, and those that were."""

from datetime import datetime
from typing import Any

from consult.core.database import execute


async def rounds_to_close(territory_id: int, at: datetime) -> list[dict[str, Any]]:
    """The rounds that are over and that nobody has closed yet, the oldest first; one query.

    Imported consultations were closed elsewhere. A round that was opened again has another closing, and waits anew.
    """
    return await _rounds(
        "c.territory_id = :territory AND c.state = 'published' AND c.origin = '' AND r.closes_at <= :at"
        " AND s.id IS NULL ORDER BY r.closes_at, r.id",
        territory=territory_id,
        at=at,
    )


async def rounds_closed(territory_id: int) -> list[dict[str, Any]]:
    """The rounds that were closed last, with the names of their snapshots; one query."""
    return await _rounds(
        "c.territory_id = :territory AND c.state = 'published' AND s.id IS NOT NULL"
        " ORDER BY s.at DESC, s.id DESC LIMIT 30",
        territory=territory_id,
    )


async def _rounds(where: str, **params: Any) -> list[dict[str, Any]]:
    return await execute(
        "SELECT c.slug, c.title AS consultation, r.id, r.title, r.closes_at, s.name, s.at FROM round r"
        " JOIN consultation c ON c.id = r.consultation_id"
        f" LEFT JOIN snapshot s ON s.round_id = r.id AND s.closes_at = r.closes_at WHERE {where}",
        **params,
    )
