"""A restricted account reads, and neither writes nor votes in that territory until the end of the restriction."""

from datetime import timedelta

import pytest

from consult.accounts.models import Restriction
from consult.arguments.actions import withdraw_argument
from consult.contributions.actions import (
    publish_contribution,
    publish_waiting_contributions,
    withdraw_amendment,
    withdraw_contribution,
)
from consult.core import clock
from consult.core.errors import Refused
from consult.core.keys import new_key
from consult.sources.actions import withdraw_source
from consult.territories.models import Territory
from consult.votes.actions import cast_vote, give_support, withdraw_vote
from consult.web.language import translate
from tests.attacks.recount import recount
from tests.cast import Person, a_person, a_territory
from tests.counting import counted
from tests.discussion import Discussion, a_discussion


async def restrict(person: Person, territory: Territory, days: int = 7) -> Restriction:
    """What a decision leaves."""
    now = clock.now()
    return await Restriction.create(
        id=new_key(),
        territory=territory,
        account=person.account,
        decision_id=new_key(),
        since=now,
        until=now + timedelta(days=days),
    )


async def tries(d: Discussion, person: Person) -> list[str]:
    """What becomes of everything that they try."""
    other = await d.argue(d.luc, body=f"Autre raison {new_key()}")
    found = []
    for verb in (
        lambda: d.argue(person),
        lambda: d.source(person),
        lambda: d.amend(person),
        lambda: publish_contribution(person.voice(), **d.place, section_id=d.section.id, title="Banc", body="Un banc"),
        lambda: cast_vote(person.voice(), **d.place, contribution_id=d.contribution.id, choice="agree"),
        lambda: give_support(person.voice(), **d.place, argument_id=other.id),
    ):
        try:
            await verb()
            found.append("")
        except Refused as error:
            found.append(error.refusal.code)
    return found


@pytest.mark.usefixtures("db")
async def test_nothing_is_written_nor_voted_until_its_end_excluded() -> None:
    d, awa = await a_discussion(), await a_person("Awa")
    made = await restrict(awa, d.territory)
    with clock.frozen(made.until - timedelta(microseconds=1)):
        assert set(await tries(d, awa)) == {"restricted"}
    with clock.frozen(made.until):
        assert set(await tries(d, awa)) == {""}
    assert await recount() == []


@pytest.mark.usefixtures("db")
async def test_what_is_ones_own_may_still_be_taken_back() -> None:
    d, awa = await a_discussion(), await a_person("Awa")
    said, given, amendment = await d.argue(awa), await d.source(awa), await d.amend(awa)
    await d.vote(awa)
    await restrict(awa, d.territory)
    await restrict(d.luc, d.territory)
    at = {**d.place, "contribution_id": d.contribution.id}
    await withdraw_vote(awa.voice(), **at)
    await withdraw_source(awa.voice(), **d.place, source_id=given.id)
    await withdraw_argument(awa.voice(), **d.place, argument_id=said.id)
    await withdraw_amendment(awa.voice(), **at, amendment_id=amendment.id)
    await withdraw_contribution(d.luc.voice(), **at)
    assert await recount() == []


@pytest.mark.usefixtures("db")
async def test_the_refusal_says_the_last_day_by_the_territorys_calendar() -> None:
    d, awa = await a_discussion(), await a_person("Awa")
    made = await restrict(awa, d.territory)
    made.until = clock.now().replace(year=2026, month=4, day=1, hour=22, minute=0, second=0, microsecond=0)
    await made.save()
    with clock.frozen(made.until - timedelta(days=3)), pytest.raises(Refused) as refused:
        await d.argue(awa)
    assert "jusqu’au 1er avril 2026 inclus" in translate(refused.value.refusal)


@pytest.mark.usefixtures("db")
async def test_a_lifted_restriction_and_that_of_a_neighbour_restrict_nobody() -> None:
    d, awa, luc = await a_discussion(), await a_person("Awa"), await a_person("Luc")
    await restrict(awa, await a_territory("coteau"))
    await restrict(luc, d.territory)
    made = await restrict(awa, d.territory)
    made.lifted_at = clock.now()
    await made.save()
    assert set(await tries(d, awa)) == {""}


@pytest.mark.usefixtures("db")
async def test_what_waited_for_a_restricted_account_goes_on_waiting() -> None:
    d, newcomer = await a_discussion(), await a_person("Nour", confirmed=False)
    await publish_contribution(newcomer.voice(), **d.place, section_id=d.section.id, title="Banc", body="Un banc")
    await restrict(newcomer, d.territory)
    newcomer.account.confirmed_at = clock.now()
    await newcomer.account.save()
    assert await publish_waiting_contributions(newcomer.id) == 0


@pytest.mark.usefixtures("db")
async def test_being_judged_costs_no_query_of_its_own() -> None:
    d, awa = await a_discussion(), await a_person("Awa")
    with counted() as asked:
        await d.argue(awa)
    assert not [one for one in asked if one.startswith("SELECT") and "FROM restriction" in one.split("FROM")[0]], asked
    assert sum("restriction" in one for one in asked) == 1
