"""The one plain sentence about the rounds: at every edge of a day, an hour, a change of clocks, and a round."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from consult.consultations.pages.sentences import round_sentence
from consult.consultations.rules import RoundState
from consult.web import language
from consult.web.dates import closing_words, zone_words

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")


@dataclass
class Dates:
    opens_at: datetime
    closes_at: datetime


@dataclass
class View:
    rounds: list[Dates]


def local(text: str, zone: ZoneInfo = PARIS, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def view(*pairs: tuple[str, str], zone: ZoneInfo = PARIS) -> View:
    return View([Dates(local(opens, zone), local(closes, zone)) for opens, closes in pairs])


def said(at: str, *pairs: tuple[str, str], zone: ZoneInfo = PARIS, fold: int = 0) -> str:
    words = round_sentence(view(*pairs, zone=zone), local(at, zone, fold), zone).sentence
    return words.replace("\N{NO-BREAK SPACE}", " ")


ROUND = ("2026-01-05 09:00", "2026-02-03 18:00")


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    language.use("fr")
    yield
    language.use("fr")


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-01-05 09:00", "Ouverte jusqu’au mardi 3 février 2026 à 18 h (heure de Paris), encore 29 jours."),
        ("2026-01-22 12:00", "Ouverte jusqu’au mardi 3 février 2026 à 18 h (heure de Paris), encore 12 jours."),
        ("2026-01-22 23:59", "Ouverte jusqu’au mardi 3 février 2026 à 18 h (heure de Paris), encore 12 jours."),
        ("2026-01-23 00:00", "Ouverte jusqu’au mardi 3 février 2026 à 18 h (heure de Paris), encore 11 jours."),
        ("2026-02-01 23:59", "Ouverte jusqu’au mardi 3 février 2026 à 18 h (heure de Paris), encore 2 jours."),
        ("2026-02-02 00:00", "Ouverte jusqu’à demain, mardi 3 février 2026, à 18 h (heure de Paris), encore 1 jour."),
        ("2026-02-02 18:00", "Ouverte jusqu’à demain, mardi 3 février 2026, à 18 h (heure de Paris), encore 1 jour."),
        (
            "2026-02-02 18:01",
            "Ouverte jusqu’à demain, mardi 3 février 2026, à 18 h (heure de Paris), encore 23 heures.",
        ),
        (
            "2026-02-02 23:59",
            "Ouverte jusqu’à demain, mardi 3 février 2026, à 18 h (heure de Paris), encore 18 heures.",
        ),
        ("2026-02-03 00:00", "Ouverte jusqu’à aujourd’hui à 18 h (heure de Paris), encore 18 heures."),
        ("2026-02-03 15:00", "Ouverte jusqu’à aujourd’hui à 18 h (heure de Paris), encore 3 heures."),
        ("2026-02-03 16:30", "Ouverte jusqu’à aujourd’hui à 18 h (heure de Paris), encore 1 heure."),
        ("2026-02-03 17:01", "Ouverte jusqu’à aujourd’hui à 18 h (heure de Paris), encore 59 minutes."),
        ("2026-02-03 17:59", "Ouverte jusqu’à aujourd’hui à 18 h (heure de Paris), encore 1 minute."),
        ("2026-02-03 17:59:30", "Ouverte jusqu’à aujourd’hui à 18 h (heure de Paris), encore moins d’une minute."),
        ("2026-02-03 18:00", "La période de participation est maintenant fermée. Merci à tous d’avoir participé."),
        ("2031-01-01 00:00", "La période de participation est maintenant fermée. Merci à tous d’avoir participé."),
    ],
)
def test_an_open_round_counts_down(at: str, words: str) -> None:
    assert said(at, ROUND) == words


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2025-12-24 12:00", "Ouvrira le lundi 5 janvier 2026 à 9 h (heure de Paris), dans 12 jours."),
        ("2026-01-03 23:59", "Ouvrira le lundi 5 janvier 2026 à 9 h (heure de Paris), dans 2 jours."),
        ("2026-01-04 00:00", "Ouvrira demain, lundi 5 janvier 2026, à 9 h (heure de Paris), dans 1 jour."),
        ("2026-01-04 23:00", "Ouvrira demain, lundi 5 janvier 2026, à 9 h (heure de Paris), dans 10 heures."),
        ("2026-01-05 00:00", "Ouvrira aujourd’hui à 9 h (heure de Paris), dans 9 heures."),
        ("2026-01-05 08:59:59", "Ouvrira aujourd’hui à 9 h (heure de Paris), dans moins d’une minute."),
    ],
)
def test_a_coming_round_says_when(at: str, words: str) -> None:
    assert said(at, ROUND) == words


def test_an_end_at_midnight_belongs_to_the_day_that_ends() -> None:
    whole_days = ("2026-01-05 00:00", "2026-02-04 00:00")
    assert said("2026-02-01 10:00", whole_days) == (
        "Ouverte jusqu’au mardi 3 février 2026 à minuit (heure de Paris), encore 2 jours."
    )
    assert said("2026-02-03 00:00", whole_days).startswith("Ouverte jusqu’à aujourd’hui à minuit")
    assert said("2026-02-03 22:00", whole_days) == (
        "Ouverte jusqu’à aujourd’hui à minuit (heure de Paris), encore 2 heures."
    )
    assert said("2026-02-04 00:00", whole_days).startswith("La période de participation est maintenant fermée")
    assert (
        said("2026-01-01 00:00", whole_days) == "Ouvrira le lundi 5 janvier 2026 à 0 h (heure de Paris), dans 4 jours."
    )
    assert closing_words(local("2026-03-01 00:00"), PARIS) == "28 février 2026 à minuit"


def test_the_first_of_a_month_and_minutes_are_said_in_french() -> None:
    said_then = said("2026-01-20 10:00", ("2026-01-05 00:00", "2026-02-01 17:05"))
    assert said_then == "Ouverte jusqu’au dimanche 1er février 2026 à 17 h 05 (heure de Paris), encore 12 jours."


def test_between_two_rounds_it_opens_again() -> None:
    pair = (("2026-01-05 09:00", "2026-01-20 18:00"), ("2026-02-03 09:00", "2026-02-20 18:00"))
    assert said("2026-01-20 18:00", *pair) == "Rouvrira le mardi 3 février 2026 à 9 h (heure de Paris), dans 14 jours."
    assert said("2026-02-02 12:00", *pair).startswith("Rouvrira demain, mardi 3 février 2026, à 9 h")
    assert said("2026-02-03 08:00", *pair) == "Rouvrira aujourd’hui à 9 h (heure de Paris), dans 1 heure."
    assert said("2026-01-04 12:00", *pair).startswith("Ouvrira demain")


def test_rounds_that_touch_leave_no_instant_between() -> None:
    pair = (("2026-01-05 09:00", "2026-01-20 18:00"), ("2026-01-20 18:00", "2026-02-03 18:00"))
    assert said("2026-01-20 17:59", *pair).startswith("Ouverte jusqu’à aujourd’hui à 18 h")
    assert said("2026-01-20 18:00", *pair).startswith("Ouverte jusqu’au mardi 3 février 2026")


def test_without_rounds_no_date_is_promised() -> None:
    found = round_sentence(View([]), local("2026-01-01 00:00"), PARIS)
    assert found.state is RoundState.COMING
    assert found.sentence == "Les dates de participation ne sont pas encore fixées."


def test_hours_are_really_elapsed_when_clocks_change() -> None:
    # on 29 March 2026 there is no 2 h to 3 h: from midnight to 18 h go by 17 hours
    spring = ("2026-03-01 09:00", "2026-03-29 18:00")
    assert said("2026-03-29 00:00", spring).endswith("encore 17 heures.")
    assert said("2026-03-28 18:30", spring).endswith("encore 22 heures.")
    # on 25 October 2026 2 h to 3 h comes twice
    autumn = ("2026-10-01 09:00", "2026-10-25 18:00")
    assert said("2026-10-25 00:00", autumn).endswith("encore 19 heures.")
    assert said("2026-10-25 02:30", autumn).endswith("encore 16 heures.")
    assert said("2026-10-25 02:30", autumn, fold=1).endswith("encore 15 heures.")


def test_days_are_those_of_the_calendar_when_clocks_change() -> None:
    assert said("2026-03-27 12:00", ("2026-03-01 09:00", "2026-03-30 09:00")).endswith("encore 3 jours.")
    assert said("2026-10-23 12:00", ("2026-10-01 09:00", "2026-10-26 09:00")).endswith("encore 3 jours.")


def test_a_territory_overseas_reads_its_own_clock() -> None:
    over_there = ("2026-01-05 09:00", "2026-02-03 18:00")
    assert said("2026-01-22 12:00", over_there, zone=REUNION) == (
        "Ouverte jusqu’au mardi 3 février 2026 à 18 h (heure de La Réunion), encore 12 jours."
    )
    # 23 h on 2 February in Paris is 2 h on the 3rd over there
    at = local("2026-02-02 23:00", PARIS)
    found = round_sentence(view(over_there, zone=REUNION), at, REUNION)
    assert "Ouverte jusqu’à aujourd’hui" in found.sentence


def test_zones_are_named_as_people_name_them() -> None:
    named = {key: zone_words(ZoneInfo(key)) for key in ("Europe/Paris", "America/Martinique", "Europe/Athens")}
    assert list(named.values()) == ["heure de Paris", "heure de la Martinique", "heure d’Athènes"]


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2026-01-22 12:00", "2026-01-23 00:00"),
        ("2026-02-02 10:00", "2026-02-02 18:00"),
        ("2026-02-02 19:30", "2026-02-02 20:00"),
        ("2026-02-03 15:20", "2026-02-03 16:00"),
        ("2026-02-03 17:20:10", "2026-02-03 17:21"),
        ("2026-02-03 17:59:30", "2026-02-03 18:00"),
        ("2026-02-03 18:00", "2026-02-04 00:00"),
        ("2026-03-29 00:30", "2026-03-30 00:00"),
    ],
)
def test_a_page_is_kept_only_while_its_sentence_is_true(at: str, until: str) -> None:
    assert round_sentence(view(ROUND), local(at), PARIS).until == local(until)


def test_nothing_else_is_said_before_the_sentence_ends() -> None:
    rounds = view(ROUND, ("2026-02-05 09:00", "2026-02-06 00:00"))
    at = local("2026-01-30 11:11:11")
    while at < local("2026-02-08 00:00"):
        now = round_sentence(rounds, at, PARIS)
        last = max(now.until - timedelta(seconds=1), at)
        assert round_sentence(rounds, last, PARIS).sentence == now.sentence, at
        at = now.until + timedelta(seconds=1)


def test_it_is_translated_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    language.use("en")
    words = round_sentence(view(ROUND), local("2026-01-22 12:00"), PARIS).sentence
    assert "Tuesday 3 February 2026" in words
    assert "(Paris time)" in words
