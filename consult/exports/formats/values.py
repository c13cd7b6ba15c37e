"""How values are written: by columns, for a loop over a million rows of thirty values is felt.

Texts and numbers are the same in every format. Instants and days come as ISO 8601 texts, which CSV and JSON Lines keep
as they are. For people in front of a spreadsheet instants are in local time, and truth is « oui » or « non ».
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from consult.exports.tables import Table

Values = Sequence[Any]
Convert = Callable[[Values], Values]

# What XML cannot carry, and what a spreadsheet ends a cell at.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# What a spreadsheet would run as a formula (spaces and invisible signs before it, and its full-width forms, included),
# and what it would make another value of: leading zeros, more digits than it keeps, digests that look like powers of
# ten.
_DANGEROUS = re.compile(
    r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠|%]"
    r"|[\t\r\n]|0\d|\d{16}|\d+(?:\.\d*)?[eE]\d+$"
)
_TRUTH = {True: "true", False: "false", None: ""}
_TRUTH_FOR_PEOPLE = {True: "oui", False: "non", None: ""}


class Lines:
    """Rows as lines of separated values: every text between quotes, nothing else quoted.

    ``csv.writer`` looks at every letter of every value; this leaves the letters to ``str.replace`` and ``%``, and takes
    a third of the time.
    """

    def __init__(
        self, table: "Table", separator: str, end: str, by_type: Mapping[str, Convert], text: str = '"%s"'
    ) -> None:
        kinds = [column.type for column in table.columns]
        self._converts = [by_type[kind] for kind in kinds]
        self._line = separator.join(text if kind == "string" else "%s" for kind in kinds) + end

    def of(self, batch: Sequence[tuple[Any, ...]]) -> list[str]:
        """The lines of some rows."""
        columns = [
            convert(values) for convert, values in zip(self._converts, zip(*batch, strict=True), strict=bool(batch))
        ]
        return list(map(self._line.__mod__, zip(*columns, strict=True)))


def for_quotes(values: Values) -> Values:
    """Texts as CSV has them between quotes; nothing looks like an empty text."""
    return [value.replace('"', '""') if value else "" for value in values]


def in_quotes_if_any(values: Values) -> Values:
    """Texts as CSV has them with their quotes; where there is nothing, there are no quotes either."""
    return ["" if value is None else '"' + value.replace('"', '""') + '"' for value in values]


def or_empty(values: Values) -> Values:
    """Numbers, and texts that need no quotes."""
    return ["" if value is None else value for value in values]


def exact_truths(values: Values) -> Values:
    """``true`` or ``false``."""
    return [_TRUTH[value] for value in values]


EXACT: dict[str, Convert] = {
    "string": for_quotes,
    "integer": or_empty,
    "boolean": exact_truths,
    "datetime": or_empty,
    "date": or_empty,
}


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
        return [on_the_clock(value).isoformat(" ") if value else "" for value in values]

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
    return for_quotes([value and neutral(value) for value in values])
