"""The rows of a package's tables, one by one, with where each stands; nothing that they hold is believed."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass

from consult.exports.verifying import layout
from consult.exports.verifying.archive import LONGEST_LINE, Archive
from consult.exports.verifying.checks import Check, Unreadable, told
from consult.exports.verifying.words import at_line, plain
from consult.exports.verifying.words import gettext as _

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
        return at_line(self.file, self.line)

    def text(self, name: str) -> str:
        """A text; "" where there is nothing."""
        return self.values[name]

    def number(self, name: str) -> int:
        """A whole number."""
        found = self.maybe(name)
        if found is None:
            raise Unreadable(_("%(place)s : %(column)s est vide.", place=self.place, column=name))
        return found

    def maybe(self, name: str) -> int | None:
        """A whole number, or None where there is nothing."""
        text = self.values[name]
        if not text:
            return None
        if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER):
            raise Unreadable(
                _(
                    "%(place)s : %(column)s contient « %(text)s », qui n’est pas un nombre.",
                    place=self.place,
                    column=name,
                    text=plain(text, 40),
                )
            )
        return int(text)

    def truth(self, name: str) -> bool:
        """True or false."""
        text = self.values[name]
        if text not in {"true", "false"}:
            raise Unreadable(
                _(
                    "%(place)s : %(column)s contient « %(text)s », qui n’est ni « true » ni « false ».",
                    place=self.place,
                    column=name,
                    text=plain(text, 40),
                )
            )
        return text == "true"


def header_of(archive: Archive, name: str) -> list[str]:
    """The columns of a table.

    Raises:
        Unreadable: it has none, or one twice.
    """
    for row in _records(archive, name):
        return row[1]
    raise Unreadable(_("%(file)s est vide.", file=name))


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
                raise Unreadable(_("%(file)s n’a pas de colonne « %(column)s ».", file=name, column=missing[0]))
            continue
        if len(record) != len(columns):
            raise Unreadable(
                _(
                    "%(place)s : le nombre de valeurs est %(values)s, celui des colonnes %(columns)s.",
                    place=at_line(name, line),
                    values=len(record),
                    columns=len(columns),
                )
            )
        yield Row(dict(zip(columns, record, strict=True)), name, line)
    if not columns:
        raise Unreadable(_("%(file)s est vide.", file=name))


def readable(archive: Archive, check: Check, table: str, wanted: tuple[str, ...]) -> Iterator[Row]:
    """The rows of a table as far as they can be read."""
    with told(check):
        yield from rows_of(archive, file_of(archive, table), wanted)


def file_of(archive: Archive, table: str) -> str:
    """The file of a table.

    Raises:
        Unreadable: the package has none, or two.
    """
    found = [name for name in archive.members if layout.table_of(name) == table]
    if len(found) != 1:
        if not found:
            raise Unreadable(_("Le paquet n’a pas de table « %(table)s ».", table=table))
        raise Unreadable(_("Deux fichiers tiennent lieu de table « %(table)s ».", table=table))
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
        except csv.Error:
            raise Unreadable(
                _("%(place)s : à partir d’ici, ce n’est plus du CSV.", place=at_line(name, line))
            ) from None
        if first and (len(set(record)) != len(record) or not all(record)):
            raise Unreadable(
                _("%(place)s : chaque colonne n’est pas nommée une fois et une seule.", place=at_line(name, 1))
            )
        first = False
        yield line, record


__all__ = ["Row", "file_of", "header_of", "readable", "rows_of"]
