"""The state of the rounds in one plain sentence, in the territory's zone and in the language being spoken.

The words come from here only, so that the card, the consultation, a contribution and a mail cannot disagree.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from consult.consultations.queries import rounds_fresh_until
from consult.consultations.rules import Dated, RoundState, Unit, round_moment, time_left
from consult.core.language import N_
from consult.web import dates
from consult.web.language import gettext, ngettext

CLOSED = N_("La période de participation est maintenant fermée. Merci à tous d’avoir participé.")
NO_DATE = N_("Les dates de participation ne sont pas encore fixées.")


class WithRounds(Protocol):
    """A consultation with its rounds."""

    @property
    def rounds(self) -> Sequence[Dated]:
        """Its rounds."""


@dataclass(frozen=True)
class RoundSentence:
    """What to print, and how long it stays true.

    Attributes:
        state: open, coming or closed: a string that templates take as it is.
        sentence: translated, with its no-break spaces.
        until: the instant at which the sentence becomes another one.
    """

    state: RoundState
    sentence: str
    until: datetime


def round_sentence(view: WithRounds, at: datetime, zone: ZoneInfo) -> RoundSentence:
    """« Ouverte jusqu’au mardi 3 février 2026 à 18 h (heure de Paris), encore 12 jours. »"""
    moment = round_moment(view.rounds, at)
    if moment.instant is None:
        words = gettext(CLOSED if moment.state is RoundState.CLOSED else NO_DATE)
    elif moment.state is RoundState.OPEN:
        words = _open(moment.instant, at, zone)
    else:
        words = _coming(moment.instant, at, zone, moment.again)
    return RoundSentence(moment.state, words, rounds_fresh_until(view.rounds, at, zone))


def _open(closes_at: datetime, at: datetime, zone: ZoneInfo) -> str:
    last_day, today = dates.closing_day(closes_at, zone), at.astimezone(zone).date()
    number, unit = time_left(closes_at, at, last_day, today)
    sentence = {
        0: gettext("Ouverte jusqu’à aujourd’hui à %(time)s (%(zone)s), %(left)s."),
        1: gettext("Ouverte jusqu’à demain, %(day)s, à %(time)s (%(zone)s), %(left)s."),
    }.get((last_day - today).days, gettext("Ouverte jusqu’au %(day)s à %(time)s (%(zone)s), %(left)s."))
    return sentence % {
        "day": dates.day_words(last_day, zone),
        "time": dates.closing_time(closes_at, zone),
        "zone": dates.zone_words(zone),
        "left": _still(number, unit),
    }


def _coming(opens_at: datetime, at: datetime, zone: ZoneInfo, again: bool) -> str:
    day, today = opens_at.astimezone(zone).date(), at.astimezone(zone).date()
    number, unit = time_left(opens_at, at, day, today)
    return _opening_words(day, today, again) % {
        "day": dates.day_words(day, zone),
        "time": dates.time_words(opens_at, zone),
        "zone": dates.zone_words(zone),
        "left": _within(number, unit),
    }


def _opening_words(day: date, today: date, again: bool) -> str:
    if day == today:
        if again:
            return gettext("Rouvrira aujourd’hui à %(time)s (%(zone)s), %(left)s.")
        return gettext("Ouvrira aujourd’hui à %(time)s (%(zone)s), %(left)s.")
    if day == today + timedelta(days=1):
        if again:
            return gettext("Rouvrira demain, %(day)s, à %(time)s (%(zone)s), %(left)s.")
        return gettext("Ouvrira demain, %(day)s, à %(time)s (%(zone)s), %(left)s.")
    if again:
        return gettext("Rouvrira le %(day)s à %(time)s (%(zone)s), %(left)s.")
    return gettext("Ouvrira le %(day)s à %(time)s (%(zone)s), %(left)s.")


def _still(number: int, unit: Unit) -> str:
    """« encore 12 jours »."""
    if unit is Unit.DAYS:
        return ngettext("encore %(num)s jour", "encore %(num)s jours", number) % {"num": number}
    if unit is Unit.HOURS:
        return ngettext("encore %(num)s heure", "encore %(num)s heures", number) % {"num": number}
    if number == 0:
        return gettext("encore moins d’une minute")
    return ngettext("encore %(num)s minute", "encore %(num)s minutes", number) % {"num": number}


def _within(number: int, unit: Unit) -> str:
    """« dans 12 jours »."""
    if unit is Unit.DAYS:
        return ngettext("dans %(num)s jour", "dans %(num)s jours", number) % {"num": number}
    if unit is Unit.HOURS:
        return ngettext("dans %(num)s heure", "dans %(num)s heures", number) % {"num": number}
    if number == 0:
        return gettext("dans moins d’une minute")
    return ngettext("dans %(num)s minute", "dans %(num)s minutes", number) % {"num": number}
