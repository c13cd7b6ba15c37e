"""Publication after moderation: nothing is public before a moderator has read it, and nothing is lost meanwhile."""

from typing import Any

import pytest

from consult.arguments.actions import correct_argument, publish_waiting_arguments, withdraw_argument
from consult.arguments.models import Argument
from consult.consultations.items import ItemState
from consult.consultations.models import ModerationTime
from consult.contributions.actions import (
    publish_contribution,
    publish_waiting_amendments,
    publish_waiting_contributions,
    withdraw_contribution,
)
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.database import execute
from consult.core.errors import Refused
from consult.sources.actions import publish_waiting_sources
from tests.attacks.recount import number_gaps, recount
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion
from tests.moderation.standing import Desk


async def a_careful_discussion() -> Discussion:
    """A discussion that began before its consultation was set to read first."""
    d = await a_discussion()
    d.consultation.moderation = ModerationTime.BEFORE
    await d.consultation.save(update_fields=["moderation"])
    return d


async def say_everything(d: Discussion, person: Person) -> dict[str, Any]:
    """One text of each kind, by one person."""
    made = await publish_contribution(
        person.voice(), **d.place, section_id=d.section.id, title="Un banc", body="Devant l’école."
    )
    return {
        "contribution": made,
        "amendment": await d.amend(person),
        "argument": await d.argue(person),
        "source": await d.source(person),
    }


async def events() -> list[str]:
    """What was recorded, in order."""
    return [row["event"] for row in await execute("SELECT event FROM audit ORDER BY id")]


@pytest.mark.usefixtures("db")
async def test_what_people_write_waits_without_a_number_and_uncounted() -> None:
    d = await a_careful_discussion()
    awa = await a_person("Awa")
    for row in (await say_everything(d, awa)).values():
        kept = await type(row).get(id=row.id)
        assert (kept.state, kept.awaits_moderator, kept.published_at) == (ItemState.WAITING, True, None)
    told = await events()
    for name in ("contribution_held", "amendment_held", "argument_held", "source_held"):
        assert told.count(name) == 1
    assert (await Contribution.get(title="Un banc")).number is None
    assert (await recount(), await number_gaps()) == ([], [])


@pytest.mark.usefixtures("db")
async def test_the_moderator_publishes_it_once_even_after_the_round() -> None:
    d = await a_careful_discussion()
    awa = await a_person("Awa")
    written = await say_everything(d, awa)
    await d.close()
    for row in written.values():
        for _ in range(2):
            await Desk(d).keep(row)
        assert (await type(row).get(id=row.id)).state is ItemState.PUBLISHED
    told = await events()
    for name in ("amendment_proposed", "argument_published", "source_published"):
        assert told.count(name) == 1
    assert told.count("contribution_published") == 2
    assert (await recount(), await number_gaps()) == ([], [])


@pytest.mark.usefixtures("db")
async def test_a_newcomer_waits_for_their_address_and_then_for_a_moderator() -> None:
    d = await a_careful_discussion()
    newcomer = await a_person("Nour", confirmed=False)
    written = await say_everything(d, newcomer)
    assert not (await Argument.get(id=written["argument"].id)).awaits_moderator
    newcomer.account.confirmed_at = clock.now()
    await newcomer.account.save()
    for _ in range(2):
        for publish in (
            publish_waiting_contributions,
            publish_waiting_amendments,
            publish_waiting_arguments,
            publish_waiting_sources,
        ):
            assert await publish(newcomer.id) == 0
    for row in written.values():
        kept = await type(row).get(id=row.id)
        assert (kept.state, kept.awaits_moderator) == (ItemState.WAITING, True)
    told = await events()
    for name in ("contribution_held", "amendment_held", "argument_held", "source_held"):
        assert told.count(name) == 1
    assert await recount() == []


@pytest.mark.usefixtures("db")
async def test_what_waits_for_a_moderator_is_not_published_by_a_change_of_the_rules() -> None:
    d = await a_careful_discussion()
    awa = await a_person("Awa")
    written = await say_everything(d, awa)
    d.consultation.moderation = ModerationTime.AFTER
    await d.consultation.save(update_fields=["moderation"])
    assert await publish_waiting_arguments(awa.id) == 0
    assert (await Argument.get(id=written["argument"].id)).state is ItemState.WAITING


@pytest.mark.usefixtures("db")
async def test_its_author_takes_it_back_at_any_time_and_never_changes_it_under_the_moderators_eyes() -> None:
    d = await a_careful_discussion()
    awa = await a_person("Awa")
    written = await say_everything(d, awa)
    said = written["argument"]
    with pytest.raises(Refused) as refused:
        await correct_argument(awa.voice(), **d.place, argument_id=said.id, body="Autre chose")
    assert refused.value.refusal.code == "being_read"
    await d.close()
    await withdraw_argument(awa.voice(), **d.place, argument_id=said.id)
    await withdraw_contribution(awa.voice(), **d.place, contribution_id=written["contribution"].id)
    await Desk(d).keep(said)
    assert (await Argument.get(id=said.id)).state is ItemState.WITHDRAWN
    assert await recount() == []


@pytest.mark.usefixtures("db")
async def test_the_same_form_sent_twice_holds_one_text() -> None:
    d = await a_careful_discussion()
    awa = await a_person("Awa")
    first = await d.argue(awa, once="a")
    assert (await d.argue(awa, once="a")).id == first.id
    assert (await d.argue(awa, once="b")).id == first.id
    assert await recount() == []
