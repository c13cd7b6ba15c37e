"""What a table to take away is made of: columns with a title and a description, a key, and a way to stream its rows."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from consult.core.database import Dialect
from consult.core.language import N_

Type = Literal["string", "integer", "boolean", "datetime", "date"]
Row = tuple[Any, ...]
Batches = AsyncIterator[Sequence[Row]]


@dataclass(frozen=True)
class Column:
    """A column. ``title`` and ``description`` are French source strings; their English is in the catalogue.

    What stands in a row, None where there is nothing: a ``str``, an ``int``, a ``bool``. Instants and days are texts
    already, as ISO 8601 writes them (``2026-03-10T12:00:00Z``, always UTC and whole seconds; ``2026-03-10``, in the
    territory's time zone): the database writes them, which is many times quicker than a million objects.
    """

    name: str
    type: Type
    title: str
    description: str


@dataclass(frozen=True)
class Scope:
    """Which consultation the tables are of, and as of when; made by :func:`~consult.exports.tables.scope_of`.

    Attributes:
        address: where the territory's links lead, without a slash at the end.
        cut_off: the instant that the files speak of: the closing; while that is ahead, the last change that is known.
        provisional: whether the consultation may still grow; the last column of every table says so.
        changes: the consultation's counter of changes, in the same snapshot.
        engine: which database it is read from.
    """

    territory_id: int
    territory_slug: str
    territory_name: str
    timezone: str
    address: str
    consultation_id: int
    slug: str
    title: str
    question: str
    opens_at: datetime | None
    closes_at: datetime | None
    cut_off: datetime
    provisional: bool
    changes: int
    contributions: int
    engine: Dialect

    @property
    def zone(self) -> ZoneInfo:
        """The territory's time zone, in which days begin."""
        return ZoneInfo(self.timezone)

    @property
    def url(self) -> str:
        """The consultation's permanent address."""
        return f"{self.address}/consultations/{self.slug}"


@dataclass(frozen=True)
class Table:
    """A table: public rows only, in an order that is the same each time.

    Attributes:
        key: the columns that together are a row's own.
        rows: ``async for batch in table.rows(scope)`` gives about a thousand rows at a time, as tuples in the columns'
            order; inside of ``snapshot()``, so that all tables are of one instant.
    """

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    rows: Callable[[Scope], Batches]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(column.name for column in self.columns)


PROVISIONAL = Column(
    "provisional",
    "boolean",
    N_("Provisoire"),
    N_("Vrai si la consultation n’était pas terminée : ces lignes peuvent encore changer."),
)
POSITION = Column(
    "register_position",
    "integer",
    N_("Inscription au registre"),
    N_(
        "Rang, dans le registre public du territoire, de l’inscription de ce texte ; vide tant qu’elle n’est pas faite."
    ),
)
SALT = Column(
    "register_salt",
    "string",
    N_("Sel de l’empreinte"),
    N_("Sel (hexadécimal) qui, avec le texte, redonne l’empreinte inscrite au registre ; vide si le texte est retiré."),
)


class Texts:
    """SQL that makes texts of instants and keys, in the words of one engine."""

    def __init__(self, engine: Dialect) -> None:
        self.sqlite = engine == "sqlite"

    def instant(self, column: str) -> str:
        """An instant as ISO 8601, in UTC, to the second."""
        if self.sqlite:  # kept as « 2026-03-10 12:00:00.123456+00:00 », always in UTC
            return f"SUBSTR({column}, 1, 10) || 'T' || SUBSTR({column}, 12, 8) || 'Z'"
        return f"TO_CHAR({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

    def minute(self, column: str) -> str:
        """An instant to the minute, in UTC, for :func:`day_in`: the same text for all that happened in that minute."""
        if self.sqlite:
            return f"SUBSTR({column}, 1, 16)"
        return f"TO_CHAR({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"

    def day(self, column: str) -> str:
        """A day as ISO 8601."""
        return column if self.sqlite else f"TO_CHAR({column}, 'YYYY-MM-DD')"

    def key(self, column: str) -> str:
        """A key as text: no spreadsheet and no script holds 63 bits."""
        return f"CAST({column} AS TEXT)"

    def hexed(self, column: str) -> str:
        """Bytes in hexadecimal (SQLite makes an empty text of nothing)."""
        return f"NULLIF(LOWER(HEX({column})), '')" if self.sqlite else f"ENCODE({column}, 'hex')"


@lru_cache(maxsize=10_000)
def day_in(zone: str, minute: str) -> str:
    """The day in a zone, as ISO 8601, of a minute in UTC (``2026-03-10 12:00``)."""
    return datetime.fromisoformat(f"{minute}+00:00").astimezone(ZoneInfo(zone)).date().isoformat()


def iso(at: datetime) -> str:
    """An instant as the tables write it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
