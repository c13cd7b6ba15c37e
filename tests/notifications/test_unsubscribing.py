"""Refusing mails: a page with a button, or one click of the mail program; once or often; for one's own mails only."""

import httpx2
import pytest
from starlette.applications import Starlette

from consult.accounts.models import Account
from consult.app import load_effects
from consult.consultations.models import Section
from consult.core.database import execute
from consult.core.keys import new_key
from consult.core.models import AuditEntry
from consult.notifications.links import refusal_path, refused_by
from consult.notifications.models import Follow, Frequency, Mail, MailState
from tests.browsing import Visitor
from tests.cast import a_person, a_territory
from tests.discussion import a_discussion
from tests.notifications.following import a_follower, follows, written

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def _effects() -> None:
    load_effects()


async def one_click(app: Starlette, path: str) -> httpx2.Response:
    """What a mail provider sends: no cookie, no page before, another site's origin."""
    client = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://vallon.test")
    return await client.post(path, data=ONE_CLICK, headers={"sec-fetch-site": "cross-site"})


async def frequencies(account_id: int) -> dict[str, str]:
    return {row.kind: row.frequency.value for row in await Follow.filter(account_id=account_id)}


async def test_a_mail_program_refuses_in_one_click(app: Starlette) -> None:
    d = await a_discussion()
    zoe = await a_follower(d)
    await d.argue(d.luc)
    (mail,) = await written("news")
    answer = await one_click(app, mail.unsubscribe)
    assert answer.status_code == 200, "no redirection: RFC 8058"
    assert await frequencies(zoe.id) == {"contribution": "none"}
    assert (await Mail.get(id=mail.id)).state is MailState.DROPPED, "what waits to be sent is not sent either"
    assert (await one_click(app, mail.unsubscribe)).status_code == 200, "again: no harm"
    assert await AuditEntry.filter(event="mails_refused").count() == 1


async def test_reading_the_page_changes_nothing(app: Starlette) -> None:
    d = await a_discussion()
    zoe = await a_follower(d)
    path = refusal_path(zoe.id, f"follow:contribution:{d.contribution.id}")
    shown = await Visitor(app).get(path)
    assert shown.status == 200
    assert await frequencies(zoe.id) == {"contribution": "immediate"}
    done = await Visitor(app).post(path, page="")
    assert done.status == 200
    assert "C’est fait" in done.words
    assert await frequencies(zoe.id) == {"contribution": "none"}
    assert "Zoé" not in shown.text + done.text, "a mail that was passed on names nobody"


async def test_with_the_section_goes_all_that_brought_its_news(app: Starlette) -> None:
    d = await a_discussion()
    zoe = await a_follower(d, kind="section")
    await follows(d, zoe, "consultation")
    inner = await Section.create(id=new_key(), consultation=d.consultation, parent=d.section, title="Gare")
    await one_click(app, refusal_path(zoe.id, f"follow:section:{inner.id}"))
    assert await frequencies(zoe.id) == {"section": "none", "consultation": "none"}


async def test_a_participant_who_never_followed_refuses_the_consultation(app: Starlette) -> None:
    d = await a_discussion()
    path = refusal_path(d.luc.id, f"follow:consultation:{d.consultation.id}")
    for _ in range(2):
        assert (await one_click(app, path)).status_code == 200
    assert await frequencies(d.luc.id) == {"consultation": "none"}


async def test_digests_of_one_territory_stop_together(app: Starlette) -> None:
    d, other = await a_discussion(), await a_discussion(await a_territory("coteau"))
    zoe = await a_follower(d, frequency=Frequency.DAILY)
    await follows(d, zoe, "consultation")
    await follows(other, zoe, frequency=Frequency.DAILY)
    await one_click(app, refusal_path(zoe.id, f"digest:{d.territory.id}"))
    rows = await execute("SELECT territory_id, kind, frequency FROM follow ORDER BY id")
    assert [(row["kind"], row["frequency"]) for row in rows] == [
        ("contribution", "none"), ("consultation", "immediate"), ("contribution", "daily"),
    ]  # fmt: skip


@pytest.mark.parametrize("what", ["replies", "amendments"])
async def test_the_account_s_own_choices(app: Starlette, what: str) -> None:
    d = await a_discussion()
    await (d.argue if what == "replies" else d.amend)(await a_person())
    (mail,) = await written()
    await one_click(app, mail.unsubscribe)
    account = await Account.get(id=d.luc.id)
    assert (account.notify_replies, account.notify_amendments) == (what != "replies", what != "amendments")


@pytest.mark.parametrize("damage", ["", "x", "forged"])
async def test_a_forged_token_is_no_page(app: Starlette, damage: str) -> None:
    d = await a_discussion()
    path = refusal_path(d.luc.id, "replies")
    wrong = {"": "/unsubscribe/none", "x": f"{path}x", "forged": path.replace(path[13:20], "WzEsInJ")}[damage]
    for answer in ((await Visitor(app).get(wrong)).status, (await one_click(app, wrong)).status_code):
        assert answer == 404
    assert (await Account.get(id=d.luc.id)).notify_replies


async def test_a_token_of_the_neighbour_is_no_page_here(app: Starlette) -> None:
    await a_territory()
    other = await a_discussion(await a_territory("coteau"))
    for what in (f"digest:{other.territory.id}", f"follow:consultation:{other.consultation.id}"):
        assert (await one_click(app, refusal_path(other.luc.id, what))).status_code == 404


async def test_a_token_without_a_known_kind_is_no_page(app: Starlette) -> None:
    d = await a_discussion()
    for what in ("everything", "follow:account:1", "digest:x", "follow:section"):
        assert (await one_click(app, refusal_path(d.luc.id, what))).status_code == 404


async def test_a_deleted_account_refuses_without_harm(app: Starlette) -> None:
    from consult.accounts.actions import delete_account

    d = await a_discussion()
    path = refusal_path(d.luc.id, f"follow:consultation:{d.consultation.id}")
    await delete_account(d.luc.voice(), session_id=None, proven=True)
    assert (await one_click(app, path)).status_code == 200
    assert not await Follow.exists()


def test_a_link_counts_for_good_and_is_always_the_same() -> None:
    path = refusal_path(7, "replies")
    assert path == refusal_path(7, "replies")
    assert refused_by(path.rsplit("/", 1)[1]) == (7, "replies")
    assert refused_by("é" * 20) is None
    assert len(refusal_path(2**62, f"follow:consultation:{2**62}")) < 200
