"""Sending what is written down, by the SMTP server of CONSULT_SMTP_URL; without one the mails stay where they are.

There are two posts. Mails of one reader leave at once; announcements and digests, which go to many, leave by a post of
their own at CONSULT_MAILS_PER_MINUTE, so that nobody waits for a link to sign in behind twenty thousand others.

A mail is claimed by moving its ``attempts`` on and its ``next_try_at`` away (a lease), so that of several workers one
sends it. What fails for now is tried again with growing pauses; what the server refuses for good is given
up, and so is what could not be handed over in five days. An address that the server refuses for good is written to no
more (see :mod:`.bounces` for those that accept a mail and send it back).
"""

import asyncio
import re
import time
from contextlib import suppress
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
from consult.notifications.actions import note_bounce
from consult.notifications.links import envelope_sender
from consult.notifications.models import Mail, MailState
from consult.notifications.queries import Reader, Sender, sender_of, takes_no_mail
from consult.notifications.queries.standing import still_stands, was_to_be_corrected
from consult.notifications.rules import ASKED, LAST, refused_for_good
from consult.notifications.sending.enclosures import enclose
from consult.notifications.writing.digests import rewritten
from consult.settings import settings

log = structlog.get_logger()
LEASE = timedelta(minutes=10)
PATIENCE_SECONDS = 20.0
TOO_OLD = timedelta(days=5)
KEEP = timedelta(days=30)
BATCH = 50
BULK_BATCH = 200
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
    """Send the mails of one reader that are due, over one connection; returns how many were sent.

    Args:
        stop: when it is set, the mail that leaves is finished and no other is begun.
    """
    return await _send(BATCH, stop, is_bulk=False)


async def send_bulk(*, stop: asyncio.Event | None = None) -> int:
    """Send announcements and digests that are due, over one connection, no faster than the setting says."""
    return await _send(BULK_BATCH, stop, is_bulk=True)


async def _send(limit: int, stop: asyncio.Event | None, *, is_bulk: bool) -> int:
    client = smtp_client()
    if client is None:
        return 0
    sent = 0
    due = Mail.filter(is_bulk=is_bulk, state=MailState.WAITING, next_try_at__lte=clock.now())
    senders: dict[int | None, Sender] = {}
    try:
        for row in await due.order_by("next_try_at", "id").limit(limit):
            if is_bulk:
                await _pace.next(stop)
            if stop is not None and stop.is_set():
                break
            if row.territory_id not in senders:
                senders[row.territory_id] = await sender_of(row.territory_id)
            sent += await _send_one(client, row, senders[row.territory_id])
            if not client.is_connected and row.state != MailState.DROPPED:
                break
    finally:
        if client.is_connected:
            await _leave(client)
    return sent


class _Pace:
    """Lets one mail go every so often; it belongs to the process, so several workers are as many times as fast."""

    def __init__(self) -> None:
        self.free_at = 0.0

    async def next(self, stop: asyncio.Event | None) -> None:
        """Wait for the next mail's turn, or for the end of the work."""
        rate = settings().mails_per_minute
        if not rate:
            return
        now = time.monotonic()
        wait = self.free_at - now
        self.free_at = max(now, self.free_at) + 60 / rate
        if wait > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for((stop or asyncio.Event()).wait(), wait)


_pace = _Pace()


async def send_all() -> int:
    """Send until nothing that is due goes out any more (``consult worker --once``)."""
    total = 0
    for post in (send_waiting, send_bulk):
        while sent := await post():
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


async def _send_one(client: aiosmtplib.SMTP, row: Mail, sender: Sender) -> int:
    """Send a mail if nobody else does; 1 when it was sent."""
    claimed = await Mail.filter(id=row.id, state=MailState.WAITING, attempts=row.attempts).update(
        attempts=row.attempts + 1, next_try_at=clock.now() + LEASE
    )
    if not claimed:
        row.state = MailState.DROPPED
        return 0
    row.attempts += 1
    if clock.now() - row.created_at > TOO_OLD or not await _is_wanted(row):
        await _over(row, MailState.DROPPED)
        return 0
    try:
        if not client.is_connected:
            await client.connect()
        message = await message_of(row, sender)
        await client.send_message(message, sender=envelope_sender(row.id) or None, recipients=[row.recipient])
    except (aiosmtplib.SMTPException, OSError, ValueError, UnicodeError) as error:
        await _failed(row, error)
        return 0
    await _over(row, MailState.SENT)
    return 1


async def _is_wanted(row: Mail) -> bool:
    """Whether there is still something to say, to an address that takes mail; a digest is written anew if need be."""
    if row.template not in ASKED and await takes_no_mail([_key_of(row)]):
        return False
    if row.items:
        return await rewritten(row)
    named = [(row.about_kind, row.about_id)] if row.about_id else []
    if await was_to_be_corrected(named, row.created_at):
        return False  # it quotes a wording that nobody reads any more
    return await still_stands(row.about_kind, row.about_id)


def _key_of(row: Mail) -> str:
    return Reader(row.recipient, "").key


async def _over(row: Mail, state: MailState, error: str = "") -> None:
    row.state = state
    if row.template in LAST:
        await Mail.filter(id=row.id, attempts=row.attempts).delete()
        return
    await Mail.filter(id=row.id, attempts=row.attempts).update(
        state=state, next_try_at=None, error=error, sent_at=clock.now() if state is MailState.SENT else None
    )


async def _failed(row: Mail, error: Exception) -> None:
    said = scrub(without_secrets(f"{type(error).__name__}: {error}"))[:1000]
    pause = timedelta(seconds=min(2 * 3600, 30 * 2 ** min(row.attempts - 1, 10)))
    if is_final(error) or clock.now() + pause - row.created_at > TOO_OLD:
        log.warning("mail_given_up", mail=row.id, attempts=row.attempts, error=type(error).__name__)
        await _over(row, MailState.FAILED, said)
        code, words = _answer_to_recipient(error)
        if refused_for_good(code, words) and row.template not in LAST:
            status = f"{code} {words}"
            await note_bounce(
                mail_id=row.id, email_key=_key_of(row), status=str(code), said=said or status, for_good=True
            )
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


def _answer_to_recipient(error: Exception) -> tuple[int, str]:
    """What the server said of the one recipient; 0 when it was something else that failed."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused) and error.recipients:
        return error.recipients[0].code, str(error.recipients[0].message)
    if isinstance(error, aiosmtplib.SMTPRecipientRefused):
        return error.code, str(error.message)
    return 0, ""


async def message_of(row: Mail, sender: Sender | None = None) -> EmailMessage:
    """The mail as it goes over the wire, with what is enclosed. Its Message-ID is the same at every attempt."""
    sender = sender or await sender_of(row.territory_id)
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
    if row.unsubscribe:  # RFC 8058: the mail program's own button, which sends a POST without a visit
        message["List-Unsubscribe"] = f"<{sender.address}{row.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(row.text)
    message.add_alternative(row.html, subtype="html")
    await enclose(message, row, sender.address)
    return message
