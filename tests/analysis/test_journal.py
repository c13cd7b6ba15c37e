"""The journal: every event has its words, nobody's vote is in it, and its pages read the index."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from consult.accounts.events import RoleGiven
from consult.analysis.queries.journal import SIZE, Asked, journal_page
from consult.analysis.rules import CHAPTERS, JOURNAL, LEFT_OUT, events_asked_for, told
from consult.app import load_effects
from consult.consultations.events import ConsultationEdited
from consult.core import clock
from consult.core.action import Action
from consult.core.database import dialect, execute
from consult.core.events import all_events
from consult.core.voice import SYSTEM
from consult.moderation.actions.reports import report_item
from consult.moderation.actions.watching import set_watch
from consult.moderation.models import Kind
from consult.territories.events import TerritoryPageChanged
from tests.analysis.situations import ROLES, Scene, a_scene, signed_in
from tests.browsing import Visitor
from tests.cast import a_person, a_territory
from tests.counting import counted

ADDRESS = "/admin/journal"
EVERYTHING = events_asked_for("")
PARIS = ZoneInfo("Europe/Paris")


def test_every_event_has_its_words_or_a_reason_to_be_left_out() -> None:
    load_effects()
    declared = {name for name, one in all_events().items() if one.__module__.startswith("consult.")}
    written = [event for chapter in JOURNAL.values() for event in chapter]
    assert len(written) == len(set(written))
    assert set(JOURNAL) == set(CHAPTERS)
    assert not set(written) & set(LEFT_OUT)
    assert declared == set(written) | set(LEFT_OUT)


def test_nobody_reads_there_who_voted_or_who_reported() -> None:
    assert {"vote_cast", "vote_withdrawn", "support_given", "support_withdrawn", "draft_saved"} <= set(LEFT_OUT)
    assert told("item_reported").unnamed


@pytest.mark.parametrize("role", ROLES)
async def test_administrators_and_the_guarantor_read_it(app: Starlette, role: str) -> None:
    scene = await a_scene(app)
    answer = await scene.as_(role).get(ADDRESS)
    assert answer.status == (200 if role in {"administrator", "guarantor"} else 403)


async def test_a_stranger_and_the_neighbour_read_nothing_of_it(app: Starlette) -> None:
    scene = await a_scene(app)
    there = await a_territory("coteau")
    neighbour = signed_in(app, await a_person("Paul Voisin", guarantor=there), "coteau.test")
    assert (await signed_in(app, scene.awa).get(ADDRESS)).status == 404
    assert (await Visitor(app).get(ADDRESS)).status == 303
    answer = await neighbour.get(ADDRESS)
    assert answer.status == 200
    assert "Awa Diallo" not in answer.words
    assert "Le plan vélo" not in answer.words


async def test_it_tells_who_did_what_where_without_texts_choices_or_addresses(app: Starlette) -> None:
    scene = await a_scene(app)
    async with Action(scene.staff["administrator"].voice(), territory_id=scene.here.id) as action:
        action.record(RoleGiven(territory_id=scene.here.id, account_id=scene.luc.id, role="moderator"))
    async with Action(SYSTEM, territory_id=scene.here.id) as action:
        action.record(TerritoryPageChanged(territory_id=scene.here.id, page="legal"))
    answer = await scene.as_("guarantor").get(ADDRESS)
    assert "Awa Diallo a publié une contribution ( contribution n° 1 )." in answer.words
    assert "Luc Perrin a publié un argument" in answer.words
    assert "Staff administrator (Administration) a donné un rôle dans l’équipe : Luc Perrin" in answer.words
    assert "Le système a écrit une page du territoire" in answer.words
    for secret in ("site propre", "Elle sera utile", "example.org", "a voté", "Pas d’accord", "disagree"):
        assert secret not in answer.text


async def edits(scene: Scene, number: int, at: datetime) -> None:
    for place in range(number):
        with clock.frozen(at + timedelta(minutes=place)):
            async with Action(scene.staff["administrator"].voice(), territory_id=scene.here.id) as action:
                action.record(
                    ConsultationEdited(
                        territory_id=scene.here.id, consultation_id=scene.consultation.id, fields=["title"]
                    )
                )


async def test_pages_follow_one_another_without_holes_or_doubles(app: Starlette) -> None:
    scene = await a_scene(app)
    await edits(scene, SIZE + 7, datetime(2026, 3, 1, tzinfo=UTC))
    asked = {"territory_id": scene.here.id, "zone": PARIS, "events": EVERYTHING}
    first = await journal_page(Asked(**asked))
    second = await journal_page(Asked(**asked, after=first.after))
    seen = [row["id"] for row in [*first.items, *second.items]]
    assert len(first.items) == SIZE
    assert not second.after
    kept = await execute("SELECT id FROM audit WHERE territory_id = :t AND event IN :e", t=scene.here.id, e=EVERYTHING)
    assert sorted(seen) == sorted(row["id"] for row in kept)
    instants = [row["at"] for row in [*first.items, *second.items]]
    assert instants == sorted(instants, reverse=True)


async def test_it_is_filtered_by_kind_consultation_and_the_territorys_day(app: Starlette) -> None:
    scene = await a_scene(app)
    await edits(scene, 2, datetime(2026, 3, 28, 22, 59, tzinfo=UTC))  # one minute before and at midnight in Paris
    visitor = scene.as_("administrator")

    async def lines(query: str) -> int:
        return (await visitor.get(f"{ADDRESS}?{query}")).text.count("<li><time")

    assert await lines("kind=consultation_edited") == 2
    assert await lines("kind=calendar") == 2
    assert await lines("day=2026-03-28") == 1
    assert await lines("day=2026-03-29") == 1
    assert await lines("day=2026-03-30") == 0
    assert await lines("consultation=plan-velo") == await lines("") == 4
    assert await lines("kind=texts&consultation=plan-velo") == 2
    for nonsense in ("kind=%00", "day=soon", "day=9999-12-31", "consultation=nowhere", "after=x", "kind=vote_cast"):
        assert await lines(nonsense) == 4, nonsense


async def test_a_page_asks_the_same_number_of_questions_and_reads_one_index(app: Starlette) -> None:
    scene = await a_scene(app)
    visitor = scene.as_("guarantor")
    await visitor.get(ADDRESS)
    with counted() as few:
        await visitor.get(ADDRESS)
    await edits(scene, 30, datetime(2026, 3, 1, tzinfo=UTC))
    with counted() as many:
        await visitor.get(ADDRESS)
    assert len(few) == len(many) <= 12, many
    if dialect() == "sqlite":
        union = next(one for one in many if "UNION ALL" in one)
        plan = [row["detail"] for row in await execute("EXPLAIN QUERY PLAN " + with_values(union))]
        reads = [one for one in plan if "audit" in one]
        assert len(reads) >= len(EVERYTHING)
        assert all("USING INDEX" in one and "territory_id=? AND event=?" in one for one in reads), reads[:3]


def with_values(sql: str) -> str:
    """A statement that can be explained without its values."""
    return sql.replace("?", "NULL")


async def test_whoever_reports_is_named_nowhere_not_even_by_what_their_report_sets_going(app: Starlette) -> None:
    scene = await a_scene(app)
    here = {"territory_id": scene.here.id}
    await set_watch(scene.staff["moderator"].voice("moderator"), **here, words="", most_links=3, hide_after=2)
    for name in ("Zoé Petit", "Inès Roux"):
        person = await a_person(name)
        place = {"kind": Kind.CONTRIBUTION, "item_id": scene.contribution.id}
        await report_item(person.voice(), **here, **place, ground="off_topic")
    answer = await scene.as_("guarantor").get(ADDRESS + "?kind=moderation")
    assert "Une personne a signalé un texte" in answer.words
    assert "Une personne a mis un texte dans la file" in answer.words
    assert "Le système a pris une décision de modération : contribution, masqué" in answer.words
    assert "Zoé" not in answer.text
    assert "Inès" not in answer.text
