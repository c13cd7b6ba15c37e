"""The queue of a territory: what waits for a moderator, oldest first.

It never slows with its size: an index gives the rows in their order from where the page before ended, counts stop at
:data:`COUNT_LIMIT` index entries, and a page costs the same few queries whatever it shows.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from consult.core.database import execute, instant
from consult.core.paging import Page, cut, read_cursor, write_cursor
from consult.moderation.models import Case, Kind

PAGE_SIZE = 25
COUNT_LIMIT = 10_000
MOST_CONSULTATIONS = 300
Row = dict[str, Any]


class Age(StrEnum):
    """Since when what is asked for waits: longer than authors were told, than a day, than a week."""

    LATE = "late"
    DAY = "day"
    WEEK = "week"


_AGES = {Age.DAY: timedelta(days=1), Age.WEEK: timedelta(days=7)}


@dataclass(frozen=True)
class Consulted:
    """A consultation of the territory, as the queue's filters name it."""

    id: int
    slug: str
    title: str
    hours: int


@dataclass(frozen=True)
class WantedCases:
    """What somebody asked to see of the queue.

    Attributes:
        consultation: only what is said in this one; None for all.
        delays: the delays that authors are told, in hours, with the consultations that promise each.
        at: the instant from which ages are counted.
    """

    territory_id: int
    at: datetime
    consultation: Consulted | None = None
    kind: str = ""
    ground: str = ""
    age: str = ""
    delays: tuple[tuple[int, tuple[int, ...]], ...] = ()
    after: str = ""


async def consultations_watched(territory_id: int) -> list[Consulted]:
    """The territory's public consultations, the latest first."""
    rows = await execute(
        "SELECT id, slug, title, moderation_hours FROM consultation WHERE territory_id = :territory"
        " AND state = 'published' ORDER BY id DESC LIMIT :most",
        territory=territory_id,
        most=MOST_CONSULTATIONS,
    )
    return [Consulted(row["id"], row["slug"], row["title"], row["moderation_hours"]) for row in rows]


def delays_of(consultations: list[Consulted]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """The delays promised, the longest first, each with the consultations that promise it."""
    hours = sorted({one.hours for one in consultations}, reverse=True)
    return tuple((n, tuple(one.id for one in consultations if one.hours == n)) for n in hours)


def _conditions(wanted: WantedCases) -> tuple[list[str], Row]:
    where = ["c.territory_id = :territory", "c.is_open = :open"]
    params: Row = {"territory": wanted.territory_id, "open": True}
    if wanted.consultation is not None:
        where.append("c.consultation_id = :consultation")
        params["consultation"] = wanted.consultation.id
    for name in ("kind", "ground"):
        if getattr(wanted, name):
            where.append(f"c.{name} = :{name}")
            params[name] = getattr(wanted, name)
    if wanted.age == Age.LATE:
        _late(wanted, where, params)
    elif wanted.age:
        where.append("c.opened_at < :since")
        params["since"] = wanted.at - _AGES[Age(wanted.age)]
    return where, params


def _late(wanted: WantedCases, where: list[str], params: Row) -> None:
    """Consultations promise different delays; what is older than the shortest of them is a range of the index."""
    one = wanted.consultation
    delays = ((one.hours, (one.id,)),) if one else wanted.delays
    shortest = min((hours for hours, _ in delays), default=0)
    where.append("c.opened_at < :since")
    params["since"] = wanted.at - timedelta(hours=shortest)
    slower = [(hours, ids) for hours, ids in delays if hours > shortest]
    for place, (hours, ids) in enumerate(slower):
        where.append(f"(c.opened_at < :since{place} OR c.consultation_id NOT IN :those{place})")
        params |= {f"since{place}": wanted.at - timedelta(hours=hours), f"those{place}": list(ids)}


_COLUMNS = (
    "c.id, c.kind, c.item_id, c.contribution_id, c.consultation_id, c.author_id, c.organisation_id, c.reasons,"
    " c.ground, c.reports_count, c.opened_at, c.assigned_to_id, c.assigned_until, holder.public_name AS holder,"
    " w.slug, w.title AS consultation, w.moderation_hours, k.number, k.title AS contribution_title, k.excerpt,"
    " a.side, a.body_html AS argument_html, m.title AS amendment_title, m.body_html AS amendment_html,"
    " s.title AS source_title, s.link, person.public_name AS person,"
    " COALESCE(a.state, m.state, s.state, k.state) AS state,"
    " COALESCE(a.sealed_at, m.sealed_at, s.sealed_at, k.sealed_at) AS sealed_at"
)
# LEFT throughout, though a case always has its consultation: an engine may then not begin with another table than the
# one whose index has the rows in their order (SQLite did, and sorted the whole queue).
_JOINS = (
    " LEFT JOIN consultation w ON w.id = c.consultation_id"
    " LEFT JOIN account holder ON holder.id = c.assigned_to_id"
    " LEFT JOIN contribution k ON k.id = c.contribution_id"
    " LEFT JOIN argument a ON c.kind = 'argument' AND a.id = c.item_id"
    " LEFT JOIN amendment m ON c.kind = 'amendment' AND m.id = c.item_id"
    " LEFT JOIN source s ON c.kind = 'source' AND s.id = c.item_id"
    " LEFT JOIN account person ON c.kind = 'account' AND person.id = c.item_id"
)


def _read(row: Mapping[str, Any]) -> Row:
    reasons = row["reasons"]
    return {
        **row,
        "reasons": json.loads(reasons) if isinstance(reasons, str) else reasons,
        "opened_at": instant(row["opened_at"]),
        "assigned_until": instant(row["assigned_until"]),
        "sealed_at": instant(row["sealed_at"]),
    }


async def queue_page(wanted: WantedCases) -> Page[Row]:
    """One page of the queue; one query."""
    where, params = _conditions(wanted)
    cursor = read_cursor(wanted.after, datetime, int)
    if cursor is not None:
        where.append("(c.opened_at, c.id) > (:last, :last_id)")
        params |= {"last": cursor[0], "last_id": cursor[1]}
    rows = await execute(
        f"SELECT {_COLUMNS} FROM moderation_case c{_JOINS} WHERE {' AND '.join(where)}"
        " ORDER BY c.opened_at, c.id LIMIT :limit",
        {**params, "limit": PAGE_SIZE + 1},
    )
    read = [_read(row) for row in rows]
    return cut(read, PAGE_SIZE, lambda row: write_cursor(row["opened_at"], row["id"]), is_first=cursor is None)


async def cases_listed(territory_id: int, case_ids: list[int]) -> list[Row]:
    """Chosen cases as the queue shows them, oldest first, decided ones included."""
    if not case_ids:
        return []
    rows = await execute(
        f"SELECT {_COLUMNS}, c.is_open FROM moderation_case c{_JOINS} WHERE c.territory_id = :territory"
        " AND c.id IN :keys ORDER BY c.opened_at, c.id",
        territory=territory_id,
        keys=case_ids,
    )
    return [_read(row) for row in rows]


@dataclass(frozen=True)
class QueueCounts:
    """How much waits. ``found`` answers the filters, ``late`` waits longer than promised; both stop at the limit."""

    found: int
    late: int
    appeals: int

    @property
    def exact(self) -> bool:
        """Whether ``found`` is the number itself, and not « more than »."""
        return self.found <= COUNT_LIMIT


def _count(where: list[str]) -> str:
    bounded = f"SELECT 1 AS one FROM moderation_case c WHERE {' AND '.join(where)} LIMIT :most"
    return f"(SELECT COUNT(*) FROM ({bounded}) few)"


async def queue_counts(wanted: WantedCases) -> QueueCounts:
    """The counts of the queue's page; one query, over index entries alone."""
    where, params = _conditions(wanted)
    late, late_params = _conditions(replace(wanted, age=Age.LATE.value))
    renamed = [condition.replace(":since", ":late_since").replace(":those", ":late_those") for condition in late]
    for name, value in late_params.items():
        params[f"late_{name}" if name.startswith(("since", "those")) else name] = value
    rows = await execute(
        f"SELECT {_count(where)} AS found, {_count(renamed)} AS late, (SELECT COUNT(*) FROM (SELECT 1 AS one"
        " FROM appeal WHERE territory_id = :territory AND heard_at IS NULL LIMIT :most) few) AS appeals",
        {**params, "most": COUNT_LIMIT + 1},
    )
    return QueueCounts(found=int(rows[0]["found"]), late=int(rows[0]["late"]), appeals=int(rows[0]["appeals"]))


# What somebody may decide: not what they wrote, nor their organisation, nor what they reported, nor another's work.
_MINE_TO_DECIDE = (
    "(c.author_id IS NULL OR c.author_id <> :me)"
    " AND NOT EXISTS (SELECT 1 FROM member b WHERE b.organisation_id = c.organisation_id AND b.account_id = :me)"
    " AND NOT EXISTS (SELECT 1 FROM report r WHERE r.kind = c.kind AND r.item_id = c.item_id AND r.account_id = :me)"
    " AND (c.assigned_to_id IS NULL OR c.assigned_to_id = :me OR c.assigned_until <= :now)"
)


async def next_case(wanted: WantedCases, account_id: int, than: Case) -> int | None:
    """The case that comes after one in the same filters, and that this moderator may decide; else the first one."""
    where, params = _conditions(wanted)
    params |= {"me": account_id, "now": wanted.at, "not": than.id}
    wanting = f"SELECT c.id FROM moderation_case c WHERE {' AND '.join(where)} AND c.id <> :not AND {_MINE_TO_DECIDE}"
    order = " ORDER BY c.opened_at, c.id LIMIT 1"
    rows = await execute(
        f"{wanting} AND (c.opened_at, c.id) > (:last, :last_id){order}",
        {**params, "last": than.opened_at, "last_id": than.id},
    )
    rows = rows or await execute(f"{wanting}{order}", params)
    return int(rows[0]["id"]) if rows else None


def known_kind(text: str) -> str:
    """A kind of item from an address, "" when there is no such kind."""
    return text if text in set(Kind) else ""
