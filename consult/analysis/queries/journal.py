"""Reading the audit: by kind of event, the latest first, a page at a time.

Nearly all lines of an audit are votes, which the journal leaves out. So each kind of event is read by itself along
its own entries of the index (territory, event, instant, key), no further than a page, and the pages are merged: what a
visit costs depends on the number of kinds, never on the number of lines.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from consult.core.database import execute, instant
from consult.core.paging import Page, cut, read_cursor, write_cursor

SIZE = 50
_COLUMNS = "id, at, event, account_id, organisation_id, details"


@dataclass(frozen=True)
class Asked:
    """What of the journal is wanted.

    Attributes:
        events: names of events.
        consultation_id: 0 for all.
        day: a day of the territory's; None for all.
        after: a page's cursor.
    """

    territory_id: int
    zone: ZoneInfo
    events: tuple[str, ...]
    consultation_id: int = 0
    day: date | None = None
    after: str = ""


async def journal_page(asked: Asked) -> Page[dict[str, Any]]:
    """A page of the journal, the latest first; one query."""
    cursor = read_cursor(asked.after, datetime, int)
    since, until = _bounds(asked)
    at, key = cursor if cursor and cursor[0] < until else (until, -1)
    events = {f"e{place}": event for place, event in enumerate(asked.events)}
    place = " AND CAST(details ->> 'consultation_id' AS BIGINT) = :consultation" if asked.consultation_id else ""
    rows = await execute(
        " UNION ALL ".join(_of(name, place) for name in events) + " ORDER BY at DESC, id DESC LIMIT :more",
        {
            **events,
            **({"consultation": asked.consultation_id} if asked.consultation_id else {}),
            "territory": asked.territory_id,
            "since": since,
            "at": at,
            "key": key,
            "more": SIZE + 1,
        },
    )
    for row in rows:
        row["at"] = instant(row["at"])
    return cut(rows, SIZE, lambda row: write_cursor(row["at"], row["id"]), is_first=cursor is None)


def _of(name: str, place: str) -> str:
    """The latest lines of one kind; in a query of its own, so that it ends with its own page."""
    return (
        f"SELECT {_COLUMNS} FROM (SELECT {_COLUMNS} FROM audit WHERE territory_id = :territory AND event = :{name}"
        f" AND at >= :since AND (at, id) < (:at, :key){place} ORDER BY at DESC, id DESC LIMIT :more) AS {name}"
    )


def _bounds(asked: Asked) -> tuple[datetime, datetime]:
    """The instants between which lines are wanted: the day asked for, or ever."""
    if asked.day is None:
        return datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
    begin, end = (datetime.combine(asked.day + timedelta(days=more), time(), asked.zone) for more in (0, 1))
    return begin.astimezone(UTC), end.astimezone(UTC)


@dataclass(frozen=True)
class Names:
    """What the lines of a page name, found together."""

    people: dict[int, str]
    roles: dict[int, list[str]]
    organisations: dict[int, str]
    consultations: dict[int, dict[str, Any]]
    numbers: dict[int, int]
    decisions: dict[int, dict[str, Any]]


async def names_in(territory_id: int, rows: list[dict[str, Any]], details: list[dict[str, Any]]) -> Names:
    """Names, roles, titles and numbers of all that a page's lines speak of; as many queries whatever the lines."""
    people = {row["account_id"] for row in rows} | {one.get("account_id") for one in details}
    bodies = {row["organisation_id"] for row in rows} | {one.get("organisation_id") for one in details}
    accounts = await _by_key("SELECT id, public_name FROM account WHERE id IN :keys", people)
    roles: dict[int, list[str]] = {}
    for row in await _rows(
        "SELECT account_id, role FROM staff WHERE account_id IN :keys AND territory_id = :territory ORDER BY id",
        people,
        territory=territory_id,
    ):
        roles.setdefault(row["account_id"], []).append(row["role"])
    organisations = await _by_key("SELECT id, name FROM organisation WHERE id IN :keys", bodies)
    consultations = await _by_key(
        "SELECT id, slug, title FROM consultation WHERE id IN :keys AND territory_id = :territory",
        {one.get("consultation_id") for one in details},
        territory=territory_id,
    )
    numbers = await _by_key(
        "SELECT id, number FROM contribution WHERE id IN :keys", {one.get("contribution_id") for one in details}
    )
    decisions = await _by_key(
        "SELECT id, reference, case_id FROM decision WHERE id IN :keys AND territory_id = :territory",
        {one.get("decision_id") for one in details},
        territory=territory_id,
    )
    return Names(
        people={key: row["public_name"] for key, row in accounts.items()},
        roles=roles,
        organisations={key: row["name"] for key, row in organisations.items()},
        consultations=consultations,
        numbers={key: row["number"] for key, row in numbers.items() if row["number"]},
        decisions=decisions,
    )


async def _by_key(sql: str, keys: set[int | None], **also: Any) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in await _rows(sql, keys, **also)}


async def _rows(sql: str, keys: set[int | None], **also: Any) -> list[dict[str, Any]]:
    wanted = [key for key in keys if key]
    return await execute(sql, keys=wanted, **also) if wanted else []
