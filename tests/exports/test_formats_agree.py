"""The real consultation in every format: each file, in somebody else's reader, says what the CSV says."""

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import odfdo
import openpyxl
import pytest
from starlette.applications import Starlette

from consult.core.database import snapshot
from consult.exports.formats import FORMATS, write, write_whole
from consult.exports.tables import TABLES, Scope, scope_of
from consult.exports.tables.shape import Column, Table
from consult.territories.models import Territory
from tests.exports.test_formats_spreadsheets import shown
from tests.filled import REAL_SLUG

pytestmark = [pytest.mark.real_data, pytest.mark.engine_free]
CHOSEN = [TABLES[name] for name in ("contributions", "sections", "rounds")]


async def test_every_format_says_the_same_of_the_real_consultation(
    real_consultation: Starlette, tmp_path: Path
) -> None:
    async with snapshot():
        scope = await scope_of((await Territory.get()).id, REAL_SLUG)
        assert scope is not None
        for table in CHOSEN:
            for name in ("csv", "jsonl", "parquet"):
                await write(FORMATS[name], tmp_path / f"{table.name}.{name}", table, scope)
        for name in ("xlsx", "ods"):
            await write_whole(FORMATS[name], tmp_path / f"all.{name}", CHOSEN, scope)
    xlsx, ods = openpyxl.load_workbook(tmp_path / "all.xlsx", read_only=True), odfdo.Document(tmp_path / "all.ods").body
    for table in CHOSEN:
        _exact_formats_agree(tmp_path, table)
        expected = [_for_people(row, table, scope) for row in _csv(tmp_path, table)]
        assert [_told(row, table) for row in [*xlsx[table.title].iter_rows(values_only=True)][1:]] == expected
        sheet = ods.get_table(name=table.title)
        assert sheet is not None
        assert [_told(row, table) for row in sheet.get_values()[1:]] == expected


def _csv(folder: Path, table: Table) -> list[list[str]]:
    with (folder / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file, strict=True)
    assert tuple(head) == table.names
    assert rows
    return rows


def _exact_formats_agree(folder: Path, table: Table) -> None:
    text = (folder / f"{table.name}.jsonl").read_bytes().decode()
    objects = [json.loads(line) for line in text.splitlines()]
    assert [[_as_csv(value) for value in one.values()] for one in objects] == _csv(folder, table)
    columns = ", ".join(map(_read_by_duckdb, table.columns))
    found = duckdb.execute(f"SELECT {columns} FROM read_parquet('{folder / table.name}.parquet')").fetchall()
    assert found == [tuple(one.values()) for one in objects]


def _read_by_duckdb(column: Column) -> str:
    if column.type == "datetime":
        return f"strftime(\"{column.name}\"::TIMESTAMP, '%Y-%m-%dT%H:%M:%SZ')"
    return f'CAST("{column.name}" AS VARCHAR)' if column.type == "date" else f'"{column.name}"'


def _as_csv(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _for_people(row: list[str], table: Table, scope: Scope) -> list[str]:
    """A row of the CSV as a workbook shows it: local time, one kind of line end."""
    return [
        datetime.fromisoformat(value).astimezone(scope.zone).replace(tzinfo=None).isoformat()
        if value and column.type == "datetime"
        else shown(value)
        for value, column in zip(row, table.columns, strict=True)
    ]


def _told(row: Any, table: Table) -> list[str]:
    """A row of a workbook in the words of the CSV; a reader leaves empty cells at the end out."""
    values = [*row, *[None] * (len(table.columns) - len(row))]
    return [
        value.isoformat()[: 10 if column.type == "date" else 19]
        if value and column.type in {"date", "datetime"}
        else _as_csv(int(value) if isinstance(value, float) else value)
        for value, column in zip(values, table.columns, strict=True)
    ]
