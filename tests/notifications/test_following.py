"""Following: chosen on a page of its own, by anybody signed in, for what is public here; remembered when stopped."""

import pytest
from starlette.applications import Starlette

from consult.consultations.items import ItemState
from consult.contributions.models import Contribution
from consult.core.errors import NotFound
from consult.core.models import AuditEntry
from consult.notifications.actions import follow
from consult.notifications.models import Follow, Frequency
from tests.browsing import Visitor
from tests.cast import Person, a_person, a_territory
from tests.discussion import Discussion, a_discussion
from tests.notifications.following import follows


def address(d: Discussion, kind: str = "contribution") -> str:
    """The page where something of the discussion is followed."""
    key = {"contribution": d.contribution.id, "section": d.section.id, "consultation": d.consultation.id}[kind]
    return f"/follow/{kind}/{key}"


async def choose(app: Starlette, person: Person, path: str, frequency: str = "weekly"):
    """Somebody sends the form of a follow page."""
    return await Visitor(app, person=person).post(path, {"frequency": frequency}, page="")


@pytest.mark.parametrize("kind", ["consultation", "section", "contribution"])
async def test_it_is_chosen_and_listed(app: Starlette, kind: str) -> None:
    d = await a_discussion()
    awa = await a_person()
    answer = await choose(app, awa, address(d, kind))
    assert (answer.status, answer.location) == (303, "/account/follows?done=followed")
    row = await Follow.get()
    assert (row.account_id, row.kind, row.frequency, row.consultation_id) == (
        awa.id, kind, Frequency.WEEKLY, d.consultation.id,
    )  # fmt: skip
    listed = await Visitor(app, person=awa).get(answer.location)
    assert {"consultation": "Le plan vélo", "section": "Rubrique 1", "contribution": "contribution"}[
        kind
    ].lower() in listed.words.lower()
    assert "par semaine" in listed.words


async def test_the_form_sent_twice_makes_one_row(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person())
    guard = (await visitor.get(address(d))).guard()
    for _ in range(2):
        assert (await visitor.post(address(d), {**guard, "frequency": "daily"})).status == 303
    assert await Follow.all().count() == 1
    assert await AuditEntry.filter(event="followed").count() == 1


async def test_changing_and_stopping_are_remembered(app: Starlette) -> None:
    d = await a_discussion()
    awa = await a_person()
    await choose(app, awa, address(d), "immediate")
    shown = await Visitor(app, person=awa).get(address(d))
    assert [one.get("value") for one in shown.find(".//input[@checked]")] == ["immediate"]
    answer = await choose(app, awa, address(d), "none")
    assert answer.location.endswith("stopped")
    assert (await Follow.get()).frequency is Frequency.NONE
    assert "Vous ne suivez rien ici" in (await Visitor(app, person=awa).get("/account/follows")).words


@pytest.mark.parametrize("value", ["", "hourly"])
async def test_a_wrong_choice_is_said(app: Starlette, value: str) -> None:
    d = await a_discussion()
    answer = await choose(app, await a_person(), address(d), value)
    assert answer.status == 422
    assert not await Follow.exists()


@pytest.mark.parametrize("kind", ["consultation", "section", "contribution"])
async def test_nothing_of_the_neighbour_can_be_followed(app: Starlette, kind: str) -> None:
    await a_territory()
    other = await a_discussion(await a_territory("coteau"))
    awa = await a_person()
    assert (await Visitor(app, person=awa).get(address(other, kind))).status == 404
    with pytest.raises(NotFound):
        await follow(
            awa.voice(),
            territory_id=(await a_territory("vallon2")).id,
            kind=kind,
            target_id=int(address(other, kind).rsplit("/", 1)[1]),
            frequency=Frequency.DAILY,
        )


async def test_what_is_hidden_can_be_stopped_and_not_begun(app: Starlette) -> None:
    d = await a_discussion()
    awa, zoe = await a_person(), await a_person("Zoé Petit")
    await follows(d, awa)
    await Contribution.filter(id=d.contribution.id).update(state=ItemState.HIDDEN)
    assert (await Visitor(app, person=zoe).get(address(d))).status == 404
    shown = await Visitor(app, person=awa).get(address(d))
    assert "Une piste" not in shown.text, "nothing of what was hidden"
    assert "Une piste" not in (await Visitor(app, person=awa).get("/account/follows")).text
    assert (await choose(app, awa, address(d), "none")).status == 303
    assert (await Follow.get()).frequency is Frequency.NONE


async def test_an_unknown_kind_or_key_is_no_page(app: Starlette) -> None:
    d = await a_discussion()
    visitor = Visitor(app, person=await a_person())
    for path in (f"/follow/account/{d.luc.id}", f"/follow/argument/{d.contribution.id}", "/follow/section/1"):
        assert (await visitor.get(path)).status == 404


async def test_who_is_signed_out_signs_in_first(app: Starlette) -> None:
    d = await a_discussion()
    answer = await Visitor(app).get(address(d))
    assert (answer.status, answer.location) == (303, f"/sign-in?next={address(d).replace('/', '%2F')}")


async def test_the_pages_lead_there_for_everybody(app: Starlette) -> None:
    d = await a_discussion()
    home = f"/consultations/{d.consultation.slug}"
    for path, kind in (
        (home, "consultation"),
        (f"{home}/contributions?section={d.section.id}", "section"),
        (d.path, "contribution"),
    ):
        for person in (None, d.luc):
            shown = await Visitor(app, person=person).get(path)
            assert [one for one in shown.find(".//a") if one.get("href") == address(d, kind)], path
