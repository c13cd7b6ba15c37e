"""Addresses and local times: pure rules, no database."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.consultations.rules import Deed
from consult.consultations.rules.organising import (
    calendar_refusal,
    local_instant,
    publish_refusals,
    slug_refusal,
    suggested_slug,
)
from consult.core.errors import Refusal

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Le plan vélo", "plan-velo"),
        ("Où faut-il des pistes ?", "ou-faut-il-pistes"),
        ("L’œuvre du cœur à l’été", "oeuvre-coeur-ete"),
        (
            "Le chemin de l’Orvelle : quels usages, quels aménagements ?",
            "chemin-orvelle-quels-usages-quels-amenagements",
        ),
        ("À la", "a-la"),
        ("???", "consultation"),
        ("New", "consultation"),
        ("日本", "consultation"),
        ("x" * 100, "consultation"),
    ],
)
def test_an_address_is_drawn_from_the_title(title: str, slug: str) -> None:
    assert suggested_slug(title) == slug


@given(st.text(max_size=200))
def test_whatever_the_title_its_address_is_one(title: str) -> None:
    assert slug_refusal(suggested_slug(title)) is None


@pytest.mark.parametrize(
    "slug", ["", "ab", "new", "Plan-Velo", "plan_velo", "-plan", "plan-", "plan--velo", "vélo", "a/b"]
)
def test_what_is_no_address_is_refused(slug: str) -> None:
    refusal = slug_refusal(slug)
    assert refusal
    assert refusal.code == "slug_shape"


def instant(day: str, hour: str, **options: datetime) -> datetime | Refusal:
    return local_instant(date.fromisoformat(day), time.fromisoformat(hour), PARIS, field="opens_hour", **options)


def test_local_times_become_instants_on_both_sides_of_a_change() -> None:
    assert instant("2026-03-29", "01:59") == datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
    assert instant("2026-03-29", "03:00") == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert instant("2026-10-25", "01:59") == datetime(2026, 10, 24, 23, 59, tzinfo=UTC)
    assert instant("2026-10-25", "03:00") == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hour", "code"),
    [
        ("2026-03-29", "02:00", "hour_missing"),
        ("2026-03-29", "02:59", "hour_missing"),
        ("2026-10-25", "02:00", "hour_twice"),
        ("2026-10-25", "02:59", "hour_twice"),
    ],
)
def test_a_time_that_is_missing_or_comes_twice_is_refused_at_its_field(day: str, hour: str, code: str) -> None:
    refusal = instant(day, hour)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field, refusal.params) == (code, "opens_hour", {"hour": hour})


def test_a_stored_instant_typed_back_is_kept_to_the_second() -> None:
    second_two = datetime(2026, 10, 25, 1, 30, 42, tzinfo=UTC)
    assert instant("2026-10-25", "02:30", present=second_two) == second_two


@given(st.integers(0, 20 * 366 * 24 * 60))
def test_what_is_shown_of_an_instant_gives_it_back(minutes: int) -> None:
    stored = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    local = stored.astimezone(PARIS)
    again = local_instant(local.date(), local.time(), PARIS, present=stored)
    assert again == stored
    typed = local_instant(local.date(), local.time(), PARIS)
    assert isinstance(typed, Refusal) or typed == stored


def a_round(opens: int, closes: int, **may: bool) -> SimpleNamespace:
    allowed = {f"may_{deed}": may.get(deed, True) for deed in Deed}
    return SimpleNamespace(title="Une période", opens_at=NOON + opens * DAY, closes_at=NOON + closes * DAY, **allowed)


def test_rounds_may_touch_and_not_overlap() -> None:
    others = [a_round(0, 10)]
    assert calendar_refusal(NOON + 10 * DAY, NOON + 20 * DAY, others) is None
    assert calendar_refusal(NOON - 5 * DAY, NOON, others) is None
    for opens, closes in ((-5, 1), (9, 20), (2, 3), (-5, 20), (0, 10)):
        refusal = calendar_refusal(NOON + opens * DAY, NOON + closes * DAY, others)
        assert refusal
        assert (refusal.code, refusal.params) == ("round_overlaps", {"title": "Une période"})
    for closes in (30, 29):
        ends_first = calendar_refusal(NOON + 30 * DAY, NOON + closes * DAY, others)
        assert ends_first
        assert ends_first.code == "round_ends_first"


ACCEPTS_VOTES = SimpleNamespace(
    accepts_contributions=False,
    accepts_arguments=False,
    accepts_sources=False,
    accepts_votes=True,
    accepts_amendments=False,
)


def test_publication_is_refused_with_everything_that_is_missing() -> None:
    codes = [one.code for one in publish_refusals(" ", "", [], [], NOON)]
    assert codes == ["no_question", "no_presentation", "no_section", "no_round"]
    over = publish_refusals("Q ?", "P", [a_round(-9, -1)], [ACCEPTS_VOTES], NOON)
    assert [one.code for one in over] == ["rounds_over"]
    vain = publish_refusals("Q ?", "P", [a_round(-1, 9, vote=False)], [ACCEPTS_VOTES], NOON)
    assert [one.code for one in vain] == ["nothing_possible"]
    assert publish_refusals("Q ?", "P", [a_round(-1, 9)], [ACCEPTS_VOTES], NOON) == []
