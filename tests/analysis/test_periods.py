"""Local days in SQL are those of the calendar, on the nights of a change of hour too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consult.analysis.queries.periods import day_of, local_day_sql
from consult.core.database import execute

pytestmark = pytest.mark.engine_free


@pytest.mark.parametrize("name", ["Europe/Paris", "Pacific/Marquesas", "America/Martinique", "Indian/Reunion"])
async def test_a_local_day_is_the_calendars(db: str, name: str) -> None:
    zone, first, last = ZoneInfo(name), date(2026, 3, 20), date(2026, 11, 2)
    begin = int(datetime(2026, 3, 20, tzinfo=UTC).timestamp())
    quarters = (last - first).days * 96
    rows = await execute(
        "WITH RECURSIVE quarters(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM quarters WHERE n < :last)"
        f" SELECT {local_day_sql('s', first, last, zone)} AS day FROM (SELECT {begin} + n * 900 AS s FROM quarters) one"
        " ORDER BY s",
        last=quarters,
    )
    instants = (datetime.fromtimestamp(begin, UTC) + timedelta(minutes=15 * n) for n in range(quarters + 1))
    assert [day_of(row["day"]) for row in rows] == [at.astimezone(zone).date() for at in instants]
