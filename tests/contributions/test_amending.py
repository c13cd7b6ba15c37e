"""Amendments: proposed by others, adopted or declined by the author, never applied onto a wording they were not for."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.accounts.models import Account
from consult.arguments.actions import publish_argument
from consult.arguments.models import Side
from consult.consultations.items import ItemState
from consult.consultations.models import Consultation, Section
from consult.contributions.actions import (
    adopt_amendment,
    decline_amendment,
    publish_waiting_amendments,
    revise_contribution,
    withdraw_amendment,
    withdraw_contribution,
)
from consult.contributions.models import Amendment, AmendmentOutcome, Contribution, Revision
from consult.contributions.queries import amendments_of, history
from consult.core import clock
from consult.core.database import execute
from consult.core.errors import NotFound
from consult.sources.actions import publish_source
from tests.browsing import Visitor
from tests.cast import Person, a_person, an_organisation
from tests.contributions.situations import BODY, TITLE, Place, refused

C = "/consultations/plan-velo/contributions/1"


async def scene() -> tuple[Place, Contribution, Person, Amendment]:
    """Awa's contribution, and what Luc would change in it."""
    place = await Place.make()
    made = await place.publish()
    luc = await a_person("Luc Morel")
    return place, made, luc, await place.amend(luc.voice(), made)


def answer_to(place: Place, amendment: Amendment) -> dict[str, int]:
    """What the actions that answer are told."""
    return {**place.where, "contribution_id": amendment.contribution_id, "amendment_id": amendment.id}


@pytest.mark.usefixtures("db")
async def test_an_amendment_is_counted_and_shown_as_a_difference_with_its_reason() -> None:
    place, made, _luc, _amendment = await scene()
    assert (await Contribution.get(id=made.id)).amendments_count == 1
    assert (await Consultation.get(id=place.consultation.id)).amendments_count == 1
    (shown,) = await amendments_of(made.id)
    assert shown["author"]["name"] == "Luc Morel"
    assert shown["reason"] == "Il faut aussi se garer."
    assert [part.text.strip() for part in shown["parts"] if part.kind != "kept"] == ["Et des arceaux."]
    assert (shown["outcome"], shown["is_stale"]) == ("", False)


@pytest.mark.usefixtures("db")
async def test_who_may_propose_what_and_where() -> None:
    place, made, luc, _ = await scene()
    neighbour = await Place.make("coteau")
    assert await refused(place.amend(place.awa.voice(), made)) == "own_contribution"
    assert await refused(place.amend(luc.voice(), made, body=BODY)) == "unchanged"
    assert await refused(place.amend(luc.voice(), made, reason=" ")) == "no_reason"
    with pytest.raises(NotFound):
        await place.amend(luc.voice(), made, **neighbour.where)
    with pytest.raises(NotFound):
        await place.amend(luc.voice(), made, base_revision=2)
    await Section.all().update(accepts_amendments=False)
    assert await refused(place.amend(luc.voice(), made)) == "not_in_this_section"
    await Section.all().update(accepts_amendments=True)
    await Contribution.filter(id=made.id).update(state=ItemState.HIDDEN)
    assert await refused(place.amend(luc.voice(), made)) == "gone"
    await Contribution.filter(id=made.id).update(state=ItemState.WAITING)
    assert await refused(place.amend(luc.voice(), made)) == "gone"
    await Contribution.filter(id=made.id).update(state=ItemState.PUBLISHED)
    await place.close()
    assert await refused(place.amend(luc.voice(), made)) == "round_closed"


@pytest.mark.usefixtures("db")
async def test_a_member_does_not_amend_their_own_organisations_text() -> None:
    place = await Place.make()
    luc = await a_person("Luc Morel")
    ours = await an_organisation(place.territory, place.awa, luc)
    made = await place.publish(place.awa.voice(organisation=ours))
    assert await refused(place.amend(luc.voice(organisation=ours), made)) == "own_contribution"
    assert await refused(place.amend(place.awa.voice(), made)) == "own_contribution"
    await place.amend(luc.voice(), made)


@pytest.mark.usefixtures("db")
async def test_the_same_form_twice_makes_one_amendment() -> None:
    place, made, luc, _ = await scene()
    both = [await place.amend(luc.voice(), made, once="k") for _ in range(2)]
    assert both[0].id == both[1].id
    assert (await Contribution.get(id=made.id)).amendments_count == 2


@pytest.mark.usefixtures("db")
async def test_an_adopted_amendment_becomes_a_revision_that_credits_its_author() -> None:
    place, made, _luc, amendment = await scene()
    await execute("UPDATE contribution SET votes_agree = 3, votes_total = 3")
    for _ in range(2):
        await adopt_amendment(place.awa.voice(), **answer_to(place, amendment))
    row = await Contribution.get(id=made.id)
    assert (row.revision, row.body, row.votes_agree, row.earlier_agree) == (2, amendment.body, 0, 3)
    assert (await Amendment.get(id=amendment.id)).outcome is AmendmentOutcome.ADOPTED
    last = (await history(made.id)).items[0]
    assert last.by == "Awa Diallo"
    assert last.amendment == {"id": amendment.id, "name": "Luc Morel"}
    assert await refused(decline_amendment(place.awa.voice(), **answer_to(place, amendment), reason="Non")) == (
        "amendment_answered"
    )


@pytest.mark.usefixtures("db")
async def test_one_written_for_an_earlier_wording_is_carried_over_by_hand() -> None:
    place, made, _luc, amendment = await scene()
    voice = place.awa.voice()
    mine = {**place.where, "contribution_id": made.id, "title": TITLE}
    await revise_contribution(voice, **mine, body=BODY + "\n\nVite.", base_revision=1)  # type: ignore[arg-type]
    assert await refused(adopt_amendment(voice, **answer_to(place, amendment))) == "stale_amendment"
    (shown,) = await amendments_of(made.id)
    assert shown["is_stale"]
    assert [part.text.strip() for part in shown["parts"] if part.kind != "kept"] == ["Et des arceaux."]
    both = BODY + "\n\nVite.\n\nEt des arceaux."
    await revise_contribution(voice, **mine, body=both, base_revision=2, amendment_id=amendment.id)  # type: ignore[arg-type]
    assert (await Amendment.get(id=amendment.id)).outcome is AmendmentOutcome.ADOPTED
    assert (await Revision.get(contribution_id=made.id, number=3)).amendment_id == amendment.id


@pytest.mark.usefixtures("db")
async def test_only_the_contributions_author_answers_and_only_while_it_is_open() -> None:
    place, _made, luc, amendment = await scene()
    neighbour = await Place.make("coteau")
    told = answer_to(place, amendment)
    for voice in (luc.voice("administrator"), neighbour.awa.voice()):
        assert await refused(adopt_amendment(voice, **told)) == "not_author"
        assert await refused(decline_amendment(voice, **told, reason="Non")) == "not_author"
    with pytest.raises(NotFound):
        await adopt_amendment(place.awa.voice(), **{**told, **neighbour.where})
    other = await place.publish(title="Autre")
    with pytest.raises(NotFound):
        await adopt_amendment(place.awa.voice(), **{**told, "contribution_id": other.id})
    assert await refused(decline_amendment(place.awa.voice(), **told, reason="")) == "no_reason"
    await place.close()
    assert await refused(adopt_amendment(place.awa.voice(), **told)) == "round_closed"
    assert await refused(decline_amendment(place.awa.voice(), **told, reason="Non")) == "round_closed"


@pytest.mark.usefixtures("db")
async def test_a_declined_one_keeps_its_reason_and_changes_no_text() -> None:
    place, made, _luc, amendment = await scene()
    for _ in range(2):
        await decline_amendment(place.awa.voice(), **answer_to(place, amendment), reason="Hors sujet.")
    (shown,) = await amendments_of(made.id)
    assert (shown["outcome"], shown["outcome_note"]) == ("declined", "Hors sujet.")
    assert (await Contribution.get(id=made.id)).revision == 1


@pytest.mark.usefixtures("db")
async def test_withdrawn_by_its_proposer_it_leaves_a_tombstone_and_takes_its_arguments_out_of_the_counts() -> None:
    place, made, luc, amendment = await scene()
    told = answer_to(place, amendment)
    under = {name: told[name] for name in ("territory_id", "consultation_id", "contribution_id")}
    said = await publish_argument(luc.voice(), **under, amendment_id=amendment.id, side=Side.FOR, body="Oui")
    await publish_argument(luc.voice(), **under, side=Side.AGAINST, body="Non")
    source = {"title": "Rapport", "link": "https://example.org/", "category": "report"}
    await publish_source(luc.voice(), **under, argument_id=said.id, **source)
    await publish_source(luc.voice(), **under, **source)
    assert await refused(withdraw_amendment(place.awa.voice(), **told)) == "not_proposer"
    for _ in range(2):
        await withdraw_amendment(luc.voice(), **told)
    row, whole = await Contribution.get(id=made.id), await Consultation.get(id=place.consultation.id)
    for counted in (row, whole):
        assert (counted.amendments_count, counted.arguments_count, counted.sources_count) == (0, 1, 1)
    (shown,) = await amendments_of(made.id)
    assert shown["state"] == "withdrawn"
    assert not {"body", "reason", "parts", "author"} & shown.keys()
    assert await refused(adopt_amendment(place.awa.voice(), **told)) == "amendment_gone"


@pytest.mark.usefixtures("db")
async def test_nobody_withdraws_an_amendment_at_the_closing_instant() -> None:
    place, _, luc, amendment = await scene()
    told = answer_to(place, amendment)
    with clock.frozen(place.round.closes_at):
        assert await refused(withdraw_amendment(luc.voice(), **told)) == "round_closed"
    with clock.frozen(place.round.closes_at - timedelta(microseconds=1)):
        assert (await withdraw_amendment(luc.voice(), **told)).state is ItemState.WITHDRAWN


@pytest.mark.usefixtures("db")
async def test_that_of_an_unconfirmed_person_waits_and_is_published_on_confirmation() -> None:
    place = await Place.make()
    made = await place.publish()
    luc = await a_person("Luc Morel", confirmed=False)
    waiting = await place.amend(luc.voice(), made)
    assert waiting.state is ItemState.WAITING
    assert not await amendments_of(made.id)
    assert (await Contribution.get(id=made.id)).amendments_count == 0
    assert await refused(adopt_amendment(place.awa.voice(), **answer_to(place, waiting))) == "amendment_gone"
    await Account.filter(id=luc.id).update(confirmed_at=clock.now())
    assert await publish_waiting_amendments(luc.id) == 1
    assert await publish_waiting_amendments(luc.id) == 0
    assert len(await amendments_of(made.id)) == 1


@pytest.mark.usefixtures("db")
async def test_one_that_waits_for_a_text_withdrawn_meanwhile_goes_on_waiting() -> None:
    place = await Place.make()
    made = await place.publish()
    luc = await a_person("Luc Morel", confirmed=False)
    await place.amend(luc.voice(), made)
    await withdraw_contribution(place.awa.voice(), contribution_id=made.id, **place.where)
    await Account.filter(id=luc.id).update(confirmed_at=clock.now())
    assert await publish_waiting_amendments(luc.id) == 0
    assert not await amendments_of(made.id)


# ---------------------------------------------------------------- in a browser


async def test_proposing_in_a_browser_shows_the_difference_then_proposes(app: Starlette) -> None:
    place = await Place.make()
    await place.publish()
    visitor = Visitor(app, person=await a_person("Luc Morel"))
    path = f"{C}/amendments/new"
    values = {"title": TITLE, "body": BODY + "\n\nEt des arceaux.", "reason": "", "button": "preview"}
    shown = await visitor.post(path, {**(await visitor.get(path)).hidden(), **values})
    assert shown.status == 200
    assert "Et des arceaux." in shown.text
    missing = await visitor.post(path, {**shown.hidden(), **values, "button": "publish"})
    assert missing.status == 422
    assert "Dites pourquoi" in missing.words
    assert "Et des arceaux." in missing.find(".//textarea")[0].text  # type: ignore[operator]
    answer = await visitor.post(path, {**shown.hidden(), **values, "reason": "Se garer", "button": "publish"})
    assert answer.location == f"{C}#amendment-{(await Amendment.get()).id}"


async def test_the_author_is_led_to_their_own_edit_page(app: Starlette) -> None:
    place = await Place.make()
    await place.publish()
    answer = await Visitor(app, person=place.awa).get(f"{C}/amendments/new")
    assert [one for one in answer.find(".//main//a") if one.get("href") == f"{C}/edit"]
    assert not answer.find(".//textarea")


async def test_adopting_and_declining_in_a_browser(app: Starlette) -> None:
    place, made, luc, first = await scene()
    second = await place.amend(luc.voice(), made, body="Tout autre chose.")
    visitor = Visitor(app, person=place.awa)
    assert "Et des arceaux." in (await visitor.get(f"{C}/amendments/{first.id}/adopt")).text
    decline = f"{C}/amendments/{second.id}/decline"
    assert (await visitor.post(decline, {"reason": ""}, page="")).status == 422
    assert (await visitor.post(decline, {"reason": "Non merci"}, page="")).status == 303
    assert (await visitor.post(f"{C}/amendments/{first.id}/adopt", page="")).location == C
    assert (await Contribution.get()).revision == 2
    again = await visitor.get(f"{C}/amendments/{first.id}/adopt")
    assert "a déjà répondu" in again.words


async def test_a_stale_one_is_offered_to_be_carried_over_by_hand(app: Starlette) -> None:
    place, made, _luc, amendment = await scene()
    mine = {**place.where, "contribution_id": made.id, "title": TITLE, "base_revision": 1}
    await revise_contribution(place.awa.voice(), **mine, body=BODY + "\n\nVite.")  # type: ignore[arg-type]
    visitor = Visitor(app, person=place.awa)
    shown = await visitor.get(f"{C}/amendments/{amendment.id}/adopt")
    edit = f"{C}/edit?amendment={amendment.id}"
    assert [one for one in shown.find(".//main//a") if one.get("href") == edit]
    form = await visitor.get(edit)
    assert "Et des arceaux." in form.text
    values = {"title": TITLE, "body": BODY + "\n\nVite, et des arceaux.", "button": "publish"}
    assert (await visitor.post(f"{C}/edit", {**form.hidden(), **values})).status == 303
    assert (await Revision.get(number=3)).amendment_id == amendment.id


async def test_strangers_and_neighbours_do_not_answer(app: Starlette) -> None:
    place, _made, luc, amendment = await scene()
    await Place.make("coteau", slug_of_consultation="autre")
    for verb in ("adopt", "decline"):
        path = f"{C}/amendments/{amendment.id}/{verb}"
        assert (await Visitor(app, person=luc).get(path)).status == 403
        assert (await Visitor(app, "coteau.test", place.awa).get(path)).status == 404
        assert (await Visitor(app, person=place.awa).get(path.replace(str(amendment.id), "9" * 30))).status == 404
    withdraw = f"{C}/amendments/{amendment.id}/withdraw"
    assert (await Visitor(app, person=place.awa).get(withdraw)).status == 403
    assert (await Visitor(app, person=luc).post(withdraw, page="")).status == 303
    assert (await Amendment.get()).state is ItemState.WITHDRAWN
    assert (await Visitor(app, person=luc).get(withdraw)).status == 200
