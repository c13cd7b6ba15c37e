"""The dashboard: who reads it, what it says, and what it costs."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from consult.analysis.models import ConsultationFigures
from consult.analysis.queries.dashboard import queue_of, stretches
from consult.consultations.queries import ConsultationView
from consult.core import clock
from consult.core.database import dialect, execute
from consult.core.keys import new_key
from consult.moderation.models import Case, Kind
from tests.analysis.situations import ROLES, Scene, a_scene, signed_in
from tests.browsing import Visitor
from tests.cast import a_consultation, a_person, a_territory
from tests.counting import counted

ADDRESS = "/admin/consultations/plan-velo/dashboard"


async def waiting_cases(scene: Scene, number: int) -> None:
    now = clock.now()
    await Case.bulk_create(
        Case(
            id=new_key(),
            territory_id=scene.here.id,
            consultation_id=scene.consultation.id,
            kind=Kind.ARGUMENT,
            item_id=place,
            contribution_id=scene.contribution.id,
            open_key=f"argument:{place}",
            reasons=["report"],
            opened_at=now - timedelta(hours=place),
        )
        for place in range(1, number + 1)
    )


@pytest.mark.parametrize("role", [role for role in ROLES if role != "mediator"])
async def test_all_who_answer_for_a_consultation_read_it(app: Starlette, role: str) -> None:
    scene = await a_scene(app)
    await scene.count()
    answer = await scene.as_(role).get(ADDRESS)
    assert answer.status == 200
    assert "Tableau de bord" in answer.words


async def test_nobody_else_does(app: Starlette) -> None:
    scene = await a_scene(app)
    neighbour = await a_person("Paul Voisin", administrator=await a_territory("coteau"))
    assert (await scene.as_("mediator").get(ADDRESS)).status == 403
    assert (await signed_in(app, scene.awa).get(ADDRESS)).status == 404
    assert (await signed_in(app, neighbour).get(ADDRESS)).status == 404
    assert (await Visitor(app).get(ADDRESS)).status == 303


async def test_a_consultation_of_the_neighbour_is_not_found(app: Starlette) -> None:
    scene = await a_scene(app)
    await a_consultation(await a_territory("coteau"), "ailleurs")
    assert (await scene.as_("administrator").get("/admin/consultations/ailleurs/dashboard")).status == 404


async def test_it_says_who_took_part_what_is_empty_and_what_waits(app: Starlette) -> None:
    scene = await a_scene(app)
    await waiting_cases(scene, 4)
    await scene.count()
    words = (await scene.as_("moderator").get(ADDRESS)).words
    assert "2 participants" in words
    assert "1 votant" in words
    assert "1 en tout" in words
    assert "1 rubrique attend sa première contribution. 2 Rubrique 2" in words
    assert "4 textes attendent une décision" in words
    assert "il y a 4 heures" in words
    assert "il y a 3 heures" in words


async def test_before_the_worker_has_counted_it_says_so(app: Starlette) -> None:
    scene = await a_scene(app)
    answer = await scene.as_("rapporteur").get(ADDRESS)
    assert answer.status == 200
    assert "se préparent" in answer.words
    assert not await ConsultationFigures.exists(), "a GET counts nothing"


async def test_a_visit_costs_the_same_whatever_the_consultation_holds(app: Starlette) -> None:
    scene = await a_scene(app)
    await scene.count()
    visitor = scene.as_("administrator")
    await visitor.get(ADDRESS)
    await waiting_cases(scene, 3)
    with counted() as few:
        await visitor.get(ADDRESS)
    await Case.all().delete()
    await waiting_cases(scene, 60)
    with counted() as many:
        await visitor.get(ADDRESS)
    assert len(few) == len(many) <= 10, many
    assert not [one for one in many if "vote " in one or "FROM contribution" in one or '"argument"' in one]


async def test_the_queue_is_read_from_its_index(app: Starlette) -> None:
    scene = await a_scene(app)
    await waiting_cases(scene, 5)
    queue = await queue_of(scene.here.id, scene.consultation.id)
    assert queue.open == 5
    assert queue.oldest
    assert queue.median
    assert (queue.median - queue.oldest) == timedelta(hours=2)
    if dialect() == "sqlite":
        plan = await execute(
            "EXPLAIN QUERY PLAN SELECT opened_at FROM moderation_case WHERE territory_id = :t AND is_open = :yes"
            " AND consultation_id = :c ORDER BY opened_at LIMIT 1 OFFSET :n",
            {"t": scene.here.id, "yes": True, "c": scene.consultation.id, "n": 2},
        )
        assert "COVERING INDEX" in plan[0]["detail"], plan
        assert len(plan) == 1, plan


PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(("length", "each", "most"), [(10, "day", 11), (200, "week", 30), (900, "month", 31)])
async def test_long_consultations_are_drawn_by_weeks_or_months(
    app: Starlette, length: int, each: str, most: int
) -> None:
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    with clock.frozen(at):
        consultation, one_round, _ = await a_consultation(
            await a_territory(), opens_in=timedelta(days=-length), closes_in=timedelta(days=5)
        )
    view = ConsultationView(consultation, [one_round])
    days = [["2026-03-01", 1, 2, 3], ["2026-03-10", 4, 5, 6]]
    figures = ConsultationFigures(consultation_id=consultation.id, days=days)
    time = stretches(figures, view, at, PARIS)
    assert time.each == each
    assert len(time.parts) <= most
    assert [sum(numbers) for numbers in zip(*(part.numbers for part in time.parts), strict=True)] == [5, 7, 9]
    assert time.parts == sorted(time.parts, key=lambda part: part.first)


@pytest.mark.parametrize("role", ["moderator", "rapporteur", "decision_maker", "guarantor"])
async def test_whoever_reads_it_finds_the_way_from_the_consultation(app: Starlette, role: str) -> None:
    scene = await a_scene(app)
    assert ADDRESS in (await scene.as_(role).get("/consultations/plan-velo")).text
    assert "/dashboard" not in (await signed_in(app, scene.awa).get("/consultations/plan-velo")).text
    assert "/dashboard" not in (await Visitor(app).get("/consultations/plan-velo")).text
