"""From the form to the mailbox and back: the mails that really go out, and where their links lead."""

import re

import pytest
from starlette.applications import Starlette

from consult.core import outbox
from consult.notifications.models import Mail
from tests.accounts.people import AWA, signed_up
from tests.browsing import Visitor
from tests.cast import Person, a_person, a_territory


@pytest.fixture(autouse=True)
async def territory(app: Starlette) -> None:
    await a_territory()


async def _mail_to(email: str) -> Mail:
    await outbox.drain_all()
    mail = await Mail.filter(recipient=email).order_by("-id").first()
    assert mail is not None, f"no mail to {email}"
    return mail


def _link_in(mail: Mail) -> str:
    found = re.search(r"https?://[^/\s]+(/links/\S+)", mail.text)
    assert found, mail.text
    return found[1].rstrip(".>)")


async def _known() -> Person:
    return await a_person("Luc Martin")


async def test_a_newcomers_mail_confirms_the_address(app: Starlette) -> None:
    visitor = await signed_up(app)
    await visitor.post(_link_in(await _mail_to("awa@exemple.fr")), page="")
    assert "pas encore confirmée" not in (await visitor.get("/account")).words


async def test_a_known_address_is_told_so_in_the_mail_and_only_there(app: Starlette) -> None:
    luc = await _known()
    visitor = await signed_up(app, email=luc.email)
    mail = await _mail_to(luc.email)
    assert "compte" in mail.text
    await visitor.post(_link_in(mail), page="")
    assert "Luc Martin" in (await visitor.get("/account")).words


async def test_a_sign_in_link_comes_by_mail(app: Starlette) -> None:
    luc = await _known()
    visitor = Visitor(app)
    await visitor.post("/sign-in", {"email": luc.email, "button": "link"}, page="")
    await visitor.post(_link_in(await _mail_to(luc.email)), page="")
    assert "Luc Martin" in (await visitor.get("/account")).words


async def test_an_unknown_address_gets_a_mail_without_a_link_to_sign_in(app: Starlette) -> None:
    await Visitor(app).post("/sign-in", {"email": "personne@exemple.fr", "button": "link"}, page="")
    mail = await _mail_to("personne@exemple.fr")
    assert "/links/" not in mail.text
    assert "/sign-up" in mail.text


async def test_a_changed_address_is_told_to_the_former_one(app: Starlette) -> None:
    luc = await _known()
    visitor = Visitor(app, person=luc)
    await visitor.post("/account/email", {"email": "neuve@exemple.fr"}, page="")
    await visitor.post(_link_in(await _mail_to("neuve@exemple.fr")), page="")
    assert "adresse" in (await _mail_to(luc.email)).text


async def test_staff_is_invited_by_mail(app: Starlette) -> None:
    from consult.territories.models import Territory

    chef = await a_person("Claire Vasseur", administrator=await Territory.get())
    form = {"email": "ines@exemple.fr", "role": "moderator"}
    await Visitor(app, person=chef).post("/admin/staff", form, page="")
    ines = Visitor(app)
    link = _link_in(await _mail_to("ines@exemple.fr"))
    assert "Modération" in (await ines.get(link)).words
    await ines.post(link, {"public_name": "Inès Roux"}, page="")
    assert "Modération" in (await ines.get("/account")).words


async def test_events_in_the_outbox_hold_no_address_and_no_token(app: Starlette) -> None:
    from consult.core.models import OutboxRow

    await signed_up(app)
    await outbox.drain_all()
    rows = await OutboxRow.all()
    assert rows
    assert not [row for row in rows if AWA["email"] in str(row.payload) or "/links/" in str(row.payload)]
