"""An item as its moderator reads it: its whole text whatever its state, what stands above it, its earlier wordings.

Nothing here is public. What was sealed has no text here either: it has been taken out of the rows themselves.
"""

from collections.abc import Mapping
from typing import Any

from consult.consultations.authors import AUTHOR_COLUMNS, AUTHOR_JOINS, author_of
from consult.contributions.queries import changed_parts, words_of
from consult.core.database import execute, instant
from consult.core.text.diff import word_diff
from consult.moderation.models import Kind
from consult.sources.rules import CATEGORIES

Row = dict[str, Any]
MOST_WORDINGS = 20

_COMMON = (
    "i.id, i.state, i.awaits_moderator, i.body, i.body_html, i.created_at, i.published_at, i.edited_at, i.revision,"
    " i.removed_at, i.removed_ground, i.sealed_at, i.origin, i.consultation_id, w.slug, w.title AS consultation,"
    " w.moderation, w.moderation_hours, section.title AS section, k.id AS contribution_id, k.number,"
    " k.title AS contribution_title, k.body_html AS contribution_html, k.state AS contribution_state,"
    f" k.origin AS contribution_origin, author.created_at AS author_since, {AUTHOR_COLUMNS}"
)
_COLUMNS = {
    Kind.CONTRIBUTION: "i.title, into_one.number AS merged_into",
    Kind.ARGUMENT: "i.side, m.title AS amendment_title, m.body_html AS above_html, m.id AS amendment_id",
    Kind.AMENDMENT: "i.title, i.reason, base.title AS base_title, base.body AS base_body, base.body_html AS base_html",
    Kind.SOURCE: "i.title, i.link, i.category, a.side, a.body_html AS above_html",
}
_JOINS = {
    Kind.CONTRIBUTION: " LEFT JOIN contribution into_one ON into_one.id = i.merged_into_id",
    Kind.ARGUMENT: " LEFT JOIN amendment m ON m.id = i.amendment_id",
    Kind.AMENDMENT: " LEFT JOIN revision base ON base.contribution_id = k.id AND base.number = i.base_revision",
    Kind.SOURCE: " LEFT JOIN argument a ON a.id = i.argument_id",
}
_WORDINGS = {
    Kind.CONTRIBUTION: ("revision", "contribution_id", "title, body, body_html"),
    Kind.ARGUMENT: ("argument_revision", "argument_id", "body"),
    Kind.SOURCE: ("source_revision", "source_id", "title, body, link"),
}


async def item_in_context(territory_id: int, kind: Kind, item_id: int) -> Row | None:
    """An item of the territory with what stands above it; one query. None when there is no such item here.

    What waits for its author to confirm their address is nobody's business yet.
    """
    if kind is Kind.ACCOUNT:
        return None
    above = "i.id" if kind is Kind.CONTRIBUTION else "i.contribution_id"
    rows = await execute(
        f"SELECT {_COMMON}, {_COLUMNS[kind]} FROM {kind.value} i JOIN consultation w ON w.id = i.consultation_id"
        f" JOIN contribution k ON k.id = {above} JOIN section ON section.id = k.section_id{_JOINS[kind]}{AUTHOR_JOINS}"
        " WHERE i.id = :key AND w.territory_id = :territory AND (i.state <> 'waiting' OR i.awaits_moderator = :held)",
        key=item_id,
        territory=territory_id,
        held=True,
    )
    return _shown(kind, rows[0]) if rows else None


def _shown(kind: Kind, row: Mapping[str, Any]) -> Row:
    moments = ("created_at", "published_at", "edited_at", "removed_at", "sealed_at", "author_since")
    shown: Row = {**row, "kind": kind.value, "author": author_of(row)}
    shown |= {name: instant(row[name]) for name in moments}
    shown |= {"title": row.get("title", ""), "side": row.get("side") or "", "above_html": row.get("above_html") or ""}
    shown["href"] = _address(kind, row)
    if kind is Kind.AMENDMENT:
        base = {
            "body": row["base_body"] or "",
            "body_html": row["base_html"] or "",
            "origin": row["contribution_origin"],
        }
        shown["title_parts"] = changed_parts(row["base_title"] or "", row["title"])
        shown["parts"] = word_diff(words_of(base), row["body"])
    if kind is Kind.SOURCE:
        shown["category_label"] = CATEGORIES[row["category"]]
        shown["site"] = row["link"].split("/")[2].removeprefix("www.") if row["link"].count("/") > 1 else ""
    return shown


def _address(kind: Kind, row: Mapping[str, Any]) -> str:
    """Where the public reads it, "" where nobody does."""
    if row["number"] is None or row["contribution_state"] == "waiting":
        return ""
    top = f"/consultations/{row['slug']}/contributions/{row['number']}"
    ends = {Kind.ARGUMENT: f"/arguments/{row['id']}", Kind.AMENDMENT: f"/amendments/{row['id']}"}
    return top + (f"#source-{row['id']}" if kind is Kind.SOURCE else ends.get(kind, ""))


async def wordings_of(kind: Kind, item_id: int, revision: int) -> list[Row]:
    """The wordings before the present one, the latest first; one query, none where there was one wording only."""
    if revision < 2 or kind not in _WORDINGS:
        return []
    table, column, texts = _WORDINGS[kind]
    rows = await execute(
        f"SELECT number, created_at, {texts} FROM {table} WHERE {column} = :key AND number < :present"
        " ORDER BY number DESC LIMIT :most",
        key=item_id,
        present=revision,
        most=MOST_WORDINGS,
    )
    return [{"title": "", "link": "", "body_html": "", **row, "created_at": instant(row["created_at"])} for row in rows]
