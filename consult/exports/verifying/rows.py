"""The rows of a package's tables, one by one, with where each stands; nothing that they hold is believed."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from consult.exports.verifying import layout
from consult.exports.verifying.archive import LONGEST_LINE, Archive
from consult.exports.verifying.checks import Unreadable, plain

_LONGEST_NUMBER = 16


@dataclass(frozen=True)
class Row:
    """A row: its values by column, and its place for people.

    Raises (all that asks for a value):
        Unreadable: it is not what such a column holds.
    """

    values: dict[str, str]
    file: str
    line: int

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.file}, line {self.line}"

    def text(self, name: str) -> str:
        """A text; "" where there is nothing."""
        return self.values[name]

    def number(self, name: str) -> int:
        """A whole number."""
        found = self.maybe(name)
        if found is None:
            raise Unreadable(f"{self.place}: {name} is empty.")
        return found

    def maybe(self, name: str) -> int | None:
        """A whole number, or None where there is nothing."""
        text = self.values[name]
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
            raise Unreadable(f"{self.place}: {name} is not a number: {plain(text, 40)!r}.")
        return int(text)

    def truth(self, name: str) -> bool:
        """True or false."""
        text = self.values[name]
        if text not in {"true", "false"}:
            raise Unreadable(f"{self.place}: {name} is neither true nor false: {plain(text, 40)!r}.")
        return text == "true"


def header_of(archive: Archive, name: str) -> list[str]:
    """The columns of a table.

    Raises:
        Unreadable: it has none, or one twice.
    """
    for row in _records(archive, name):
        return row[1]
    raise Unreadable(f"{name} is empty.")


def rows_of(archive: Archive, name: str, wanted: tuple[str, ...] = ()) -> Iterator[Row]:
    """The rows of a table.

    Args:
        wanted: columns that it must have.

    Raises:
        Unreadable: it is not a table, or lacks one of these columns.
    """
    columns: list[str] = []
    for line, record in _records(archive, name):
        if not columns:
            columns = record
            missing = [one for one in wanted if one not in columns]
            if missing:
                raise Unreadable(f"{name} has no column {missing[0]!r}.")
            continue
        if len(record) != len(columns):
            raise Unreadable(f"{name}, line {line}, has {len(record)} values for {len(columns)} columns.")
        yield Row(dict(zip(columns, record, strict=True)), name, line)
    if not columns:
        raise Unreadable(f"{name} is empty.")


def file_of(archive: Archive, table: str) -> str:
    """The file of a table.

    Raises:
        Unreadable: the package has none, or two.
    """
    found = [name for name in archive.members if layout.table_of(name) == table]
    if len(found) != 1:
        raise Unreadable(f"the package has no table of {table}." if not found else f"two files hold the {table}.")
    return found[0]


def _records(archive: Archive, name: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_LINE)
    reader = csv.reader(archive.lines(name), strict=True)
    first = True
    while True:
        line = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(f"{name}, from line {line}, is not a row of CSV ({plain(error, 80)}).") from None
        if first and (len(set(record)) != len(record) or not all(record)):
            raise Unreadable(f"{name}, line 1, does not name each column once.")
        first = False
        yield line, record


__all__ = ["Row", "file_of", "header_of", "rows_of"]
