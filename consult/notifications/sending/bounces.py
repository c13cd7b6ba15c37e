"""Mails that come back (RFC 3464), as the mail server pipes them into ``consult bounce``.

A bounce counts only when the address that it came back to is one of ours, digest and all: everybody may write to it,
and nobody shall stop somebody else's mails by that. What is no delivery report is left alone.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses

import structlog

from consult.core.logs import without_secrets
from consult.core.text.cleaning import scrub
from consult.notifications.actions import note_bounce
from consult.notifications.links import bounced_mail
from consult.notifications.models import Mail
from consult.notifications.queries import Reader
from consult.notifications.rules import is_dead

log = structlog.get_logger()
LARGEST = 2_000_000
# where mail servers say to whom a message was delivered, the most certain first
_DELIVERED_TO = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To")


@dataclass(frozen=True)
class Report:
    """What a delivery report says of a recipient: the action, the enhanced status, the server's words."""

    action: str
    status: str
    said: str


async def receive(raw: bytes, *, to: str = "") -> str:
    """Take a delivery report in; says in one word what became of it, for the log and for tests.

    Args:
        to: the envelope's recipient, where the mail server tells it; else the message's headers do.
    """
    message = message_from_bytes(raw[:LARGEST], policy=policy.compat32)
    mail_id = next((found for one in _recipients(message, to) if (found := bounced_mail(one)) is not None), None)
    if mail_id is None:
        return _ended("forged")
    report = next(_reports(message), None)
    if report is None:
        return _ended("no_report")
    row = await Mail.get_or_none(id=mail_id)
    if row is None:
        return _ended("unknown")
    for_good = report.action == "failed" and is_dead(report.status)
    said = scrub(without_secrets(f"{report.action} {report.status}: {report.said}"))[:1000]
    await note_bounce(
        mail_id=mail_id,
        email_key=Reader(row.recipient, "").key,
        status=report.status,
        said=said,
        for_good=for_good,
    )
    return _ended("for_good" if for_good else "noted")


def _ended(outcome: str) -> str:
    log.info("bounce_received", outcome=outcome)
    return outcome


def _recipients(message: "Message[str, str]", to: str) -> Iterator[str]:
    """The addresses that the report may have been delivered to."""
    if to:
        yield to
        return
    if os.environ.get("ORIGINAL_RECIPIENT"):  # set by Postfix's local(8)
        yield os.environ["ORIGINAL_RECIPIENT"]
    for name in _DELIVERED_TO:
        for _, address in getaddresses([str(one) for one in message.get_all(name, [])]):
            yield address


def _reports(message: "Message[str, str]") -> Iterator[Report]:
    """What each recipient's part of a multipart/report says; failures first."""
    found: list[Report] = []
    if message.get_content_type() != "multipart/report":
        return
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status" or not isinstance(part.get_payload(), list):
            continue
        for block in part.get_payload():
            if not isinstance(block, Message) or not block.get("Action"):
                continue
            found.append(
                Report(
                    action=str(block["Action"]).strip().lower().split(" ")[0],
                    status=str(block.get("Status", "")).strip()[:20],
                    said=" ".join(str(block.get("Diagnostic-Code", "")).split())[:500],
                )
            )
    yield from sorted(found, key=lambda one: one.action != "failed")
