"""Speaking in the name of an organisation: who may, judged again where it is written."""

from collections.abc import Awaitable
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.consultations.items import ItemState
from consult.contributions.actions import publish_contribution, publish_waiting_contributions, withdraw_contribution
from consult.contributions.models import Contribution
from consult.core.errors import Refused
from consult.organisations.actions import remove_member
from consult.organisations.models import Member, Organisation, OrganisationState
from consult.organisations.queries import voices_of
from tests.browsing import Visitor
from tests.cast import Person, a_person, a_territory, an_organisation
from tests.discussion import Discussion, a_discussion


async def code_of(awaitable: Awaitable[Any]) -> str:
    with pytest.raises(Refused) as caught:
        await awaitable
    return caught.value.refusal.code


async def write(place: Discussion, person: Person, body: Organisation) -> Contribution:
    return await publish_contribution(
        person.voice(organisation=body),
        territory_id=place.territory.id,
        consultation_id=place.consultation.id,
        section_id=place.section.id,
        title="Un titre",
        body="Un texte.",
    )


async def test_a_member_speaks_for_a_verified_organisation(db: str) -> None:
    place = await a_discussion()
    awa = await a_person()
    body = await an_organisation(place.territory, awa)
    row = await write(place, awa, body)
    assert (row.state, row.organisation_id, row.author_kind) == (ItemState.PUBLISHED, body.id, "association")
    await place.argue(awa.voice(organisation=body))
    await place.source(awa.voice(organisation=body))


@pytest.mark.parametrize("state", [OrganisationState.WAITING, OrganisationState.REFUSED])
async def test_nobody_speaks_for_one_that_is_not_verified(db: str, state: OrganisationState) -> None:
    place = await a_discussion()
    awa = await a_person()
    body = await an_organisation(place.territory, awa, state=state)
    assert await code_of(write(place, awa, body)) == "not_verified"
    assert await code_of(place.argue(awa.voice(organisation=body))) == "not_verified"
    assert await code_of(place.source(awa.voice(organisation=body))) == "not_verified"
    assert await code_of(place.amend(awa.voice(organisation=body))) == "not_verified"
    assert await Contribution.all().count() == 1
    assert await voices_of(awa.id, place.territory.id) == []


async def test_the_owner_of_another_organisation_does_not_speak_for_it(db: str) -> None:
    place = await a_discussion()
    awa, luc = await a_person(), await a_person("Luc Martin")
    body = await an_organisation(place.territory, awa)
    await an_organisation(place.territory, luc, name="Auto Vallon")
    assert await code_of(write(place, luc, body)) == "not_your_voice"
    assert await code_of(place.argue(luc.voice(organisation=body))) == "not_your_voice"


async def test_an_organisation_of_the_neighbour_does_not_speak_here(db: str) -> None:
    place = await a_discussion()
    awa = await a_person()
    abroad = await an_organisation(await a_territory("coteau"), awa)
    assert await code_of(write(place, awa, abroad)) == "not_your_voice"
    assert await voices_of(awa.id, place.territory.id) == []


async def test_a_member_who_was_removed_speaks_no_more_nor_touches_what_was_said(db: str) -> None:
    place = await a_discussion()
    awa, luc = await a_person(), await a_person("Luc Martin")
    body = await an_organisation(place.territory, awa, luc)
    row = await write(place, luc, body)
    member = await Member.get(organisation=body, account=luc.account)
    await remove_member(awa.voice(), territory_id=place.territory.id, organisation_id=body.id, member_id=member.id)
    assert await code_of(write(place, luc, body)) == "not_your_voice"
    withdrawing = withdraw_contribution(luc.voice(organisation=body), **place.place, contribution_id=row.id)
    assert await code_of(withdrawing) == "not_your_voice"
    await withdraw_contribution(awa.voice(organisation=body), **place.place, contribution_id=row.id)


async def test_what_waited_is_not_published_for_an_organisation_that_was_left(db: str) -> None:
    place = await a_discussion()
    awa, luc = await a_person(), await a_person("Luc Martin", confirmed=False)
    body = await an_organisation(place.territory, awa, luc)
    row = await write(place, luc, body)
    assert row.state is ItemState.WAITING
    await Member.filter(account=luc.account).delete()
    luc.account.confirmed_at = luc.account.created_at
    await luc.account.save()
    assert await publish_waiting_contributions(luc.id) == 0
    await Member.create(organisation=body, account=luc.account, created_at=luc.account.created_at)
    assert await publish_waiting_contributions(luc.id) == 1


async def test_the_page_offers_what_may_be_spoken_for_and_no_more(app: Starlette) -> None:
    place = await a_discussion()
    awa, luc = await a_person(), await a_person("Luc Martin")
    body = await an_organisation(place.territory, awa)
    await an_organisation(place.territory, awa, name="En attente", state=OrganisationState.WAITING)
    await an_organisation(await a_territory("coteau"), awa, name="D’à côté")
    await an_organisation(place.territory, luc, name="Auto Vallon")
    path = f"/consultations/{place.consultation.slug}/contributions/new"
    shown = await Visitor(app, person=awa).get(path)
    offered = [one.get("value") for one in shown.find(".//select[@id='voice']/option")]
    assert offered == ["", str(body.id)]


async def test_what_is_written_for_another_is_refused_with_the_text_kept(app: Starlette) -> None:
    place = await a_discussion()
    awa, luc = await a_person(), await a_person("Luc Martin")
    body = await an_organisation(place.territory, awa)
    path = f"/consultations/{place.consultation.slug}/contributions/new"
    typed = {"title": "Un titre", "body": "Un texte gardé.", "section": str(place.section.id), "voice": str(body.id)}
    answer = await Visitor(app, person=luc).post(path, {**typed, "button": "publish"}, page="")
    assert answer.status == 422
    assert "pas ou plus membre" in answer.words
    assert "Un texte gardé." in answer.words
    linked = {(one.get("href") or "") for one in answer.find(".//*[@id='error-summary']//a")}
    assert linked == {"#voice"}
    assert answer.find(".//select[@id='voice']"), "what the summary links to is there"
    assert await Contribution.all().count() == 1
