"""Voters' identifiers: one a voter and consultation, drawn from a secret that does not outlive the consultation."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from consult.consultations.actions.rounds import move_closing
from consult.consultations.rules.closing import ClosingMove
from consult.core import clock
from consult.core.database import execute, snapshot
from consult.core.keys import new_key
from consult.exports import voters
from consult.exports.models import Ballot
from consult.exports.tables import TABLES, scope_of
from consult.exports.voters import BallotsNotFrozen, freeze_ballots, freeze_closed, identifiers, secret_of
from consult.votes.actions import cast_vote, give_support, withdraw_vote
from tests.cast import NOON, a_person
from tests.discussion import Discussion, a_discussion
from tests.exports.reading import Rows, tables_of

AFTER = timedelta(days=21)


@pytest.fixture
async def d(db: str, frozen: object) -> Discussion:
    """A discussion in which twelve people voted, three of them on two things."""
    d = await a_discussion()
    people = [await a_person(f"Votant {place}") for place in range(12)]
    for place, person in enumerate(people):
        choice = ("agree", "mixed", "disagree")[place % 3]
        await cast_vote(person.voice(), **d.place, contribution_id=d.contribution.id, choice=choice)
    argument = await d.argue(d.luc)
    for person in people[:3]:
        await give_support(person.voice(), **d.place, argument_id=argument.id)
    return d


async def votes_of(d: Discussion) -> Rows:
    """The table of votes, as it would be downloaded now."""
    return (await tables_of(d.territory.id, d.consultation.slug))[1]["votes"]


def at(delay: timedelta) -> Any:
    """Some time after the votes."""
    return clock.frozen(NOON + delay, everywhere=True)


async def kept(d: Discussion) -> dict[str, Any]:
    """What there is of the secret."""
    (row,) = await execute("SELECT * FROM voter_secret WHERE consultation_id = :key", key=d.consultation.id)
    return row


async def test_the_same_voter_has_the_same_identifier_in_all_files_of_the_consultation(d: Discussion) -> None:
    open_votes = await votes_of(d)
    assert len(open_votes) == 15
    assert len({row["voter"] for row in open_votes}) == 12
    supports = {row["voter"] for row in open_votes if row["choice"] == "support"}
    assert len(supports) == 3
    assert supports < {row["voter"] for row in open_votes if row["choice"] != "support"}
    with at(AFTER):
        assert await freeze_ballots(d.consultation.id)
        frozen = await votes_of(d)
    told = [{**row, "provisional": False} for row in open_votes]
    assert sorted(map(str, frozen)) == sorted(map(str, told))


async def test_once_frozen_the_secret_is_gone_and_nothing_computes_the_identifiers_again(d: Discussion) -> None:
    secret = await secret_of(d.consultation.id)
    with at(AFTER):
        assert await freeze_ballots(d.consultation.id)
        assert not await freeze_ballots(d.consultation.id), "a second time there is nothing to do"
        frozen = {row["voter"] for row in await votes_of(d)}
    row = await kept(d)
    assert row["secret"] is None
    assert row["frozen_at"] is not None
    accounts = [one["account_id"] for one in await execute("SELECT DISTINCT account_id FROM vote")]
    assert {identifiers(secret)(one) for one in accounts} == frozen, "the secret was the only way"
    # it stands in no table any more, and no other key of ours makes them
    for table in await _tables():
        columns = await execute(f'SELECT * FROM "{table}"')
        assert secret not in str(columns), table


async def _tables() -> list[str]:
    from tortoise import Tortoise

    return sorted({model._meta.db_table for models in (Tortoise.apps or {}).values() for model in models.values()})


async def test_nothing_in_a_ballot_leads_back_to_a_vote_or_an_account(d: Discussion) -> None:
    with at(AFTER):
        await freeze_ballots(d.consultation.id)
    ballots = await Ballot.all().order_by("id").values()
    votes = await execute("SELECT id, account_id FROM vote UNION ALL SELECT id, account_id FROM support ORDER BY id")
    keys = {str(value) for row in votes for value in row.values()}
    for ballot in ballots:
        assert not keys & {str(ballot["id"]), ballot["voter"]}
    # nor does the order in which they lie tell who came first
    order = [(row["item_id"], row["voter"]) for row in ballots]
    assert len(order) == len(votes) == 15


async def test_while_it_is_open_the_order_does_not_tell_who_came_first(d: Discussion) -> None:
    identifier = identifiers(await secret_of(d.consultation.id))
    rows = await execute("SELECT account_id FROM vote ORDER BY id")
    came = [identifier(row["account_id"]) for row in rows]
    shown = [row["voter"] for row in await votes_of(d) if row["kind"] == "contribution"]
    assert sorted(came) == sorted(shown)
    assert shown not in (came, came[::-1])


async def test_another_consultation_has_other_identifiers(d: Discussion) -> None:
    other = await a_discussion(d.territory, slug="autre")
    person = await a_person("Vote partout")
    for one in (d, other):
        await cast_vote(person.voice(), **one.place, contribution_id=one.contribution.id, choice="agree")
    here, there = [{row["voter"] for row in await votes_of(one)} for one in (d, other)]
    assert len(there) == 1
    assert not here & there


async def test_a_reopening_draws_anew_and_the_next_closing_freezes_anew(d: Discussion) -> None:
    with at(AFTER):
        await freeze_ballots(d.consultation.id)
        first = {row["voter"] for row in await votes_of(d)}
        ada = await a_person("Ada Roux", administrator=d.territory)
        await move_closing(
            ada.voice("administrator"), **d.place, round_id=d.round.id, asked=ClosingMove.REOPEN,
            closes_at=NOON + AFTER + timedelta(days=3), reason="Une panne a empêché de voter le dernier jour.",
        )  # fmt: skip
        late = await a_person("Votant de la fin")
        await cast_vote(late.voice(), **d.place, contribution_id=d.contribution.id, choice="agree")
        meanwhile = {row["voter"] for row in await votes_of(d)}
        assert not await freeze_ballots(d.consultation.id)
    assert len(meanwhile) == 13
    assert not first & meanwhile
    with at(AFTER + timedelta(days=4)):
        assert await freeze_closed() == 1
        assert await freeze_closed() == 0
        last = await votes_of(d)
    assert {row["voter"] for row in last} == meanwhile
    assert len(last) == 16
    assert await Ballot.all().count() == 16, "what was frozen before is gone"


async def test_a_withdrawn_vote_is_nobodys_and_a_hidden_items_ballots_wait(d: Discussion) -> None:
    voter = await a_person("Revient")
    await cast_vote(voter.voice(), **d.place, contribution_id=d.contribution.id, choice="agree")
    await withdraw_vote(voter.voice(), **d.place, contribution_id=d.contribution.id)
    with at(AFTER):
        await freeze_ballots(d.consultation.id)
        assert len(await votes_of(d)) == 15
        await execute("UPDATE argument SET state = 'hidden', removed_at = published_at")
        assert len(await votes_of(d)) == 12
        await execute("UPDATE argument SET state = 'published', removed_at = NULL")
        assert len(await votes_of(d)) == 15


async def test_final_votes_are_refused_before_they_are_frozen(d: Discussion) -> None:
    with at(AFTER):
        async with snapshot():
            scope = await scope_of(d.territory.id, d.consultation.slug)
            assert scope is not None
            with pytest.raises(BallotsNotFrozen):
                async for _ in TABLES["votes"].rows(scope):
                    pass


async def test_killed_in_the_middle_it_goes_on_and_two_at_once_make_one(
    d: Discussion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voters, "BATCH", 4)
    insert, done = voters._insert, 0

    async def killed(rows: Any) -> None:
        nonlocal done
        done += 1
        if done == 3:
            raise KeyboardInterrupt
        await insert(rows)

    with at(AFTER):
        monkeypatch.setattr(voters, "_insert", killed)
        with pytest.raises(KeyboardInterrupt):
            await freeze_ballots(d.consultation.id)
        assert 0 < await Ballot.all().count() < 15
        assert (await kept(d))["secret"] is not None
        monkeypatch.setattr(voters, "_insert", insert)
        await asyncio.gather(*(freeze_ballots(d.consultation.id) for _ in range(3)))
        assert await Ballot.all().count() == 15
        assert len(await votes_of(d)) == 15
    assert (await kept(d))["secret"] is None


async def test_reopened_while_the_votes_are_copied_nothing_is_frozen(
    d: Discussion, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, copy = await a_person("Ada Roux", administrator=d.territory), voters._copy

    async def overtaken(consultation_id: int, kind: str, *given: Any) -> None:
        await copy(consultation_id, kind, *given)
        if kind == "source":
            await move_closing(
                ada.voice("administrator"), **d.place, round_id=d.round.id, asked=ClosingMove.REOPEN,
                closes_at=NOON + AFTER + timedelta(days=3), reason="Une panne a empêché de voter le dernier jour.",
            )  # fmt: skip

    with at(AFTER):
        monkeypatch.setattr(voters, "_copy", overtaken)
        assert not await freeze_ballots(d.consultation.id)
        row = await kept(d)
        assert (row["secret"] is None, row["frozen_at"]) == (False, None), "people vote again"
        assert len(await votes_of(d)) == 15


async def test_a_vote_has_the_day_of_the_first_one_though_it_was_changed_since(d: Discussion) -> None:
    person = await a_person("Change d’avis")
    await cast_vote(person.voice(), **d.place, contribution_id=d.contribution.id, choice="agree")
    with at(timedelta(days=2)):
        await cast_vote(person.voice(), **d.place, contribution_id=d.contribution.id, choice="mixed")
        assert {row["on"] for row in await votes_of(d)} == {f"{NOON:%Y-%m-%d}"}
    with at(AFTER):
        await freeze_ballots(d.consultation.id)
        assert {row["on"] for row in await votes_of(d)} == {f"{NOON:%Y-%m-%d}"}


async def test_a_consultation_without_a_vote_is_frozen_once(db: str, frozen: object) -> None:
    d = await a_discussion()
    assert await freeze_closed() == 0, "it is open"
    with at(AFTER):
        assert await freeze_closed() == 1
        assert await freeze_closed() == 0
        assert await votes_of(d) == []


async def test_a_second_round_ahead_keeps_the_secret(d: Discussion) -> None:
    await execute(
        "INSERT INTO round (id, consultation_id, title, opens_at, closes_at, may_contribute, may_argue, may_source,"
        " may_vote, may_amend) SELECT :id, consultation_id, 'Suite', :opens, :closes, may_contribute, may_argue,"
        " may_source, may_vote, may_amend FROM round",
        id=new_key(),
        opens=NOON + timedelta(days=40),
        closes=NOON + timedelta(days=50),
    )
    with at(AFTER):
        assert not await freeze_ballots(d.consultation.id)
        assert await freeze_closed() == 0
        assert {row["provisional"] for row in await votes_of(d)} == {True}
