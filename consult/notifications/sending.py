"""Sending what is written down, by the SMTP server of CONSULT_SMTP_URL; without one the mails stay where they are.

A mail is claimed by moving its ``attempts`` on and its ``next_try_at`` away (a lease), so that of several workers one
sends it. What fails for now is tried again with growing pauses; what the server refuses for good is given
up, and so is what could not be handed over in five days.
"""

import asyncio
import re
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog

from consult.core import clock
from consult.core.logs import without_secrets
from consult.core.text.cleaning import clean_line, scrub
from consult.notifications.models import Mail, MailState
from consult.notifications.queries import sender_of, still_stands
from consult.settings import settings

log = structlog.get_logger()
LEASE = timedelta(minutes=10)
PATIENCE_SECONDS = 20.0
TOO_OLD = timedelta(days=5)
KEEP = timedelta(days=30)
BATCH = 50
ONE_ADDRESS = re.compile(r"[\x21-\x7e]+@[\x21-\x7e]+", re.ASCII)
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


def smtp_client() -> aiosmtplib.SMTP | None:
    """A client for CONSULT_SMTP_URL, not connected yet; None when there is no such setting."""
    url = settings().smtp_url.get_secret_value()
    if not url:
        return None
    parts = urlsplit(url)
    return aiosmtplib.SMTP(
        hostname=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        use_tls=parts.scheme == "smtps",
        start_tls=parts.scheme == "smtp+starttls",
        timeout=PATIENCE_SECONDS,
    )


async def send_waiting(*, stop: asyncio.Event | None = None) -> int:
    """Send the mails that are due, over one connection; returns how many were sent.

    Args:
        stop: when it is set, the mail that leaves is finished and no other is begun.
    """
    client = smtp_client()
    if client is None:
        return 0
    sent = 0
    due = Mail.filter(state=MailState.WAITING, next_try_at__lte=clock.now()).order_by("next_try_at", "id")
    try:
        for row in await due.limit(BATCH):
            sent += await _send_one(client, row)
            if not client.is_connected or (stop is not None and stop.is_set()):
                break
    finally:
        if client.is_connected:
            await _leave(client)
    return sent


async def send_all() -> int:
    """Send until nothing that is due goes out any more (``consult worker --once``)."""
    total = 0
    while sent := await send_waiting():
        total += sent
    return total


async def sweep_mails() -> int:
    """Drop mails that have served: they hold addresses, and links of the past. The demo keeps its own."""
    if settings().demo:
        return 0
    return await Mail.filter(created_at__lt=clock.now() - KEEP).delete()


async def _leave(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit(timeout=5)
    except (aiosmtplib.SMTPException, OSError):
        client.close()


async def _send_one(client: aiosmtplib.SMTP, row: Mail) -> int:
    """Send a mail if nobody else does; 1 when it was sent."""
    claimed = await Mail.filter(id=row.id, state=MailState.WAITING, attempts=row.attempts).update(
        attempts=row.attempts + 1, next_try_at=clock.now() + LEASE
    )
    if not claimed:
        return 0
    row.attempts += 1
    if clock.now() - row.created_at > TOO_OLD or not await still_stands(row.about_kind, row.about_id):
        await _over(row, MailState.DROPPED)
        return 0
    try:
        if not client.is_connected:
            await client.connect()
        message = await message_of(row)
        await client.send_message(message, recipients=[row.recipient])
    except (aiosmtplib.SMTPException, OSError, ValueError, UnicodeError) as error:
        await _failed(row, error)
        return 0
    await _over(row, MailState.SENT)
    return 1


async def _over(row: Mail, state: MailState, error: str = "") -> None:
    await Mail.filter(id=row.id, attempts=row.attempts).update(
        state=state, next_try_at=None, error=error, sent_at=clock.now() if state is MailState.SENT else None
    )


async def _failed(row: Mail, error: Exception) -> None:
    said = scrub(without_secrets(f"{type(error).__name__}: {error}"))[:1000]
    pause = timedelta(seconds=min(2 * 3600, 30 * 2 ** min(row.attempts - 1, 10)))
    if is_final(error) or clock.now() + pause - row.created_at > TOO_OLD:
        log.warning("mail_given_up", mail=row.id, attempts=row.attempts, error=type(error).__name__)
        await _over(row, MailState.FAILED, said)
        return
    log.info("mail_put_off", mail=row.id, attempts=row.attempts, error=type(error).__name__)
    await Mail.filter(id=row.id, attempts=row.attempts).update(next_try_at=clock.now() + pause, error=said)


def is_final(error: Exception) -> bool:
    """Whether the server refused this very mail for good (5xx); a wrong password or a server that is down does not."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(one.code >= 500 for one in error.recipients)
    if isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError):
        return error.code >= 500
    return isinstance(error, aiosmtplib.SMTPNotSupported | ValueError | UnicodeError)


async def message_of(row: Mail) -> EmailMessage:
    """The mail as it goes over the wire: text and HTML. Its Message-ID is the same at every attempt."""
    sender = await sender_of(row.territory_id)
    _, address = parseaddr(settings().mail_from)
    message = EmailMessage(policy=SMTP_POLICY)
    message["From"] = Address(display_name=clean_line(sender.name, 80), addr_spec=address)
    local, _, domain = row.recipient.rpartition("@")
    message["To"] = Address(username=local, domain=domain)
    message["Subject"] = clean_line(row.subject)
    message["Date"] = format_datetime(row.created_at)
    message["Message-ID"] = f"<consult.{row.id}@{address.rpartition('@')[2]}>"
    if ONE_ADDRESS.fullmatch(sender.contact):
        message["Reply-To"] = Address(addr_spec=sender.contact)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.text)
    message.add_alternative(row.html, subtype="html")
    return message
