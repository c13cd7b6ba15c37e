"""Counted votes without voters: added to the voters', put right by a second count, their origin always kept."""

import pytest

from consult.contributions.models import Amendment
from consult.core.errors import NotFound, Refused
from consult.core.voice import SYSTEM, Voice
from consult.votes.actions import record_tally
from consult.votes.models import Tally
from tests.cast import a_person, a_territory
from tests.discussion import Discussion, a_discussion
from tests.votes.test_cast_vote import counted

PAPER = {"origin": "paper", "origin_label": "bulletins papier"}


async def record(d: Discussion, voice: Voice = SYSTEM, **values: object) -> Tally:
    return await record_tally(voice, **d.place, contribution_id=d.contribution.id, **(PAPER | values))  # type: ignore[arg-type]


async def test_a_tally_is_added_to_the_votes(db: str) -> None:
    d = await a_discussion()
    await d.vote(await a_person("Awa"), "agree")
    await record(d, agree=3, mixed=1, disagree=2)
    assert await counted(d.contribution) == {
        "votes_agree": 1, "tally_agree": 3, "tally_mixed": 1, "tally_disagree": 2, "votes_total": 7, "contested": 2,
    }  # fmt: skip
    await d.consultation.refresh_from_db()
    assert d.consultation.votes_count == 7


async def test_a_second_count_of_the_same_origin_replaces_the_first(db: str) -> None:
    d = await a_discussion()
    await record(d, agree=3, disagree=2)
    await record(d, agree=1, disagree=4)
    await record(d, agree=10, origin="workshop", origin_label="atelier du 3 mars")
    assert await counted(d.contribution) == {
        "tally_agree": 11, "tally_disagree": 4, "votes_total": 15, "contested": 4,
    }  # fmt: skip
    assert await Tally.all().count() == 2


async def test_supports_are_counted_on_arguments_and_sources(db: str) -> None:
    d = await a_discussion()
    argument, source = await d.argue(d.luc), await d.source(d.luc)
    await d.support(await a_person("Awa"), argument)
    await record(d, argument_id=argument.id, supports=5, agree=9)
    await record(d, source_id=source.id, supports=2)
    await argument.refresh_from_db()
    await source.refresh_from_db()
    assert (argument.supports, argument.tally_supports, argument.supports_total) == (1, 5, 6)
    assert (source.tally_supports, source.supports_total) == (2, 2)
    assert await counted(d.contribution) == {}


async def test_an_amendment_counts_them_with_its_voters(db: str) -> None:
    d = await a_discussion()
    amendment = await d.amend(await a_person("Awa"))
    await d.vote(d.luc, "agree", amendment)
    await record(d, amendment_id=amendment.id, agree=2, disagree=1)
    found = await Amendment.get(id=amendment.id)
    assert (found.votes_agree, found.votes_mixed, found.votes_disagree) == (3, 0, 1)


async def test_only_administrators_of_the_territory_record_one(db: str) -> None:
    d = await a_discussion()
    neighbour = await a_discussion(await a_territory("coteau"))
    ada = await a_person("Ada", administrator=d.territory, moderator=neighbour.territory)
    await record(d, ada.voice("administrator"), agree=1)
    with pytest.raises(Refused, match="not_administrator"):
        await record(neighbour, ada.voice("moderator"), agree=1)
    with pytest.raises(NotFound):
        await record_tally(
            ada.voice("administrator"), **neighbour.place, contribution_id=d.contribution.id, **PAPER, agree=1
        )
    assert await Tally.all().count() == 1


@pytest.mark.parametrize("wrong", [{"agree": -1}, {"origin": " "}, {"origin_label": ""}, {"origin": "o" * 41}])
async def test_numbers_and_origin_are_right(db: str, wrong: dict[str, object]) -> None:
    d = await a_discussion()
    with pytest.raises(Refused, match="bad_tally"):
        await record(d, **wrong)


async def test_paper_is_counted_after_closing(db: str) -> None:
    d = await a_discussion()
    await d.close()
    await record(d, agree=4)
    assert (await counted(d.contribution))["votes_total"] == 4


async def test_nothing_is_counted_on_what_is_hidden(db: str) -> None:
    d = await a_discussion()
    await d.hide()
    with pytest.raises(NotFound):
        await record(d, agree=4)
