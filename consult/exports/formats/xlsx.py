"""XLSX, by XlsxWriter, which keeps one row in memory. What people wrote stays text: no formulas, no links."""

import errno
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consult.exports.formats.about import READ_ME, Contents
from consult.exports.formats.files import Progress, Rows, aside, feed, measured, never_half, workshop
from consult.exports.formats.known import ExtraMissing, Written
from consult.exports.formats.values import local

if TYPE_CHECKING:
    from consult.exports.tables import Scope, Table

SHEET_ROWS = 1_048_576
# Beyond it a cell's number is no longer every integer.
EXACT = 10**15
WIDTHS = {"string": 24, "integer": 11, "boolean": 10, "datetime": 19, "date": 11}


async def write_xlsx(path: Path, tables: "Sequence[Table]", scope: "Scope", progress: Progress) -> Written:
    """A sheet a table, « À lire » first; a table longer than a sheet goes on in another."""
    try:
        import xlsxwriter
    except ImportError as error:
        raise ExtraMissing("xlsx", "XlsxWriter") from error

    with never_half(path), workshop(path) as folder:
        book = _Book(xlsxwriter, path, folder, scope)
        try:
            for table in tables:
                book.begin(table)
                await feed(table, scope, book.take, progress)
            await aside(book.finish)
        finally:
            book.abandon()
        return await aside(lambda: measured(path, sum(sheet.rows for sheet in book.contents.sheets)))


class _Book:
    """A workbook being written, row after row."""

    def __init__(self, xlsxwriter: Any, path: Path, folder: Path, scope: "Scope") -> None:
        options = {
            "constant_memory": True,
            "tmpdir": str(folder),
            "use_zip64": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._errors = xlsxwriter.exceptions
        self._book = xlsxwriter.Workbook(str(path), options)
        self._book.set_properties(
            {
                "title": scope.title,
                "subject": "Provisoire" if scope.provisional else "",
                "company": scope.territory_name,
                "created": scope.cut_off.astimezone(UTC).replace(tzinfo=None),
            }
        )
        self._scope = scope
        self.contents = Contents()
        self._formats = {
            "title": self._book.add_format({"bold": True, "font_size": 16}),
            "strong": self._book.add_format({"bold": True}),
            "plain": None,
        }
        self._dates = {
            "datetime": self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "date": self._book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        # edited by a person, such a text would still not become a formula
        self._quoted = self._book.add_format({"quote_prefix": True})
        self._read_me = self._book.add_worksheet(READ_ME)
        self._sheet: Any = None
        self._cells: list[Callable[[int, int, Any], Any]] = []
        self._row = 0

    def begin(self, table: "Table") -> None:
        """The first sheet of a table."""
        self._begin_sheet(table, self.contents.begin(table))

    def _begin_sheet(self, table: "Table", name: str) -> None:
        self._sheet = sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, WIDTHS[column.type])
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, column.title, self._formats["strong"])
        self._cells = [self._cell(column.type) for column in table.columns]
        self._row = 1

    def _cell(self, kind: str) -> Callable[[int, int, Any], Any]:
        sheet, number, truth, on_the_clock = (
            self._sheet,
            self._sheet.write_number,
            self._sheet.write_boolean,
            local(self._scope.zone),
        )

        def integer(row: int, place: int, value: int) -> None:
            if -EXACT < value < EXACT:
                number(row, place, value)
            else:
                sheet.write_string(row, place, str(value))

        def instant(row: int, place: int, value: str) -> None:
            sheet.write_datetime(row, place, on_the_clock(value), self._dates["datetime"])

        def day(row: int, place: int, value: str) -> None:
            sheet.write_datetime(row, place, date.fromisoformat(value), self._dates["date"])

        cells: dict[str, Callable[[int, int, Any], Any]] = {
            "integer": integer,
            "boolean": truth,
            "datetime": instant,
            "date": day,
        }
        return cells.get(kind) or self._text(sheet)

    def _text(self, sheet: Any) -> Callable[[int, int, str], None]:
        fitting, printable, write = self.contents.fitting, self.contents.printable, sheet.write_string

        def text(row: int, place: int, value: str) -> None:
            value = fitting(printable(value))
            if value.startswith("<r>") and value.endswith("</r>"):
                # the library takes it for its own markup of a rich text, and would copy it as it is
                sheet.write_rich_string(row, place, value[:1], value[1:2], value[2:])
            elif value.startswith(("=", "+", "-", "@")):
                write(row, place, value, self._quoted)
            elif value:
                write(row, place, value)

        return text

    def take(self, batch: Rows) -> None:
        """Some more rows of the present table."""
        now = self.contents.sheets[-1]
        for values in batch:
            if self._row >= SHEET_ROWS:
                self._begin_sheet(now.table, self.contents.go_on())
            row = self._row
            for place, (write, value) in enumerate(zip(self._cells, values, strict=True)):
                if value is not None:
                    write(row, place, value)
            self._row += 1
        now.rows += len(batch)

    def finish(self) -> None:
        """Fill the first sheet, now that it is known what to say, and put the file together."""
        self._read_me.set_column(0, 2, 26)
        self._read_me.set_column(3, 3, 100)
        for row, (style, values) in enumerate(self.contents.read_me(self._scope)):
            for place, value in enumerate(values):
                self._read_me.write_string(row, place, self.contents.printable(value), self._formats[style])
        try:
            self._book.close()
        except self._errors.FileCreateError as error:
            cause = error.args[0] if error.args and isinstance(error.args[0], OSError) else None
            raise OSError(cause.errno if cause else errno.EIO, str(error)) from error

    def abandon(self) -> None:
        """Let go of all files; after :meth:`finish` there is nothing left to do."""
        self._book.fileclosed = True  # or its destructor would write the file after all
        for sheet in self._book.worksheets():
            with suppress(OSError, ValueError):
                sheet.row_data_fh.close()
