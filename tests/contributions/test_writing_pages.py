"""Writing a contribution in a browser, without scripts: preview, draft, publication, and what goes wrong."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.consultations.items import ItemState
from consult.consultations.models import Section
from consult.contributions.models import Contribution, Draft
from consult.core import clock
from consult.core.models import AuditEntry
from consult.organisations.models import OrganisationState
from tests.browsing import Visitor
from tests.cast import a_person, an_organisation
from tests.contributions.situations import BODY, TITLE, Place

NEW = "/consultations/plan-velo/contributions/new"


def typed(place: Place, button: str = "publish", **changed: str) -> dict[str, str]:
    """The form as somebody fills it in."""
    values = {"title": TITLE, "body": BODY, "section": str(place.sections[0].id), "button": button}
    return values | changed


async def test_a_visitor_is_led_to_sign_in_and_back(app: Starlette) -> None:
    await Place.make()
    answer = await Visitor(app).get(NEW + "?section=1")
    assert answer.status == 303
    assert "next=%2Fconsultations%2Fplan-velo%2Fcontributions%2Fnew%3Fsection%3D1" in answer.location


async def test_publishing_leads_to_the_contribution(app: Starlette) -> None:
    place = await Place.make()
    answer = await Visitor(app, person=place.awa).post(NEW, typed(place), page="")
    assert (answer.status, answer.location) == (303, "/consultations/plan-velo/contributions/1")
    assert (await Contribution.get()).author_id == place.awa.id


async def test_the_preview_shows_the_text_as_it_will_be_read_and_writes_nothing(app: Starlette) -> None:
    place = await Place.make()
    await place.publish(title="Une piste cyclable sur le quai")
    before = await AuditEntry.all().count()
    answer = await Visitor(app, person=place.awa).post(NEW, typed(place, "preview"), page="")
    assert answer.status == 200
    assert "<strong>dangereux</strong>" in answer.text
    assert "Une piste cyclable sur le quai" in answer.words, "what resembles it is proposed"
    assert answer.find(".//textarea")[0].text.strip() == BODY  # type: ignore[union-attr]
    assert await AuditEntry.all().count() == before


async def test_the_preview_of_a_half_written_text_is_no_error(app: Starlette) -> None:
    place = await Place.make()
    answer = await Visitor(app, person=place.awa).post(NEW, typed(place, "preview", title=""), page="")
    assert answer.status == 200


async def test_preview_then_publish_from_the_same_form_twice_makes_one(app: Starlette) -> None:
    place = await Place.make()
    visitor = Visitor(app, person=place.awa)
    shown = await visitor.post(NEW, typed(place, "preview"), page="")
    guard = shown.guard()
    for _ in range(2):
        answer = await visitor.post(NEW, {**guard, **typed(place)})
        assert answer.location.endswith("/contributions/1")
    assert await Contribution.all().count() == 1


async def test_what_is_missing_is_said_at_each_field_with_the_rest_kept(app: Starlette) -> None:
    place = await Place.make()
    answer = await Visitor(app, person=place.awa).post(NEW, typed(place, title=" "), page="")
    assert answer.status == 422
    assert answer.title.startswith("Erreur :")
    assert "Donnez un titre" in answer.words
    assert [one.get("href") for one in answer.find(".//*[@id='error-summary']//a")] == ["#title"]
    assert answer.find(".//textarea")[0].text.strip() == BODY  # type: ignore[union-attr]
    assert await Contribution.all().count() == 0


async def test_a_text_that_is_too_long_is_refused_whole_and_kept_whole(app: Starlette) -> None:
    place = await Place.make()
    long = "mot " * 25_000
    answer = await Visitor(app, person=place.awa).post(NEW, typed(place, body=long), page="")
    assert answer.status == 422
    assert "trop long" in answer.words
    assert len(answer.find(".//textarea")[0].text.strip()) == len(long.strip())  # type: ignore[union-attr]


@pytest.mark.usefixtures("frozen")
async def test_a_late_text_is_shown_back_and_kept_as_a_draft(app: Starlette) -> None:
    place = await Place.make()
    visitor = Visitor(app, person=place.awa)
    with clock.frozen(place.round.closes_at - timedelta(minutes=5), everywhere=True):
        guard = (await visitor.get(NEW)).guard()
    with clock.frozen(place.round.closes_at, everywhere=True):
        answer = await visitor.post(NEW, {**guard, **typed(place)})
        assert answer.status == 422
        assert "La consultation est fermée" in answer.words
        assert "Votre texte est gardé" in answer.words
        assert answer.find(".//textarea")[0].text.strip() == BODY  # type: ignore[union-attr]
        assert not answer.find(".//button[@value='publish']")
        again = await visitor.post(NEW, {**guard, **typed(place)})
        assert again.status == 422
    draft = await Draft.get()
    assert (draft.title, draft.body, draft.account_id) == (TITLE, BODY, place.awa.id)
    assert await Contribution.all().count() == 0


@pytest.mark.usefixtures("frozen")
async def test_where_one_may_not_write_the_refusal_stands_instead_of_the_form(app: Starlette) -> None:
    place = await Place.make(sections=2)
    await Section.filter(id=place.sections[1].id).update(accepts_contributions=False)
    visitor = Visitor(app, person=place.awa)
    assert (await visitor.get(f"{NEW}?section={place.sections[0].id}")).find(".//textarea")
    other = await visitor.get(f"{NEW}?section={place.sections[1].id}")
    assert "Cette rubrique ne le permet pas" in other.words
    assert not other.find(".//textarea")
    with clock.frozen(place.round.closes_at, everywhere=True):
        closed = await visitor.get(NEW)
        assert closed.status == 200
        assert "La consultation est fermée" in closed.words
        assert not closed.find(".//textarea")


async def test_a_stale_form_says_so_and_keeps_the_text(app: Starlette) -> None:
    place = await Place.make()
    visitor = Visitor(app, person=place.awa)
    answer = await visitor.post(NEW, {"csrf": "a.b.c", "once": "x", **typed(place)})
    assert answer.status == 422
    assert "trop longtemps" in answer.words
    assert answer.find(".//textarea")[0].text.strip() == BODY  # type: ignore[union-attr]
    assert (await visitor.post(NEW, {**answer.guard(), **typed(place)})).status == 303


async def test_a_member_speaks_for_the_organisation_and_a_neighbour_does_not(app: Starlette) -> None:
    place, neighbour = await Place.make(), await Place.make("coteau")
    ours = await an_organisation(place.territory, place.awa)
    unverified = await an_organisation(place.territory, place.awa, name="Sans papiers", state=OrganisationState.WAITING)
    elsewhere = await an_organisation(neighbour.territory, place.awa, name="Vélo Coteau")
    luc = await a_person("Luc Morel")
    others = await an_organisation(place.territory, luc, name="Autre association")
    visitor = Visitor(app, person=place.awa)
    offered = [one.get("value") for one in (await visitor.get(NEW)).find(".//select[@name='voice']/option")]
    assert offered == ["", str(ours.id)]
    for wrong in (unverified, elsewhere, others):
        answer = await visitor.post(NEW, typed(place, voice=str(wrong.id)), page="")
        assert answer.status == 422
        assert [one.get("href") for one in answer.find(".//*[@id='error-summary']//a")] == ["#voice"]
    assert (await visitor.post(NEW, typed(place, voice=str(ours.id)), page="")).status == 303
    made = await Contribution.get()
    assert (made.organisation_id, made.author_kind) == (ours.id, "association")


async def test_what_an_unconfirmed_person_publishes_waits_and_is_shown_to_them_with_the_reason(app: Starlette) -> None:
    place = await Place.make()
    luc = await a_person("Luc Morel", confirmed=False)
    visitor = Visitor(app, person=luc)
    assert "n’est pas encore confirmée" in (await visitor.get(NEW)).words
    answer = await visitor.post(NEW, typed(place), page="")
    assert answer.location == "/account/contributions?done=waiting"
    own = await visitor.get(answer.location)
    assert "en attente" in own.words
    assert "Confirmez d’abord votre adresse" in own.words
    assert TITLE not in (await Visitor(app, person=place.awa).get("/account/contributions")).words
    waiting = await Contribution.get()
    path = f"/account/contributions/{waiting.id}/withdraw"
    assert (await Visitor(app, person=place.awa).get(path)).status == 404
    assert (await visitor.post(path, page="")).status == 303
    assert (await Contribution.get()).state is ItemState.WITHDRAWN


async def test_a_draft_is_saved_continued_and_published(app: Starlette) -> None:
    place = await Place.make(sections=2)
    visitor = Visitor(app, person=place.awa)
    second = str(place.sections[1].id)
    answer = await visitor.post(NEW, typed(place, "draft", title="", section=second), page="")
    assert answer.location == "/account/drafts?done=saved"
    drafts = await visitor.get(answer.location)
    assert "Sans titre" in drafts.words
    assert "Votre brouillon est enregistré" in drafts.words
    draft = await Draft.get()
    address = f"{NEW}?draft={draft.id}"
    shown = await visitor.get(address)
    assert shown.find(".//textarea")[0].text.strip() == BODY  # type: ignore[union-attr]
    assert shown.find(".//option[@selected]")[-1].get("value") == second
    hidden = shown.hidden()
    assert (await visitor.post(NEW, {**typed(place, "draft", section=second), **hidden})).status == 303
    assert (await Draft.get()).title == TITLE
    assert (await visitor.post(NEW, {**typed(place, section=second), **hidden})).status == 303
    assert await Draft.all().count() == 0
    assert (await Contribution.get()).section_id == place.sections[1].id


async def test_nobody_sees_or_discards_somebody_elses_draft(app: Starlette) -> None:
    place = await Place.make()
    await Place.make("coteau")
    visitor = Visitor(app, person=place.awa)
    await visitor.post(NEW, typed(place, "draft"), page="")
    draft = await Draft.get()
    luc = Visitor(app, person=await a_person("Luc Morel"))
    assert BODY[:20] not in (await luc.get(f"{NEW}?draft={draft.id}")).text
    assert TITLE not in (await luc.get("/account/drafts")).words
    assert (await luc.get(f"/account/drafts/{draft.id}/discard")).status == 404
    next_door = Visitor(app, "coteau.test", person=place.awa)
    assert TITLE not in (await next_door.get("/account/drafts")).words
    assert (await next_door.get(f"/account/drafts/{draft.id}/discard")).status == 404
    assert await Draft.all().count() == 1
    discard = f"/account/drafts/{draft.id}/discard"
    assert (await visitor.get(discard)).status == 200
    assert (await visitor.post(discard, page="")).location == "/account/drafts?done=discarded"
    assert await Draft.all().count() == 0


async def test_a_closed_consultations_draft_can_still_be_read_and_kept(app: Starlette) -> None:
    place = await Place.make()
    visitor = Visitor(app, person=place.awa)
    await visitor.post(NEW, typed(place, "draft"), page="")
    await place.close()
    draft = await Draft.get()
    shown = await visitor.get(f"{NEW}?draft={draft.id}")
    assert "La consultation est fermée" in shown.words
    assert shown.find(".//textarea")[0].text.strip() == BODY  # type: ignore[union-attr]
    assert not shown.find(".//button[@value='publish']")
    assert (await visitor.post(NEW, {**shown.hidden(), **typed(place, "draft", title="Plus tard")})).status == 303
    assert (await Draft.get()).title == "Plus tard"


async def test_the_neighbour_territorys_consultation_is_not_there(app: Starlette) -> None:
    place = await Place.make(slug_of_consultation="budget")
    await Place.make("coteau")
    visitor = Visitor(app, "coteau.test", person=place.awa)
    path = "/consultations/budget/contributions/new"
    assert (await visitor.get(path)).status == 404
    guard = (await visitor.get(NEW)).guard()
    assert (await visitor.post(path, {**guard, **typed(place)})).status == 404
    answer = await visitor.post(NEW, {**guard, **typed(place)})
    assert answer.status == 422, "the neighbour's section is none of ours"
    assert await Contribution.all().count() == 0


async def test_hostile_text_comes_back_escaped(app: Starlette) -> None:
    place = await Place.make()
    bad = "</textarea><script>alert(1)</script>\x00 \u202e"
    answer = await Visitor(app, person=place.awa).post(NEW, typed(place, "preview", title=bad, body=bad), page="")
    assert answer.status == 200
    assert "<script>alert" not in answer.text
    assert "\x00" not in answer.text
    assert "\u202e" not in answer.text


async def test_a_get_changes_nothing(app: Starlette) -> None:
    place = await Place.make()
    made = await place.publish()
    visitor = Visitor(app, person=place.awa)
    before = (await AuditEntry.all().count(), (await Contribution.get(id=made.id)).changes)
    for path in ("edit", "withdraw", "history", "amendments/new"):
        await visitor.get(f"/consultations/plan-velo/contributions/1/{path}")
    for path in (NEW, "/account/drafts", "/account/contributions"):
        await visitor.get(path)
    assert (await AuditEntry.all().count(), (await Contribution.get(id=made.id)).changes) == before


async def test_the_lists_of_ones_own_page_by_keys(app: Starlette) -> None:
    place = await Place.make()
    start = clock.now() - timedelta(days=1)
    with clock.frozen(start):
        for number in range(33):
            await place.publish(title=f"Texte {number}")
    visitor = Visitor(app, person=place.awa)
    first = await visitor.get("/account/contributions")
    assert "Texte 32" in first.words
    assert "Texte 2 " not in first.words
    following = next(one.get("href") for one in first.find(".//a") if one.get("rel") == "next")
    second = await visitor.get(following or "")
    assert "Texte 2 " in second.words
    assert "Texte 3 " not in second.words
