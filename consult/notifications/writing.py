"""Writing a mail down: in the reader's language, as plain text and as HTML, at most once an event and reader."""

import re
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.exceptions import IntegrityError

from consult.core import clock, wake
from consult.core.keys import new_key
from consult.core.text.cleaning import clean_line
from consult.notifications.models import Mail
from consult.notifications.queries import Reader, Sender, sender_of
from consult.web.render import render_mail

SUBJECT = 200


@dataclass(frozen=True)
class Letter:
    """A mail that is to be written.

    Attributes:
        template: the folder below ``templates/email``.
        about: what it speaks of, looked at again when it is sent: (« argument », key).
        values: what its templates need, beside ``territory``, ``base`` and ``lang``.
    """

    template: str
    to: Reader
    about: tuple[str, int] | None = None
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class _Place:
    """The territory as mails' templates know it."""

    name: str
    accent: str


async def write(letter: Letter, *, territory_id: int | None, outbox_id: int) -> bool:
    """Write a mail down, once for this outbox row and reader; False when it was there already.

    The row is the mail: the worker sends it later, and the demo shows it in its mailbox.
    """
    key = f"{outbox_id}.{letter.to.account_id or letter.to.email}"[:160]
    if await Mail.exists(key=key):
        return False
    sender = await sender_of(territory_id)
    subject, text, html = _render(letter, sender)
    try:
        await Mail.create(
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
            next_try_at=clock.now(),
            created_at=clock.now(),
        )
    except IntegrityError:  # another worker ran the same reaction
        return False
    wake.worker()
    return True


def _render(letter: Letter, sender: Sender) -> tuple[str, str, str]:
    """Subject, text and HTML, in the reader's language and the territory's time zone."""
    values = {
        "territory": _Place(sender.name, sender.accent),
        "base": sender.address,
        "contact": sender.contact,
        "to": letter.to,
        **letter.values,
    }
    language, zone = letter.to.language or sender.language, ZoneInfo(sender.timezone)
    subject = clean_line(render_mail(f"email/{letter.template}/subject.txt", language, zone, **values), SUBJECT)
    text = render_mail(f"email/{letter.template}/text.txt", language, zone, **values)
    html = render_mail(f"email/{letter.template}/html.html", language, zone, **values, subject=subject)
    return subject, re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html.strip() + "\n"
