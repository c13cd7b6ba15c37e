"""What an organisation said in a territory: contributions, amendments, arguments and sources in one list.

Only what is public: an argument stands no longer when its contribution is withdrawn or hidden, nor a source when its
argument is. However much an organisation said, a page costs the same queries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.core.database import execute, instant
from consult.core.paging import Page, cut, read_cursor, write_cursor
from consult.core.text.markdown import plain_excerpt

PAGE_SIZE = 20
EXCERPT = 220

_CONTRIBUTION = "JOIN contribution c ON c.id = i.contribution_id AND c.state = 'published'"
_AMENDED = "(m.id IS NULL OR m.state = 'published')"


@dataclass(frozen=True)
class _Kind:
    """A kind of text: its table, what stands above it, the condition that all of that is public, what it shows."""

    table: str
    joins: str
    public: str
    shows: str


_KINDS = {
    "contribution": _Kind("contribution", "JOIN contribution c ON c.id = i.id", "1 = 1", "'' AS said, 0 AS under_id"),
    "amendment": _Kind("amendment", _CONTRIBUTION, "1 = 1", "'' AS said, 0 AS under_id"),
    "argument": _Kind(
        "argument",
        f"{_CONTRIBUTION} LEFT JOIN amendment m ON m.id = i.amendment_id",
        _AMENDED,
        "i.side AS said, 0 AS under_id",
    ),
    "source": _Kind(
        "source",
        f"{_CONTRIBUTION} LEFT JOIN argument g ON g.id = i.argument_id LEFT JOIN amendment m ON m.id = g.amendment_id",
        f"(g.id IS NULL OR g.state = 'published') AND {_AMENDED}",
        "i.title AS said, COALESCE(i.argument_id, 0) AS under_id",
    ),
}


def _from(kind: _Kind) -> str:
    return (
        f"FROM {kind.table} i {kind.joins} JOIN consultation k ON k.id = i.consultation_id"
        f" WHERE i.organisation_id = :organisation AND i.state = 'published' AND k.state = 'published'"
        f" AND k.territory_id = :territory AND {kind.public}"
    )


def _part(name: str, kind: _Kind, below: str) -> str:
    return (
        f"SELECT * FROM (SELECT '{name}' AS what, i.id, i.published_at, i.author_id, SUBSTR(i.body, 1, {EXCERPT * 2})"
        f" AS opening, c.number, c.title, c.merged_into_id, k.slug, k.title AS consultation, {kind.shows}"
        f" {_from(kind)}{below}"
        f" ORDER BY i.published_at DESC, i.id DESC LIMIT :most) {name}s"
    )


async def said_by(territory_id: int, organisation_id: int, *, after: str = "") -> Page[dict[str, Any]]:
    """One page of what an organisation said in a territory, the latest first; one query."""
    cursor = read_cursor(after, datetime, int)
    below, params = "", {"organisation": organisation_id, "territory": territory_id, "most": PAGE_SIZE + 1}
    found: dict[str, Any] = dict(params)
    if cursor is not None:
        below = " AND (i.published_at < :last OR (i.published_at = :last AND i.id < :last_id))"
        found |= {"last": cursor[0], "last_id": cursor[1]}
    parts = " UNION ALL ".join(_part(name, kind, below) for name, kind in _KINDS.items())
    rows = await execute(
        "SELECT said.*, (SELECT n.number FROM contribution n WHERE n.id = said.merged_into_id) AS merged_into,"
        f" a.public_name AS member FROM ({parts}) said LEFT JOIN account a ON a.id = said.author_id"
        " ORDER BY said.published_at DESC, said.id DESC LIMIT :most",
        found,
    )

    def cursor_of(row: Mapping[str, Any]) -> str:
        return write_cursor(instant(row["published_at"]) or 0, row["id"])

    return cut(rows, PAGE_SIZE, cursor_of, is_first=cursor is None)


async def counts_of(territory_id: int, organisation_id: int) -> dict[str, int]:
    """How many texts of each kind are public; one query."""
    counts = ", ".join(f"(SELECT COUNT(*) {_from(kind)}) AS {name}" for name, kind in _KINDS.items())
    rows = await execute(f"SELECT {counts}", organisation=organisation_id, territory=territory_id)
    return {name: int(rows[0][name]) for name in _KINDS}


def said_shown(row: Mapping[str, Any], *, members: bool) -> dict[str, Any]:
    """A row as the page takes it; the member's name only where the organisation shows its members."""
    above = f"/consultations/{row['slug']}/contributions/{row['number']}"
    href = {
        "contribution": above,
        "amendment": f"{above}/amendments/{row['id']}",
        "argument": f"{above}/arguments/{row['id']}",
        "source": (f"{above}/arguments/{row['under_id']}" if row["under_id"] else above) + f"#source-{row['id']}",
    }[row["what"]]
    return {
        "what": row["what"],
        "said": row["said"],
        "href": href,
        "above_href": above,
        "number": row["number"],
        "title": row["title"],
        "merged_into": row["merged_into"],
        "excerpt": plain_excerpt(row["opening"], EXCERPT),
        "consultation": row["consultation"],
        "consultation_href": f"/consultations/{row['slug']}",
        "at": instant(row["published_at"]),
        "member": (row["member"] or "") if members else "",
    }
