"""The list of a consultation's contributions: sorted, filtered, searched, and paged by the last row seen.

However long the list, a page costs the same few queries: an index gives the rows in their order from where the page
before ended, and the counts come from counters, or stop counting at :data:`COUNT_LIMIT`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from consult.consultations.authors import AUTHOR_COLUMNS, AUTHOR_JOINS, KINDS, author_of
from consult.consultations.queries import SectionNode
from consult.contributions.search import match_clause, match_words
from consult.core.database import execute, instant
from consult.core.paging import Count, Page, cut, read_cursor, write_cursor
from consult.core.text.stems import query_stems

PAGE_SIZE = 20
COUNT_LIMIT = 1000
SHUFFLE_RANGE = 1 << 31
_COLUMNS = (
    f"i.id, i.number, i.title, i.state, i.published_at, i.removed_ground, i.section_id, i.votes_total, i.contested,"
    f" i.arguments_count, i.sources_count, i.shuffle, i.excerpt,"
    " (SELECT n.number FROM contribution n WHERE n.id = i.merged_into_id) AS merged_into,"
    f" {AUTHOR_COLUMNS}"
)


class Sort(StrEnum):
    """The orders of the list."""

    RECENT = "recent"
    VOTES = "votes"
    ARGUED = "argued"
    CONTESTED = "contested"
    RANDOM = "random"


_SORT_COLUMN = {
    Sort.RECENT: "published_at",
    Sort.VOTES: "votes_total",
    Sort.ARGUED: "arguments_count",
    Sort.CONTESTED: "contested",
    Sort.RANDOM: "shuffle",
}


@dataclass(frozen=True)
class Wanted:
    """What somebody asked to see.

    Attributes:
        sections: the section asked for and those below it; None for all.
        words: what was typed in the search field.
        kind: a kind of author, "" for all.
        seed: where the random order starts; the same seed gives the same order, which stays while one pages through it.
    """

    consultation_id: int
    sort: Sort = Sort.RECENT
    sections: tuple[int, ...] | None = None
    words: str = ""
    kind: str = ""
    seed: int = 0
    after: str = ""

    @property
    def plain(self) -> bool:
        """Whether the list is the record itself, in its order: only then do tombstones stand in their places."""
        return self.sort is Sort.RECENT and not self.words and not self.kind


async def list_contributions(wanted: Wanted) -> Page[dict[str, Any]]:
    """One page of the list; one query (two at the turn of the random order)."""
    stems = query_stems(wanted.words, prefix=True)
    if wanted.words.strip() and not stems:
        return Page(items=[], after="", is_first=True)
    where, params = _conditions(wanted, stems)
    if wanted.sort is Sort.RANDOM:
        return await _random_page(wanted, where, params)
    column, kind = _SORT_COLUMN[wanted.sort], datetime if wanted.sort is Sort.RECENT else Count
    cursor = read_cursor(wanted.after, kind, int)
    if cursor is not None:
        where.append(f"(i.{column} < :last OR (i.{column} = :last AND i.id < :last_id))")
        params |= {"last": cursor[0], "last_id": cursor[1]}
    rows = await _rows(where, params, f"i.{column} DESC, i.id DESC", PAGE_SIZE + 1)

    def cursor_of(row: Mapping[str, Any]) -> str:
        return write_cursor(instant(row[column]) or 0 if kind is datetime else row[column], row["id"])

    return cut(rows, PAGE_SIZE, cursor_of, is_first=cursor is None)


async def _random_page(wanted: Wanted, where: list[str], params: dict[str, Any]) -> Page[dict[str, Any]]:
    """Each contribution has a fixed random place on a circle; a seed chooses where the reading begins.

    So the order needs no sorting of the whole consultation, stays the same from page to page, and lets different
    visitors begin with different contributions.
    """
    start = wanted.seed % SHUFFLE_RANGE
    cursor = read_cursor(wanted.after, Count, Count, int)
    turned, place, key = cursor if cursor is not None else (0, start, 0)
    rows: list[dict[str, Any]] = []
    for turn in (0, 1):
        if turn < turned or len(rows) > PAGE_SIZE:
            continue
        end = "" if turn == 0 else " AND i.shuffle < :start"
        begin = {"place": place, "key": key} if turn == turned else {"place": 0, "key": 0}
        condition = "(i.shuffle > :place OR (i.shuffle = :place AND i.id > :key))" + end
        more = params | begin | ({"start": start} if turn else {})
        found = await _rows([*where, condition], more, "i.shuffle, i.id", PAGE_SIZE + 1 - len(rows))
        rows += [{**row, "turn": turn} for row in found]

    return cut(
        rows,
        PAGE_SIZE,
        lambda row: write_cursor(row["turn"], row["shuffle"], row["id"]),
        is_first=cursor is None,
    )


def _conditions(wanted: Wanted, stems: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    where, params = ["i.consultation_id = :consultation"], {"consultation": wanted.consultation_id}
    where.append("i.published_at IS NOT NULL" if wanted.plain else "i.state = 'published'")
    found: dict[str, Any] = dict(params)
    if wanted.plain:
        where.append("i.state <> 'waiting'")
    if wanted.sections is not None:
        where.append("i.section_id IN :sections")
        found["sections"] = list(wanted.sections)
    if wanted.kind:
        where.append("i.author_kind = :kind")
        found["kind"] = wanted.kind
    if stems:
        where.append(match_clause("i"))
        found["match"] = match_words(stems)
    return where, found


async def _rows(where: list[str], params: dict[str, Any], order: str, limit: int) -> list[dict[str, Any]]:
    sql = (
        f"SELECT {_COLUMNS} FROM contribution i{AUTHOR_JOINS} WHERE {' AND '.join(where)} ORDER BY {order} LIMIT :limit"
    )
    return await execute(sql, {**params, "limit": limit})


async def count_contributions(wanted: Wanted, outline: Sequence[SectionNode], total: int) -> tuple[int, bool]:
    """How many published contributions the list holds, and whether the number is exact.

    Without search or kind the sections' counters answer; with them at most :data:`COUNT_LIMIT` rows are counted.
    """
    if not wanted.words and not wanted.kind:
        if wanted.sections is None:
            return total, True
        inside = set(wanted.sections)
        return sum(node.count for root in outline for node in root.walk() if node.id in inside), True
    stems = query_stems(wanted.words, prefix=True)
    if wanted.words.strip() and not stems:
        return 0, True
    where, params = _conditions(wanted, stems)
    rows = await execute(
        f"SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM contribution i WHERE {' AND '.join(where)} LIMIT :limit) few",
        {**params, "limit": COUNT_LIMIT + 1},
    )
    found = int(rows[0]["n"])
    return min(found, COUNT_LIMIT), found <= COUNT_LIMIT


def row_view(row: Mapping[str, Any], slug: str, sections: Mapping[int, str]) -> dict[str, Any]:
    """A row as ``components/contribution.html`` takes it; a tombstone's has no title and no text."""
    common = {
        "number": row["number"],
        "href": f"/consultations/{slug}/contributions/{row['number']}",
        "at": instant(row["published_at"]),
        "state": str(row["state"]),
    }
    if row["state"] != "published":
        return {**common, "ground": row["removed_ground"]}
    return {
        **common,
        "title": row["title"],
        "merged_into": row["merged_into"],
        "excerpt": row["excerpt"],
        "author": author_of(row),
        "section": sections.get(row["section_id"], ""),
        "votes": row["votes_total"],
        "arguments": row["arguments_count"],
        "sources": row["sources_count"],
    }


def known_kind(text: str) -> str:
    """A kind of author from an address, "" when there is no such kind."""
    return text if text in KINDS else ""
