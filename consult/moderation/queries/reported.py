"""What somebody may report: a public item, with as much of it as tells them that it is the right one."""

from dataclasses import dataclass
from typing import Any

from consult.consultations.authors import AUTHOR_COLUMNS, AUTHOR_JOINS, author_of
from consult.core.database import execute, instant
from consult.core.text.markdown import plain_excerpt
from consult.moderation.models import Kind

EXCERPT = 300
Row = dict[str, Any]


@dataclass(frozen=True)
class _Place:
    """Where an item stands: the joins to what is above it, the condition that all of that is public, its own words."""

    joins: str
    public: str
    words: str


_UNDER = " JOIN contribution c ON c.id = i.contribution_id AND c.state = 'published'"
_AMENDED = "(m.id IS NULL OR m.state = 'published')"
_PLACES = {
    Kind.CONTRIBUTION: _Place(" JOIN contribution c ON c.id = i.id", "1 = 1", "'' AS side, '' AS words"),
    Kind.AMENDMENT: _Place(_UNDER, "1 = 1", "'' AS side, i.reason AS words"),
    Kind.ARGUMENT: _Place(f"{_UNDER} LEFT JOIN amendment m ON m.id = i.amendment_id", _AMENDED, "i.side, '' AS words"),
    Kind.SOURCE: _Place(
        f"{_UNDER} LEFT JOIN argument g ON g.id = i.argument_id LEFT JOIN amendment m ON m.id = g.amendment_id",
        f"(g.id IS NULL OR g.state = 'published') AND {_AMENDED}",
        "'' AS side, i.title AS words",
    ),
}


async def public_item(territory_id: int, kind: str, item_id: int) -> Row | None:
    """A public item of a territory: kind, author, the beginning of its text, its contribution; None when there is none.

    What waits, was withdrawn or hidden, or stands beneath something that was, is not there.
    """
    if kind not in _PLACES:
        return None
    place = _PLACES[Kind(kind)]
    rows = await execute(
        f"SELECT i.id, i.body_html, i.published_at, c.number, c.title, k.slug, k.title AS consultation, {place.words},"
        f" {AUTHOR_COLUMNS} FROM {kind} i{place.joins} JOIN consultation k ON k.id = i.consultation_id{AUTHOR_JOINS}"
        " WHERE i.id = :key AND i.state = 'published' AND k.territory_id = :territory AND k.state = 'published'"
        f" AND {place.public}",
        key=item_id,
        territory=territory_id,
    )
    return _shown(kind, rows[0]) if rows else None


def _shown(kind: str, row: Row) -> Row:
    above = f"/consultations/{row['slug']}/contributions/{row['number']}"
    ends = {Kind.ARGUMENT: f"/arguments/{row['id']}", Kind.AMENDMENT: f"/amendments/{row['id']}"}
    return {
        "kind": kind,
        "id": row["id"],
        "side": row["side"],
        "words": row["words"],
        "excerpt": plain_excerpt(row["body_html"], EXCERPT),
        "author": author_of(row),
        "at": instant(row["published_at"]),
        "number": row["number"],
        "title": row["title"],
        "consultation": row["consultation"],
        "slug": row["slug"],
        "href": above + (f"#source-{row['id']}" if kind == Kind.SOURCE else ends.get(Kind(kind), "")),
        "above_href": above,
    }


async def reported_already(account_id: int | None, kind: str, item_id: int) -> Row | None:
    """The report that somebody signed in made of an item before, with its number."""
    if account_id is None:
        return None
    rows = await execute(
        "SELECT reference, created_at FROM report WHERE kind = :kind AND item_id = :item AND account_id = :account",
        kind=kind,
        item=item_id,
        account=account_id,
    )
    return {**rows[0], "at": instant(rows[0]["created_at"])} if rows else None


async def receipt_of(territory_id: int, report_id: int) -> Row | None:
    """What a receipt says of a report: its number, its ground, when it was made, whether an answer will be sent."""
    rows = await execute(
        "SELECT reference, kind, ground, created_at, account_id IS NOT NULL AS has_account, email <> '' AS has_email"
        " FROM report WHERE id = :key AND territory_id = :territory",
        key=report_id,
        territory=territory_id,
    )
    if not rows:
        return None
    told = bool(rows[0]["has_account"]) or bool(rows[0]["has_email"])
    return {**rows[0], "at": instant(rows[0]["created_at"]), "told": told, "has_account": bool(rows[0]["has_account"])}
