"""Which consultation is taken away, and as of when."""

from datetime import datetime

from consult.consultations.queries import rounds_of
from consult.consultations.rules import RoundState, consultation_state
from consult.core import clock
from consult.core.database import dialect, execute, instant
from consult.exports.tables.shape import Scope
from consult.territories.queries import base_address


async def scope_of(territory_id: int, slug: str) -> Scope | None:
    """A territory's published consultation as its tables want it; None when there is none such. Four queries.

    Within ``snapshot()`` it is of the same instant as the tables read there.
    """
    rows = await execute(
        "SELECT c.id, c.slug, c.title, c.question, c.changes, c.contributions_count, t.slug AS territory,"
        " t.name AS territory_name, t.timezone FROM consultation c JOIN territory t ON t.id = c.territory_id"
        " WHERE t.id = :territory AND c.slug = :slug AND c.state = 'published'",
        territory=territory_id,
        slug=slug,
    )
    if not rows:
        return None
    (row,) = rows
    rounds = await rounds_of(row["id"])
    provisional = consultation_state(rounds, clock.now()) is not RoundState.CLOSED
    hosts = await execute(
        "SELECT host FROM territory_host WHERE territory_id = :territory ORDER BY host", territory=territory_id
    )
    closes_at = max((one.closes_at for one in rounds), default=None)
    opens_at = min((one.opens_at for one in rounds), default=None)
    last = await _last_change(row["id"]) if provisional else closes_at
    return Scope(
        territory_id=territory_id,
        territory_slug=row["territory"],
        territory_name=row["territory_name"],
        timezone=row["timezone"],
        address=base_address(one["host"] for one in hosts).rstrip("/"),
        consultation_id=row["id"],
        slug=row["slug"],
        title=row["title"],
        question=row["question"],
        opens_at=opens_at,
        closes_at=closes_at,
        cut_off=last or clock.now(),
        provisional=provisional,
        changes=row["changes"],
        contributions=row["contributions_count"],
        engine=dialect(),
    )


async def _last_change(consultation_id: int) -> datetime | None:
    """When the last public fact that is known happened: the same rows give the same instant, whenever it is asked.

    From the ends of indexes alone. That an export was made is no news: the next one would differ.
    """
    rows = await execute(
        "SELECT (SELECT published_at FROM consultation WHERE id = :consultation) AS first,"
        " (SELECT MAX(published_at) FROM contribution WHERE consultation_id = :consultation) AS written,"
        " (SELECT at FROM register_entry WHERE consultation_id = :consultation AND kind <> 'exported'"
        " ORDER BY position DESC LIMIT 1) AS entered",
        consultation=consultation_id,
    )
    return max((at for at in map(instant, rows[0].values()) if at is not None), default=None)
