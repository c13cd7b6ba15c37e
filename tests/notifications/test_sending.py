"""Mails leave by a real SMTP server: once, again after a delay, not at all when refused for good or out of season."""

import asyncio
import socket
from datetime import timedelta
from typing import Any

import pytest

from consult.core import clock
from consult.core.keys import new_key
from consult.notifications import sending
from consult.notifications.models import Mail, MailState
from consult.notifications.sending import LEASE, TOO_OLD, message_of, send_waiting
from consult.settings import SettingsError, settings
from consult.territories.models import Territory
from tests.cast import NOON, a_territory
from tests.notifications.postman import Postman


async def a_mail(territory: Territory | None = None, **changed: Any) -> Mail:
    """A mail that waits."""
    values: dict[str, Any] = {
        "id": new_key(),
        "key": f"test.{new_key()}",
        "territory_id": territory.id if territory else None,
        "template": "sign_in",
        "recipient": "awa@example.org",
        "subject": "Votre lien pour vous connecter à « Vélo » : été 2026",
        "text": "Bonjour,\n\nVoici votre lien, à bientôt.\n",
        "html": "<p>Bonjour, voici votre lien, <b>à bientôt</b>.</p>",
        "created_at": clock.now(),
        "next_try_at": clock.now(),
    }
    return await Mail.create(**(values | changed))


async def state_of(mail: Mail) -> Mail:
    return await Mail.get(id=mail.id)


async def test_a_mail_is_handed_over_once(db: str, postman: Postman) -> None:
    mail = await a_mail()
    assert await send_waiting() == 1
    assert await send_waiting() == 0
    assert postman.to == [["awa@example.org"]]
    sent = await state_of(mail)
    assert (sent.state, sent.next_try_at, sent.error) == (MailState.SENT, None, "")
    assert sent.sent_at is not None


async def test_a_mail_that_is_being_handed_over_is_nobody_elses(
    db: str, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail, second = await a_mail(), []

    async def meanwhile(*given: Any) -> Any:
        monkeypatch.setattr(sending, "message_of", message_of)
        second.append(await send_waiting())
        return await message_of(*given)

    monkeypatch.setattr(sending, "message_of", meanwhile)
    assert (await send_waiting(), second) == (1, [0])
    assert postman.to == [[mail.recipient]]


async def test_a_mail_that_nobody_could_send_in_time_is_dropped(db: str, postman: Postman) -> None:
    mail = await a_mail(created_at=clock.now() - TOO_OLD - timedelta(seconds=1))
    assert await send_waiting() == 0
    assert (await state_of(mail)).state is MailState.DROPPED
    assert not postman.arrived


async def test_it_says_who_writes_why_and_when(db: str, postman: Postman) -> None:
    territory = await a_territory()
    await Territory.filter(id=territory.id).update(contact_email="mairie@vallon.test", name="Vallon-l’Évêque, la Ville")
    mail = await a_mail(territory)
    await send_waiting()
    message = postman.arrived[0]
    assert message["Subject"] == mail.subject
    assert str(message["From"].addresses[0].display_name) == "Vallon-l’Évêque, la Ville"
    assert message["From"].addresses[0].addr_spec == "ne-pas-repondre@vallon.test"
    assert message["Reply-To"] == "mairie@vallon.test"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == f"<consult.{mail.id}@vallon.test>"
    assert message["Date"].datetime == mail.created_at.replace(microsecond=0)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == mail.text
    assert html.get_content().strip() == mail.html


async def test_a_header_cannot_be_smuggled_in(db: str, postman: Postman) -> None:
    territory = await a_territory()
    await Territory.filter(id=territory.id).update(name="Vallon\r\nBcc: all@example.org", contact_email="a@b\r\nX-A: 1")
    mail = await a_mail(territory, subject="Bonjour\r\nBcc: everybody@example.org\r\n\r\nAh")
    await send_waiting()
    assert postman.to == [["awa@example.org"]]
    message = postman.arrived[0]
    assert message["Bcc"] is message["X-A"] is None
    assert message["Subject"] == "Bonjour Bcc: everybody@example.org Ah"
    assert (await state_of(mail)).state is MailState.SENT


@pytest.mark.parametrize("recipient", ["a@example.org\r\nRCPT TO:<b@example.org>", "a@example.org, b@example.org"])
async def test_a_mail_goes_to_one_address_only(db: str, postman: Postman, recipient: str) -> None:
    mail = await a_mail(recipient=recipient)
    await send_waiting()
    assert not any(one.startswith("b@") for to in postman.to for one in to)
    assert (await state_of(mail)).attempts == 1


async def test_an_address_with_an_accent_is_written_to(db: str, postman: Postman) -> None:
    await a_mail(recipient="zoé@example.org")
    await send_waiting()
    assert postman.to == [["zoé@example.org"]]


async def test_what_is_refused_for_now_is_sent_later(db: str, postman: Postman) -> None:
    postman.answers = ["451 come back later"]
    with clock.frozen(NOON):
        mail = await a_mail()
        assert await send_waiting() == 0
        assert await send_waiting() == 0, "not before its time"
    waiting = await state_of(mail)
    assert (waiting.state, waiting.attempts) == (MailState.WAITING, 1)
    assert "451" in waiting.error
    with clock.frozen(NOON + timedelta(seconds=31)):
        assert await send_waiting() == 1
    assert len(postman.arrived) == 1
    assert postman.arrived[0]["Message-ID"] == f"<consult.{mail.id}@vallon.test>"


async def test_pauses_grow(db: str, postman: Postman) -> None:
    postman.recipient_answers = ["450 greylisted"] * 5
    mail, at, pauses = await a_mail(created_at=NOON, next_try_at=NOON), NOON, []
    for _ in range(5):
        with clock.frozen(at):
            await send_waiting()
        then = (await state_of(mail)).next_try_at
        assert then is not None
        pauses.append((then - at).total_seconds())
        at = then
    assert pauses == [30, 60, 120, 240, 480]


@pytest.mark.parametrize("where", ["answers", "recipient_answers"])
async def test_what_is_refused_for_good_is_given_up(db: str, postman: Postman, where: str) -> None:
    setattr(postman, where, ["550 no such mailbox"])
    mail, other = await a_mail(), await a_mail(recipient="luc@example.org")
    assert await send_waiting() == 1, "the next mail goes out all the same"
    assert await send_waiting() == 0
    assert ((await state_of(mail)).state, (await state_of(other)).state) == (MailState.FAILED, MailState.SENT)
    assert "550" in (await state_of(mail)).error


async def test_a_server_that_is_down_keeps_the_mails_waiting(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        monkeypatch.setenv("CONSULT_SMTP_URL", f"smtp://127.0.0.1:{probe.getsockname()[1]}")
        settings.cache_clear()
        first, second = await a_mail(), await a_mail()
        assert await send_waiting() == 0
    settings.cache_clear()
    assert [(await state_of(one)).state for one in (first, second)] == [MailState.WAITING] * 2
    assert (await state_of(second)).attempts == 0, "one is tried, the others are left alone"


async def test_what_cannot_be_handed_over_in_five_days_is_given_up(db: str, postman: Postman) -> None:
    postman.answers = ["451 later"]
    mail = await a_mail(created_at=NOON, attempts=40)
    with clock.frozen(NOON + timedelta(days=5, minutes=-5)):
        await Mail.filter(id=mail.id).update(next_try_at=NOON)
        await send_waiting()
    assert (await state_of(mail)).state is MailState.FAILED


async def test_two_workers_never_send_a_mail_twice(db: str, postman: Postman) -> None:
    for _ in range(12):
        await a_mail()
    counts = await asyncio.gather(send_waiting(), send_waiting(), send_waiting())
    assert sum(counts) == len(postman.arrived) == 12
    assert len({message["Message-ID"] for message in postman.arrived}) == 12


async def test_a_mail_of_a_worker_that_died_goes_out_when_its_lease_is_over(db: str, postman: Postman) -> None:
    mail = await a_mail(created_at=NOON, attempts=1, next_try_at=NOON + LEASE)
    with clock.frozen(NOON + timedelta(minutes=1)):
        assert await send_waiting() == 0
    with clock.frozen(NOON + LEASE):
        assert await send_waiting() == 1
    assert (await state_of(mail)).state is MailState.SENT


async def test_without_smtp_the_mails_stay_written_down(db: str) -> None:
    mail = await a_mail()
    assert not settings().smtp_url.get_secret_value()
    assert await send_waiting() == 0
    assert (await state_of(mail)).attempts == 0


async def test_nothing_is_sent_about_what_was_hidden_meanwhile(db: str, postman: Postman) -> None:
    mail = await a_mail(about_kind="argument", about_id=new_key())
    await send_waiting()
    assert (await state_of(mail)).state is MailState.DROPPED
    assert not postman.arrived


def test_the_lease_outlasts_the_patience_with_a_server() -> None:
    from consult.notifications.sending import PATIENCE_SECONDS

    assert LEASE.total_seconds() > 5 * PATIENCE_SECONDS


async def test_a_mail_built_twice_is_the_same(db: str) -> None:
    mail = await a_mail()
    assert {name: value for name, value in (await message_of(mail)).items() if name != "Content-Type"} == {
        name: value for name, value in (await message_of(mail)).items() if name != "Content-Type"
    }


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://"])
def test_a_wrong_smtp_address_stops_the_start(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CONSULT_SMTP_URL", url)
    settings.cache_clear()
    with pytest.raises(SettingsError, match="CONSULT_SMTP_URL must be like"):
        settings()
    settings.cache_clear()


@pytest.mark.parametrize(
    ("url", "port", "tls", "start"),
    [
        ("smtp://mail.example.org", 25, False, False),
        ("smtps://n%40me:p%2Fw@mail.example.org", 465, True, False),
        ("smtp+starttls://mail.example.org:2525", 2525, False, True),
    ],
)
def test_the_smtp_address_says_how(
    monkeypatch: pytest.MonkeyPatch, url: str, port: int, tls: bool, start: bool
) -> None:
    from consult.notifications.sending import smtp_client

    monkeypatch.setenv("CONSULT_SMTP_URL", url)
    settings.cache_clear()
    client = smtp_client()
    settings.cache_clear()
    assert client is not None
    assert (client.hostname, client.port, client.use_tls) == ("mail.example.org", port, tls)
    assert bool(client._start_tls_on_connect) is start
    if "@" in url:
        assert (client._login_username, client._login_password) == ("n@me", "p/w")
