"""Mails about organisations: to whom they concern, with the territory's words, and links that still serve."""

from typing import Any

import pytest

from consult.accounts.rules import Address
from consult.app import load_effects
from consult.core.outbox import drain_all
from consult.notifications.models import Mail, MailState
from consult.notifications.sending import send_waiting
from consult.organisations.actions import (
    create_organisation,
    invite_member,
    refuse_organisation,
    take_back_invitation,
    take_back_verification,
    verify_organisation,
)
from tests.cast import a_person, a_territory
from tests.notifications.postman import Postman

ZOE = Address("zoe@example.org", "zoe@example.org")


@pytest.fixture(autouse=True)
def _effects() -> None:
    load_effects()


async def mails() -> list[Mail]:
    await drain_all()
    return await Mail.all().order_by("id")


async def _created(territory: Any, owner: Any) -> Any:
    return await create_organisation(
        owner.voice(), territory_id=territory.id, name="Vélo Vallon", kind="association", number="W751234567",
        address="1, rue Haute, Vallon",
    )  # fmt: skip


async def test_administrators_hear_of_what_they_have_to_verify(db: str) -> None:
    here, there = await a_territory(), await a_territory("coteau")
    owner, ours = await a_person("Awa Diallo"), await a_person("Luc Martin", administrator=here)
    await a_person("Marc Petit", administrator=there)
    await a_person("Zoé Blanc", moderator=here)
    await _created(here, owner)
    written = await mails()
    subject = "À vérifier\u00a0: «\u00a0Vélo Vallon\u00a0»"
    assert [(one.recipient, one.subject) for one in written] == [(ours.email, subject)]
    assert "http://vallon.test:8000/admin/organisations" in written[0].text


@pytest.mark.parametrize("verified", [True, False])
async def test_the_owner_hears_the_decision_and_its_reason(db: str, verified: bool) -> None:
    territory = await a_territory()
    owner, admin = await a_person("Awa Diallo"), await a_person("Luc Martin", administrator=territory)
    made = await _created(territory, owner)
    await mails()
    place = {"territory_id": territory.id, "organisation_id": made.id}
    if verified:
        await verify_organisation(admin.voice("administrator"), **place)
        await mails()
        await take_back_verification(admin.voice("administrator"), **place, reason="Elle est dissoute.")
    else:
        await refuse_organisation(admin.voice("administrator"), **place, reason="Elle est dissoute.")
    to_owner = [one for one in await mails() if one.recipient == owner.email]
    assert [one.template for one in to_owner] == (
        ["organisation_verified", "organisation_taken_back"] if verified else ["organisation_refused"]
    )
    assert "    Elle est dissoute." in to_owner[-1].text


async def test_an_invitation_goes_to_the_address(db: str, postman: Postman) -> None:
    territory, owner = await a_territory(), await a_person("Awa Diallo")
    made = await _created(territory, owner)
    await drain_all()
    place = {"territory_id": territory.id, "organisation_id": made.id}
    invitation = await invite_member(owner.voice(), **place, address=ZOE)
    mail = (await mails())[-1]
    assert (mail.recipient, mail.subject) == (ZOE.email, "Vélo Vallon vous invite à parler en son nom")
    assert "http://vallon.test:8000/invitations/" in mail.text
    assert "Awa Diallo vous invite" in mail.text
    await take_back_invitation(owner.voice(), **place, invitation_id=invitation.id)
    await send_waiting()
    assert (await Mail.get(id=mail.id)).state is MailState.DROPPED
    assert not postman.arrived
