"""What a mail needs to know: where it comes from, who reads it, what it speaks of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.accounts.models import Account, LinkPurpose, MailLink
from consult.accounts.rules import read_address
from consult.core.database import execute
from consult.core.text.sanitising import html_to_text
from consult.notifications.models import Mail
from consult.settings import settings
from consult.territories.models import Territory, TerritoryHost
from consult.territories.queries import base_address

EXCERPT = 400


@dataclass(frozen=True)
class Sender:
    """The territory in whose name a mail is written; the instance itself when there is none to name."""

    territory_id: int | None
    name: str
    address: str
    contact: str
    timezone: str
    language: str
    accent: str = "#1d4e89"


async def sender_of(territory_id: int | None) -> Sender:
    """The sender of a territory's mails. An event of the whole instance is the only territory's, where there is one."""
    if territory_id is None:
        few = await Territory.all().limit(2).values("id")
        territory_id = few[0]["id"] if len(few) == 1 else None
    row = await Territory.get_or_none(id=territory_id) if territory_id else None
    if row is None:
        return Sender(None, "Consult", settings().base_url, "", "Europe/Paris", "fr")
    hosts = await TerritoryHost.filter(territory_id=row.id).order_by("host")
    address = base_address(one.host for one in hosts)
    return Sender(row.id, row.name, address, row.contact_email, row.timezone, row.language, row.accent)


@dataclass(frozen=True)
class Reader:
    """Who a mail goes to."""

    email: str
    language: str
    account_id: int | None = None
    name: str = ""

    @property
    def key(self) -> str:
        """The address as addresses are compared."""
        address = read_address(self.email, strict=False)
        return address.key if address else self.email.lower()


async def takes_no_mail(email_keys: list[str]) -> set[str]:
    """Those of these addresses that have refused mail for good."""
    if not email_keys:
        return set()
    rows = await execute("SELECT email_key FROM undeliverable_address WHERE email_key IN :keys", keys=email_keys)
    return {row["email_key"] for row in rows}


async def reader_of(account_id: int | None, choice: str = "") -> Reader | None:
    """The person behind an account; None when they have no confirmed address, or do not want such mails.

    Args:
        choice: the account's column that must say yes, « notify_replies » for one.
    """
    rows = await execute(
        "SELECT i.email, a.language, a.public_name, a.notify_replies, a.notify_amendments"
        " FROM identity i JOIN account a ON a.id = i.account_id"
        " WHERE a.id = :account AND a.confirmed_at IS NOT NULL AND a.deleted_at IS NULL",
        account=account_id,
    )
    if not rows or (choice and not rows[0][choice]):
        return None
    return Reader(rows[0]["email"], rows[0]["language"], account_id, rows[0]["public_name"])


_CONTRIBUTION = (
    " JOIN contribution c ON c.id = i.contribution_id AND c.state = 'published'"
    " JOIN consultation k ON k.id = c.consultation_id AND k.state = 'published'"
    " LEFT JOIN account author ON author.id = i.author_id LEFT JOIN organisation body ON body.id = i.organisation_id"
)
_COLUMNS = (
    "i.id, i.contribution_id, i.author_id, i.body_html, c.author_id AS written_by, c.number, c.title,"
    " k.slug, k.title AS consultation, k.territory_id, COALESCE(body.name, author.public_name, '') AS author"
)


async def argument_for_mail(argument_id: int) -> dict[str, Any] | None:
    """An argument with what it stands under, None as soon as one of them is not public."""
    rows = await execute(
        f"SELECT {_COLUMNS}, i.side, i.amendment_id, m.author_id AS proposed_by FROM argument i {_CONTRIBUTION}"
        " LEFT JOIN amendment m ON m.id = i.amendment_id"
        " WHERE i.id = :key AND i.state = 'published' AND (i.amendment_id IS NULL OR m.state = 'published')",
        key=argument_id,
    )
    return _shown(rows)


async def amendment_for_mail(amendment_id: int) -> dict[str, Any] | None:
    """An amendment with its contribution, None as soon as one of them is not public."""
    rows = await execute(
        f"SELECT {_COLUMNS}, i.reason, i.outcome, i.outcome_reason FROM amendment i {_CONTRIBUTION}"
        " WHERE i.id = :key AND i.state = 'published'",
        key=amendment_id,
    )
    return _shown(rows)


def _shown(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not rows:
        return None
    row = rows[0]
    text = html_to_text(row.pop("body_html"))
    row["excerpt"] = text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + " …"
    row["path"] = f"/consultations/{row['slug']}/contributions/{row['number']}"
    return row


async def notice_address(notice_id: int) -> str | None:
    """The address that a notice goes to."""
    row = await MailLink.get_or_none(id=notice_id, purpose=LinkPurpose.NOTICE)
    return row.email if row else None


async def left_reader(account_id: int, notice_id: int) -> Reader | None:
    """Somebody whose account is deleted: their address, for one last mail, and their language, but no name any more."""
    row, email = await Account.get_or_none(id=account_id), await notice_address(notice_id)
    return Reader(email, row.language if row else "") if email else None


@dataclass(frozen=True)
class MailView:
    """A mail as the mailbox shows it."""

    id: int
    subject: str
    recipient: str
    text: str
    html: str
    state: str
    error: str
    created_at: datetime


_VIEW = ("id", "subject", "recipient", "text", "html", "state", "error", "created_at")


async def mails_of(
    territory_id: int, *, before: int | None = None, recipient: str = "", limit: int = 25
) -> list[MailView]:
    """A territory's mails, the newest first (the demo's mailbox).

    Args:
        before: only those written before this one (its key), for the next page.
    """
    wanted = Mail.filter(territory_id=territory_id)
    if before is not None:
        wanted = wanted.filter(id__lt=before)
    if recipient:
        wanted = wanted.filter(recipient=recipient)
    return [MailView(**row) for row in await wanted.order_by("-id").limit(limit).values(*_VIEW)]


async def mail_of(territory_id: int, mail_id: int) -> MailView | None:
    """One of a territory's mails."""
    rows = await Mail.filter(id=mail_id, territory_id=territory_id).values(*_VIEW)
    return MailView(**rows[0]) if rows else None
