"""What the page of a contribution shows, in a fixed number of queries however much has been said beneath it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from consult.consultations.authors import AUTHOR_COLUMNS, AUTHOR_JOINS
from consult.consultations.items import to_be_corrected
from consult.core.database import execute, instant
from consult.core.paging import Count, Page, cut, read_cursor, write_cursor

SIDES = ("for", "against")
PAGE_SIZE = 20
MOST_BESIDE = 60
"""Sources shown under the arguments of one page, all together; an argument's own page shows all of its."""

_INSTANTS = ("created_at", "published_at", "edited_at", "removed_at", "outcome_at")
# What is public of a text: all of it, or nothing but its tombstone.
_TEXT = "CASE WHEN i.state = 'published' THEN i.{0} ELSE '' END AS {0}"
_PUBLIC = "i.state <> 'waiting' AND i.published_at IS NOT NULL"
_ITEM = f"i.id, i.state, i.published_at, i.edited_at, i.removed_at, i.removed_ground, {AUTHOR_COLUMNS}"
_ARGUMENT = f"{_ITEM}, i.side, {_TEXT.format('body_html')}, i.supports_total, i.tally_supports, i.sources_count"
_SOURCE = (
    f"{_ITEM}, i.argument_id, i.category, {_TEXT.format('title')}, {_TEXT.format('link')}, {_TEXT.format('body_html')},"
    " i.supports_total, i.tally_supports"
)
_AMENDMENT = (
    f"{_ITEM}, i.outcome, i.outcome_at, {_TEXT.format('reason')}, i.votes_agree, i.votes_mixed, i.votes_disagree"
)
# Numbers and no titles: one of these may be hidden while the page is kept.
_MERGED = (
    " (SELECT n.number FROM contribution n WHERE n.id = i.merged_into_id) AS merged_into,"
    " (SELECT COUNT(*) FROM contribution n WHERE n.merged_into_id = i.id AND n.state = 'published') AS merged_count,"
)
Row = dict[str, Any]


def _read(row: Mapping[str, Any]) -> Row:
    """A row with its instants read, which SQLite gives as text."""
    return {**row, **{name: instant(row[name]) for name in _INSTANTS if name in row}}


async def contribution_frame(consultation_id: int, number: int) -> Row | None:
    """A public contribution, or the tombstone of one, with its author and its section; None when there is none."""
    if not 0 < number < 1 << 31:
        return None
    rows = await execute(
        "SELECT i.number, i.revision, i.changes, i.origin, i.imported_versions, i.section_id, i.annexes,"
        f" i.merged_into_id, {_MERGED}"
        " i.votes_agree, i.votes_mixed, i.votes_disagree, i.earlier_agree, i.earlier_mixed, i.earlier_disagree,"
        " i.tally_agree, i.tally_mixed, i.tally_disagree, i.votes_total, i.arguments_for, i.arguments_against,"
        f" i.arguments_count, i.sources_count, i.amendments_count, {_ITEM}, {_TEXT.format('title')},"
        f" {_TEXT.format('body_html')}, {_TEXT.format('explanation_html')}, s.title AS section_title,"
        " s.accepts_contributions, s.accepts_arguments, s.accepts_sources, s.accepts_votes, s.accepts_amendments"
        f" FROM contribution i JOIN section s ON s.id = i.section_id{AUTHOR_JOINS}"
        " WHERE i.consultation_id = :consultation AND i.number = :number AND i.state <> 'waiting'",
        consultation=consultation_id,
        number=number,
    )
    if not rows:
        return None
    row = _read(rows[0])
    annexes = json.loads(row["annexes"]) if isinstance(row["annexes"], str) else row["annexes"]
    row["annexes"] = annexes if row["state"] == "published" else []
    return row


async def merged_into(contribution_id: int) -> list[int]:
    """The numbers of the contributions that were reunited with one."""
    rows = await execute(
        "SELECT number FROM contribution WHERE merged_into_id = :key AND state = 'published' ORDER BY number LIMIT 50",
        key=contribution_id,
    )
    return [row["number"] for row in rows]


async def argument_pages(
    contribution_id: int, *, amendment_id: int | None = None, after: Mapping[str, str] | None = None
) -> dict[str, Page[Row]]:
    """One page a side of the arguments on a contribution, or on one of its amendments: the most supported first.

    Tombstones stand in their places, without text. One query for both sides.

    Args:
        after: the cursor of each side.
    """
    cursors = {side: read_cursor((after or {}).get(side, ""), Count, int) for side in SIDES}
    params: Row = {"contribution": contribution_id, "most": PAGE_SIZE + 1}
    about = "i.amendment_id IS NULL"
    if amendment_id is not None:
        about, params["amendment"] = "i.amendment_id = :amendment", amendment_id
    halves = []
    for side, cursor in cursors.items():
        beyond = ""
        if cursor is not None:
            beyond = f" AND (i.supports_total < :{side}_n OR (i.supports_total = :{side}_n AND i.id < :{side}_id))"
            params |= {f"{side}_n": cursor[0], f"{side}_id": cursor[1]}
        halves.append(
            f"SELECT * FROM (SELECT {_ARGUMENT} FROM argument i{AUTHOR_JOINS}"
            f" WHERE i.contribution_id = :contribution AND i.side = '{side}' AND {about} AND {_PUBLIC}{beyond}"
            f" ORDER BY i.supports_total DESC, i.id DESC LIMIT :most) of_{side}"
        )
    rows = [_read(row) for row in await execute(" UNION ALL ".join(halves), params)]
    return {
        side: _cut_by_support([row for row in rows if row["side"] == side], is_first=cursors[side] is None)
        for side in SIDES
    }


def _cut_by_support(rows: Sequence[Row], *, is_first: bool) -> Page[Row]:
    return cut(rows, PAGE_SIZE, lambda last: write_cursor(last["supports_total"], last["id"]), is_first=is_first)


async def argument_row(contribution_id: int, argument_id: int) -> Row | None:
    """One argument of a contribution, public or a tombstone, with the amendment that it is about, if any."""
    rows = await execute(
        f"SELECT {_ARGUMENT}, i.amendment_id, i.revision, a.outcome, a.state AS amendment_state"
        f" FROM argument i LEFT JOIN amendment a ON a.id = i.amendment_id{AUTHOR_JOINS}"
        f" WHERE i.id = :key AND i.contribution_id = :contribution AND {_PUBLIC}",
        key=argument_id,
        contribution=contribution_id,
    )
    return _read(rows[0]) if rows else None


async def argument_wordings(argument_id: int) -> list[Row]:
    """The earlier wordings of a public argument, the latest first, but those that a moderator had corrected; nothing of
    a tombstone.
    """
    rows = await execute(
        "SELECT r.number, r.body, r.created_at FROM argument_revision r JOIN argument i ON i.id = r.argument_id"
        f" WHERE r.argument_id = :key AND i.state = 'published' AND NOT {to_be_corrected('argument', 'i', 'r')}"
        " ORDER BY r.number DESC LIMIT 20",
        key=argument_id,
    )
    return [_read(row) for row in rows]


async def source_page(
    contribution_id: int, argument_ids: Iterable[int], *, after: str = ""
) -> tuple[Page[Row], dict[int, list[Row]]]:
    """One page of a contribution's sources, and the public ones of some of its arguments; one query."""
    cursor = read_cursor(after, Count, int)
    params: Row = {"contribution": contribution_id, "most": PAGE_SIZE + 1, "beside": MOST_BESIDE}
    params["arguments"] = list(argument_ids) or [0]
    beyond = ""
    if cursor is not None:
        beyond = " AND (i.supports_total < :n OR (i.supports_total = :n AND i.id < :last))"
        params |= {"n": cursor[0], "last": cursor[1]}
    rows = await execute(
        f"SELECT * FROM (SELECT {_SOURCE} FROM source i{AUTHOR_JOINS} WHERE i.contribution_id = :contribution"
        f" AND i.argument_id IS NULL AND {_PUBLIC}{beyond} ORDER BY i.supports_total DESC, i.id DESC LIMIT :most) own"
        f" UNION ALL SELECT * FROM (SELECT {_SOURCE} FROM source i{AUTHOR_JOINS} WHERE i.argument_id IN :arguments"
        " AND i.state = 'published' ORDER BY i.supports_total DESC, i.id DESC LIMIT :beside) beside",
        params,
    )
    beside: dict[int, list[Row]] = {}
    for row in rows:
        if row["argument_id"] is not None:
            beside.setdefault(row["argument_id"], []).append(_read(row))
    own = [_read(row) for row in rows if row["argument_id"] is None]
    return _cut_by_support(own, is_first=cursor is None), beside


@dataclass(frozen=True)
class Beneath:
    """One page of what people said under a contribution, or about one of its amendments.

    Attributes:
        arguments: a page a side.
        sources: a page of the contribution's own sources (none for an amendment).
        beside: sources under the arguments of this page, by argument.
    """

    arguments: Mapping[str, Page[Row]]
    sources: Page[Row]
    beside: Mapping[int, Sequence[Row]]

    @property
    def argument_ids(self) -> list[int]:
        """The arguments shown."""
        return [row["id"] for side in SIDES for row in self.arguments[side].items]

    @property
    def source_ids(self) -> list[int]:
        """The sources shown, those under arguments included."""
        return [row["id"] for rows in (self.sources.items, *self.beside.values()) for row in rows]


async def beneath(contribution_id: int, after: Mapping[str, str], *, amendment_id: int | None = None) -> Beneath:
    """What people said, from the cursors of ``for``, ``against`` and ``sources`` on; two queries."""
    pages = await argument_pages(contribution_id, amendment_id=amendment_id, after=after)
    shown = [row["id"] for side in SIDES for row in pages[side].items]
    sources, beside = await source_page(contribution_id, shown, after=after.get("sources", ""))
    return Beneath(pages, sources, beside)


async def sides_counted(contribution_id: int, amendment_id: int) -> dict[str, int]:
    """How many public arguments there are for and against an amendment."""
    rows = await execute(
        "SELECT side, COUNT(*) AS n FROM argument WHERE contribution_id = :contribution AND amendment_id = :amendment"
        " AND state = 'published' GROUP BY side",
        contribution=contribution_id,
        amendment=amendment_id,
    )
    counted = {row["side"]: row["n"] for row in rows}
    return {side: counted.get(side, 0) for side in SIDES}


async def amendment_page(contribution_id: int, *, after: str = "") -> Page[Row]:
    """One page of the wordings proposed for a contribution, the latest first, tombstones in their places."""
    cursor = read_cursor(after, int)
    rows = await execute(
        f"SELECT {_AMENDMENT} FROM amendment i{AUTHOR_JOINS} WHERE i.contribution_id = :contribution AND {_PUBLIC}"
        " AND i.id < :before ORDER BY i.id DESC LIMIT :most",
        contribution=contribution_id,
        before=cursor[0] if cursor else (1 << 63) - 1,
        most=PAGE_SIZE + 1,
    )
    return cut([_read(row) for row in rows], PAGE_SIZE, lambda last: write_cursor(last["id"]), is_first=cursor is None)


async def tallies_shown(contribution_id: int, argument_ids: Iterable[int], source_ids: Iterable[int]) -> list[Row]:
    """The counted votes among those shown, with their origins: the contribution's, then supports summed by origin."""
    return await execute(
        "SELECT * FROM (SELECT origin_label, agree, mixed, disagree, 0 AS supports FROM tally"
        " WHERE contribution_id = :contribution ORDER BY id LIMIT 20) own UNION ALL"
        " SELECT * FROM (SELECT origin_label, 0 AS agree, 0 AS mixed, 0 AS disagree,"
        " CAST(SUM(supports) AS INTEGER) AS supports FROM (SELECT origin_label, supports FROM tally"
        " WHERE argument_id IN :arguments UNION ALL SELECT origin_label, supports FROM tally"
        " WHERE source_id IN :sources) beneath GROUP BY origin_label ORDER BY origin_label) supported",
        contribution=contribution_id,
        arguments=list(argument_ids) or [0],
        sources=list(source_ids) or [0],
    )


async def neighbours(consultation_id: int, section_id: int, number: int) -> tuple[int | None, int | None]:
    """The numbers of the public contributions before and after one in its section.

    Numbers only: the page may be kept for a while, and a title would stay on it after its contribution was hidden.
    """
    # The sum keeps the planner to the index of numbers, read from here on, instead of a whole section sorted.
    where = "consultation_id = :consultation AND section_id + 0 = :section AND state = 'published'"
    rows = await execute(
        f"SELECT (SELECT number FROM contribution WHERE {where} AND number < :number ORDER BY number DESC LIMIT 1)"
        f" AS before, (SELECT number FROM contribution WHERE {where} AND number > :number ORDER BY number LIMIT 1)"
        " AS after",
        consultation=consultation_id,
        section=section_id,
        number=number,
    )
    return rows[0]["before"], rows[0]["after"]


@dataclass(frozen=True)
class Marks:
    """What somebody signed in has done here already, and the bodies that they belong to.

    Attributes:
        choice: their vote, "" when there is none; ``voted_on`` is the wording it was cast on.
        supported: keys of the arguments and sources shown that they support.
        bodies: their organisations in this territory; ``voices`` those that they may speak for: key and name.
    """

    choice: str = ""
    voted_on: int = 0
    supported: frozenset[int] = frozenset()
    bodies: frozenset[int] = frozenset()
    voices: Sequence[tuple[str, str]] = field(default_factory=list)

    def wrote(self, row: Mapping[str, Any], account_id: int | None) -> bool:
        """Whether they may act on a text as its author (``is_author`` of the contributions' rules)."""
        if row["organisation_id"] is not None:
            return str(row["organisation_id"]) in {key for key, _ in self.voices}
        return account_id is not None and row["author_id"] == account_id

    def is_own(self, row: Mapping[str, Any], account_id: int | None) -> bool:
        """Whether they may not support it: their own, or that of a body they are a member of."""
        return (account_id is not None and row["author_id"] == account_id) or row["organisation_id"] in self.bodies


async def marks_of(
    account_id: int,
    territory_id: int,
    *,
    contribution_id: int,
    amendment_id: int | None = None,
    argument_ids: Iterable[int] = (),
    source_ids: Iterable[int] = (),
) -> Marks:
    """What an account has done about the items shown; one query."""
    item = "amendment_id" if amendment_id is not None else "contribution_id"
    rows = await execute(
        "SELECT 'vote' AS kind, choice AS word, revision AS n, id AS key FROM vote"
        f" WHERE account_id = :account AND {item} = :item"
        " UNION ALL SELECT 'support', '', 0, argument_id FROM support"
        " WHERE account_id = :account AND argument_id IN :arguments"
        " UNION ALL SELECT 'support', '', 0, source_id FROM support"
        " WHERE account_id = :account AND source_id IN :sources"
        " UNION ALL SELECT CASE WHEN o.state = 'verified' THEN 'voice' ELSE 'body' END, o.name, 0, o.id"
        " FROM member m JOIN organisation o ON o.id = m.organisation_id"
        " WHERE m.account_id = :account AND o.territory_id = :territory",
        account=account_id,
        territory=territory_id,
        item=amendment_id if amendment_id is not None else contribution_id,
        arguments=list(argument_ids) or [0],
        sources=list(source_ids) or [0],
    )
    vote = next((row for row in rows if row["kind"] == "vote"), None)
    voices = [(str(row["key"]), row["word"]) for row in rows if row["kind"] == "voice"]
    return Marks(
        choice=vote["word"] if vote else "",
        voted_on=vote["n"] if vote else 0,
        supported=frozenset(row["key"] for row in rows if row["kind"] == "support"),
        bodies=frozenset(row["key"] for row in rows if row["kind"] in {"voice", "body"}),
        voices=sorted(voices, key=lambda voice: voice[1]),
    )


async def own_beneath(account_id: int, contribution_id: int, since: datetime) -> list[Row]:
    """What somebody wrote under a contribution that waits, or has been public only since an instant.

    Beside the texts: ``kind``, ``word`` (side or category), and ``about``: the amendment of an argument, the argument
    of a source.
    """
    mine = (
        "contribution_id = :contribution AND author_id = :account"
        " AND (state = 'waiting' OR (state = 'published' AND published_at > :since))"
    )
    rows = await execute(
        "SELECT 'argument' AS kind, id, state, awaits_moderator, side AS word, '' AS title, body_html,"
        f" amendment_id AS about, created_at FROM argument WHERE {mine} UNION ALL"
        " SELECT 'source', id, state, awaits_moderator, category, title, body_html, argument_id, created_at"
        f" FROM source WHERE {mine} ORDER BY id LIMIT 50",
        contribution=contribution_id,
        account=account_id,
        since=since,
    )
    return [_read(row) for row in rows]
