"""Rewording a contribution: who, until when, what becomes of votes, and what the history shows."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.consultations.items import ItemState
from consult.contributions.actions import revise_contribution, withdraw_contribution
from consult.contributions.models import Contribution, Revision
from consult.contributions.queries import contribution_by_number, history
from consult.core import clock
from consult.core.database import execute
from consult.core.errors import NotFound
from consult.organisations.models import Member
from tests.browsing import Visitor
from tests.cast import a_person, an_organisation
from tests.contributions.situations import BODY, TITLE, Place, refused

C = "/consultations/plan-velo/contributions/1"
NEW_BODY = BODY.replace("séparée", "à double sens")


def wording(place: Place, made: Contribution, **changed: object) -> dict[str, object]:
    """What ``revise_contribution`` is told."""
    base = {"contribution_id": made.id, "base_revision": 1, "title": TITLE, "body": NEW_BODY}
    return {**place.where, **base, **changed}


@pytest.mark.usefixtures("db")
async def test_a_revision_keeps_both_wordings_and_the_number() -> None:
    place = await Place.make()
    made = await place.publish()
    row = await revise_contribution(place.awa.voice(), **wording(place, made, reason="Plus précis"))  # type: ignore[arg-type]
    assert (row.revision, row.number, row.body) == (2, 1, NEW_BODY)
    assert "doubl" in row.stems.split()
    assert "double sens" in row.excerpt
    assert row.edited_at is not None
    kept = await Revision.filter(contribution_id=made.id).order_by("number")
    assert [(one.number, one.body, one.reason) for one in kept] == [(1, BODY, ""), (2, NEW_BODY, "Plus précis")]


@pytest.mark.usefixtures("db")
async def test_votes_on_the_wording_before_are_kept_and_set_apart() -> None:
    place = await Place.make()
    made = await place.publish()
    await execute(
        "UPDATE contribution SET votes_agree = 5, votes_mixed = 2, votes_disagree = 1, earlier_agree = 1,"
        " tally_agree = 10, votes_total = 19, contested = 1"
    )
    row = await revise_contribution(place.awa.voice(), **wording(place, made))  # type: ignore[arg-type]
    assert (row.votes_agree, row.votes_mixed, row.votes_disagree) == (0, 0, 0)
    assert (row.earlier_agree, row.earlier_mixed, row.earlier_disagree) == (6, 2, 1)
    assert (row.tally_agree, row.votes_total, row.contested) == (10, 19, 1)


@pytest.mark.usefixtures("db")
async def test_only_the_author_may_and_only_while_the_round_is_open() -> None:
    place, neighbour = await Place.make(), await Place.make("coteau")
    made = await place.publish()
    luc = await a_person("Luc Morel")
    assert await refused(revise_contribution(luc.voice("administrator"), **wording(place, made))) == "not_author"  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await revise_contribution(place.awa.voice(), **{**wording(place, made), **neighbour.where})  # type: ignore[arg-type]
    await place.close()
    assert await refused(revise_contribution(place.awa.voice(), **wording(place, made))) == "round_closed"  # type: ignore[arg-type]
    assert (await Contribution.get(id=made.id)).revision == 1


@pytest.mark.usefixtures("db")
async def test_an_organisations_text_is_its_speakers_and_no_longer_a_former_members() -> None:
    place = await Place.make()
    luc = await a_person("Luc Morel")
    ours = await an_organisation(place.territory, place.awa, luc)
    other = await an_organisation(place.territory, place.awa, name="Autre association")
    made = await place.publish(place.awa.voice(organisation=ours))
    assert await refused(revise_contribution(place.awa.voice(), **wording(place, made))) == "not_author"  # type: ignore[arg-type]
    voice = place.awa.voice(organisation=other)
    assert await refused(revise_contribution(voice, **wording(place, made))) == "not_author"  # type: ignore[arg-type]
    await revise_contribution(luc.voice(organisation=ours), **wording(place, made))  # type: ignore[arg-type]


async def test_a_former_member_no_longer_edits_what_they_wrote_for_the_organisation(app: Starlette) -> None:
    place = await Place.make()
    ours = await an_organisation(place.territory, place.awa)
    await place.publish(place.awa.voice(organisation=ours))
    visitor = Visitor(app, person=place.awa)
    assert (await visitor.get(f"{C}/edit")).status == 200
    await Member.all().delete()
    assert (await visitor.get(f"{C}/edit")).status == 403


@pytest.mark.usefixtures("db")
async def test_the_form_sent_twice_is_done_once_and_a_stale_one_is_refused() -> None:
    place = await Place.make()
    made = await place.publish()
    voice = place.awa.voice()
    assert await refused(revise_contribution(voice, **wording(place, made, body=BODY))) == "unchanged"  # type: ignore[arg-type]
    for _ in range(2):
        row = await revise_contribution(voice, **wording(place, made))  # type: ignore[arg-type]
    assert row.revision == 2
    assert await refused(revise_contribution(voice, **wording(place, made, body="Autre"))) == "stale_wording"  # type: ignore[arg-type]
    assert (await Contribution.get(id=made.id)).body == NEW_BODY


@pytest.mark.usefixtures("db")
async def test_the_history_tells_who_when_and_what_changed() -> None:
    place = await Place.make()
    made = await place.publish()
    await revise_contribution(place.awa.voice(), **wording(place, made, title=TITLE + " nord"))  # type: ignore[arg-type]
    last, first = (await history(made.id)).items
    assert (last.number, first.number, last.by) == (2, 1, "Awa Diallo")
    changes = [(part.kind, part.text.strip()) for part in last.parts if part.kind != "kept"]
    assert changes == [("removed", "séparée"), ("added", "à double sens")]
    assert last.title_parts
    assert not first.parts
    assert "<strong>" in first.body_html


@pytest.mark.usefixtures("db")
async def test_a_long_history_is_read_in_pages_without_losing_a_difference() -> None:
    place = await Place.make()
    made = await place.publish()
    for number in range(1, 26):
        await revise_contribution(
            place.awa.voice(),
            **wording(place, made, body=f"{BODY} {number}", base_revision=number),  # type: ignore[arg-type]
        )
    first = await history(made.id)
    second = await history(made.id, after=first.after)
    numbers = [one.number for one in (*first.items, *second.items)]
    assert numbers == list(range(26, 0, -1))
    assert all(one.parts for one in (*first.items, *second.items) if one.number > 1)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("state", [ItemState.WITHDRAWN, ItemState.HIDDEN, ItemState.WAITING])
async def test_nothing_of_a_text_that_is_not_public_is_in_its_history(state: ItemState) -> None:
    place = await Place.make()
    made = await place.publish()
    await revise_contribution(place.awa.voice(), **wording(place, made))  # type: ignore[arg-type]
    await Contribution.filter(id=made.id).update(state=state)
    assert not (await history(made.id)).items


async def test_a_tombstone_shows_its_number_and_date_on_every_page_and_never_its_text(app: Starlette) -> None:
    place = await Place.make()
    made = await place.publish()
    await withdraw_contribution(place.awa.voice(), contribution_id=made.id, **place.where)
    tombstone = await contribution_by_number(place.consultation.id, 1)
    assert tombstone is not None
    assert (tombstone.title, tombstone.body, tombstone.body_html, tombstone.excerpt) == ("", "", "", "")
    for person in (None, place.awa):
        visitor = Visitor(app, person=person)
        for path in ("history", *(("edit", "withdraw", "amendments/new") if person else ())):
            answer = await visitor.get(f"{C}/{path}")
            assert answer.status == 200
            assert "piste" not in answer.text.lower(), path
    assert "Contribution n° 1" in (await Visitor(app).get(f"{C}/history")).words


async def test_editing_in_a_browser_shows_the_difference_then_saves(app: Starlette) -> None:
    place = await Place.make()
    await place.publish()
    visitor = Visitor(app, person=place.awa)
    values = {"title": TITLE, "body": NEW_BODY, "button": "preview"}
    shown = await visitor.post(f"{C}/edit", {**(await visitor.get(f"{C}/edit")).hidden(), **values})
    assert shown.status == 200
    assert [one.text for one in shown.find(".//del/span/..")] or "séparée" in shown.text
    hidden = shown.hidden()
    answer = await visitor.post(f"{C}/edit", {**hidden, **values, "button": "publish"})
    assert answer.location == C
    page = await Visitor(app).get(f"{C}/history")
    assert "Version 2" in page.words
    assert "séparée" in page.words


async def test_an_edit_from_another_tab_is_not_lost_and_not_overwritten_unseen(app: Starlette) -> None:
    place = await Place.make()
    await place.publish()
    visitor = Visitor(app, person=place.awa)
    tabs = [(await visitor.get(f"{C}/edit")).hidden() for _ in range(2)]
    first = {"title": TITLE, "body": NEW_BODY, "button": "publish"}
    second = {"title": TITLE, "body": BODY + "\n\nEt vite.", "button": "publish"}
    assert (await visitor.post(f"{C}/edit", {**tabs[0], **first})).status == 303
    answer = await visitor.post(f"{C}/edit", {**tabs[1], **second})
    assert answer.status == 422
    assert "autre onglet" in answer.words
    assert "Et vite." in answer.find(".//textarea")[0].text  # type: ignore[operator]
    assert (await visitor.post(f"{C}/edit", {**answer.hidden(), **second})).status == 303
    assert (await Contribution.get()).revision == 3


@pytest.mark.usefixtures("frozen")
async def test_a_late_revision_is_shown_back(app: Starlette) -> None:
    place = await Place.make()
    await place.publish()
    visitor = Visitor(app, person=place.awa)
    hidden = (await visitor.get(f"{C}/edit")).hidden()
    with clock.frozen(place.round.closes_at, everywhere=True):
        answer = await visitor.post(f"{C}/edit", {**hidden, "title": TITLE, "body": NEW_BODY, "button": "publish"})
    assert answer.status == 422
    assert "double sens" in answer.find(".//textarea")[0].text  # type: ignore[operator]
    assert (await Contribution.get()).revision == 1


async def test_strangers_are_refused_and_neighbours_find_nothing(app: Starlette) -> None:
    place = await Place.make()
    await Place.make("coteau", slug_of_consultation="autre")
    await place.publish()
    luc = await a_person("Luc Morel", administrator=place.territory)
    for path in ("edit", "withdraw"):
        assert (await Visitor(app, person=luc).get(f"{C}/{path}")).status == 403
        assert (await Visitor(app, "coteau.test", place.awa).get(f"{C}/{path}")).status == 404
        assert (await Visitor(app, person=place.awa).get(f"{C}9/{path}")).status == 404
        assert (await Visitor(app, person=place.awa).get(f"{C}{'0' * 30}/{path}")).status == 404
    assert (await Visitor(app, "coteau.test").get(f"{C}/history")).status == 404


async def test_withdrawing_in_a_browser_asks_first(app: Starlette) -> None:
    place = await Place.make()
    await place.publish()
    visitor = Visitor(app, person=place.awa)
    assert "Vous ne pourrez pas revenir en arrière" in (await visitor.get(f"{C}/withdraw")).words
    assert (await visitor.post(f"{C}/withdraw", page="")).location == C
    assert (await Contribution.get()).state is ItemState.WITHDRAWN


@pytest.mark.usefixtures("frozen")
async def test_a_kept_history_is_made_anew_when_the_contribution_changes(app: Starlette) -> None:
    place = await Place.make()
    with clock.frozen(place.round.opens_at + timedelta(days=1)):
        made = await place.publish()
    reader = Visitor(app)
    assert "Version 2" not in (await reader.get(f"{C}/history")).words
    await revise_contribution(place.awa.voice(), **wording(place, made))  # type: ignore[arg-type]
    assert "Version 2" in (await reader.get(f"{C}/history")).words
    await withdraw_contribution(place.awa.voice(), contribution_id=made.id, **place.where)
    assert "piste" not in (await reader.get(f"{C}/history")).text
