"""Once: the same form sent ten times at the same moment makes one row; one vote per voter and item."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.arguments.models import Argument
from consult.contributions.actions import publish_contribution
from consult.core.database import execute
from consult.votes.actions import cast_vote, give_support, withdraw_vote
from tests.attacks.crawling import guard_of
from tests.attacks.recount import recount
from tests.browsing import Visitor
from tests.cast import Person, a_person, an_organisation
from tests.discussion import Discussion, a_discussion

TIMES = 10
FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "contribution": (
        "/consultations/plan-velo/contributions/new",
        {"title": "Dix fois", "body": "Dix fois le même.", "button": "publish"},
    ),
    "draft": (
        "/consultations/plan-velo/contributions/new",
        {"title": "Dix fois", "body": "Dix fois le même.", "button": "draft"},
    ),
    "argument": ("{path}/arguments/new", {"side": "for", "body": "Dix fois le même."}),
    "source": ("{path}/sources/new", {"title": "Dix", "link": "https://example.org/dix", "category": "report"}),
    "amendment": (
        "{path}/amendments/new",
        {"title": "Dix", "body": "Dix fois le même.", "reason": "Parce que.", "base": "1", "button": "publish"},
    ),
    "organisation": (
        "/organisations/new",
        {"name": "Dix fois", "kind": "other", "address": "1 rue du Lac", "no_number": "y", "number": ""},
    ),
    "support": ("{path}/arguments/{argument}/support", {"support": "yes"}),
    "vote": ("{path}/vote", {"choice": "agree"}),
}


@dataclass
class Scene:
    """Luc's contribution with an argument, and two people."""

    d: Discussion
    argument: Argument
    paul: Person
    ines: Person


@pytest.fixture
async def scene(db: str) -> Scene:
    d = await a_discussion()
    return Scene(d, await d.argue(d.luc), await a_person("Paul"), await a_person("Ines"))


async def _count(table: str) -> int:
    return int((await execute(f"SELECT COUNT(*) AS n FROM {table}"))[0]["n"])


@pytest.mark.parametrize("table", FORMS)
async def test_a_form_sent_ten_times_at_once_makes_one_row(app: Starlette, scene: Scene, table: str) -> None:
    address, sent = FORMS[table]
    address = address.format(path=scene.d.path, argument=scene.argument.id)
    paul = Visitor(app, person=scene.paul)
    data = {**sent, "section": str(scene.d.section.id), "csrf": await guard_of(paul), "once": "dix-fois-le-meme"}
    before = await _count(table)
    answers = await asyncio.gather(*(paul.client.post(address, data=data) for _ in range(TIMES)))
    assert {answer.status_code for answer in answers} == {303}, [answer.status_code for answer in answers]
    assert len({answer.headers["location"] for answer in answers}) == 1, "all are told the same"
    assert await _count(table) == before + 1
    assert await recount() == []


async def test_an_invitation_sent_ten_times_at_once_is_one_with_one_mail(app: Starlette, scene: Scene) -> None:
    omar, body = Visitor(app, person=scene.paul), await an_organisation(scene.d.territory, scene.paul)
    data = {"email": "lou@exemple.fr", "role": "member", "csrf": await guard_of(omar), "once": "dix-fois-le-meme"}
    address = f"/organisations/{body.id}/members"
    answers = await asyncio.gather(*(omar.client.post(address, data=data) for _ in range(TIMES)))
    assert {answer.status_code for answer in answers} <= {303, 429}, "more than a few mails an hour are refused"
    assert await _count("invitation") == 1
    assert len(await execute("SELECT 1 FROM outbox WHERE event LIKE '%nvited%'")) <= 1


async def test_a_sign_up_sent_ten_times_at_once_is_one_account(app: Starlette, scene: Scene) -> None:
    lou = Visitor(app)
    page = await lou.get("/sign-up")
    data = {**page.guard(), "public_name": "Lou Petit", "email": "lou@exemple.fr", "charter": "y"}
    before = await _count("account")
    answers = await asyncio.gather(*(lou.client.post("/sign-up", data=data) for _ in range(4)))
    assert all(answer.status_code in {303, 422} for answer in answers)
    assert await _count("account") == before + 1


async def test_thirty_changes_of_one_vote_at_once_leave_one_row(db: str, scene: Scene) -> None:
    at: dict[str, Any] = {**scene.d.place, "contribution_id": scene.d.contribution.id}
    voice, choices = scene.paul.voice(), ("agree", "mixed", "disagree")
    before = await _count("vote")
    await asyncio.gather(*(cast_vote(voice, **at, choice=choices[n % 3]) for n in range(30)))
    assert await _count("vote") == before + 1
    assert await recount() == []
    await asyncio.gather(*(withdraw_vote(voice, **at) for _ in range(10)))
    assert await _count("vote") == before
    assert await recount() == []


async def test_one_support_per_person_and_item(db: str, scene: Scene) -> None:
    at = {**scene.d.place, "argument_id": scene.argument.id}
    await asyncio.gather(*(give_support(scene.paul.voice(), **at) for _ in range(20)))
    assert await _count("support") == 1
    assert await recount() == []


async def test_the_key_of_a_form_is_good_for_its_sender_and_place_only(app: Starlette, scene: Scene) -> None:
    """Somebody else's key, or one's own sent elsewhere, neither gives away a row nor fails."""
    paul, ines = Visitor(app, person=scene.paul), Visitor(app, person=scene.ines)
    for table, (address, sent) in FORMS.items():
        if table in {"support", "vote"}:
            continue
        address = address.format(path=scene.d.path, argument=scene.argument.id)
        made = []
        for one in (paul, ines):
            data = {
                **sent,
                "section": str(scene.d.section.id),
                "csrf": await guard_of(one),
                "once": "cle-pour-deux",
            }
            answer = await one.client.post(address, data=data)
            assert answer.status_code == 303, (table, answer.status_code)
            made.append(answer.headers["location"])
        assert table in {"draft", "organisation"} or made[0] != made[1], "each has a row of their own"
    other = await publish_contribution(
        scene.paul.voice(), **scene.d.place, section_id=scene.d.section.id, title="Une autre", body="Une autre."
    )
    elsewhere = f"/consultations/plan-velo/contributions/{other.number}"
    for end in ("arguments/new", "sources/new"):
        address, sent = FORMS[end.split("/")[0].rstrip("s")]
        data = {**sent, "csrf": await guard_of(ines), "once": "cle-pour-deux"}
        answer = await ines.client.post(f"{elsewhere}/{end}", data=data)
        assert answer.status_code in {303, 404, 422}
