"""Supporting arguments and sources: once, never one's own, only while one may vote."""

import asyncio
from datetime import timedelta

import pytest

from consult.arguments.actions import withdraw_argument
from consult.arguments.models import Argument
from consult.contributions.actions import withdraw_amendment
from consult.core import clock
from consult.core.errors import NotFound, Refused
from consult.sources.models import Source
from consult.votes.actions import give_support, withdraw_support
from consult.votes.models import Support
from tests.cast import a_person, a_territory, an_organisation
from tests.discussion import a_discussion


async def supports(item: Argument | Source) -> int:
    await item.refresh_from_db()
    assert item.supports == item.supports_total - item.tally_supports
    return item.supports


async def test_an_argument_and_a_source_are_supported_once(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    for item in (await d.argue(d.luc), await d.source(d.luc)):
        for _ in range(2):
            await d.support(awa, item)
        assert await supports(item) == 1
    assert await Support.all().count() == 2


async def test_support_is_taken_back(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(d.luc)
    await d.support(awa, argument)
    for _ in range(2):
        await withdraw_support(awa.voice(), **d.place, argument_id=argument.id)
    assert await supports(argument) == 0
    assert await Support.all().count() == 0


async def test_nobody_supports_their_own(db: str) -> None:
    d = await a_discussion()
    for item in (await d.argue(d.luc), await d.source(d.luc)):
        with pytest.raises(Refused, match="own_item"):
            await d.support(d.luc, item)
        assert await supports(item) == 0


async def test_nobody_supports_what_their_organisation_wrote(db: str) -> None:
    territory = await a_territory()
    awa, zoe, ali = await a_person("Awa"), await a_person("Zoé"), await a_person("Ali")
    body = await an_organisation(territory, awa, zoe)
    await an_organisation(territory, ali, name="Autre")
    d = await a_discussion(territory)
    argument = await d.argue(awa.voice(organisation=body))
    with pytest.raises(Refused, match="own_item"):
        await d.support(awa, argument)
    with pytest.raises(Refused, match="own_body"):
        await d.support(zoe, argument)
    await d.support(ali, argument)
    assert await supports(argument) == 1


async def test_somebody_unconfirmed_does_not_support(db: str) -> None:
    d = await a_discussion()
    argument = await d.argue(d.luc)
    with pytest.raises(Refused, match="unconfirmed"):
        await d.support(await a_person("Awa", confirmed=False), argument)


async def test_the_last_instant_is_before_closing(db: str) -> None:
    d = await a_discussion()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    argument = await d.argue(d.luc)
    with clock.frozen(d.round.closes_at - timedelta(microseconds=1)):
        await d.support(awa, argument)
    with clock.frozen(d.round.closes_at):
        with pytest.raises(Refused, match="round_closed"):
            await d.support(zoe, argument)
        with pytest.raises(Refused, match="round_closed"):
            await withdraw_support(awa.voice(), **d.place, argument_id=argument.id)
    assert await supports(argument) == 1


async def test_what_is_gone_or_elsewhere_is_not_supported(db: str) -> None:
    d = await a_discussion()
    other = await a_discussion(await a_territory("coteau"))
    awa = await a_person("Awa")
    argument = await d.argue(d.luc)
    beside = await d.source(d.luc, argument)
    with pytest.raises(NotFound):
        await give_support(awa.voice(), **other.place, argument_id=argument.id)
    await withdraw_argument(d.luc.voice(), **d.place, argument_id=argument.id)
    for item in (argument, beside):
        with pytest.raises(NotFound):
            await d.support(awa, item)
    source = await d.source(d.luc)
    await d.hide()
    with pytest.raises(NotFound):
        await d.support(awa, source)
    assert await Support.all().count() == 0


async def test_what_stands_under_a_withdrawn_amendment_is_not_supported(db: str) -> None:
    d = await a_discussion()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    amendment = await d.amend(awa)
    argument = await d.argue(d.luc, amendment=amendment)
    beside = await d.source(d.luc, argument)
    await withdraw_amendment(awa.voice(), **d.place, contribution_id=d.contribution.id, amendment_id=amendment.id)
    for item in (argument, beside):
        with pytest.raises(NotFound):
            await d.support(zoe, item)


async def test_another_consultation_still_open_lends_nothing_to_one_that_is_closed(db: str) -> None:
    d = await a_discussion()
    still_open = await a_discussion(d.territory, slug="plan-eau")
    awa = await a_person("Awa")
    argument, source = await d.argue(d.luc), await d.source(d.luc)
    await d.close()
    for item in ({"argument_id": argument.id}, {"source_id": source.id}):
        with pytest.raises(NotFound):
            await give_support(awa.voice(), **still_open.place, **item)
    assert await Support.all().count() == 0


async def test_twenty_supports_of_one_person_at_once_are_one(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(d.luc)
    await asyncio.gather(*(d.support(awa, argument) for _ in range(20)))
    assert await supports(argument) == 1
    assert await Support.all().count() == 1
