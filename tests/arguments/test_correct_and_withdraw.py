"""Correcting one's argument within fifteen minutes, and withdrawing it while the round is open."""

from datetime import datetime, timedelta

import pytest

from consult.arguments.actions import correct_argument, withdraw_argument
from consult.arguments.models import Argument, ArgumentRevision
from consult.arguments.rules import CORRECTION
from consult.contributions.actions import withdraw_amendment
from consult.core import clock
from consult.core.errors import NotFound, Refused
from tests.arguments.test_publish_argument import counted
from tests.cast import a_person, a_territory, an_organisation
from tests.discussion import a_discussion


async def test_a_slip_is_corrected_and_the_first_wording_kept(db: str) -> None:
    d = await a_discussion()
    argument = await d.argue(d.luc, body="Plus sûr, et plsu rapide.")
    before = d.contribution.changes
    await correct_argument(d.luc.voice(), **d.place, argument_id=argument.id, body="Plus sûr, et plus rapide.")
    found = await Argument.get(id=argument.id)
    assert (found.body, found.revision) == ("Plus sûr, et plus rapide.", 2)
    assert found.edited_at is not None
    kept = await ArgumentRevision.get(argument_id=argument.id)
    assert (kept.number, kept.body) == (1, "Plus sûr, et plsu rapide.")
    await d.contribution.refresh_from_db()
    assert d.contribution.changes > before


async def test_the_same_text_is_no_correction(db: str) -> None:
    d = await a_discussion()
    argument = await d.argue(d.luc, body="Plus sûr.")
    await correct_argument(d.luc.voice(), **d.place, argument_id=argument.id, body="Plus sûr.\n")
    assert await ArgumentRevision.all().count() == 0


async def test_fifteen_minutes_end_with_the_fifteenth(db: str, frozen: datetime) -> None:
    d = await a_discussion()
    argument = await d.argue(d.luc, body="Un.")
    with clock.frozen(frozen + CORRECTION - timedelta(microseconds=1), everywhere=True):
        await correct_argument(d.luc.voice(), **d.place, argument_id=argument.id, body="Deux.")
    with (
        clock.frozen(frozen + timedelta(minutes=15), everywhere=True),
        pytest.raises(Refused, match="too_late_to_correct"),
    ):
        await correct_argument(d.luc.voice(), **d.place, argument_id=argument.id, body="Trois.")
    assert (await Argument.get(id=argument.id)).body == "Deux."


async def test_nothing_is_corrected_or_withdrawn_after_closing(db: str) -> None:
    d = await a_discussion()
    with clock.frozen(d.round.closes_at - timedelta(minutes=1)):
        argument = await d.argue(d.luc)
    with clock.frozen(d.round.closes_at):
        with pytest.raises(Refused, match="round_closed"):
            await correct_argument(d.luc.voice(), **d.place, argument_id=argument.id, body="Autre.")
        with pytest.raises(Refused, match="round_closed"):
            await withdraw_argument(d.luc.voice(), **d.place, argument_id=argument.id)
    assert await counted(d) == (1, 0, 1, 1)


async def test_only_its_author_does_either(db: str) -> None:
    territory = await a_territory()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    body, other = await an_organisation(territory, awa), await an_organisation(territory, zoe, name="Autre")
    d = await a_discussion(territory)
    argument = await d.argue(awa.voice(organisation=body))
    for voice in (zoe.voice(), zoe.voice(organisation=other), awa.voice()):
        with pytest.raises(Refused, match="not_author"):
            await correct_argument(voice, **d.place, argument_id=argument.id, body="Autre.")
        with pytest.raises(Refused, match="not_author"):
            await withdraw_argument(voice, **d.place, argument_id=argument.id)
    await withdraw_argument(awa.voice(organisation=body), **d.place, argument_id=argument.id)


async def test_a_withdrawn_argument_leaves_the_counts_with_its_sources(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(awa)
    await d.source(d.luc, argument)
    await d.source(d.luc)
    await d.contribution.refresh_from_db()
    assert d.contribution.sources_count == 2
    await withdraw_argument(awa.voice(), **d.place, argument_id=argument.id)
    await withdraw_argument(awa.voice(), **d.place, argument_id=argument.id)
    assert await counted(d) == (0, 0, 0, 0)
    assert (d.contribution.sources_count, d.consultation.sources_count) == (1, 1)
    found = await Argument.get(id=argument.id)
    assert (found.state, found.body) == ("withdrawn", argument.body)
    assert found.removed_at is not None
    with pytest.raises(Refused, match="gone"):
        await correct_argument(awa.voice(), **d.place, argument_id=argument.id, body="Encore.")


async def test_the_neighbour_finds_nothing(db: str) -> None:
    d = await a_discussion()
    other = await a_discussion(await a_territory("coteau"))
    argument = await d.argue(d.luc)
    for place in (other.place, {**d.place, "territory_id": other.territory.id}):
        with pytest.raises(NotFound):
            await correct_argument(d.luc.voice(), **place, argument_id=argument.id, body="Autre.")
        with pytest.raises(NotFound):
            await withdraw_argument(d.luc.voice(), **place, argument_id=argument.id)


async def test_nothing_moves_under_what_is_no_longer_public(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    amendment = await d.amend(awa)
    argument = await d.argue(d.luc, amendment=amendment)
    assert await counted(d) == (0, 0, 1, 1)
    await withdraw_amendment(awa.voice(), **d.place, contribution_id=d.contribution.id, amendment_id=amendment.id)
    assert await counted(d) == (0, 0, 0, 0)
    with pytest.raises(NotFound):
        await withdraw_argument(d.luc.voice(), **d.place, argument_id=argument.id)
    assert await counted(d) == (0, 0, 0, 0)
