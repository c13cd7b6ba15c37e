"""Who an announcement goes to, a batch at a time, in the order of the accounts' keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from consult.core.database import execute
from consult.notifications.queries import Reader
from consult.notifications.queries.news import Named


class Audience(StrEnum):
    """Who an announcement goes to.

    ``followers`` follow one of its targets and want every news at once. ``followers_of_all`` want every news at once of
    anything in the consultation. ``concerned`` are all who follow anything in the consultation, at whatever frequency,
    and all who took part in it: authors, voters, supporters.
    """

    FOLLOWERS = "followers"
    FOLLOWERS_OF_ALL = "followers_of_all"
    CONCERNED = "concerned"


@dataclass(frozen=True)
class Batch:
    """Some readers, and up to which account the audience was read."""

    readers: list[Reader]
    cursor: int
    is_last: bool


# An account with an address that takes mail, and that has not said « nothing of this consultation ».
_READERS = (
    "SELECT a.id, i.email, a.language, a.public_name FROM account a JOIN identity i ON i.account_id = a.id"
    " WHERE a.id > :cursor AND a.confirmed_at IS NOT NULL AND a.deleted_at IS NULL AND a.id IN ({wanted})"
    " AND NOT EXISTS (SELECT 1 FROM undeliverable_address u WHERE u.email_key = i.email_key)"
    "{refused} ORDER BY a.id LIMIT :limit"
)
_REFUSED = (
    " AND NOT EXISTS (SELECT 1 FROM follow n WHERE n.account_id = a.id AND n.kind = 'consultation'"
    " AND n.target_id = :consultation AND n.frequency = 'none')"
)
_PARTICIPANTS = " UNION ".join(
    f"SELECT {column} FROM {table} WHERE consultation_id = :consultation AND {column} > :cursor{more}"
    for table, column, more in (
        ("contribution", "author_id", " AND state <> 'waiting'"),
        ("amendment", "author_id", " AND state <> 'waiting'"),
        ("argument", "author_id", " AND state <> 'waiting'"),
        ("source", "author_id", " AND state <> 'waiting'"),
        ("vote", "account_id", ""),
        ("support", "account_id", ""),
    )
)
_FOLLOWING = "SELECT f.account_id FROM follow f WHERE f.account_id > :cursor AND "


async def readers_after(
    audience: Audience,
    cursor: int,
    limit: int,
    *,
    consultation_id: int,
    targets: Sequence[Named] = (),
    since: datetime | None = None,
) -> Batch:
    """The next readers of an announcement.

    Args:
        since: when what is told happened: who began to follow later does not hear of it.
    """
    values: dict[str, Any] = {"cursor": cursor, "limit": limit}
    refused = ""
    if audience is Audience.FOLLOWERS:
        wanted = f"{_FOLLOWING}f.frequency = 'immediate' AND ({_any_of(targets, values)})"
        if since is not None:
            values["since"], wanted = since, f"{wanted} AND f.told_until <= :since"
    else:
        values["consultation"], refused = consultation_id, _REFUSED
        often = "= 'immediate'" if audience is Audience.FOLLOWERS_OF_ALL else "<> 'none'"
        wanted = f"{_FOLLOWING}f.consultation_id = :consultation AND f.frequency {often}"
        if audience is Audience.CONCERNED:
            wanted = f"{wanted} UNION {_PARTICIPANTS}"
    rows = await execute(_READERS.format(wanted=wanted, refused=refused), values)
    return Batch(
        readers=[Reader(row["email"], row["language"], row["id"], row["public_name"]) for row in rows],
        cursor=rows[-1]["id"] if rows else cursor,
        is_last=len(rows) < limit,
    )


def _any_of(targets: Sequence[Named], values: dict[str, Any]) -> str:
    tests = []
    for place, (kind, key) in enumerate(targets):
        values |= {f"kind{place}": kind, f"key{place}": key}
        tests.append(f"(f.kind = :kind{place} AND f.target_id = :key{place})")
    return " OR ".join(tests)


async def anybody_follows(targets: Sequence[Named]) -> bool:
    """Whether somebody wants every news at once of one of these."""
    values: dict[str, Any] = {}
    tests = _any_of(targets, values)
    sql = f"SELECT 1 AS one FROM follow f WHERE f.frequency = 'immediate' AND ({tests}) LIMIT 1"
    return bool(await execute(sql, values))


async def sections_above(section_id: int) -> list[int]:
    """A section and all those that it is in."""
    rows = await execute(
        "WITH RECURSIVE above(id, parent_id) AS (SELECT id, parent_id FROM section WHERE id = :key"
        " UNION SELECT s.id, s.parent_id FROM section s JOIN above a ON s.id = a.parent_id) SELECT id FROM above",
        key=section_id,
    )
    return [row["id"] for row in rows]


async def sections_below(section_ids: Sequence[int]) -> dict[int, set[int]]:
    """For each section all those in it, itself included."""
    below: dict[int, set[int]] = {}
    for section_id in section_ids:
        rows = await execute(
            "WITH RECURSIVE below(id) AS (SELECT id FROM section WHERE id = :key"
            " UNION SELECT s.id FROM section s JOIN below b ON s.parent_id = b.id) SELECT id FROM below",
            key=section_id,
        )
        below[section_id] = {row["id"] for row in rows}
    return below


@dataclass(frozen=True)
class Due:
    """Somebody for whom a digest is due in a territory, and what they follow there."""

    account_id: int
    territory_id: int


async def digests_due(zone: str, *, daily: datetime, weekly: datetime, limit: int = 200) -> list[Due]:
    """Accounts whose follows were last told of before the latest edition, in the territories of a time zone.

    Args:
        daily: the latest edition of daily digests, ``weekly`` of weekly ones.
    """
    rows = await execute(
        "SELECT DISTINCT f.account_id, f.territory_id FROM follow f JOIN territory t ON t.id = f.territory_id"
        " WHERE t.timezone = :zone AND ((f.frequency = 'daily' AND f.told_until < :daily)"
        " OR (f.frequency = 'weekly' AND f.told_until < :weekly)) ORDER BY f.account_id, f.territory_id LIMIT :limit",
        zone=zone,
        daily=daily,
        weekly=weekly,
        limit=limit,
    )
    return [Due(row["account_id"], row["territory_id"]) for row in rows]


async def zones() -> list[str]:
    """The time zones of all territories."""
    return [row["timezone"] for row in await execute("SELECT DISTINCT timezone FROM territory")]
