"""Writing a table, or a workbook of them, in any of the formats."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from consult.exports.formats.files import Progress, nobody_asks
from consult.exports.formats.known import Format, Written
from consult.exports.formats.lines import write_csv, write_json_lines, write_spreadsheet_csv
from consult.exports.formats.ods import write_ods
from consult.exports.formats.parquet import write_parquet
from consult.exports.formats.xlsx import write_xlsx

if TYPE_CHECKING:
    from consult.exports.tables import Scope, Table

_TABLES = {
    "csv": write_csv,
    "tableur": write_spreadsheet_csv,
    "jsonl": write_json_lines,
    "parquet": write_parquet,
}
_WORKBOOKS = {"xlsx": write_xlsx, "ods": write_ods}


async def write(
    kind: Format, path: Path, table: "Table", scope: "Scope", *, progress: Progress = nobody_asks
) -> Written:
    """Write one table to ``path``, a temporary name: whoever calls gives the file its own when it is whole.

    The same rows make the same bytes. Memory does not grow with the number of rows; the event loop stays free.
    ``progress`` is told how many rows more were read.

    Raises:
        ExtraMissing: the format's library is not installed.
        OSError: the disk refuses, or is full. Then, as after any other error, nothing is left at ``path``.
    """
    return await _TABLES[kind.name](path, table, scope, progress)


async def write_whole(
    kind: Format, path: Path, tables: "Sequence[Table]", scope: "Scope", *, progress: Progress = nobody_asks
) -> Written:
    """Write several tables to one workbook, as :func:`write` does one table.

    Raises:
        TooLarge: the format cannot carry so many rows.
    """
    return await _WORKBOOKS[kind.name](path, tables, scope, progress)
