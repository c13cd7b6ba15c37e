"""What was sent to whom, as a territory's staff reads it: no text, no link, and no whole address."""

from dataclasses import dataclass
from datetime import datetime

from consult.core.paging import Page, cut, read_cursor, write_cursor
from consult.notifications.models import Mail, MailState
from consult.notifications.rules import masked

PAGE_SIZE = 50


@dataclass(frozen=True)
class SentMail:
    """A mail without what only its reader may see."""

    id: int
    template: str
    name: str
    address: str
    state: str
    error: str
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    next_try_at: datetime | None


_COLUMNS = ("id", "template", "recipient", "state", "error", "attempts", "created_at", "sent_at", "next_try_at")


async def sent_mails(territory_id: int, *, state: str = "", after: str = "") -> Page[SentMail]:
    """A page of a territory's mails, the newest first; one query."""
    cursor = read_cursor(after, int)
    wanted = Mail.filter(territory_id=territory_id)
    if state in set(MailState):
        wanted = wanted.filter(state=MailState(state))
    if cursor is not None:
        wanted = wanted.filter(id__lt=cursor[0])
    rows = await wanted.order_by("-id").limit(PAGE_SIZE + 1).values(*_COLUMNS, name="account__public_name")
    shown = []
    for row in rows:
        recipient = row.pop("recipient")
        address = masked(recipient)
        error = row.pop("error").replace(recipient, address)
        shown.append(SentMail(**{**row, "name": row["name"] or ""}, address=address, error=error))
    return cut(shown, PAGE_SIZE, lambda one: write_cursor(one.id), is_first=cursor is None)
