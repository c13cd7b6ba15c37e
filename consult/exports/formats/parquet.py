"""Parquet, by DuckDB, from a text file of the same rows: the columns' types are declared, nothing is guessed.

DuckDB reaches nothing but the folder it works in, loads no extension, and holds a few thousand rows at a time.
"""

import errno
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consult.exports.formats.files import Output, Progress, Rows, aside, feed, measured, never_half, workshop
from consult.exports.formats.known import ExtraMissing, Written
from consult.exports.formats.values import EXACT, Lines, in_quotes_if_any

if TYPE_CHECKING:
    from consult.exports.tables import Scope, Table

TYPES = {"string": "VARCHAR", "integer": "BIGINT", "boolean": "BOOLEAN", "datetime": "TIMESTAMPTZ", "date": "DATE"}
# Small row groups: DuckDB holds one whole before writing it, and texts are long.
ROW_GROUP = 4_096
LINE = 250_000
# DuckDB takes all that it is given, so it is given little; and more, only where rows are so long that it must have it.
MEMORY = 24_000_000
MOST = 6_000_000_000


async def write_parquet(path: Path, table: "Table", scope: "Scope", progress: Progress) -> Written:
    """Compressed with zstd; the file carries the table's description, the cut-off and whether it is provisional."""
    try:
        import duckdb
    except ImportError as error:
        raise ExtraMissing("parquet", "duckdb") from error

    with never_half(path), workshop(path) as folder:
        rows_file = folder / "rows.csv"
        with rows_file.open("wb") as file:
            lines = _Lines(table, Output(file))
            rows = await feed(table, scope, lines.take, progress, quick=True)
        query = _copy(rows_file, path, table, scope, lines.longest)
        await aside(lambda: _run(duckdb, query, folder))
        rows_file.unlink()
        return await aside(lambda: measured(path, rows))


class _Lines:
    """The rows as DuckDB reads them back exactly: an empty text has its quotes, and what is not there has none."""

    def __init__(self, table: "Table", output: Output) -> None:
        self._lines = Lines(table, ",", "\n", EXACT | {"string": in_quotes_if_any}, text="%s")
        self._output = output
        self.longest = LINE

    def take(self, batch: Rows) -> None:
        """Some more rows."""
        lines = self._lines.of(batch)
        # a character is at most four bytes
        self.longest = max(self.longest, max(map(len, lines), default=0) * 4)
        self._output.add("".join(lines).encode())


def _config(folder: Path, memory: int) -> dict[str, Any]:
    return {
        # one thread, rows in their order: the same rows make the same bytes
        "threads": 1,
        "preserve_insertion_order": True,
        "memory_limit": f"{memory}B",
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
        f" new_line = '\\n', strict_mode = true, parallel = false, max_line_size = {longest},"
        f" buffer_size = {4 * longest}))"
        f" TO {_text(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP},"
        f" KV_METADATA {{{', '.join(f'{key}: {_text(value)}' for key, value in about.items())}}})"
    )


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _run(duckdb: Any, query: str, folder: Path) -> None:
    """Errors of the disk are told as such: whoever asked knows what to do about a full one."""
    memory = MEMORY
    while True:
        with duckdb.connect(config=_config(folder, memory)) as connection:
            try:
                connection.execute(query)
            except duckdb.OutOfMemoryException:
                if memory >= MOST:
                    raise
            except duckdb.IOException as error:
                message = str(error)
                full = "No space left" in message or "ENOSPC" in message
                raise OSError(errno.ENOSPC if full else errno.EIO, message) from error
            else:
                return
        memory *= 4
