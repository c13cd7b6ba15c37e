"""What waits in the moderators' queue, told to them in the morning, at most once a day. A chore of the worker."""

from datetime import datetime
from zoneinfo import ZoneInfo

from consult.accounts.models import Role
from consult.accounts.queries import staff_of
from consult.core import clock
from consult.notifications.models import Frequency
from consult.notifications.queries import reader_of
from consult.notifications.queries.moderation import queues
from consult.notifications.rules import last_edition
from consult.notifications.writing import Letter, write

# what this process has seen to already, so that the queues are counted once a morning and not every minute
_told: dict[str, datetime] = {}


async def write_queue_notices() -> int:
    """Tell the moderators of every territory what waits since before this morning; returns how many were written."""
    now, written = clock.now(), 0
    day = now.strftime("%Y-%m-%d %H")
    if _told.get(day):
        return 0
    for row in await queues():
        edition = last_edition(Frequency.DAILY, now, ZoneInfo(str(row["timezone"])))
        since = row["since"]
        if not isinstance(since, datetime) or since > edition:
            continue
        for one in await staff_of(int(str(row["territory_id"])), Role.MODERATOR):
            reader = await reader_of(one["account_id"])
            if reader is not None:
                letter = Letter(
                    "cases_waiting",
                    reader,
                    values={"count": row["waiting"], "since": since},
                    event=f"cases.{row['territory_id']}.{int(edition.timestamp())}",
                )
                written += await write(letter, territory_id=int(str(row["territory_id"])))
    _told.clear()
    _told[day] = now
    return written
