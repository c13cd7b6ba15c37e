"""No GET changes anything: mail scanners, search engines and a browser that reads ahead follow every link."""

import pytest
from starlette.applications import Starlette

from consult.accounts import links
from consult.accounts.models import LinkPurpose, MailLink
from consult.core import clock
from consult.core.keys import new_key
from consult.organisations import invitations
from consult.organisations.models import Invitation
from tests.attacks.crawling import addresses, changed, keys_of, rows
from tests.attacks.world import a_side


@pytest.mark.parametrize("who", ["", "luc", "omar", "pending", "administrator"])
async def test_reading_every_page_there_is_changes_no_row(app: Starlette, who: str) -> None:
    place = await a_side("vallon")
    tokens = [await _link(purpose, place.people["pending"].id) for purpose in LinkPurpose]
    invited = await Invitation.create(
        id=new_key(), organisation=place.organisations["verified"], email="lou@exemple.fr", created_at=clock.now(),
        invited_by=place.people["omar"].account, expires_at=clock.now().replace(year=clock.now().year + 1),
    )  # fmt: skip
    values = {"slug": ["plan-velo", "brouillon"], "n": [1], "id": keys_of(place)[::2], "member": [1],
              "name": ["charter"], "token": [*tokens, invitations.token_for(invited.id)],
              "invitation": [invited.id]}  # fmt: skip
    visitor, before = place.visitor(app, who), await rows()
    for address in addresses("GET", values):
        answer = await visitor.client.get(address)
        assert answer.status_code < 500, address
    assert changed(before, await rows()) == []


async def _link(purpose: LinkPurpose, account_id: int) -> str:
    now = clock.now()
    row = await MailLink.create(
        id=new_key(), account_id=account_id, purpose=purpose, email="lou@exemple.fr", email_key="lou@exemple.fr",
        created_at=now, expires_at=now.replace(year=now.year + 1),
    )  # fmt: skip
    return links.token_for(row.id)


async def test_a_form_sent_by_get_does_nothing(app: Starlette) -> None:
    """``?choice=agree&csrf=…`` in an address is an address, or nothing."""
    place = await a_side("vallon")
    ines = place.visitor(app, "ines")
    csrf = (await ines.get("/language")).guard()["csrf"]
    before = await rows()
    for end in ("/vote", f"/arguments/{place.arguments['published'].id}/support", "/arguments/new"):
        sent = {"choice": "agree", "support": "yes", "side": "for", "body": "Oui.", "csrf": csrf, "once": "par-get-01"}
        assert (await ines.client.get(place.path + end, params=sent)).status_code in {200, 404, 405}
    for address in ("/sign-out", "/account/delete", "/account/sessions/close-others"):
        assert (await ines.client.get(address, params={"csrf": csrf})).status_code in {200, 404, 405}
    assert changed(before, await rows()) == []
