"""Reading whole tables, as somebody does who has downloaded them."""

from typing import Any

from consult.core.database import snapshot
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


_PYTHON = {"string": str, "integer": int, "boolean": bool, "datetime": str, "date": str}


def fits(name: str, rows: Rows) -> None:
    """Each value is of its column's type, and each row has a key of its own."""
    table = TABLES[name]
    for row in rows:
        for column in table.columns:
            value = row[column.name]
            assert value is None or type(value) is _PYTHON[column.type], (name, column.name, value)
            if value is not None and column.type == "datetime":
                assert len(value) == 20, (name, column.name, value)
                assert value[10] == "T", (name, column.name, value)
                assert value.endswith("Z"), (name, column.name, value)
            if value is not None and column.type == "date":
                assert len(value) == 10, (name, column.name, value)
    keys = [tuple(row[part] for part in table.key) for row in rows]
    assert len(keys) == len(set(keys)), f"{name}: two rows have the same key"
    assert not [key for key in keys if None in key], f"{name}: a key is empty"


def public(rows: Rows) -> Rows:
    """What is online, among rows that have a state."""
    return [row for row in rows if row["state"] == "published"]
