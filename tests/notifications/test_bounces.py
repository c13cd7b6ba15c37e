"""Mails that come back: an address that is dead is written to no more, and whoever forges a report changes nothing."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from consult.accounts import actions as accounts
from consult.accounts.actions import Browser
from consult.accounts.models import MailLink
from consult.accounts.rules import Address
from consult.app import load_effects
from consult.core import clock
from consult.core.outbox import drain_all
from consult.core.voice import SYSTEM
from consult.notifications.links import bounced_mail, envelope_sender
from consult.notifications.models import Mail, MailState, UndeliverableAddress
from consult.notifications.rules import is_dead, refused_for_good
from consult.notifications.sending import send_bulk, send_waiting
from consult.notifications.sending.bounces import receive
from consult.settings import SettingsError, settings
from tests.browsing import Visitor
from tests.cast import Person, a_person, a_territory
from tests.discussion import Discussion, a_discussion
from tests.notifications.following import a_follower, written
from tests.notifications.postman import Postman
from tests.notifications.test_sending import a_mail

POSTFIX = """Return-Path: <>
X-Original-To: {to}
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4D1C2

Final-Recipient: rfc822; awa@example.org
Original-Recipient: rfc822;awa@example.org
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.org
Diagnostic-Code: smtp; 550 {status} <awa@example.org>: Recipient address
    rejected: User unknown

--b1
Content-Type: message/rfc822

Subject: Votre courriel

Bonjour
--b1--
"""


@pytest.fixture(autouse=True)
def _bounces(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    load_effects()
    monkeypatch.setenv("CONSULT_BOUNCE_ADDRESS", "rebonds@vallon.test")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


def report(mail: Mail, action: str = "failed", status: str = "5.1.1", to: str = "") -> bytes:
    """What Postfix pipes when a mail comes back."""
    return POSTFIX.format(to=to or envelope_sender(mail.id), action=action, status=status).encode()


async def test_the_envelope_names_the_mail(db: str, postman: Postman) -> None:
    settings.cache_clear()
    mail = await a_mail()
    await send_waiting()
    sender = postman.senders[0]
    assert sender.startswith("rebonds+")
    assert len(sender.partition("@")[0]) <= 64
    assert bounced_mail(sender) == bounced_mail(f"<{sender.upper()}>") == mail.id
    assert postman.arrived[0]["From"].addresses[0].addr_spec == "ne-pas-repondre@vallon.test"


async def test_a_dead_address_is_written_to_no_more(db: str, postman: Postman) -> None:
    d = await a_discussion()
    await d.argue(await a_person())
    (mail,) = await written()
    await send_waiting()
    assert await receive(report(mail)) == "for_good"
    row = await Mail.get(id=mail.id)
    assert row.state is MailState.FAILED
    assert "5.1.1" in row.error
    assert (await UndeliverableAddress.get()).email_key == d.luc.email
    await d.argue(await a_person("Zoé Petit"))
    assert len(await written()) == 1, "nothing more is written"
    assert await receive(report(mail)) == "for_good", "twice does no harm"


async def test_what_waits_for_a_dead_address_is_dropped(db: str, postman: Postman) -> None:
    first, second = await a_mail(template="argument"), await a_mail(template="argument")
    await receive(report(first))
    await Mail.filter(id=first.id).update(state=MailState.FAILED)
    await send_waiting()
    assert (await Mail.get(id=second.id)).state is MailState.DROPPED
    assert not postman.arrived


@pytest.mark.parametrize(
    ("action", "status"),
    [("delayed", "4.4.1"), ("failed", "4.2.2"), ("failed", "5.7.1"), ("failed", "5.2.2"), ("relayed", "2.0.0")],
)
async def test_what_is_not_for_good_is_noted(db: str, action: str, status: str) -> None:
    mail = await a_mail(state=MailState.SENT, next_try_at=None)
    assert await receive(report(mail, action, status)) == "noted"
    row = await Mail.get(id=mail.id)
    assert (row.state, status in row.error) == (MailState.SENT, True)
    assert not await UndeliverableAddress.exists()


@pytest.mark.parametrize("forged", ["digest", "of_another", "plain", "other_domain", "none", "long"])
async def test_a_forged_report_changes_nothing(db: str, forged: str) -> None:
    mail = await a_mail()
    sender = envelope_sender(mail.id)
    to = {
        "digest": f"{sender.partition('-')[0]}-{'0' * 20}@vallon.test",
        "of_another": f"{sender.partition('-')[0]}-{envelope_sender(mail.id + 1).partition('-')[2]}",
        "plain": "rebonds@vallon.test",
        "other_domain": sender.replace("vallon.test", "example.org"),
        "none": "awa@example.org",
        "long": f"rebonds+{'z' * 500}-{'0' * 20}@vallon.test",
    }[forged]
    assert await receive(report(mail, to=to)) == "forged"
    assert not await UndeliverableAddress.exists()
    assert (await Mail.get(id=mail.id)).error == ""


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00garbage",
        b"To: {to}\nSubject: Absente du bureau\n\nJe reviens lundi.",
        b"To: {to}\nContent-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\nno",
    ],
)
async def test_what_is_no_report_is_left_alone(db: str, raw: bytes) -> None:
    mail = await a_mail()
    raw = raw.replace(b"{to}", envelope_sender(mail.id).encode())
    assert await receive(raw) in {"no_report", "forged"}
    assert not await UndeliverableAddress.exists()


async def test_a_report_of_a_mail_that_is_gone_is_left_alone(db: str) -> None:
    mail = await a_mail()
    await Mail.all().delete()
    assert await receive(report(mail)) == "unknown"


async def test_without_a_bounce_address_nothing_is_believed(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mail = await a_mail()
    raw = report(mail)
    monkeypatch.setenv("CONSULT_BOUNCE_ADDRESS", "")
    settings.cache_clear()
    assert envelope_sender(mail.id) == ""
    assert await receive(raw) == "forged"


@pytest.mark.parametrize(
    ("answer", "is_dead"),
    [("550 5.1.1 no such user", True), ("550 unknown", True), ("550 5.7.1 your address is blocked", False),
     ("552 5.2.2 mailbox full", False), ("450 4.2.0 greylisted", False)],
)  # fmt: skip
async def test_a_recipient_refused_at_the_door(db: str, postman: Postman, answer: str, is_dead: bool) -> None:
    postman.recipient_answers = [answer]
    await a_mail(template="argument")
    await send_waiting()
    assert await UndeliverableAddress.exists() is is_dead


async def _confirmed_again(person: Person, d: Discussion) -> None:
    """They ask for a link to sign in, and follow it."""
    address = Address(person.email, person.email)
    await accounts.ask_sign_in_link(SYSTEM, territory_id=d.territory.id, address=address)
    await drain_all()
    link = await MailLink.all().order_by("-id").first()
    assert link is not None
    await accounts.sign_in_by_link(SYSTEM, link_id=link.id, territory_id=d.territory.id, browser=Browser("s.2"))
    await drain_all()


async def test_its_owner_says_that_it_works_again(app: Starlette, postman: Postman) -> None:
    d = await a_discussion()
    zoe = await a_follower(d)
    await UndeliverableAddress.create(id=1, email_key=zoe.email, since=clock.now(), reason="5.1.1")
    told = await Visitor(app, person=zoe).get("/account")
    assert "ne reçoit plus nos courriels" in told.words
    await d.argue(d.luc)
    assert await written("news") == []
    await accounts.ask_sign_in_link(SYSTEM, territory_id=d.territory.id, address=Address(zoe.email, zoe.email))
    await drain_all()
    await send_waiting()
    assert postman.to == [[zoe.email]], "what one has just asked for is tried all the same"
    await _confirmed_again(zoe, d)
    assert not await UndeliverableAddress.exists()
    assert "ne reçoit plus nos courriels" not in (await Visitor(app, person=zoe).get("/account")).words
    await d.argue(d.luc, body="Encore.")
    assert len(await written("news")) == 1
    assert await send_bulk() == 1


async def test_leaving_forgets_the_address(db: str) -> None:
    await a_territory()
    awa = await a_person()
    await UndeliverableAddress.create(id=1, email_key=awa.email, since=clock.now() - timedelta(days=1))
    await accounts.delete_account(awa.voice(), session_id=None, proven=True)
    assert not await UndeliverableAddress.exists()


def test_the_command_reads_what_a_mail_server_pipes(database_url: str, tmp_path: Path) -> None:
    """The real command, in a process of its own: a report that names nobody is no failure, a database away is one."""
    command = [str(Path(sys.executable).parent / "consult"), "bounce"]
    environment = {
        "CONSULT_DATABASE_URL": database_url,
        "CONSULT_BOUNCE_ADDRESS": "rebonds@vallon.test",
        "CONSULT_SECRET_KEY": "x" * 40,
        "PATH": "",
    }
    done = subprocess.run(
        command, input=b"To: a@b\n\nHello", env=environment, cwd=tmp_path, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout.decode().split()[-1]) == (0, "forged")


@pytest.mark.parametrize("value", ["rebonds", "rebonds+x@vallon.test", "a b@vallon.test", f"{'a' * 30}@vallon.test"])
def test_a_wrong_bounce_address_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CONSULT_BOUNCE_ADDRESS", value)
    settings.cache_clear()
    with pytest.raises(SettingsError, match="CONSULT_BOUNCE_ADDRESS must be like"):
        settings()
    settings.cache_clear()


def test_what_a_server_says_of_an_address() -> None:
    assert [is_dead(one) for one in ("5.1.1", "5.0.0", "5.4.4", "5.2.1")] == [True] * 4
    assert not any(is_dead(one) for one in ("4.1.1", "5.7.1", "5.2.2", "5.3.4", "5.6.0", "2.0.0", "", "5", "nonsense"))
    assert refused_for_good(550, "User unknown")
    assert not refused_for_good(554, "5.1.1 Transaction failed")
