"""Opening an account."""

from starlette.applications import Starlette

from consult.accounts.models import Account, Identity, Session
from tests.accounts.post import last_address
from tests.browsing import Visitor
from tests.cast import a_territory

AWA = {"public_name": "Awa Diallo", "email": "awa@exemple.fr", "charter": "y"}


async def test_signing_up_opens_a_pending_account_that_its_link_confirms(app: Starlette) -> None:
    await a_territory()
    visitor = Visitor(app)
    answer = await visitor.post("/sign-up", {**AWA}, page="")
    assert (answer.status, answer.location) == (303, "/sign-up/sent")
    shown = await visitor.get("/sign-up/sent")
    assert "awa@exemple.fr" in shown.words
    assert not await Identity.all().count(), "the address is claimed, not had"
    home = await visitor.get("/account")
    assert "pas encore confirmée" in home.words
    link = await last_address("awa@exemple.fr")
    page = await visitor.get(link)
    assert "Awa Diallo" in page.words
    confirmed = await visitor.post(link, page="")
    assert (confirmed.status, confirmed.location) == (303, "/account?done=confirmed")
    home = await visitor.get(confirmed.location)
    assert "pas encore confirmée" not in home.words
    account = await Account.get()
    assert account.confirmed_at is not None
    assert (await Identity.get()).email == "awa@exemple.fr"
    assert await Session.all().count() == 1
