"""What a document is made of, read from the database: contributions in the order of the outline, a batch at a time.

The queries are as many as the sections and the batches, whatever was written beneath each contribution. Nothing is
selected of a text that is not public: a tombstone comes without its words.
"""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from consult.consultations.authors import AUTHOR_COLUMNS, AUTHOR_JOINS
from consult.consultations.queries import SectionNode
from consult.core.database import execute, instant

Row = dict[str, Any]
BATCH = 100

_INSTANTS = ("published_at", "edited_at", "removed_at", "outcome_at")
_TEXT = "CASE WHEN i.state = 'published' THEN i.{0} ELSE '' END AS {0}"
_PUBLIC = "i.state <> 'waiting' AND i.published_at IS NOT NULL"
_ITEM = f"i.id, i.state, i.published_at, i.edited_at, i.removed_at, i.removed_ground, {AUTHOR_COLUMNS}"
_VOTES = ", ".join(
    f"i.{kind}_{end}" for kind in ("votes", "earlier", "tally") for end in ("agree", "mixed", "disagree")
)
_MERGED = (
    " (SELECT n.number FROM contribution n WHERE n.id = i.merged_into_id) AS merged_into,"
    " (SELECT COUNT(*) FROM contribution n WHERE n.merged_into_id = i.id AND n.state = 'published') AS merged_count"
)


@dataclass(frozen=True)
class Beneath:
    """What stands beneath one contribution; arguments and sources by what they are about."""

    arguments: Sequence[Row] = ()
    sources: Sequence[Row] = ()
    amendments: Sequence[Row] = ()
    tallies: Sequence[Row] = ()
    merged: Sequence[int] = ()
    beside: Mapping[int, Sequence[Row]] = field(default_factory=dict)


async def consultation_row(consultation_id: int) -> Row:
    """The consultation and its territory, as the first pages need them."""
    rows = await execute(
        "SELECT c.*, t.name AS territory_name, t.kind AS territory_kind, t.accent, t.language, t.timezone"
        " FROM consultation c JOIN territory t ON t.id = c.territory_id WHERE c.id = :consultation",
        consultation=consultation_id,
    )
    return rows[0]


async def weight(consultation_id: int) -> int:
    """How many texts would stand in the whole document, tombstones included; counted by their indexes."""
    rows = await execute(
        "SELECT (SELECT COUNT(*) FROM contribution WHERE consultation_id = :consultation AND number IS NOT NULL)"
        + "".join(
            f" + (SELECT COUNT(*) FROM contribution c JOIN {table} i ON i.contribution_id = c.id"
            " WHERE c.consultation_id = :consultation)"
            for table in ("argument", "source", "amendment")
        )
        + " AS n",
        consultation=consultation_id,
    )
    return int(rows[0]["n"])


async def length(consultation_id: int) -> int:
    """How many characters their texts hold."""
    own = (
        "SELECT COALESCE(SUM(LENGTH(body_html) + LENGTH(explanation_html)), 0) AS n FROM contribution"
        " WHERE consultation_id = :consultation AND state = 'published'"
    )
    parts = [
        own,
        *(
            f"SELECT COALESCE(SUM(LENGTH(i.body_html)), 0) FROM contribution c JOIN {table} i"
            " ON i.contribution_id = c.id WHERE c.consultation_id = :consultation AND i.state = 'published'"
            for table in ("argument", "source", "amendment")
        ),
    ]
    rows = await execute(
        f"SELECT CAST(SUM(n) AS BIGINT) AS n FROM ({' UNION ALL '.join(parts)}) AS texts", consultation=consultation_id
    )
    return int(rows[0]["n"])


async def numbered_in(sections: Sequence[SectionNode]) -> int:
    """How many contributions have a number in these sections: what progress is told of."""
    keys = [node.id for root in sections for node in root.walk()] or [0]
    rows = await execute(
        "SELECT COUNT(*) AS n FROM contribution WHERE section_id IN :keys AND number IS NOT NULL"
        " AND state <> 'waiting'",
        keys=keys,
    )
    return int(rows[0]["n"])


async def contributions_of(section_id: int) -> AsyncIterator[list[tuple[Row, Beneath]]]:
    """A section's contributions by number, tombstones in their places, each with what stands beneath it."""
    last = 0
    while True:
        rows = await execute(
            f"SELECT i.number, i.revision, i.imported_versions, i.annexes, {_VOTES}, {_ITEM}, {_MERGED},"
            f" {_TEXT.format('title')}, {_TEXT.format('body_html')}, {_TEXT.format('explanation_html')}"
            f" FROM contribution i{AUTHOR_JOINS} WHERE i.section_id = :section AND i.state <> 'waiting'"
            " AND i.number > :last ORDER BY i.number LIMIT :most",
            section=section_id,
            last=last,
            most=BATCH,
        )
        if rows:
            last = rows[-1]["number"]
            yield await _with_beneath([_read(row) for row in rows])
        if len(rows) < BATCH:
            return


async def _with_beneath(rows: list[Row]) -> list[tuple[Row, Beneath]]:
    keys = [row["id"] for row in rows if row["state"] == "published"]
    if not keys:
        return [(row, Beneath()) for row in rows]
    arguments, sources = await _arguments(keys), await _sources(keys)
    amendments, tallies = await _amendments(keys), await _tallies(keys)
    merged = await _merged(keys) if any(row["merged_count"] for row in rows) else {}
    beside: dict[int, dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    own: dict[int, list[Row]] = defaultdict(list)
    for one in sources:
        if one["argument_id"] is None:
            own[one["contribution_id"]].append(one)
        elif one["state"] == "published":
            beside[one["contribution_id"]][one["argument_id"]].append(one)
    return [
        (
            row,
            Beneath(
                arguments.get(row["id"], ()),
                own.get(row["id"], ()),
                amendments.get(row["id"], ()),
                tallies.get(row["id"], ()),
                merged.get(row["id"], ()),
                beside.get(row["id"], {}),
            ),
        )
        for row in rows
    ]


async def _arguments(keys: list[int]) -> dict[int, list[Row]]:
    return _gathered(
        await execute(
            f"SELECT i.contribution_id, i.amendment_id, i.side, i.supports_total, {_TEXT.format('body_html')}, {_ITEM}"
            f" FROM argument i{AUTHOR_JOINS} WHERE i.contribution_id IN :keys AND {_PUBLIC}"
            " ORDER BY i.contribution_id, i.supports_total DESC, i.id DESC",
            keys=keys,
        )
    )


async def _sources(keys: list[int]) -> list[Row]:
    rows = await execute(
        f"SELECT i.contribution_id, i.argument_id, i.category, i.supports_total, {_TEXT.format('title')},"
        f" {_TEXT.format('link')}, {_TEXT.format('body_html')}, {_ITEM} FROM source i{AUTHOR_JOINS}"
        f" WHERE i.contribution_id IN :keys AND {_PUBLIC}"
        " ORDER BY i.contribution_id, i.supports_total DESC, i.id DESC",
        keys=keys,
    )
    return [_read(row) for row in rows]


async def _amendments(keys: list[int]) -> dict[int, list[Row]]:
    return _gathered(
        await execute(
            f"SELECT i.contribution_id, i.base_revision, i.outcome, i.outcome_at, {_TEXT.format('outcome_reason')},"
            f" i.votes_agree, i.votes_mixed, i.votes_disagree, {_TEXT.format('title')}, {_TEXT.format('reason')},"
            f" {_TEXT.format('body_html')}, {_ITEM} FROM amendment i{AUTHOR_JOINS}"
            f" WHERE i.contribution_id IN :keys AND {_PUBLIC} ORDER BY i.contribution_id, i.id",
            keys=keys,
        )
    )


async def _tallies(keys: list[int]) -> dict[int, list[Row]]:
    return _gathered(
        await execute(
            "SELECT contribution_id, origin_label, agree, mixed, disagree FROM tally WHERE contribution_id IN :keys"
            " AND amendment_id IS NULL AND argument_id IS NULL AND source_id IS NULL"
            " AND agree + mixed + disagree > 0 ORDER BY contribution_id, id",
            keys=keys,
        )
    )


async def _merged(keys: list[int]) -> dict[int, list[int]]:
    rows = await execute(
        "SELECT merged_into_id, number FROM contribution WHERE merged_into_id IN :keys AND state = 'published'"
        " ORDER BY merged_into_id, number",
        keys=keys,
    )
    merged: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        merged[row["merged_into_id"]].append(row["number"])
    return merged


def _gathered(rows: Sequence[Row]) -> dict[int, list[Row]]:
    gathered: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        gathered[row["contribution_id"]].append(_read(row))
    return gathered


def _read(row: Mapping[str, Any]) -> Row:
    """A row with its instants and its annexes read, which SQLite gives as text."""
    read = {**row, **{name: instant(row[name]) for name in _INSTANTS if name in row}}
    if isinstance(read.get("annexes"), str):
        read["annexes"] = json.loads(read["annexes"])
    if read.get("annexes") and read["state"] != "published":
        read["annexes"] = []
    return read
