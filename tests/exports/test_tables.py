"""The tables of a consultation: what is in them, and that their figures are those of the pages."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.contributions.actions import revise_contribution
from consult.core import clock
from consult.core.database import execute
from consult.exports.tables import TABLES, scope_of
from consult.exports.voters import freeze_ballots
from consult.moderation import effects
from consult.votes.actions import cast_vote, give_support, record_tally
from tests.attacks.recount import recount
from tests.cast import NOON, a_person, an_organisation
from tests.discussion import a_discussion
from tests.exports.packages import write_something
from tests.exports.reading import Rows, public, tables_of, told_otherwise
from tests.filled import REAL_DATA, REAL_SLUG
from tests.moderation.affairs import Affair, an_affair

assert effects


@pytest.fixture
async def a(db: str, frozen: object) -> Affair:
    """A discussion in which everything has happened once."""
    a = await an_affair()
    d, luc = a.d, a.d.luc
    nour, iris = await a_person("Nour Benali"), await a_person("Iris Blanc")
    for person, choice in ((nour, "agree"), (iris, "disagree")):
        await cast_vote(person.voice(), **d.place, contribution_id=d.contribution.id, choice=choice)
    amendment = await d.amend(nour)
    await cast_vote(
        iris.voice(), **d.place, contribution_id=d.contribution.id, amendment_id=amendment.id, choice="mixed"
    )
    about = await d.argue(iris, amendment=amendment)
    argument = await d.argue(nour)
    source = await d.source(iris, argument)
    await give_support(luc.voice(), **d.place, argument_id=argument.id)
    await give_support(luc.voice(), **d.place, source_id=source.id)
    await give_support(luc.voice(), **d.place, argument_id=about.id)
    await revise_contribution(
        luc.voice(), **d.place, contribution_id=d.contribution.id, base_revision=1, title="Des pistes larges",
        body="Deux mètres au moins.",
    )  # fmt: skip
    await cast_vote(a.rita.voice(), **d.place, contribution_id=d.contribution.id, choice="agree")
    hidden = await d.argue(a.rita, body="Une insulte.")
    await a.decide("hide", hidden)
    gone = await d.amend(a.rita)
    await d.argue(nour, amendment=gone, body="Sous ce qui va partir.")
    await a.decide("hide", gone)
    return a


async def test_every_number_in_the_files_is_the_pages(a: Affair) -> None:
    assert await recount() == []
    assert await told_otherwise(a.d.territory.id, a.d.consultation.slug) == []


async def test_after_the_closing_too(a: Affair) -> None:
    with clock.frozen(NOON + timedelta(days=21), everywhere=True):
        assert await freeze_ballots(a.d.consultation.id)
        assert await told_otherwise(a.d.territory.id, a.d.consultation.slug) == []
        scope, tables = await tables_of(a.d.territory.id, a.d.consultation.slug)
    assert not scope.provisional
    assert scope.cut_off == a.d.round.closes_at
    assert len(tables["votes"]) == 7


async def test_a_hidden_item_keeps_its_row_without_text_and_what_is_beneath_it_too(a: Affair) -> None:
    _, tables = await tables_of(a.d.territory.id, a.d.consultation.slug)
    states = [row["state"] for row in tables["arguments"]]
    assert sorted(states) == ["above_removed", "hidden", "published", "published"]
    gone = [row for row in tables["arguments"] if row["state"] != "published"]
    for row in gone:
        kept = {name for name, value in row.items() if value is not None}
        assert kept <= {
            "id", "contribution", "amendment_id", "state", "published_at", "removed_on", "removed_ground",
            "register_position", "provisional",
        }  # fmt: skip
    (hidden,) = [row for row in gone if row["state"] == "hidden"]
    assert hidden["removed_on"] == "2026-03-10"
    assert hidden["removed_ground"]
    assert [row["effect"] for row in tables["decisions"]] == ["hide", "hide"]


async def test_all_wordings_are_there_but_those_that_had_to_go(a: Affair) -> None:
    _, tables = await tables_of(a.d.territory.id, a.d.consultation.slug)
    first, second = tables["revisions"]
    assert (first["revision"], first["present"], second["revision"], second["present"]) == (1, False, 2, True)
    assert second["title"] == "Des pistes larges"
    await a.decide("correct", ground="personal_data")
    await revise_contribution(
        a.d.luc.voice(),
        **a.d.place,
        contribution_id=a.d.contribution.id,
        base_revision=2,
        title="Corrigé",
        body="Bien.",
    )
    _, tables = await tables_of(a.d.territory.id, a.d.consultation.slug)
    assert [row["withheld"] for row in tables["revisions"]] == [True, True, False]
    assert [row["body"] for row in tables["revisions"]] == [None, None, "Bien."]


async def test_the_order_is_the_same_each_time(a: Affair) -> None:
    assert (await tables_of(a.d.territory.id, "plan-velo"))[1] == (await tables_of(a.d.territory.id, "plan-velo"))[1]


async def test_a_day_is_a_day_of_the_territory(db: str) -> None:
    late = NOON.replace(hour=23, minute=30)  # half past midnight in Paris
    with clock.frozen(late, everywhere=True):
        a = await an_affair()
        await cast_vote(a.rita.voice(), **a.d.place, contribution_id=a.d.contribution.id, choice="agree")
        _, tables = await tables_of(a.d.territory.id, "plan-velo")
        assert tables["votes"][0]["on"] == "2026-03-11"
    with clock.frozen(late + timedelta(days=30), everywhere=True):
        await freeze_ballots(a.d.consultation.id)
        _, tables = await tables_of(a.d.territory.id, "plan-velo")
        assert tables["votes"][0]["on"] == "2026-03-11"
        assert tables["contributions"][0]["published_at"] == "2026-03-10T23:30:00Z"


async def test_a_tally_is_counted_apart(db: str, frozen: object) -> None:
    a = await an_affair()
    voice = (await a_person("Ada", administrator=a.d.territory)).voice("administrator")
    await record_tally(
        voice, **a.d.place, contribution_id=a.d.contribution.id, origin="atelier", origin_label="Atelier du 3 mars",
        agree=12, mixed=3, disagree=4,
    )  # fmt: skip
    _, tables = await tables_of(a.d.territory.id, "plan-velo")
    (row,) = tables["tallies"]
    assert (row["origin"], row["agree"], row["mixed"], row["disagree"]) == ("atelier", 12, 3, 4)
    assert await told_otherwise(a.d.territory.id, "plan-velo") == []


async def test_a_tally_of_supports_is_counted_apart(a: Affair) -> None:
    voice = (await a_person("Ada", administrator=a.d.territory)).voice("administrator")
    argument = await a.d.argue(a.rita, body="Un argument soutenu en atelier.")
    await give_support(a.d.luc.voice(), **a.d.place, argument_id=argument.id)
    await record_tally(
        voice, **a.d.place, contribution_id=a.d.contribution.id, argument_id=argument.id, origin="atelier",
        origin_label="Atelier du 3 mars", supports=7,
    )  # fmt: skip
    _, tables = await tables_of(a.d.territory.id, "plan-velo")
    (row,) = [one for one in tables["arguments"] if one["id"] == str(argument.id)]
    assert (row["supports"], row["tally_supports"], row["supports_total"]) == (1, 7, 8)


async def test_decisions_are_those_of_the_consultation_and_of_no_other_of_the_territory(a: Affair) -> None:
    _, before = await tables_of(a.d.territory.id, "plan-velo")
    other = await a_discussion(a.d.territory, slug="autre")
    await execute(
        "UPDATE decision SET consultation_id = :other WHERE id = (SELECT MIN(id) FROM decision)",
        other=other.consultation.id,
    )
    _, here = await tables_of(a.d.territory.id, "plan-velo")
    _, there = await tables_of(a.d.territory.id, "autre")
    assert (len(here["decisions"]), len(there["decisions"])) == (len(before["decisions"]) - 1, 1)


async def test_an_organisation_all_of_whose_texts_were_hidden_is_named_nowhere(a: Affair) -> None:
    body = await an_organisation(a.d.territory, a.d.luc)
    said = await write_something(a, "Vélo Vallon propose", organisation=body)
    _, before = await tables_of(a.d.territory.id, "plan-velo")
    assert [row["name"] for row in before["organisations"]] == [body.name]
    await a.decide("hide", said)
    _, after = await tables_of(a.d.territory.id, "plan-velo")
    assert after["organisations"] == []
    assert body.name not in str(after)


async def test_rows_of_one_number_or_one_instant_stand_by_their_keys_however_the_database_keeps_them(a: Affair) -> None:
    for number in range(5):
        await a.decide("hide", await a.d.argue(a.rita, body=f"Une autre insulte, la {number}e."))
    _, before = await tables_of(a.d.territory.id, "plan-velo")
    for table in ("argument", "decision"):  # PostgreSQL puts a row that is written again behind all others
        for row in await execute(f"SELECT id FROM {table} ORDER BY id DESC"):
            await execute(f"UPDATE {table} SET id = id WHERE id = :key", key=row["id"])
    _, after = await tables_of(a.d.territory.id, "plan-velo")
    keys = [int(row["id"]) for row in after["arguments"] if row["contribution"] == a.d.contribution.number]
    assert len(keys) > 5
    assert keys == sorted(keys)
    assert after["decisions"] == before["decisions"]


async def test_a_draft_and_a_neighbours_consultation_are_not_there(a: Affair) -> None:
    assert await scope_of(a.d.territory.id, "ailleurs") is None
    await execute("UPDATE consultation SET state = 'draft' WHERE id = :key", key=a.d.consultation.id)
    assert await scope_of(a.d.territory.id, "plan-velo") is None


async def test_the_instant_of_provisional_files_is_that_of_the_last_change(a: Affair) -> None:
    scope = await scope_of(a.d.territory.id, "plan-velo")
    assert scope is not None
    with clock.frozen(NOON + timedelta(days=1), everywhere=True):
        again = await scope_of(a.d.territory.id, "plan-velo")
    assert again == scope, "asked again a day later, nothing has changed"
    assert scope.provisional
    assert scope.cut_off == NOON


def test_every_table_says_what_its_columns_are() -> None:
    assert list(TABLES) == [
        "contributions", "revisions", "amendments", "arguments", "sources", "votes", "tallies", "sections", "rounds",
        "organisations", "decisions",
    ]  # fmt: skip
    for table in TABLES.values():
        assert table.columns[-1].name == "provisional"
        assert len(set(table.names)) == len(table.names)
        assert set(table.key) <= set(table.names)
        for column in table.columns:
            assert column.title, (table.name, column.name)
            assert column.description.endswith((".", ")")), (table.name, column.name)


# ---------------------------------------------------------------- worlds of others


async def test_the_demonstrations_numbers_agree(demonstration: Starlette) -> None:
    rows = await execute("SELECT territory_id, id, slug FROM consultation WHERE state = 'published' ORDER BY id")
    for row in rows:
        await freeze_ballots(row["id"])
        assert await told_otherwise(row["territory_id"], row["slug"]) == [], row["slug"]
    assert len(rows) > 2


@pytest.mark.real_data
async def test_the_real_figures_come_out_of_the_files(real_consultation: Starlette) -> None:
    expected: dict[str, Any] = json.loads((REAL_DATA / "figures.json").read_text())
    (territory,) = await execute("SELECT id FROM territory")
    await freeze_ballots((await execute("SELECT id FROM consultation"))[0]["id"])
    assert await told_otherwise(territory["id"], REAL_SLUG) == []
    _, tables = await tables_of(territory["id"], REAL_SLUG)
    _is_public(tables, expected["public"])
    # what was removed has its row: together they are all that there ever was
    assert len(tables["contributions"]) == expected["opinions"]
    assert len(tables["contributions"]) - len(public(tables["contributions"])) == expected["trashed_opinions"]
    assert len(tables["arguments"]) == expected["arguments"]
    assert len(tables["sources"]) == expected["sources"]
    assert len(tables["sections"]) == expected["sections"]
    assert len(tables["revisions"]) == expected["public"]["opinions"]
    instants = [row["published_at"] for kind in ("contributions", "arguments", "sources") for row in tables[kind]]
    for found, told in ((min(instants), expected["first"]), (max(instants), expected["last"])):
        assert datetime.fromisoformat(found) == datetime.fromisoformat(told)


def _is_public(tables: Mapping[str, Rows], expected: dict[str, int]) -> None:
    alive = {kind: public(tables[kind]) for kind in ("contributions", "arguments", "sources")}
    of = {row["kind"]: [one for one in tables["tallies"] if one["kind"] == row["kind"]] for row in tables["tallies"]}
    assert {
        "opinions": len(alive["contributions"]),
        "arguments": len(alive["arguments"]),
        "arguments_for": sum(row["side"] == "for" for row in alive["arguments"]),
        "arguments_against": sum(row["side"] == "against" for row in alive["arguments"]),
        "sources": len(alive["sources"]),
        "votes_ok": sum(row["agree"] for row in of["contribution"]),
        "votes_mitige": sum(row["mixed"] for row in of["contribution"]),
        "votes_nok": sum(row["disagree"] for row in of["contribution"]),
        "votes_total": sum(row["votes_total"] for row in alive["contributions"]),
        "argument_votes": sum(row["supports"] for row in of["argument"]),
        "source_votes": sum(row["supports"] for row in of["source"]),
    } == expected
