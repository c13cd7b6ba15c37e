"""How values are written: by columns, for a loop over a million rows of thirty values is felt.

Texts and numbers are the same in every format. Instants and days come as ISO 8601 texts, which CSV and JSON Lines keep
as they are. For people in front of a spreadsheet instants are in local time, and truth is « oui » or « non ».
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from consult.exports.tables import Table

Values = Sequence[Any]
Convert = Callable[[Values], Values]
Changes = list[tuple[int, Convert]]

# What XML cannot carry, and what a spreadsheet ends a cell at.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# What a spreadsheet would run as a formula (spaces before it, and its full-width forms, included), and what it would
# make another value of: leading zeros, more digits than it keeps, digests that look like powers of ten.
_DANGEROUS = re.compile(r"\s*[=+\-@＝＋－＠|%]|[\t\r\n]|0\d|\d{16}|\d+(?:\.\d*)?[eE]\d+$")
_TRUTH = {True: "true", False: "false", None: None}
_PLAIN_TRUTH = {True: True, False: False, None: None}
_TRUTH_FOR_PEOPLE = {True: "oui", False: "non", None: None}


def in_rows(columns: Sequence[Values]) -> Iterable[tuple[Any, ...]]:
    """Rows made of columns, or columns made of rows."""
    return zip(*columns, strict=True)


def converted(rows: Sequence[tuple[Any, ...]], changes: Changes) -> Iterable[tuple[Any, ...]]:
    """The rows with some of their columns written another way."""
    if not changes or not rows:
        return rows
    columns: list[Values] = list(in_rows(rows))
    for place, convert in changes:
        columns[place] = convert(columns[place])
    return in_rows(columns)


def changes_of(table: "Table", by_type: dict[str, Convert]) -> Changes:
    """The columns of a table that have to be converted."""
    return [(place, by_type[one.type]) for place, one in enumerate(table.columns) if one.type in by_type]


def exact_truths(values: Values) -> Values:
    """``true`` or ``false``."""
    return [_TRUTH[value] for value in values]


def plain_truths(values: Values) -> Values:
    """True or False, of an engine that knows only 1 and 0 too."""
    return [_PLAIN_TRUTH[value] for value in values]


def truths_for_people(values: Values) -> Values:
    """« oui » or « non »."""
    return [_TRUTH_FOR_PEOPLE[value] for value in values]


def local(zone: ZoneInfo) -> Callable[[str], datetime]:
    """What turns an instant (``2026-11-22T13:00:00Z``) into the time on the territory's clocks, without a zone."""

    def convert(value: str) -> datetime:
        return datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None)

    return convert


def local_instants(zone: ZoneInfo) -> Convert:
    """``2026-11-22 14:00:00``: what spreadsheets of every language take for an instant."""
    on_the_clock = local(zone)

    def convert(values: Values) -> Values:
        return [value and on_the_clock(value).isoformat(" ") for value in values]

    return convert


def neutral(text: str) -> str:
    """What a spreadsheet opening a CSV takes for a text, whoever wrote it: an apostrophe before what it would run.

    Line ends are the spreadsheet's own, and characters at which it would end the cell are replaced by �.
    """
    if UNPRINTABLE.search(text):
        text = UNPRINTABLE.sub(REPLACEMENT, text)
    if _DANGEROUS.match(text):
        text = f"'{text}"
    return one_line_end(text)


def one_line_end(text: str) -> str:
    """The same text with ``\\n`` at the end of its lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def neutral_texts(values: Values) -> Values:
    """See :func:`neutral`."""
    return [value and neutral(value) for value in values]
