"""A receipt by e-mail: to whoever it belongs to, once a form, the file enclosed as it may be shown when it leaves."""

import json

import pytest
from starlette.applications import Starlette

from consult.accounts.actions import delete_account
from consult.core.database import execute
from consult.core.outbox import drain_all
from consult.notifications.models import Mail
from consult.notifications.sending import message_of
from consult.register.checking import check_receipt
from consult.register.heads import public_keys
from tests.browsing import Visitor
from tests.register.public import Entered, entered

PAGE = "/account/receipts"


@pytest.fixture
async def here(app: Starlette) -> Entered:
    return await entered()


async def mails() -> list[Mail]:
    """The receipts that were written."""
    await drain_all()
    return await Mail.filter(template="receipt").order_by("id")


async def enclosed(mail: Mail) -> dict[str, object]:
    """The receipt in a mail, as it would leave now."""
    parts = list((await message_of(mail)).iter_attachments())
    assert [one.get_content_type() for one in parts] == ["application/json"]
    found: dict[str, object] = json.loads(parts[0].get_content())
    return found


async def test_a_receipt_is_sent_with_its_file(app: Starlette, here: Entered) -> None:
    row = await here.entry(kind="published", item_kind="argument")
    answer = await Visitor(app, person=here.awa).post(f"{PAGE}/{row.position}/mail", page=PAGE)
    assert (answer.status, answer.location) == (303, f"{PAGE}?done=mailed")
    (mail,) = await mails()
    assert mail.recipient == here.awa.email
    assert mail.subject == "Votre reçu du registre public", "administrators see subjects: this one tells them nothing"
    for words in (f"inscription n° {row.position}", f"/register/entries/{row.position}", "/register/verify"):
        assert words in mail.text
        assert words in mail.html
    assert "C’est plus sûr" not in mail.text + mail.html
    receipt = await enclosed(mail)
    assert all(one.ok for one in check_receipt(receipt, await public_keys(here.territory_id)))
    assert "C’est plus sûr" in json.dumps(receipt, ensure_ascii=False)


async def test_the_same_form_makes_one_mail(app: Starlette, here: Entered) -> None:
    awa, row = Visitor(app, person=here.awa), await here.entry(kind="voted")
    path = f"{PAGE}/{row.position}/mail"
    guard = (await awa.get(PAGE)).guard()
    for _ in range(2):
        assert (await awa.post(path, guard)).status == 303
    assert len(await mails()) == 1
    assert (await awa.post(path, page=PAGE)).status == 303
    assert len(await mails()) == 2, "asked for again on another day, it is sent again"


async def test_the_mail_of_a_vote_does_not_say_which(app: Starlette, here: Entered) -> None:
    row = await here.entry(kind="voted")
    await Visitor(app, person=here.awa).post(f"{PAGE}/{row.position}/mail", page=PAGE)
    (mail,) = await mails()
    assert "Il ne dit pas lequel" in mail.text
    whole = (await message_of(mail)).as_string() + mail.text + mail.html
    assert "disagree" not in whole
    assert str(here.d.contribution.id) not in whole
    assert not {"content", "salt"} & set(await enclosed(mail))


async def test_nobody_is_sent_somebody_else_s(app: Starlette, here: Entered) -> None:
    omar, row = Visitor(app, person=here.omar), await here.entry(kind="voted")
    for place in (row.position, 4, (1 << 63) - 1):
        assert (await omar.post(f"{PAGE}/{place}/mail", page=PAGE)).status == 404
    assert (await Visitor(app).post(f"{PAGE}/{row.position}/mail")).status == 303
    assert await mails() == []


async def test_before_a_head_covers_it_there_is_nothing_to_send(app: Starlette, here: Entered) -> None:
    await here.d.argue(here.awa, body="Plus tard.")
    await here.enter(sign=False)
    awa, row = Visitor(app, person=here.awa), await here.entry(kind="published")
    page = await awa.post(f"{PAGE}/{row.position}/mail", page=PAGE)
    assert page.status == 422
    assert "Ce reçu sera complet dans moins d’une minute" in page.words
    assert await mails() == []


async def test_a_text_that_was_hidden_meanwhile_does_not_leave(app: Starlette, here: Entered) -> None:
    row = await here.entry(kind="published", item_kind="argument")
    await Visitor(app, person=here.awa).post(f"{PAGE}/{row.position}/mail", page=PAGE)
    (mail,) = await mails()
    await execute("UPDATE argument SET state = 'hidden'")
    assert "content" not in await enclosed(mail)


async def test_who_has_left_is_sent_nothing(app: Starlette, here: Entered) -> None:
    row = await here.entry(kind="published", item_kind="argument")
    await Visitor(app, person=here.awa).post(f"{PAGE}/{row.position}/mail", page=PAGE)
    await delete_account(here.awa.voice(), session_id=None, proven=True)
    assert await mails() == []
