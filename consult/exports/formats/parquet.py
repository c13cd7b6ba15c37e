"""Parquet, by DuckDB, from a text file of the same rows: the columns' types are declared, nothing is guessed.

DuckDB reaches nothing but the folder it works in, loads no extension, and holds a few thousand rows at a time.
"""

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consult.exports.formats.files import Output, Progress, Rows, aside, feed, measured, whole, workshop
from consult.exports.formats.known import ExtraMissing, Written
from consult.exports.formats.values import changes_of, converted, exact_truths

if TYPE_CHECKING:
    from consult.exports.tables import Scope, Table

TYPES = {"string": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN", "datetime": "TIMESTAMPTZ", "date": "DATE"}
# Small row groups: DuckDB holds one whole before writing it, and texts are long.
ROW_GROUP = 8_192
MEMORY = "160MB"
LINE = 2_000_000


async def write_parquet(path: Path, table: "Table", scope: "Scope", progress: Progress) -> Written:
    """Compressed with zstd; the file carries the table's description, the cut-off and whether it is provisional."""
    try:
        import duckdb
    except ImportError as error:
        raise ExtraMissing("parquet", "duckdb") from error

    with whole(path), workshop(path) as folder:
        rows_file = folder / "rows.csv"
        with rows_file.open("wb") as file:
            lines = _Lines(table, Output(file))
            rows = await feed(table.rows(scope), lines.take, progress)
        query = _copy(rows_file, path, table, scope, lines.longest)
        connection = duckdb.connect(config=_config(folder))
        try:
            await aside(lambda: _run(connection, query, duckdb))
        finally:
            connection.close()
        rows_file.unlink()
        return await aside(lambda: measured(path, rows))


class _Lines:
    """The rows as DuckDB reads them back exactly: every text between quotes, nothing at all for what is not there."""

    def __init__(self, table: "Table", output: Output) -> None:
        self._changes = changes_of(table, {"boolean": exact_truths, "integer": _numbers, "string": _quoted})
        self._output = output
        self.longest = 0

    def take(self, batch: Rows) -> None:
        lines = [",".join([one or "" for one in row]) for row in converted(batch, self._changes)]
        # a character is at most four bytes
        self.longest = max(self.longest, max(map(len, lines), default=0) * 4)
        self._output.add(("\n".join(lines) + "\n").encode())


def _numbers(values: Any) -> list[str | None]:
    return [None if value is None else str(int(value)) for value in values]


def _quoted(values: Any) -> list[str | None]:
    return ['"' + value.replace('"', '""') + '"' if value is not None else None for value in values]


def _config(folder: Path) -> dict[str, Any]:
    return {
        # one thread, rows in their order: the same rows make the same bytes
        "threads": 1,
        "preserve_insertion_order": True,
        "memory_limit": MEMORY,
        "temp_directory": str(folder),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "python_enable_replacements": False,
    }


def _copy(rows_file: Path, path: Path, table: "Table", scope: "Scope", longest: int) -> str:
    columns = ", ".join(f"{_text(one.name)}: {_text(TYPES[one.type])}" for one in table.columns)
    about = {
        "title": table.title,
        "consultation": scope.slug,
        "cut_off": scope.cut_off.isoformat(),
        "provisional": "true" if scope.provisional else "false",
    }
    return (
        f"COPY (SELECT * FROM read_csv({_text(str(rows_file))}, columns = {{{columns}}}, auto_detect = false,"
        " header = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false,"
        f" new_line = '\\n', strict_mode = true, parallel = false, max_line_size = {max(LINE, longest + 1)}))"
        f" TO {_text(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP},"
        f" KV_METADATA {{{', '.join(f'{key}: {_text(value)}' for key, value in about.items())}}})"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _run(connection: Any, query: str, duckdb: Any) -> None:
    """Errors of the disk are told as such: whoever asked knows what to do about a full one."""
    try:
        connection.execute(query)
    except duckdb.IOException as error:
        message = str(error)
        full = "No space left" in message or "ENOSPC" in message
        raise OSError(errno.ENOSPC if full else errno.EIO, message) from error
