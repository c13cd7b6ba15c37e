"""Writing a mail down: in the reader's language, as plain text and as HTML, at most once an event and reader."""

import re
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.exceptions import IntegrityError

from consult.core import clock, wake
from consult.core.keys import new_key
from consult.core.signing import digest
from consult.core.text.cleaning import clean_line
from consult.notifications.links import refusal_path
from consult.notifications.models import Mail
from consult.notifications.queries import Reader, Sender, sender_of, takes_no_mail
from consult.notifications.rules import ASKED
from consult.web.render import render_mail

SUBJECT = 200


@dataclass(frozen=True)
class Letter:
    """A mail that is to be written.

    Attributes:
        template: the folder below ``templates/email``.
        about: what it speaks of, looked at again when it is sent: (« argument », key).
        values: what its templates need, beside ``territory``, ``base`` and ``lang``.
        event: what makes it one mail a reader, whatever the reason for which they hear of it; the reaction by default.
        refusable: what its reader refuses by its link (see :func:`consult.notifications.rules.what_is_refused`).
        items: what a digest speaks of.
        mailing_id: the announcement that it is part of.
    """

    template: str
    to: Reader
    about: tuple[str, int] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    event: str = ""
    refusable: str = ""
    items: tuple[tuple[str, int], ...] = ()
    mailing_id: int | None = None

    @property
    def unsubscribe(self) -> str:
        """The path at which its reader refuses such mails; "" where they cannot."""
        account_id = self.to.account_id
        return refusal_path(account_id, self.refusable) if self.refusable and account_id else ""


@dataclass(frozen=True)
class _Place:
    """The territory as mails' templates know it."""

    name: str
    accent: str


async def write(letter: Letter, *, territory_id: int | None, outbox_id: int = 0) -> bool:
    """Write a mail down, once for its event (or this outbox row) and reader; False when it was there already.

    The row is the mail: the worker sends it later, and the demo shows it in its mailbox. Nothing is written to an
    address that has refused mail for good, but for what somebody has just asked for.
    """
    key = mail_key(letter.event or str(outbox_id), letter.to)
    if await Mail.exists(key=key) or await _is_dead(letter):
        return False
    sender = await sender_of(territory_id)
    try:
        await mail_row(letter, key, sender).save(force_create=True)
    except IntegrityError:  # another worker ran the same reaction
        return False
    wake.worker()
    return True


def mail_key(event: str, to: Reader) -> str:
    """What makes an event one mail a reader; of an address its digest, for addresses may be longer than the column."""
    return f"{event}.{to.account_id or digest('mail', to.email)}"


async def _is_dead(letter: Letter) -> bool:
    return letter.template not in ASKED and bool(await takes_no_mail([letter.to.key]))


def mail_row(letter: Letter, key: str, sender: Sender) -> Mail:
    """The mail as it will be stored, filled in."""
    subject, text, html = fill_in(letter, sender)
    return Mail(
        id=new_key(),
        key=key,
        territory_id=sender.territory_id,
        account_id=letter.to.account_id,
        template=letter.template,
        recipient=letter.to.email,
        subject=subject,
        text=text,
        html=html,
        about_kind=letter.about[0] if letter.about else "",
        about_id=letter.about[1] if letter.about else None,
        items=[list(named) for named in letter.items],
        mailing_id=letter.mailing_id,
        unsubscribe=letter.unsubscribe,
        is_bulk=bool(letter.mailing_id or letter.items),
        next_try_at=clock.now(),
        created_at=clock.now(),
    )


def fill_in(letter: Letter, sender: Sender) -> tuple[str, str, str]:
    """Subject, text and HTML, in the reader's language and the territory's time zone."""
    values = {
        "territory": _Place(sender.name, sender.accent),
        "base": sender.address,
        "contact": sender.contact,
        "to": letter.to,
        "unsubscribe": letter.unsubscribe,
        **letter.values,
    }
    language, zone = letter.to.language or sender.language, ZoneInfo(sender.timezone)
    subject = clean_line(render_mail(f"email/{letter.template}/subject.txt", language, zone, **values), SUBJECT)
    text = render_mail(f"email/{letter.template}/text.txt", language, zone, **values)
    html = render_mail(f"email/{letter.template}/html.html", language, zone, **values, subject=subject)
    return subject, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html.strip() + "\n"
