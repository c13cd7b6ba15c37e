"""Reminders before a round closes, as many days before as its consultation says; once each. A chore of the worker."""

import json
from datetime import timedelta

from consult.core import clock
from consult.core.database import execute, instant
from consult.notifications.queries.audiences import Audience
from consult.notifications.rules import due_reminder
from consult.notifications.writing.mailings import Announcement, announce

LONGEST = timedelta(days=90)


async def write_reminders() -> int:
    """Announce what closes soon; returns how many announcements were new. A closing that moves is announced anew."""
    now, written = clock.now(), 0
    rows = await execute(
        "SELECT r.id, r.opens_at, r.closes_at, k.id AS consultation_id, k.territory_id, k.reminder_days"
        " FROM round r JOIN consultation k ON k.id = r.consultation_id"
        " WHERE k.state = 'published' AND r.opens_at <= :now AND r.closes_at > :now AND r.closes_at <= :horizon",
        now=now,
        horizon=now + LONGEST,
    )
    for row in rows:
        opens_at, closes_at = instant(row["opens_at"]), instant(row["closes_at"])
        assert opens_at is not None
        assert closes_at is not None
        days = json.loads(row["reminder_days"]) if isinstance(row["reminder_days"], str) else row["reminder_days"]
        due = due_reminder(days, opens_at, closes_at, now)
        if due is not None:
            written += await announce(
                Announcement(
                    event=f"reminder.{row['id']}.{due}.{int(closes_at.timestamp())}",
                    template="reminder",
                    audience=Audience.CONCERNED,
                    territory_id=row["territory_id"],
                    consultation_id=row["consultation_id"],
                    about=("round", row["id"]),
                    values={"closes_at": closes_at.isoformat()},
                )
            )
    return written
