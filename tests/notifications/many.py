"""A mail to many thousands of people, by the real worker and a real SMTP server, while the site goes on being used.

The suite does it with a few hundred; ``python -m tests.notifications.many 20000`` says how long it takes.
"""

import asyncio
import os
import resource
import socket
import sys
import tempfile
import time
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from typing import Any

from aiosmtpd.controller import Controller
from starlette.applications import Starlette

from consult.accounts.models import Account, Identity
from consult.app import create_app, work
from consult.contributions.actions import publish_contribution
from consult.core import clock, wake
from consult.core.database import database, in_transaction, migrate
from consult.core.keys import new_key
from consult.core.outbox import drain_all
from consult.notifications.models import Follow, Frequency, Mail, Mailing, MailState
from consult.settings import settings
from tests.browsing import Visitor
from tests.cast import a_person
from tests.discussion import Discussion, a_discussion


@dataclass
class Heap:
    """An SMTP server that keeps only who was written to, and when."""

    to: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    templates: dict[str, float] = field(default_factory=dict)
    longest: int = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        headers = BytesHeaderParser().parsebytes(envelope.content)
        self.to += envelope.rcpt_tos
        self.ids.add(str(headers["Message-ID"]))
        if headers["List-Unsubscribe"] is None:
            self.templates.setdefault(str(headers["Message-ID"]), time.monotonic())
        self.longest = max(self.longest, len(envelope.content))
        return "250 kept"


@dataclass
class Figures:
    """What was measured, in seconds."""

    count: int
    written_in: float = 0.0
    sent_in: float = 0.0
    pages: list[float] = field(default_factory=list)
    single_after: float = 0.0
    memory_mb: float = 0.0
    recipients: list[str] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)

    def __str__(self) -> str:
        pages = sorted(self.pages)
        return (
            f"{self.count} mails: written in {self.written_in:.1f} s ({self.count / self.written_in:.0f}/s),"
            f" all handed over after {self.sent_in:.1f} s ({self.count / self.sent_in:.0f}/s);"
            f" {len(pages)} pages meanwhile, median {pages[len(pages) // 2] * 1000:.0f} ms,"
            f" slowest in a hundred {pages[int(len(pages) * 0.99)] * 1000:.0f} ms, worst {pages[-1] * 1000:.0f} ms;"
            f" a sign-in link left {self.single_after:.2f} s after it was asked for;"
            f" memory grew by {self.memory_mb:.0f} MB"
        )


async def followers(d: Discussion, count: int) -> None:
    """As many people who follow the consultation."""
    now = clock.now()
    for start in range(0, count, 1000):
        accounts, identities, rows = [], [], []
        for number in range(start, min(start + 1000, count)):
            account = Account(id=new_key(), public_name=f"Habitant {number}", created_at=now, confirmed_at=now)
            email = f"habitant.{number}@example.org"
            accounts.append(account)
            identities.append(Identity(id=new_key(), account_id=account.id, email=email, email_key=email))
            rows.append(
                Follow(
                    id=new_key(), account_id=account.id, territory_id=d.territory.id, kind="consultation",
                    consultation_id=d.consultation.id, target_id=d.consultation.id, frequency=Frequency.IMMEDIATE,
                    since=now, told_until=now,
                )
            )  # fmt: skip
        async with in_transaction():
            await Account.bulk_create(accounts)
            await Identity.bulk_create(identities)
            await Follow.bulk_create(rows)


async def mail_everybody(app: Starlette, heap: Heap, count: int, patience: float = 2400) -> Figures:
    """Publish a contribution that ``count`` people want to hear of, and use the site until all of them have."""
    d = await a_discussion()
    awa = await a_person()
    await drain_all()  # what was there before they followed is not announced
    await followers(d, count)
    figures, before = Figures(count), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    stop = asyncio.Event()
    worker, began = asyncio.create_task(work(stop)), time.monotonic()
    await publish_contribution(awa.voice(), **d.place, section_id=d.section.id, title="Des arceaux", body="Vingt.")
    reader, asked = asyncio.create_task(_read(app, d, figures, stop)), 0.0
    try:
        async with asyncio.timeout(patience):
            while len(heap.to) < count:
                await asyncio.sleep(0.05)
                mailing = await Mailing.first()
                if mailing and mailing.finished_at and not figures.written_in:
                    figures.written_in = time.monotonic() - began
                if len(heap.to) > count // 4 and not asked:
                    asked = time.monotonic()
                    await _ask_link(d)
                    count += 1
        figures.sent_in = time.monotonic() - began
    finally:
        stop.set()
        wake.worker()
        await asyncio.gather(worker, reader)
    figures.single_after = min(heap.templates.values()) - asked
    figures.memory_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    figures.recipients, figures.ids = heap.to, heap.ids
    return figures


async def _ask_link(d: Discussion) -> None:
    from consult.accounts.actions import ask_sign_in_link
    from consult.accounts.rules import Address
    from consult.core.voice import SYSTEM

    address = Address("presse@example.org", "presse@example.org")
    await ask_sign_in_link(SYSTEM, territory_id=d.territory.id, address=address)


async def _read(app: Starlette, d: Discussion, figures: Figures, stop: asyncio.Event) -> None:
    """Somebody signed in reads a page over and over: no page of theirs is kept."""
    visitor = Visitor(app, person=d.luc)
    while not stop.is_set():
        began = time.monotonic()
        answer = await visitor.client.get(d.path)
        assert answer.status_code == 200
        figures.pages.append(time.monotonic() - began)
        await asyncio.sleep(0.05)


def start_heap() -> tuple[Heap, Controller]:
    """The server, in a thread of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    heap = Heap()
    controller = Controller(heap, hostname="127.0.0.1", port=port)
    controller.start()
    return heap, controller


async def _main(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get("CONSULT_DATABASE_URL", f"sqlite://{folder}/many.sqlite3")
        heap, controller = start_heap()
        os.environ |= {
            "CONSULT_SMTP_URL": f"smtp://127.0.0.1:{controller.port}",
            "CONSULT_MAILS_PER_MINUTE": os.environ.get("CONSULT_MAILS_PER_MINUTE", "0"),
            "CONSULT_RATE_LIMITS": "false",
        }
        settings.cache_clear()
        await migrate(url)
        try:
            async with database(url):
                print(await mail_everybody(create_app(open_database=False), heap, count))
                states = {state.value: await Mail.filter(state=state).count() for state in MailState}
                print(f"{len(heap.to)} arrived, {len(heap.ids)} different; {states}; longest {heap.longest} bytes")
        finally:
            controller.stop()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
