"""The formats that keep every value as it is, read again by somebody else's reader."""

import csv
import hashlib
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.exports.formats import FORMATS, file_name
from consult.exports.tables.shape import Column, Row
from tests.exports.plain_tables import COLUMNS, DAY, INSTANT, hostile_rows, make, table

pytestmark = pytest.mark.engine_free
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def as_text(value: Any) -> str:
    """A value as CSV has it: nothing and an empty text look the same there."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def read_csv(path: Path, **options: Any) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True, **options))


def rfc4180(text: str) -> list[list[str]]:
    """A reader made of the grammar of RFC 4180 and of nothing else (lines end in CRLF, and only there)."""
    field = r'"(?:[^"]|"")*"|[^",\r\n]*'
    rows, at = [], 0
    while at < len(text):
        row = []
        while True:
            found = re.compile(field, re.DOTALL).match(text, at)
            assert found
            cell, at = found[0], found.end()
            row.append(cell[1:-1].replace('""', '"') if cell[:1] == '"' else cell)
            if text[at : at + 1] != ",":
                break
            at += 1
        assert text[at : at + 2] == "\r\n", text[at : at + 20]
        rows.append(row)
        at += 2
    return rows


def test_csv_gives_every_text_back(tmp_path: Path) -> None:
    rows = hostile_rows()
    path, written = make(tmp_path, "csv", table(rows))
    expected = [[column.name for column in COLUMNS], *([as_text(value) for value in row] for row in rows)]
    assert read_csv(path) == expected
    assert rfc4180(path.read_bytes().decode("utf-8")) == expected
    assert written.rows == len(rows)


def test_duckdb_reads_the_csv_as_we_do(tmp_path: Path) -> None:
    rows = [row for row in hostile_rows() if row[2]]
    path, _ = make(tmp_path, "csv", table(rows))
    found = duckdb.execute(f"SELECT * FROM read_csv('{path}', all_varchar = true, header = true)").fetchall()
    assert [tuple(value or "" for value in row) for row in found] == [tuple(map(as_text, row)) for row in rows]


def test_csv_is_utf8_without_a_mark_and_lines_end_in_crlf(tmp_path: Path) -> None:
    path, _ = make(tmp_path, "csv", table([("1", 2, "été", True, INSTANT, DAY)]))
    assert path.read_bytes() == (
        'id,number,text,open,published_at,on\r\n"1",2,"été",true,2026-02-03T17:00:00Z,2026-02-03\r\n'.encode()
    )


def test_json_lines_give_every_value_back(tmp_path: Path) -> None:
    rows = hostile_rows()
    path, written = make(tmp_path, "jsonl", table(rows))
    names = [column.name for column in COLUMNS]
    text = path.read_bytes().decode("utf-8")
    assert [json.loads(line) for line in text.splitlines()] == [dict(zip(names, row, strict=True)) for row in rows]
    assert list(json.loads(text.splitlines()[0])) == names
    assert written.rows == len(rows) == text.count("\n")


def test_parquet_gives_every_value_and_type_back(tmp_path: Path) -> None:
    rows = hostile_rows()
    path, written = make(tmp_path, "parquet", table(rows))
    found = duckdb.execute(
        "SELECT id, number, text, open, strftime(published_at::TIMESTAMP, '%Y-%m-%dT%H:%M:%SZ'),"
        f" strftime(\"on\", '%Y-%m-%d') FROM read_parquet('{path}')"
    ).fetchall()
    assert found == rows
    types = duckdb.execute(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet('{path}'))")
    assert types.fetchall() == [
        ("id", "VARCHAR"),
        ("number", "BIGINT"),
        ("text", "VARCHAR"),
        ("open", "BOOLEAN"),
        ("published_at", "TIMESTAMP WITH TIME ZONE"),
        ("on", "DATE"),
    ]
    assert written.rows == len(rows)


def test_parquet_says_what_it_is(tmp_path: Path) -> None:
    path, _ = make(tmp_path, "parquet", table([]))
    told = dict(duckdb.execute(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall())
    assert told[b"title"].decode() == "Les éléments"
    assert told[b"provisional"] == b"false"
    assert told[b"cut_off"] == b"2026-03-10T12:00:00+00:00"


def test_a_text_longer_than_a_readers_buffer_survives_in_parquet(tmp_path: Path) -> None:
    long = "é\n" * 2_000_000
    path, _ = make(tmp_path, "parquet", table([("1", 1, long, None, None, None)]))
    assert duckdb.execute(f"SELECT text FROM read_parquet('{path}')").fetchall() == [(long,)]


@pytest.mark.parametrize("name", ["csv", "tableur", "jsonl", "parquet"])
def test_an_empty_table_is_a_file_too(tmp_path: Path, name: str) -> None:
    path, written = make(tmp_path, name, table([]))
    assert written.rows == 0
    assert path.stat().st_size == written.size


@pytest.mark.parametrize("name", list(FORMATS))
def test_the_same_rows_make_the_same_bytes(tmp_path: Path, name: str) -> None:
    made = []
    # as many at a time as one likes: how they came must not show
    for place, batch in enumerate((7, 100)):
        folder = tmp_path / str(place)
        folder.mkdir()
        path, written = make(folder, name, table(hostile_rows(), batch=batch))
        data = path.read_bytes()
        assert (written.size, written.sha256) == (len(data), hashlib.sha256(data).hexdigest())
        assert [one.name for one in folder.iterdir()] == [path.name]
        made.append(data)
    assert made[0] == made[1]


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
@settings(max_examples=80)
def test_any_texts_come_back_from_csv_json_and_the_spreadsheets_csv(pairs: list[tuple[str, str]]) -> None:
    columns = (Column("a", "string", "A", ""), Column("b", "string", "B", ""))
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        path, _ = make(here, "csv", table(pairs, columns))
        assert read_csv(path)[1:] == rfc4180(path.read_bytes().decode())[1:] == [list(pair) for pair in pairs]
        path, _ = make(here, "jsonl", table(pairs, columns))
        lines = path.read_bytes().decode().splitlines()
        assert [tuple(json.loads(line).values()) for line in lines] == pairs
        path, _ = make(here, "tableur", table(pairs, columns))
        for row, pair in zip(read_csv(path, delimiter=";")[1:], pairs, strict=True):
            assert [cell.removeprefix("'") for cell in row] == [for_a_spreadsheet(text) for text in pair]
            assert not any(runs(cell) for cell in row)


def for_a_spreadsheet(text: str) -> str:
    """The text, with one kind of line end and without control characters."""
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "�", text)
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("'")


def runs(cell: str) -> bool:
    """Whether a spreadsheet might take the cell for a formula."""
    return cell.lstrip().startswith(tuple("=+-@＝＋－＠")) or cell.startswith(("\t", "\r", "\n"))


@given(st.lists(st.tuples(st.none() | st.integers(-(2**63), 2**63 - 1), st.none() | TEXTS, st.none() | st.booleans())))
@settings(max_examples=25)
def test_any_row_comes_back_from_parquet(rows: list[Row]) -> None:
    columns = (
        Column("n", "integer", "N", ""),
        Column("t", "string", "T", ""),
        Column("b", "boolean", "B", ""),
    )
    with tempfile.TemporaryDirectory() as folder:
        path, _ = make(Path(folder), "parquet", table(rows, columns))
        assert duckdb.execute(f"SELECT * FROM read_parquet('{path}')").fetchall() == rows


def test_names_of_files() -> None:
    assert [file_name("contributions", one.suffix, False) for one in FORMATS.values()] == [
        "contributions.csv",
        "contributions-tableur.csv",
        "contributions.jsonl",
        "contributions.parquet",
        "contributions.xlsx",
        "contributions.ods",
    ]
    assert file_name("contributions", ".csv", True) == "contributions-provisoire.csv"
    assert file_name("contributions", "-tableur.csv", True) == "contributions-provisoire-tableur.csv"
