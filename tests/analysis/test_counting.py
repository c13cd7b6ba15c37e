"""The figures of the dashboard: they are the counters, counted again from the rows, by the territory's days."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from consult.analysis.keeping import keep_all_figures, keep_figures_of
from consult.analysis.models import ConsultationFigures
from consult.analysis.queries.counting import SLOT_SECONDS, Figures, count_consultation, local_day
from consult.arguments.actions import publish_argument
from consult.arguments.models import Side
from consult.consultations.models import Consultation
from consult.contributions.actions import publish_contribution
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.database import execute
from consult.votes.actions import cast_vote
from tests.attacks.recount import DEFINITIONS
from tests.cast import a_consultation, a_person, a_territory
from tests.filled import REAL_DATA, REAL_SLUG

PARIS = ZoneInfo("Europe/Paris")


def slot(at: datetime) -> int:
    return int(at.timestamp()) // SLOT_SECONDS


@pytest.mark.parametrize(
    ("at", "zone", "day"),
    [
        (datetime(2026, 3, 28, 22, 59, tzinfo=UTC), "Europe/Paris", date(2026, 3, 28)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), "Europe/Paris", date(2026, 3, 29)),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), "Europe/Paris", date(2026, 3, 29)),  # a day of 23 hours
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "Europe/Paris", date(2026, 3, 30)),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "Europe/Paris", date(2026, 10, 25)),  # a day of 25 hours
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "Europe/Paris", date(2026, 10, 26)),
        (datetime(2026, 5, 1, 9, 29, tzinfo=UTC), "Pacific/Marquesas", date(2026, 4, 30)),  # nine hours and a half
        (datetime(2026, 5, 1, 9, 30, tzinfo=UTC), "Pacific/Marquesas", date(2026, 5, 1)),
    ],
)
def test_a_day_is_the_territorys_own(at: datetime, zone: str, day: date) -> None:
    assert local_day(slot(at), ZoneInfo(zone)) == day


async def test_the_two_days_of_a_change_of_hour_are_told_apart(app: Starlette) -> None:
    here, awa = await a_territory(), await a_person()
    with clock.frozen(datetime(2026, 3, 20, 12, tzinfo=UTC)):
        consultation, _, (section,) = await a_consultation(here)
    evening = [datetime(2026, 3, 28, 22, 59, 59, 999999, tzinfo=UTC), datetime(2026, 3, 28, 23, 0, tzinfo=UTC)]
    for place, at in enumerate([*evening, datetime(2026, 3, 29, 22, 0, tzinfo=UTC)]):
        with clock.frozen(at):
            await publish_contribution(
                awa.voice(),
                territory_id=here.id,
                consultation_id=consultation.id,
                section_id=section.id,
                title=f"Une idée neuve {place}",
                body=f"Un texte assez long, le {place}e.",
                once=None,
            )
    figures = await count_consultation(consultation.id, PARIS)
    assert figures
    assert figures.days == {
        date(2026, 3, 28): [1, 0, 0],
        date(2026, 3, 29): [1, 0, 0],
        date(2026, 3, 30): [1, 0, 0],
    }


async def test_what_is_hidden_leaves_the_figures_of_its_day(app: Starlette) -> None:
    here, awa, luc = await a_territory(), await a_person(), await a_person("Luc Perrin")
    consultation, _, (section,) = await a_consultation(here)
    below = {"territory_id": here.id, "consultation_id": consultation.id}
    made = await publish_contribution(
        awa.voice(), **below, section_id=section.id, title="Une piste", body="Une piste en site propre.", once=None
    )
    await publish_argument(
        luc.voice(),
        **below,
        contribution_id=made.id,
        side=Side.FOR,
        body="Elle sera utile.",
        amendment_id=None,
        once=None,
    )
    await cast_vote(luc.voice(), **below, contribution_id=made.id, choice="agree")
    figures = await count_consultation(consultation.id, PARIS)
    assert figures
    assert [*figures.days.values()] == [[1, 1, 1]]
    assert (figures.totals["authors"], figures.totals["voters"], figures.totals["participants"]) == (2, 1, 2)
    assert figures.kinds == {"citizen": [2, 1, 1]}
    await Contribution.filter(id=made.id).update(state="hidden")
    figures = await count_consultation(consultation.id, PARIS)
    assert figures
    assert not figures.days
    assert (figures.totals["authors"], figures.totals["voters"], figures.totals["participants"]) == (0, 0, 0)


async def differences(consultation: Consultation, figures: Figures) -> list[str]:
    """Where the figures, the counters and a recount from the rows disagree."""
    found = []
    for name in ("contributions", "arguments", "sources", "votes", "amendments"):
        definition = DEFINITIONS["consultation"][f"{name}_count"]
        rows = await execute(f"SELECT ({definition}) AS n FROM consultation x WHERE x.id = :key", key=consultation.id)
        if not figures.totals[name] == getattr(consultation, f"{name}_count") == int(rows[0]["n"]):
            found.append(f"{consultation.slug} {name}: {figures.totals[name]}")
    by_day = [sum(numbers) for numbers in zip(*figures.days.values(), strict=True)] or [0, 0, 0]
    wanted = [figures.totals["contributions"], figures.totals["arguments"]]
    wanted.append(figures.totals["votes"] - figures.totals["tallied"])
    if by_day != wanted:
        found.append(f"{consultation.slug}: by day {by_day}, in all {wanted}")
    if sum(kind[1] for kind in figures.kinds.values()) != figures.totals["contributions"]:
        found.append(f"{consultation.slug}: kinds {figures.kinds}")
    return found


async def test_the_figures_of_the_demonstration_are_its_counters(demonstration: Starlette) -> None:
    await keep_all_figures()
    assert await ConsultationFigures.all().count() == await Consultation.filter(state="published").count()
    for consultation in await Consultation.all():
        figures = await count_consultation(consultation.id, PARIS)
        assert figures
        assert not await differences(consultation, figures)
        kept = await ConsultationFigures.get(consultation_id=consultation.id)
        assert (kept.changes, kept.totals) == (consultation.changes, figures.totals)
        assert kept.days == [[day.isoformat(), *numbers] for day, numbers in figures.days.items()]


async def test_they_are_counted_again_when_something_has_changed_and_not_before(app: Starlette) -> None:
    here, awa = await a_territory(), await a_person()
    consultation, _, (section,) = await a_consultation(here)
    assert await keep_all_figures() == 1
    assert await keep_all_figures() == 0
    await publish_contribution(
        awa.voice(),
        territory_id=here.id,
        consultation_id=consultation.id,
        section_id=section.id,
        title="Une piste",
        body="Une piste en site propre.",
        once=None,
    )
    assert await keep_all_figures() == 0, "a minute at least lies between two countings"
    with clock.frozen(clock.now() + timedelta(seconds=61)):
        assert await keep_all_figures() == 1
        assert await keep_all_figures() == 0
    assert (await ConsultationFigures.get()).totals["contributions"] == 1


async def test_an_older_count_never_replaces_a_newer_one(app: Starlette) -> None:
    here = await a_territory()
    consultation, _, _ = await a_consultation(here)
    await keep_figures_of(consultation.id, PARIS)
    await ConsultationFigures.all().update(changes=99)
    await keep_figures_of(consultation.id, PARIS)
    assert (await ConsultationFigures.get()).changes == 99


@pytest.mark.real_data
async def test_the_figures_of_the_real_consultation_are_its_counters(real_consultation: Starlette) -> None:
    consultation = await Consultation.get(slug=REAL_SLUG)
    figures = await count_consultation(consultation.id, PARIS)
    assert figures
    assert not await differences(consultation, figures)
    told = json.loads((REAL_DATA / "figures.json").read_text(encoding="utf-8"))["public"]
    assert (figures.totals["contributions"], figures.totals["arguments"]) == (told["opinions"], told["arguments"])
    assert figures.totals["votes"] == figures.totals["tallied"], "its votes have no voters"
    assert all(day.year == 2015 for day in figures.days)
