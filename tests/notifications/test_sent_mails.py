"""``/admin/mails``: what was sent to whom and why it failed, without texts, links or whole addresses."""

import pytest
from starlette.applications import Starlette

from consult.accounts.models import Role
from consult.notifications.models import MailState
from consult.notifications.queries.sent import PAGE_SIZE
from consult.notifications.rules import masked
from tests.browsing import Visitor
from tests.cast import a_person, a_territory
from tests.notifications.test_sending import a_mail

SECRET = "http://vallon.test/links/secret"


@pytest.mark.parametrize("role", ["administrator", "guarantor"])
async def test_staff_reads_what_was_sent(app: Starlette, role: str) -> None:
    territory, awa = await a_territory(), await a_person()
    reader = await a_person("Alma Faure", **{role: territory})
    await a_mail(
        territory, account=awa.account, recipient=awa.email, state=MailState.FAILED, text=SECRET, html=SECRET,
        error=f"550 <{awa.email}> no such user",
    )  # fmt: skip
    answer = await Visitor(app, person=reader).get("/admin/mails")
    assert answer.status == 200
    for shown in ("Lien de connexion", "Awa Diallo", masked(awa.email), "550", "refusé par le serveur"):
        assert shown in answer.words
    assert awa.email not in answer.text
    assert SECRET not in answer.text


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.ADMINISTRATOR, Role.GUARANTOR}])
async def test_other_staff_does_not(app: Starlette, role: Role) -> None:
    territory = await a_territory()
    reader = await a_person("Paul", **{role.value: territory})
    assert (await Visitor(app, person=reader).get("/admin/mails")).status == 403


async def test_the_neighbour_s_administrator_sees_no_such_page(app: Starlette) -> None:
    territory, coteau = await a_territory(), await a_territory("coteau")
    stranger = await a_person("Zoé", administrator=coteau)
    await a_mail(territory, recipient="awa@example.org")
    assert (await Visitor(app, person=stranger).get("/admin/mails")).status == 404
    own = await Visitor(app, host="coteau.test", person=stranger).get("/admin/mails")
    assert "example.org" not in own.text


async def test_one_state_at_a_time_page_by_page(app: Starlette) -> None:
    territory = await a_territory()
    alma = await a_person("Alma Faure", administrator=territory)
    for number in range(PAGE_SIZE + 1):
        await a_mail(territory, recipient=f"x{number:03}y@example.org", state=MailState.SENT)
    await a_mail(territory, recipient="qui.attend@example.org")
    visitor = Visitor(app, person=alma)
    first = await visitor.get("/admin/mails?state=sent")
    assert "q…d@example.org" not in first.words
    following = [one.get("href") for one in first.find(".//a") if "after=" in (one.get("href") or "")]
    second = await visitor.get(following[0] or "")
    assert len(second.find(".//ul[@class='lines']/li")) == 1
    assert "q…d@example.org" in (await visitor.get("/admin/mails?state=waiting")).words
    assert (await visitor.get("/admin/mails?state=nonsense&after=xx")).status == 200


def test_every_template_has_a_name() -> None:
    from consult.notifications.pages.sent import TEMPLATES
    from consult.resources import resource_folder

    there = {path.name for path in (resource_folder("templates") / "email").iterdir() if path.name != "layout"}
    assert set(TEMPLATES) == there
