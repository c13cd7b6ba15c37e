"""What becomes of what somebody wrote when their address is confirmed, their name changes, or they leave."""

from datetime import timedelta

import pytest
from starlette.applications import Starlette

from consult.accounts.events import AccountConfirmed, AccountDeleted, AccountsMerged, PublicNameChanged
from consult.accounts.models import Account
from consult.consultations.items import ItemState
from consult.contributions.effects import publish_what_waited, show_the_name_anew, show_the_organisation_anew
from consult.contributions.models import Amendment, Contribution
from consult.core import clock
from consult.core.events import effects_of
from consult.organisations.events import OrganisationChanged
from tests.browsing import Visitor
from tests.cast import a_person, an_organisation
from tests.contributions.situations import Place

C = "/consultations/plan-velo/contributions/1"


@pytest.mark.usefixtures("db")
async def test_what_waited_is_published_by_the_confirmation_and_doing_it_twice_does_no_harm() -> None:
    place = await Place.make()
    made = await place.publish()
    luc = await a_person("Luc Morel", confirmed=False)
    await place.publish(luc.voice(), title="Celle de Luc")
    await place.amend(luc.voice(), made)
    await Account.filter(id=luc.id).update(confirmed_at=clock.now())
    event = AccountConfirmed(account_id=luc.id)
    assert "contributions.effects.publish_what_waited" in effects_of(event)
    for _ in range(2):
        await publish_what_waited(event, 1)
    assert [one.number for one in await Contribution.all().order_by("number")] == [1, 2]
    assert (await Amendment.get()).state is ItemState.PUBLISHED


@pytest.mark.usefixtures("db")
async def test_a_sign_up_that_was_another_accounts_publishes_for_that_account() -> None:
    place = await Place.make()
    event = AccountsMerged(account_id=place.awa.id, from_account_id=1)
    waiting = await place.publish(place.awa.voice())
    await Contribution.filter(id=waiting.id).update(state=ItemState.WAITING, number=None)
    await publish_what_waited(event, 1)
    assert (await Contribution.get()).state is ItemState.PUBLISHED


@pytest.mark.usefixtures("frozen")
async def test_a_kept_page_shows_the_new_name_and_after_a_deletion_none(app: Starlette) -> None:
    place = await Place.make()
    with clock.frozen(place.round.opens_at + timedelta(hours=1)):
        await place.publish()
    reader = Visitor(app)
    assert "Awa Diallo" in (await reader.get(f"{C}/history")).words
    await Account.filter(id=place.awa.id).update(public_name="Awa D.")
    await show_the_name_anew(PublicNameChanged(account_id=place.awa.id), 1)
    assert "Awa D." in (await reader.get(f"{C}/history")).words
    await Account.filter(id=place.awa.id).update(public_name="", deleted_at=clock.now())
    await show_the_name_anew(AccountDeleted(account_id=place.awa.id), 1)
    answer = await reader.get(f"{C}/history")
    assert "Compte supprimé" in answer.words
    assert "dangereux" in answer.words, "the public record stays readable"


@pytest.mark.usefixtures("frozen")
async def test_a_kept_page_shows_the_organisations_new_name(app: Starlette) -> None:
    place = await Place.make()
    body = await an_organisation(place.territory, place.awa)
    await place.publish(place.awa.voice(organisation=body))
    other = await place.publish(title="Autre")
    reader = Visitor(app)
    assert "Vélo Vallon" in (await reader.get(f"{C}/history")).words
    body.name = "Deux Roues"
    await body.save()
    await show_the_organisation_anew(OrganisationChanged(organisation_id=body.id), 1)
    assert "Deux Roues" in (await reader.get(f"{C}/history")).words
    assert (await Contribution.get(id=other.id)).changes == other.changes, "other people's pages are left alone"
