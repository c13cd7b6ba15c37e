"""The files that anybody may take away: nothing hidden in any cell, nothing of the neighbour, nobody behind a vote."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from consult.accounts.actions.profile import delete_account
from consult.accounts.models import Identity
from consult.core import clock
from consult.core.database import execute
from consult.exports.voters import freeze_ballots
from consult.votes.actions import cast_vote, give_support
from tests.attacks.world import SECRET, World, a_world
from tests.exports.reading import Rows, public, tables_of

SLUGS = ("plan-velo", "bientot", "ancienne")
LATER = timedelta(days=30)
Files = dict[str, dict[str, Rows]]


@pytest.fixture
async def world(db: str) -> World:
    """Both territories, with a vote or a support on every kind of thing that there is."""
    world = await a_world()
    for place in (world.vallon, world.coteau):
        paul, ines = place.people["paul"].voice(), place.people["ines"].voice()
        here = {**place.where, "contribution_id": place.public.id}
        await cast_vote(paul, **here, choice="disagree")
        await cast_vote(ines, **here, amendment_id=place.amendments["published"].id, choice="mixed")
        for voice in (paul, ines):
            await give_support(voice, **place.where, argument_id=place.arguments["published"].id)
        await give_support(ines, **place.where, source_id=place.sources["published"].id)
    return world


async def files_of(place: Any) -> Files:
    """Every table of every public consultation of a territory."""
    return {slug: (await tables_of(place.territory.id, slug))[1] for slug in SLUGS}


async def all_of(world: World) -> list[Files]:
    """The files while it is open, and those of afterwards."""
    provisional = await files_of(world.vallon)
    with clock.frozen(clock.now() + LATER, everywhere=True):
        for consultation, *_ in world.vallon.consultations.values():
            await freeze_ballots(consultation.id)
        return [provisional, await files_of(world.vallon)]


def cells(files: Files) -> Iterator[tuple[str, str, str, str]]:
    """Every cell that says something, with its place."""
    for slug, tables in files.items():
        for table, rows in tables.items():
            for row in rows:
                for column, value in row.items():
                    if value is not None:
                        yield slug, table, column, str(value)


async def test_no_cell_holds_a_word_of_what_is_not_public(world: World) -> None:
    for files in await all_of(world):
        assert [place for place in cells(files) if SECRET in place[3]] == []
        states = {row["state"] for row in files["plan-velo"]["contributions"]}
        assert states == {"published", "withdrawn", "hidden"}, "and there were such things"


async def test_nobody_is_named_who_is_not_named_on_a_page(world: World) -> None:
    """What waits or is gone names no author; a voter is named nowhere."""
    authors = {"Luc Vallon", "Awa Vallon", "Vélo Vallon"}
    for files in await all_of(world):
        named = {value for _, _, column, value in cells(files) if column == "author"}
        assert named == authors
        for name in ("Paul Vallon", "Ines Vallon", "Pending Vallon", "Omar Vallon"):
            assert not [place for place in cells(files) if name in place[3]], name


async def test_no_address_no_account_and_no_other_key_is_in_a_file(world: World) -> None:
    emails = [one.email for one in await Identity.all()]
    accounts = [str(row["id"]) for row in await execute("SELECT id FROM account")]
    votes = [str(row["id"]) for row in await execute("SELECT id FROM vote UNION ALL SELECT id FROM support")]
    sessions = [str(row["id"]) for row in await execute("SELECT id FROM session UNION ALL SELECT id FROM ballot")]
    for files in await all_of(world):
        text = "\n".join(place[3] for place in cells(files))
        for word in (*emails, *accounts, *votes, *sessions, "@example.org"):
            assert word not in text


async def test_nothing_of_the_neighbour_is_in_a_file(world: World) -> None:
    theirs = {
        str(row["id"])
        for table in ("contribution", "amendment", "argument", "source", "section", "round")
        for row in await execute(
            f"SELECT x.id FROM {table} x JOIN consultation c ON c.id = x.consultation_id WHERE c.territory_id = :key",
            key=world.coteau.territory.id,
        )
    }
    assert len(theirs) > 20
    for files in await all_of(world):
        for place in cells(files):
            assert place[3] not in theirs, place
            assert "coteau" not in place[3].lower(), place


async def test_the_same_person_votes_in_two_territories_and_nobody_sees_it(world: World) -> None:
    """Same account, neighbouring territories, and another consultation of the same one."""
    ines = world.vallon.people["ines"].voice()
    there = world.coteau
    await cast_vote(ines, **there.where, contribution_id=there.public.id, choice="agree")
    ours, theirs = await files_of(world.vallon), await files_of(world.coteau)
    voters = [{row["voter"] for row in files["plan-velo"]["votes"]} for files in (ours, theirs)]
    assert len(voters[0]) == 3
    assert len(voters[1]) == 4
    assert not voters[0] & voters[1]
    authors = [{row["author_key"] for row in public(files["plan-velo"]["contributions"])} for files in (ours, theirs)]
    assert not authors[0] & authors[1]


async def test_an_author_is_not_told_from_a_voter(world: World) -> None:
    """Somebody who wrote under their name and voted: the two identifiers have nothing to do with one another."""
    for files in await all_of(world):
        tables = files["plan-velo"]
        authors = {row["author_key"] for kind in ("contributions", "arguments") for row in tables[kind]}
        assert not authors & {row["voter"] for row in tables["votes"]}


async def test_a_vote_tells_no_hour_and_a_hidden_items_votes_are_not_there(world: World) -> None:
    hidden = world.vallon.arguments["hidden"]
    await execute("UPDATE argument SET state = 'published' WHERE id = :key", key=hidden.id)
    await give_support(world.vallon.people["ines"].voice(), **world.vallon.where, argument_id=hidden.id)
    await execute("UPDATE argument SET state = 'hidden' WHERE id = :key", key=hidden.id)
    for files in await all_of(world):
        votes = files["plan-velo"]["votes"]
        assert {len(row["on"]) for row in votes} == {len("2026-03-10")}
        assert str(hidden.id) not in {row["item_id"] for row in votes}
        assert len(votes) == 7


async def test_who_deleted_their_account_is_no_longer_to_be_followed(world: World) -> None:
    """Their texts stay, as on the page; nothing says any more that they are of one person."""
    awa = world.vallon.people["awa"]
    before = (await files_of(world.vallon))["plan-velo"]
    keys = {row["author_key"] for row in public(before["arguments"])}
    assert len(keys) == 1
    assert None not in keys
    await delete_account(awa.voice(), session_id=None, proven=True)
    after = (await files_of(world.vallon))["plan-velo"]
    for kind in ("arguments", "sources", "amendments"):
        assert {row["author_key"] for row in public(after[kind])} == {None}, kind
        assert "Awa" not in str(after[kind])
    assert len(after["votes"]) == len(before["votes"]), "a vote that was cast still counts"
