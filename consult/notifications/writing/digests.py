"""Digests: what is new in all that somebody follows in a territory, in one mail, in the morning.

What became public since each follow was last told of, nothing of one's own, nothing that a mail of its own has told
already, and only what is public when the mail is written. It is looked at again when the mail leaves: see
:func:`rewritten`. A chore of the worker; nothing new makes no mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from tortoise.exceptions import IntegrityError, OperationalError

from consult.core import clock, wake
from consult.core.database import in_transaction
from consult.notifications.models import Follow, Frequency, Mail
from consult.notifications.queries import reader_of, sender_of, takes_no_mail
from consult.notifications.queries.audiences import Due, digests_due, sections_below, zones
from consult.notifications.queries.news import BENEATH, Line, Named, lines_of, new_beneath
from consult.notifications.queries.standing import was_to_be_corrected
from consult.notifications.rules import DIGESTS, last_edition
from consult.notifications.writing import Letter, fill_in, mail_key, mail_row

log = structlog.get_logger()
AT_MOST = 60
ASKED_FOR = 500
# what an action has dated but not committed yet belongs to the next digest
MARGIN = timedelta(minutes=2)


@dataclass(frozen=True)
class Chapter:
    """What is new in one consultation."""

    title: str
    path: str
    lines: list[Line] = field(default_factory=list)


async def write_digests(limit: int = 100) -> int:
    """Write the digests that are due, in every time zone; returns how many people were looked at."""
    until, looked_at = clock.now() - MARGIN, 0
    for zone in await zones():
        daily, weekly = (last_edition(one, until, ZoneInfo(zone)) for one in DIGESTS)
        for due in await digests_due(zone, daily=daily, weekly=weekly, limit=limit):
            try:
                await _write_one(due, daily, weekly, until)
            except OperationalError:
                raise  # the database itself: the next one would fare no better
            except Exception:  # one person's digest keeps nobody else from theirs
                log.error("digest_failed", account=due.account_id, territory=due.territory_id, exc_info=True)
            else:
                looked_at += 1
    return looked_at


async def _write_one(due: Due, daily: datetime, weekly: datetime, until: datetime) -> None:
    """One person's digest: the mail and up to when it told, together."""
    follows = [
        row
        for row in await Follow.filter(
            account_id=due.account_id, territory_id=due.territory_id, frequency__in=DIGESTS
        ).order_by("id")
        if row.told_until < (daily if row.frequency is Frequency.DAILY else weekly)
    ]
    told = Follow.filter(id__in=[one.id for one in follows])
    row = await _digest(follows, due, int(daily.timestamp()), until)
    try:
        async with in_transaction():
            await told.update(told_until=until)
            if row is not None:
                await row.save(force_create=True)
                wake.worker()
    except IntegrityError:  # another worker wrote it
        await told.update(told_until=until)


async def _digest(follows: list[Follow], due: Due, edition: int, until: datetime) -> Mail | None:
    reader = await reader_of(due.account_id)
    if reader is None or await takes_no_mail([reader.key]):
        return None
    lines = await _lines(follows, due.account_id, until)
    if not lines:
        return None
    letter = Letter("digest", reader, refusable=f"digest:{due.territory_id}")
    key = mail_key(f"digest.{due.territory_id}.{edition}", reader)
    return mail_row(_told(letter, lines), key, await sender_of(due.territory_id))


def _told(letter: Letter, lines: Sequence[Line]) -> Letter:
    """The letter with its chapters; what is beyond :data:`AT_MOST` is counted."""
    shown = list(lines)[:AT_MOST]
    chapters: dict[int, Chapter] = {}
    for line in shown:
        chapter = Chapter(line.consultation, f"/consultations/{line.slug}")
        chapters.setdefault(line.consultation_id, chapter).lines.append(line)
    values = {"chapters": list(chapters.values()), "more": len(lines) > AT_MOST, "count": len(shown)}
    return replace(letter, values=values, items=tuple(one.named for one in lines))


async def _lines(follows: list[Follow], account_id: int, until: datetime) -> list[Line]:
    """What is new in these follows, once each, contributions first."""
    found: list[dict[str, Any]] = []
    if not follows:
        return []
    after = min(one.told_until for one in follows)
    consultations = {one.target_id: one.told_until for one in follows if one.kind == "consultation"}
    sections = {one.target_id: one.told_until for one in follows if one.kind == "section"}
    contributions = {one.target_id: one.told_until for one in follows if one.kind == "contribution"}
    reach: dict[int, datetime] = {}
    for section_id, below in (await sections_below(list(sections))).items():
        for one in below:
            reach[one] = min(sections[section_id], reach.get(one, sections[section_id]))
    asked = [
        ("contribution", "consultation_id", consultations),
        ("rule_change", "consultation_id", consultations),
        ("contribution", "section_id", reach),
        *((kind, "contribution_id", contributions) for kind in BENEATH),
    ]
    for kind, column, since in asked:
        rows = await new_beneath(kind, column, list(since), after=after, until=until, limit=ASKED_FOR)
        found += [row for row in rows if row["at"] > since[row["place"]] and row["author_id"] != account_id]
    return await lines_of(await _untold(list(dict.fromkeys((row["kind"], row["id"]) for row in found)), account_id))


async def _untold(named: list[Named], account_id: int) -> list[Named]:
    """Without what this person got a mail of its own about."""
    if not named:
        return []
    keys = {f"{kind}.{key}.{account_id}": (kind, key) for kind, key in named}
    told = {str(key) for key in await Mail.filter(key__in=list(keys)).values_list("key", flat=True)}
    return [one for key, one in keys.items() if key not in told]


async def rewritten(row: Mail) -> bool:
    """Look again at a digest that is about to leave: without what has gone, nor a wording that a moderator had
    corrected; False when nothing is left of it.
    """
    items: list[Named] = [(kind, key) for kind, key in row.items]
    lines = await lines_of(items)
    reader = await reader_of(row.account_id)
    if not lines or reader is None:
        return False
    if len(lines) < len(items) or await was_to_be_corrected(items, row.created_at):
        letter = _told(Letter("digest", reader, refusable=f"digest:{row.territory_id}"), lines)
        row.subject, row.text, row.html = fill_in(letter, await sender_of(row.territory_id))
        row.items = [list(one.named) for one in lines]
        await row.save(update_fields=["subject", "text", "html", "items"])
    return True
