"""Reading whole tables, as somebody does who has downloaded them."""

import re
from collections import Counter
from typing import Any

from consult.core.database import execute, snapshot
from consult.exports.tables import TABLES, Scope, scope_of

Rows = list[dict[str, Any]]


async def tables_of(territory_id: int, slug: str) -> tuple[Scope, dict[str, Rows]]:
    """Every table of a consultation, by name, in one snapshot; each row is checked against its columns."""
    found: dict[str, Rows] = {}
    async with snapshot():
        scope = await scope_of(territory_id, slug)
        assert scope is not None, slug
        for table in TABLES.values():
            found[table.name] = []
            async for batch in table.rows(scope):
                assert batch
                found[table.name] += [dict(zip(table.names, row, strict=True)) for row in batch]
            fits(table.name, found[table.name])
    return scope, found


_PYTHON: dict[str, type] = {"string": str, "integer": int, "boolean": bool, "datetime": str, "date": str}
_SHAPES = {"datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "date": r"\d{4}-\d\d-\d\d"}


def fits(name: str, rows: Rows) -> None:
    """Each value is of its column's type, and each row has a key of its own."""
    table = TABLES[name]
    for row in rows:
        for column in table.columns:
            value = row[column.name]
            assert value is None or type(value) is _PYTHON[column.type], (name, column.name, value)
            if value is not None and (shape := _SHAPES.get(column.type)):
                assert re.fullmatch(shape, value), (name, column.name, value)
    keys = [tuple(row[part] for part in table.key) for row in rows]
    assert len(keys) == len(set(keys)), f"{name}: two rows have the same key"
    assert not [key for key in keys if None in key], f"{name}: a key is empty"


def public(rows: Rows) -> Rows:
    """What is online, among rows that have a state."""
    return [row for row in rows if row["state"] == "published"]


async def told_otherwise(territory_id: int, slug: str) -> list[str]:
    """Where the files say another number than the counters that pages show, or than one another."""
    rows = await execute(
        "SELECT * FROM consultation WHERE territory_id = :territory AND slug = :slug", territory=territory_id, slug=slug
    )
    scope, tables = await tables_of(territory_id, slug)
    alive = {kind: public(tables[kind]) for kind in ("contributions", "amendments", "arguments", "sources")}
    wrong = [
        f"consultation: {kind}_count is {rows[0][f'{kind}_count']}, the file has {len(alive[kind])}"
        for kind in alive
        if rows[0][f"{kind}_count"] != len(alive[kind])
    ]
    counted = Counted(tables)
    votes = sum(counted.votes(row["id"]) for row in alive["contributions"])
    if votes != rows[0]["votes_count"]:
        wrong.append(f"consultation: votes_count is {rows[0]['votes_count']}, the files have {votes}")
    for row in alive["contributions"]:
        wrong += counted.contribution(row)
    for row in alive["amendments"]:
        for end in ENDS:
            wrong += told(row, f"votes_{end}", counted.chosen[row["id"], end] + counted.tallied[row["id"], end])
    for kind in ("arguments", "sources"):
        for row in alive[kind]:
            wrong += told(row, "supports", counted.chosen[row["id"], "support"])
            wrong += told(row, "tally_supports", counted.tallied[row["id"], "supports"])
            wrong += told(row, "supports_total", row["supports"] + row["tally_supports"])
    for section in tables["sections"]:
        here = [row for row in alive["contributions"] if row["section_id"] == section["id"]]
        wrong += told(section, "contributions_count", len(here))
    known = {row["id"] for kind in alive for row in alive[kind]}
    wrong += [
        f"{table}: {row}" for table in ("votes", "tallies") for row in tables[table] if row["item_id"] not in known
    ]
    wrong += [
        f"{name}: {row}" for name in tables for row in tables[name] if row["provisional"] is not scope.provisional
    ]
    return wrong


ENDS = ("agree", "mixed", "disagree")


def told(row: dict[str, Any], name: str, number: int) -> list[str]:
    """One number that is not the one that was counted."""
    return [] if row[name] == number else [f"{row['id']}: {name} is {row[name]}, counted {number}"]


class Counted:
    """Votes and what stands beneath, counted from the files alone."""

    def __init__(self, tables: dict[str, Rows]) -> None:
        self.chosen = Counter((row["item_id"], row["choice"]) for row in tables["votes"])
        self.wordings = Counter((row["item_id"], row["choice"], row["revision"]) for row in tables["votes"])
        self.tallied: Counter[tuple[str, str]] = Counter()
        for row in tables["tallies"]:
            for end in (*ENDS, "supports"):
                self.tallied[row["item_id"], end] += row[end]
        self.beneath: Counter[tuple[int, str]] = Counter()
        for kind in ("amendments", "arguments", "sources"):
            for row in public(tables[kind]):
                self.beneath[row["contribution"], kind] += 1
                if kind == "arguments" and row["amendment_id"] is None:
                    self.beneath[row["contribution"], row["side"]] += 1

    def votes(self, key: str) -> int:
        """All votes on a contribution, by voters and by tallies."""
        return sum(self.chosen[key, end] + self.tallied[key, end] for end in ENDS)

    def contribution(self, row: dict[str, Any]) -> list[str]:
        """A contribution's counters that are not what the other files say."""
        wrong = told(row, "votes_total", self.votes(row["id"]))
        for end in ENDS:
            wrong += told(row, f"votes_{end}", self.wordings[row["id"], end, row["revision"]])
            earlier = self.chosen[row["id"], end] - self.wordings[row["id"], end, row["revision"]]
            wrong += told(row, f"earlier_{end}", earlier)
            wrong += told(row, f"tally_{end}", self.tallied[row["id"], end])
        for name, kind in (("for", "for"), ("against", "against"), ("count", "arguments")):
            wrong += told(row, f"arguments_{name}", self.beneath[row["number"], kind])
        for kind in ("sources", "amendments"):
            wrong += told(row, f"{kind}_count", self.beneath[row["number"], kind])
        return wrong
