"""Formats that are lines of text, written as the rows come: CSV, CSV for spreadsheets, JSON Lines."""

from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from consult.exports.formats.files import Output, Progress, Rows, feed, never_half
from consult.exports.formats.known import Written
from consult.exports.formats.values import (
    EXACT,
    Lines,
    local_instants,
    neutral_texts,
    truths_for_people,
)

if TYPE_CHECKING:
    from consult.exports.tables import Scope, Table

BOM, CRLF = "\ufeff", "\r\n"
# Valid JSON either way; escaped, a reader that cuts lines at any of them still finds one object a line.
_LINE_ENDS_OF_OTHERS = ((b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"), (b"\xc2\x85", b"\\u0085"))


async def write_csv(path: Path, table: "Table", scope: "Scope", progress: Progress) -> Written:
    """RFC 4180: UTF-8, commas, CRLF, ISO 8601, ``true`` and ``false``; the columns' names in the first line."""
    head = ",".join(column.name for column in table.columns)
    return await _write_separated(path, table, scope, progress, Lines(table, ",", CRLF, EXACT), head)


async def write_spreadsheet_csv(path: Path, table: "Table", scope: "Scope", progress: Progress) -> Written:
    """What a spreadsheet opens by a double click: BOM, semicolons, local time, titles, and nothing that it runs."""
    by_type = EXACT | {
        "string": neutral_texts,
        "datetime": local_instants(scope.zone),
        "boolean": truths_for_people,
    }
    head = BOM + ";".join('"' + column.title.replace('"', '""') + '"' for column in table.columns)
    return await _write_separated(path, table, scope, progress, Lines(table, ";", CRLF, by_type), head)


async def _write_separated(
    path: Path, table: "Table", scope: "Scope", progress: Progress, lines: Lines, head: str
) -> Written:
    with never_half(path), path.open("wb") as file:
        output = Output(file)
        output.add((head + CRLF).encode())
        rows = await feed(
            table, scope, lambda batch: output.add("".join(lines.of(batch)).encode()), progress, quick=True
        )
        return output.written(rows)


async def write_json_lines(path: Path, table: "Table", scope: "Scope", progress: Progress) -> Written:
    """One JSON object a line, its members in the columns' order, null where there is nothing; lines end in ``\\n``."""
    names = [one.name for one in table.columns]

    def lines(batch: Rows) -> bytes:
        made = b"".join(
            [orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE) for row in batch]
        )
        for raw, escaped in _LINE_ENDS_OF_OTHERS:
            made = made.replace(raw, escaped)
        return made

    with never_half(path), path.open("wb") as file:
        output = Output(file)
        rows = await feed(table, scope, lambda batch: output.add(lines(batch)), progress, quick=True)
        return output.written(rows)
