"""Mails about one's account: links that confirm and sign in, and words to whoever did not ask for a change."""

from datetime import timedelta
from typing import Any

import pytest

from consult.accounts import actions as accounts
from consult.accounts.actions import Browser
from consult.accounts.models import MailLink, Role
from consult.accounts.rules import Address
from consult.app import load_effects
from consult.core.voice import SYSTEM
from consult.notifications.models import Mail, MailState
from consult.notifications.sending import send_waiting
from consult.settings import settings
from consult.territories.models import TerritoryHost
from tests.cast import a_person, a_territory
from tests.notifications.postman import Postman
from tests.notifications.test_mails import AWA, links_of, mails, the_mail


@pytest.fixture(autouse=True)
def _effects() -> None:
    load_effects()


async def test_a_sign_up_is_asked_to_confirm(db: str) -> None:
    territory = await a_territory()
    await accounts.sign_up(
        SYSTEM, territory_id=territory.id, public_name="Awa D.", address=AWA, language="fr", browser=Browser("t.1")
    )
    mail = await the_mail()
    assert (mail.recipient, mail.subject, mail.template) == (
        "awa@example.org",
        "Confirmez votre adresse e-mail",
        "confirm_address",
    )
    assert "http://vallon.test:8000/links/" in mail.text
    assert any(href.startswith("http://vallon.test:8000/links/") for href in links_of(mail))
    assert "«\u00a0Awa D.\u00a0»" in mail.text
    assert mail.about_id == (await MailLink.get()).id


async def test_an_address_that_is_known_hears_other_words(db: str) -> None:
    territory = await a_territory()
    await accounts.add_account(SYSTEM, address=AWA, public_name="Awa Diallo", confirmed=True)
    await accounts.sign_up(
        SYSTEM, territory_id=territory.id, public_name="Awa 2", address=AWA, language="fr", browser=Browser("t.1")
    )
    mail = await the_mail()
    assert mail.subject == "Vous avez déjà un compte"
    assert "Awa 2" not in mail.text, "what a stranger typed is not put into her mouth"


@pytest.mark.parametrize(("known", "subject"), [(True, "Votre lien pour vous connecter"), (False, "Cette adresse n’a")])
async def test_a_sign_in_link_goes_to_the_address(db: str, known: bool, subject: str) -> None:
    territory = await a_territory()
    if known:
        await accounts.add_account(SYSTEM, address=AWA, public_name="Awa Diallo", confirmed=True)
    await accounts.ask_sign_in_link(SYSTEM, territory_id=territory.id, address=AWA)
    mail = await the_mail()
    assert mail.subject.startswith(subject)
    assert ("/links/" in mail.text) is known, "no link where there is nothing to sign in to"


async def test_a_mail_speaks_its_readers_language(db: str) -> None:
    territory = await a_territory()
    account = await accounts.add_account(SYSTEM, address=AWA, public_name="Awa Diallo", confirmed=True, language="en")
    await accounts.ask_sign_in_link(SYSTEM, territory_id=territory.id, address=AWA)
    assert '<html lang="en">' in (await the_mail()).html
    assert account.language == "en"


async def test_a_link_of_a_territory_without_host_leads_to_the_base_address(db: str) -> None:
    territory = await a_territory()
    await TerritoryHost.all().delete()
    await accounts.ask_sign_in_link(SYSTEM, territory_id=territory.id, address=AWA)
    assert f"{settings().base_url}/sign-up" in (await the_mail()).text


async def test_a_changed_address_is_told_to_the_former_one(db: str) -> None:
    territory, awa = await a_territory(), await a_person()
    new = Address("awa.new@example.org", "awa.new@example.org")
    session = await awa.account.sessions.all().first()  # type: ignore[attr-defined]
    await accounts.ask_email_change(awa.voice(), territory_id=territory.id, session_id=session.id, address=new)
    asked = await the_mail()
    assert (asked.recipient, asked.subject) == (new.email, "Confirmez votre nouvelle adresse")
    link = await MailLink.get()
    await accounts.change_email(awa.voice(), link_id=link.id, territory_id=territory.id, keep_session_id=session.id)
    assert [(one.recipient, one.subject) for one in await mails()][1:] == [
        (awa.email, "L’adresse de votre compte a changé")
    ]


async def test_a_changed_password_is_told(db: str) -> None:
    await a_territory()
    awa = await a_person()
    await accounts.set_password(awa.voice(), session_id=None, password_hash="x", proven=True)
    assert (await the_mail()).recipient == awa.email


async def test_an_invitation_to_the_staff_carries_its_link(db: str) -> None:
    territory = await a_territory()
    await accounts.invite_to_staff(SYSTEM, territory_id=territory.id, address=AWA, role=Role.MODERATOR)
    mail = await the_mail()
    assert mail.subject == "Commune de Vallon vous invite dans son équipe"
    assert "/links/" in mail.text


async def test_a_printed_link_makes_no_mail(db: str) -> None:
    territory = await a_territory()
    await accounts.add_account(SYSTEM, address=AWA, public_name="Awa Diallo", confirmed=True)
    await accounts.make_sign_in_link(territory_id=territory.id, address=AWA, life=accounts_life())
    assert await mails() == []


def accounts_life() -> Any:

    return timedelta(hours=1)


async def test_a_used_link_is_not_sent_any_more(db: str, postman: Postman) -> None:
    territory = await a_territory()
    await accounts.ask_sign_in_link(SYSTEM, territory_id=territory.id, address=AWA)
    mail = await the_mail()
    await MailLink.all().update(used_at=mail.created_at)
    await send_waiting()
    assert (await Mail.get()).state is MailState.DROPPED
    assert not postman.arrived


async def test_a_link_whose_time_is_over_is_not_sent_any_more(db: str, postman: Postman) -> None:
    territory = await a_territory()
    await accounts.ask_sign_in_link(SYSTEM, territory_id=territory.id, address=AWA)
    mail = await the_mail()
    await MailLink.all().update(expires_at=mail.created_at)
    await send_waiting()
    assert (await Mail.get()).state is MailState.DROPPED
    assert not postman.arrived
