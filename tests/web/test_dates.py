"""Instants and numbers in words, as one says them where the territory is."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consult.core import clock
from consult.web import dates, render
from consult.web import language as spoken

PARIS, REUNION, MARQUESAS = ZoneInfo("Europe/Paris"), ZoneInfo("Indian/Reunion"), ZoneInfo("Pacific/Marquesas")
SPACE = dates.NBSP


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    before = spoken.current()
    spoken.use("fr")
    yield
    spoken.use(before)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        ("2026-01-23T12:00+01:00", "23 janvier 2026"),
        ("2026-01-01T12:00+01:00", "1er janvier 2026"),
        ("2026-08-11T12:00+02:00", "11 août 2026"),
        ("2026-12-31T23:30+00:00", "1er janvier 2027"),  # it is past midnight in Paris already
        ("2026-02-28T23:30+01:00", "28 février 2026"),
        ("2028-02-29T12:00+01:00", "29 février 2028"),
    ],
)
def test_a_day_is_said_in_french_and_the_first_is_the_first(instant: str, words: str) -> None:
    assert dates.date_words(at(instant), PARIS) == words


def test_a_day_without_hour_is_said_as_it_is() -> None:
    assert dates.date_words(date(2026, 5, 1), PARIS) == "1er mai 2026"
    assert dates.day_words(date(2026, 5, 1), PARIS) == "vendredi 1er mai 2026"


@pytest.mark.parametrize(
    ("instant", "words"),
    [("2026-02-03T18:00+01:00", "18 h"), ("2026-02-03T18:05+01:00", "18 h 05"), ("2026-02-03T00:00+01:00", "0 h"),
     ("2026-02-03T09:30+01:00", "9 h 30"), ("2026-02-03T23:59:59+01:00", "23 h 59")],
)  # fmt: skip
def test_an_hour_is_said_in_french(instant: str, words: str) -> None:
    assert dates.time_words(at(instant), PARIS) == words.replace(" ", SPACE)


def test_day_and_hour_together() -> None:
    assert dates.datetime_words(at("2026-02-01T18:00+01:00"), PARIS) == f"1er février 2026 à 18{SPACE}h"


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("2026-02-04T00:00+01:00", "3 février 2026 à minuit"),
        ("2026-03-01T00:00+01:00", "28 février 2026 à minuit"),
        ("2026-01-01T00:00+01:00", "31 décembre 2025 à minuit"),
        ("2026-02-02T00:00+01:00", "1er février 2026 à minuit"),
        ("2026-02-04T00:00:01+01:00", "4 février 2026 à 0 h"),
        ("2026-02-03T18:00+01:00", "3 février 2026 à 18 h"),
    ],
)
def test_a_round_that_ends_with_the_day_ends_at_midnight_of_that_day(end: str, words: str) -> None:
    said = dates.closing_words(at(end), PARIS)
    assert said.replace(SPACE, " ") == words


def test_the_days_on_which_the_clocks_change_are_said_by_the_clock_on_the_wall() -> None:
    # in the night of 29 March 2026 it is 3 h one second after 1 h 59; on 25 October 2 h 30 comes twice
    assert dates.time_words(at("2026-03-29T00:59:59+00:00"), PARIS) == f"1{SPACE}h{SPACE}59"
    assert dates.time_words(at("2026-03-29T01:00+00:00"), PARIS) == f"3{SPACE}h"
    for hour in ("00:30", "01:30"):
        assert dates.time_words(at(f"2026-10-25T{hour}+00:00"), PARIS) == f"2{SPACE}h{SPACE}30"
    for midnight, words in [
        ("2026-03-29T00:00+01:00", "28 mars"),
        ("2026-03-30T00:00+02:00", "29 mars"),
        ("2026-10-25T00:00+02:00", "24 octobre"),
        ("2026-10-26T00:00+01:00", "25 octobre"),
    ]:
        assert dates.closing_words(at(midnight), PARIS) == f"{words} 2026 à minuit"


def test_each_territory_has_its_own_midnight() -> None:
    instant = at("2026-02-03T20:00+00:00")
    assert dates.datetime_words(instant, PARIS).replace(SPACE, " ") == "3 février 2026 à 21 h"
    assert dates.closing_words(instant, REUNION) == "3 février 2026 à minuit"
    assert dates.datetime_words(instant, MARQUESAS).replace(SPACE, " ") == "3 février 2026 à 10 h 30"


@pytest.mark.parametrize(
    ("zone", "words"),
    [("Europe/Paris", "heure de Paris"), ("Indian/Reunion", "heure de La Réunion"),
     ("America/Guadeloupe", "heure de la Guadeloupe"), ("Europe/Athens", "heure d’Athènes")],
)  # fmt: skip
def test_a_zone_is_named_by_its_place(zone: str, words: str) -> None:
    assert dates.zone_words(ZoneInfo(zone)) == words


def test_in_english_days_and_hours_are_english() -> None:
    spoken.use("en")
    assert dates.date_words(at("2026-01-01T12:00+01:00"), PARIS) == "1 January 2026"
    assert dates.time_words(at("2026-02-03T18:05+01:00"), PARIS) == "18:05"
    assert dates.datetime_words(at("2026-02-03T18:05+01:00"), PARIS) == "3 February 2026 at 18:05"
    assert dates.zone_words(PARIS) == "Paris time"


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "0"),
        (7, "7"),
        (999, "999"),
        (1000, "1\u202f000"),
        (63640, "63\u202f640"),
        (-1234, "-1\u202f234"),
        (12.5, "12,5"),
    ],
)
def test_a_number_is_written_with_narrow_spaces(number: float, words: str) -> None:
    assert render._number(number) == words


def test_an_instant_for_machines_is_whole_seconds_with_its_zone() -> None:
    assert render._iso(datetime(2026, 2, 3, 18, 0, 5, 999, tzinfo=UTC)) == "2026-02-03T18:00:05+00:00"


def test_how_long_ago() -> None:
    now = datetime(2026, 2, 3, 18, 0, tzinfo=UTC)
    with clock.frozen(now):
        assert render._ago(now - timedelta(days=3)) == "il y a 3 jours"
        assert render._ago(now + timedelta(hours=2)) == "dans 2 heures"
