"""The public record of decisions: no name, no number, no text. Paged by key; its figures are read from indexes."""

import hashlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from consult.core import changes
from consult.core.database import execute, instant, stream_rows
from consult.core.paging import Page, cut, read_cursor, write_cursor
from consult.moderation.models import Effect, Ground, Kind

PAGE_SIZE = 30
MONTHS = 24
MOST_CONSULTATIONS = 200
HOUR = timedelta(hours=1)
Row = dict[str, Any]

# The only columns of a decision that this room shows to everybody.
_SHOWN = (
    "d.id, d.decided_at, d.opened_at, d.kind, d.ground, d.effect, d.automated, k.slug, k.title AS consultation,"
    " p.made_at, p.outcome"
)
_FROM = (
    " FROM decision d LEFT JOIN consultation k ON k.id = d.consultation_id AND k.state = 'published'"
    " LEFT JOIN appeal p ON p.decision_id = d.id WHERE d.territory_id = :territory"
)
_ORDER = " ORDER BY d.decided_at DESC, d.id DESC"


@dataclass(frozen=True)
class Wanted:
    """Which decisions: all of a territory's, or those of a consultation, a kind, a ground.

    Attributes:
        consultation: its key, 0 for any.
        after: the cursor of the page before.
    """

    territory_id: int
    consultation: int = 0
    kind: str = ""
    ground: str = ""
    after: str = ""

    @property
    def is_filtered(self) -> bool:
        """Whether not all are wanted."""
        return bool(self.consultation or self.kind or self.ground)

    def conditions(self) -> tuple[str, Row]:
        """What to add to a WHERE, and its values."""
        sql, values = "", dict[str, Any](territory=self.territory_id)
        chosen = {"consultation": self.consultation, "kind": self.kind, "ground": self.ground}
        columns = {"consultation": "consultation_id"}
        for name, value in chosen.items():
            if value:
                sql += f" AND d.{columns.get(name, name)} = :{name}"
                values |= {name: value}
        return sql, values


def known_kind(asked: str) -> str:
    """A kind that was asked for, "" when there is none such."""
    return asked if asked in set(Kind) else ""


def known_ground(asked: str) -> str:
    """A ground that was asked for, "" when there is none such."""
    return asked if asked in set(Ground) else ""


async def record_page(wanted: Wanted) -> Page[Row]:
    """One page of the record, the latest first; one query."""
    where, values = wanted.conditions()
    cursor = read_cursor(wanted.after, datetime, int)
    if cursor is not None:
        where += " AND (d.decided_at < :last OR (d.decided_at = :last AND d.id < :last_id))"
        values |= {"last": cursor[0], "last_id": cursor[1]}
    sql = f"SELECT {_SHOWN}{_FROM}{where}{_ORDER} LIMIT :most"
    rows = [_read(row) for row in await execute(sql, values, most=PAGE_SIZE + 1)]
    return cut(rows, PAGE_SIZE, lambda row: write_cursor(row["decided_at"], row["id"]), is_first=cursor is None)


async def all_decisions(wanted: Wanted) -> AsyncGenerator[Row, None]:
    """The same rows, all of them, a batch at a time."""
    where, values = wanted.conditions()
    async for row in stream_rows(f"SELECT {_SHOWN}{_FROM}{where}{_ORDER}", values):
        yield _read(row)


def _read(row: Mapping[str, Any]) -> Row:
    """A row with its instants, and how many hours what was decided had waited (begun ones count)."""
    decided_at, opened_at = instant(row["decided_at"]), instant(row["opened_at"])
    assert decided_at is not None
    assert opened_at is not None
    waited = max(decided_at - opened_at, timedelta())
    times = {"decided_at": decided_at, "opened_at": opened_at, "made_at": instant(row["made_at"])}
    return {**row, **times, "automated": bool(row["automated"]), "hours": -(-waited // HOUR)}


async def consultations_judged(territory_id: int) -> list[Row]:
    """The public consultations in which something was decided; one query, one look into an index for each."""
    return await execute(
        "SELECT k.id, k.slug, k.title FROM consultation k WHERE k.territory_id = :territory AND k.state = 'published'"
        " AND EXISTS (SELECT 1 FROM decision d WHERE d.territory_id = k.territory_id AND d.consultation_id = k.id)"
        " ORDER BY k.id DESC LIMIT :most",
        territory=territory_id,
        most=MOST_CONSULTATIONS,
    )


@dataclass
class Month:
    """What was decided in a month."""

    first: date
    decisions: int = 0
    hidden: int = 0
    corrections: int = 0
    kept: int = 0
    others: int = 0
    appeals: int = 0
    reversed: int = 0

    def count(self, effect: str, number: int) -> None:
        """Add decisions of one effect."""
        column = _COLUMNS.get(effect, "others")
        self.decisions += number
        setattr(self, column, getattr(self, column) + number)


_COLUMNS: dict[str, str] = {
    Effect.HIDE: "hidden",
    Effect.HIDE_ILLEGAL: "hidden",
    Effect.CORRECT: "corrections",
    Effect.KEEP: "kept",
}


async def monthly_figures(territory_id: int, at: datetime, zone: ZoneInfo) -> list[Month]:
    """The last :data:`MONTHS` months of the territory's clock, from the first in which something happened; two queries.

    The window is bounded, and both counts are read from an index alone: (territory, instant, key, effect) of decisions,
    (territory, instant, outcome) of appeals, which are counted in the month in which they were made.
    """
    firsts = _firsts(at.astimezone(zone).date())
    following = date(firsts[-1].year + firsts[-1].month // 12, firsts[-1].month % 12 + 1, 1)
    starts = {
        f"m{place}": datetime(one.year, one.month, 1, tzinfo=zone) for place, one in enumerate([*firsts, following])
    }
    months = [Month(one) for one in firsts]
    for row in await execute(_COUNT_DECISIONS, starts, territory=territory_id):
        months[row["place"]].count(row["effect"], row["n"])
    for row in await execute(_COUNT_APPEALS, starts, territory=territory_id):
        months[row["place"]].appeals += row["n"]
        months[row["place"]].reversed += row["n"] if row["outcome"] == "reversed" else 0
    begun = next((place for place, month in enumerate(months) if month.decisions or month.appeals), len(months))
    return months[begun:]


def _firsts(today: date) -> list[date]:
    """The first days of the last months, the earliest first."""
    latest = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(latest - MONTHS + 1, latest + 1)]


def _by_month(table: str, instant_column: str, word: str) -> str:
    """How many rows of each word there are in each of the months: the engines have no calendar of zones in common.

    One stretch of the index a month: comparing every row with the beginnings of all months took several times as long.
    """
    return " UNION ALL ".join(
        f"SELECT {place} AS place, {word}, COUNT(*) AS n FROM {table} WHERE territory_id = :territory"
        f" AND {instant_column} >= :m{place} AND {instant_column} < :m{place + 1} GROUP BY {word}"
        for place in range(MONTHS)
    )


_COUNT_DECISIONS = _by_month("decision", "decided_at", "effect")
_COUNT_APPEALS = _by_month("appeal", "made_at", "outcome")


async def record_changes(territory_id: int) -> int | None:
    """A number that is another one whenever the record is: a few looks into indexes, whatever the record's size.

    A decision is never rewritten, so the latest one stands for all; an appeal is made, then heard; a consultation that
    is given another title counts that in its rules.
    """
    rows = await execute(
        "SELECT (SELECT id FROM decision WHERE territory_id = :territory ORDER BY decided_at DESC, id DESC LIMIT 1)"
        " AS decided, (SELECT MAX(made_at) FROM appeal WHERE territory_id = :territory) AS made,"
        " (SELECT MAX(heard_at) FROM appeal WHERE territory_id = :territory) AS heard,"
        " (SELECT SUM(rules_changes) FROM consultation WHERE territory_id = :territory) AS titles",
        territory=territory_id,
    )
    latest = [instant(rows[0][name]) for name in ("made", "heard")]
    said = repr([rows[0]["decided"], int(rows[0]["titles"] or 0), *latest])
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=7).digest())


changes.counted("decisions", record_changes)
