"""Formats that are lines of text, written as the rows come: CSV, CSV for spreadsheets, JSON Lines."""

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from consult.exports.formats.files import Output, Progress, Rows, feed, whole
from consult.exports.formats.known import Written
from consult.exports.formats.values import (
    Changes,
    changes_of,
    converted,
    exact_truths,
    local_instants,
    neutral_texts,
    plain_truths,
    truths_for_people,
)

if TYPE_CHECKING:
    from consult.exports.tables import Scope, Table

BOM = b"\xef\xbb\xbf"
# Valid JSON either way; escaped, a reader that cuts lines at any of them still finds one object a line.
_LINE_ENDS_OF_OTHERS = ((b"\xe2\x80\xa8", b"\\u2028"), (b"\xe2\x80\xa9", b"\\u2029"), (b"\xc2\x85", b"\\u0085"))


async def write_csv(path: Path, table: "Table", scope: "Scope", progress: Progress) -> Written:
    """RFC 4180: UTF-8, commas, CRLF, ISO 8601, ``true`` and ``false``; the columns' names in the first line."""
    changes = changes_of(table, {"boolean": exact_truths})
    return await _write_separated(path, table, scope, progress, changes, [one.name for one in table.columns])


async def write_spreadsheet_csv(path: Path, table: "Table", scope: "Scope", progress: Progress) -> Written:
    """What a spreadsheet opens by a double click: BOM, semicolons, local time, titles, and nothing that it runs."""
    changes = changes_of(
        table,
        {
            "datetime": local_instants(scope.zone),
            "boolean": truths_for_people,
            "string": neutral_texts,
        },
    )
    titles = [one.title for one in table.columns]
    return await _write_separated(path, table, scope, progress, changes, titles, delimiter=";", before=BOM)


async def _write_separated(
    path: Path,
    table: "Table",
    scope: "Scope",
    progress: Progress,
    changes: Changes,
    heads: list[str],
    *,
    delimiter: str = ",",
    before: bytes = b"",
) -> Written:
    def line(rows: object) -> bytes:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)  # type: ignore[arg-type]
        return text.getvalue().encode()

    with whole(path), path.open("wb") as file:
        output = Output(file)
        output.add(before + line([heads]))
        rows = await feed(table.rows(scope), lambda batch: output.add(line(converted(batch, changes))), progress)
        return output.written(rows)


async def write_json_lines(path: Path, table: "Table", scope: "Scope", progress: Progress) -> Written:
    """One JSON object a line, its members in the columns' order, null where there is nothing; lines end in ``\\n``."""
    names = [one.name for one in table.columns]
    changes = changes_of(table, {"boolean": plain_truths})

    def lines(batch: Rows) -> bytes:
        made = b"".join(
            [
                orjson.dumps(dict(zip(names, row, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
                for row in converted(batch, changes)
            ]
        )
        for raw, escaped in _LINE_ENDS_OF_OTHERS:
            made = made.replace(raw, escaped)
        return made

    with whole(path), path.open("wb") as file:
        output = Output(file)
        rows = await feed(table.rows(scope), lambda batch: output.add(lines(batch)), progress)
        return output.written(rows)
