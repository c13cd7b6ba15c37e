"""Two at once: one account a form, one session a link, never a territory without administrator."""

import asyncio

import pytest
from starlette.applications import Starlette

from consult.accounts.actions import Browser, ask_sign_in_link, confirm_address, sign_in_by_link, sign_up, take_role
from consult.accounts.actions.links import Confirmation
from consult.accounts.models import Account, Identity, MailLink, Role, Session, Staff
from consult.accounts.rules import Address
from consult.core.errors import Refused
from consult.core.voice import SYSTEM
from consult.territories.models import Territory
from tests.cast import a_person, a_territory

AWA = Address("awa@exemple.fr", "awa@exemple.fr")


@pytest.fixture
async def vallon(app: Starlette) -> Territory:
    """Our territory."""
    return await a_territory()


async def _sign_up(vallon: Territory, number: int, once: str | None) -> Account:
    return await sign_up(
        SYSTEM,
        territory_id=vallon.id,
        public_name="Awa Diallo",
        address=AWA,
        language="fr",
        browser=Browser(f"s.{number}"),
        once=once,
    )


async def test_one_form_sent_five_times_at_once_makes_one_account(vallon: Territory) -> None:
    made = await asyncio.gather(*(_sign_up(vallon, number, "the form") for number in range(5)))
    assert len({account.id for account in made}) == 1
    assert await Account.all().count() == 1
    assert await MailLink.all().count() == 1
    assert await Session.all().count() == 5


async def test_one_link_pressed_five_times_at_once_opens_one_session(vallon: Territory) -> None:
    person = await a_person()
    address = Address(person.email, person.email)
    await ask_sign_in_link(SYSTEM, territory_id=vallon.id, address=address)
    link = await MailLink.get()
    tries = [
        sign_in_by_link(SYSTEM, link_id=link.id, territory_id=vallon.id, browser=Browser(f"s.{number}"))
        for number in range(5)
    ]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, MailLink) for answer in answers) == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == 4
    assert await Session.filter(account_id=person.id).count() == 2


async def test_two_sign_ups_confirmed_at_once_become_one_account(vallon: Territory) -> None:
    for number in range(2):
        await _sign_up(vallon, number, None)
    tries = [
        confirm_address(
            SYSTEM, link_id=link.id, territory_id=vallon.id, browser=Browser(f"s.new{link.id}"), said=Confirmation()
        )
        for link in await MailLink.all()
    ]
    await asyncio.gather(*tries)
    assert await Identity.all().count() == 1
    assert await Account.filter(deleted_at=None).count() == 1


async def test_two_administrators_cannot_leave_at_once(vallon: Territory) -> None:
    people = [await a_person(name, administrator=vallon) for name in ("Luc Martin", "Awa Diallo")]
    rows = await Staff.all()
    tries = [
        take_role(person.voice("administrator"), territory_id=vallon.id, staff_id=row.id)
        for person, row in zip(people, rows, strict=True)
    ]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert await Staff.filter(role=Role.ADMINISTRATOR).count() == 1
