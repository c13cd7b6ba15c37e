"""Announcements to many people: one row says what and to whom, and the worker writes the mails a batch at a time.

A batch is at most :data:`BATCH` readers, found by the key of the last one, so that memory does not grow with their
number; its mails and the new cursor are one transaction, and each mail's key is unique, so that a worker that dies, or
two that meet, write each mail once. Between two mails the loop is let go: requests are answered meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import structlog
from tortoise.exceptions import IntegrityError, OperationalError

from consult.core import clock, wake
from consult.core.database import batches, in_transaction
from consult.core.keys import new_key
from consult.notifications.models import Mail, Mailing
from consult.notifications.queries import Reader, sender_of
from consult.notifications.queries.audiences import Audience, readers_after
from consult.notifications.queries.news import Named
from consult.notifications.writing import Letter, mail_key, mail_row

log = structlog.get_logger()
BATCH = 500
AT_ONCE = 100
LOOK_AT = 20


@dataclass(frozen=True)
class Announcement:
    """What is told to many people.

    Attributes:
        event: what makes it one announcement, and one mail a reader.
        about: what it speaks of, in the words of :mod:`.contents`.
        targets: what its audience follows.
        since: when it happened: who began to follow later does not hear of it.
        but: accounts that are not written to: whose act it was, and who hears of it by another mail.
    """

    event: str
    template: str
    audience: Audience
    territory_id: int
    consultation_id: int
    about: Named
    targets: tuple[Named, ...] = ()
    since: datetime | None = None
    but: tuple[int, ...] = ()
    values: dict[str, Any] = field(default_factory=dict)


async def announce(said: Announcement) -> bool:
    """Leave an announcement to the worker; False when it was there already."""
    if await Mailing.exists(key=said.event):
        return False
    try:
        await Mailing.create(
            id=new_key(),
            key=said.event,
            territory_id=said.territory_id,
            consultation_id=said.consultation_id,
            template=said.template,
            audience=said.audience.value,
            kind=said.about[0],
            target_id=said.about[1],
            values={
                **said.values,
                "targets": [list(one) for one in said.targets],
                "but": list(said.but),
                "since": said.since.isoformat() if said.since else None,
            },
            created_at=clock.now(),
        )
    except IntegrityError:  # another worker ran the same reaction
        return False
    wake.worker()
    return True


Content = Callable[[Mailing], Awaitable[Letter | None]]
"""Makes the letter of an announcement, its reader left empty; None when there is nothing to say any more."""
_contents: dict[str, Content] = {}
NOBODY = Reader("", "")


def content(template: str) -> Callable[[Content], Content]:
    """Register what an announcement of this template says; it is asked once a batch."""

    def register(make: Content) -> Content:
        _contents[template] = make
        return make

    return register


async def write_mailings() -> int:
    """Write the next batch of the oldest announcement; a chore of the worker. Returns 0 when nothing was left to do.

    One that cannot be written holds up none of those behind it; one of the next release waits for it.
    """
    known = Mailing.filter(finished_at=None, template__in=list(_contents)).order_by("id")
    for mailing in await known.limit(LOOK_AT):
        try:
            await _write_batch(mailing)
        except OperationalError:
            raise  # the database itself: the next one would fare no better
        except Exception:
            log.error("mailing_failed", mailing=mailing.id, template=mailing.template, exc_info=True)
        else:
            return 1
    return 0


async def _write_batch(mailing: Mailing) -> None:
    letter = await _contents[mailing.template](mailing)
    if letter is None:
        log.info("mailing_without_object", mailing=mailing.id, template=mailing.template)
        await Mailing.filter(id=mailing.id).update(finished_at=clock.now())
        return
    batch = await readers_after(
        Audience(mailing.audience),
        mailing.cursor,
        BATCH,
        consultation_id=mailing.consultation_id,
        targets=[(kind, key) for kind, key in mailing.values["targets"]],
        since=datetime.fromisoformat(mailing.values["since"]) if mailing.values["since"] else None,
    )
    rows = await _filled_in(replace(letter, mailing_id=mailing.id), batch.readers, mailing)
    await _store(mailing, rows, batch.cursor, is_last=batch.is_last)
    wake.worker()


async def _filled_in(letter: Letter, readers: list[Reader], mailing: Mailing) -> list[Mail]:
    """The mails of a batch that are not there yet; the loop is let go between two of them."""
    but = set(mailing.values["but"])
    wanted = {mail_key(mailing.key, one): one for one in readers if one.account_id not in but}
    if wanted:
        there = {str(key) for key in await Mail.filter(key__in=list(wanted)).values_list("key", flat=True)}
        wanted = {key: one for key, one in wanted.items() if key not in there}
    sender = await sender_of(mailing.territory_id)
    rows = []
    for key, reader in wanted.items():
        rows.append(mail_row(replace(letter, to=reader), key, sender))
        await asyncio.sleep(0)
    return rows


async def _store(mailing: Mailing, rows: list[Mail], cursor: int, *, is_last: bool) -> None:
    """The mails and the cursor together; another worker that wrote the same batch has moved the cursor already."""
    async with in_transaction():
        for some in batches(rows, AT_ONCE):
            await Mail.bulk_create(some, ignore_conflicts=True)
        await Mailing.filter(id=mailing.id, cursor=mailing.cursor).update(
            cursor=cursor,
            written=mailing.written + len(rows),
            finished_at=clock.now() if is_last else None,
        )


async def write_all() -> int:
    """Write everything that is announced (``consult worker --once``); returns how many mails were written."""
    before = await Mail.exclude(mailing_id=None).count()
    while await write_mailings():
        pass
    return await Mail.exclude(mailing_id=None).count() - before
