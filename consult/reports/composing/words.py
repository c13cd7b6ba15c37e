"""Words, numbers and dates of documents, in the territory's language: those of pages, from the same place."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from consult.web import dates
from consult.web import language as spoken

_REGIONS = {"fr": "FR", "en": "GB"}


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language for a while."""
    before = spoken.current()
    spoken.use(language)
    try:
        yield
    finally:
        spoken.use(before)


def gettext(text: str, **params: Any) -> str:
    """A sentence in the language being spoken."""
    words = spoken.gettext(text)
    return words % params if params else words


def ngettext(one: str, many: str, number: int, **params: Any) -> str:
    """A sentence that agrees with a number, which is ``%(num)s`` in it."""
    return spoken.ngettext(one, many, number) % {"num": figure(number), **params}


def figure(value: int) -> str:
    """« 63 640 »."""
    return str(value) if -1000 < value < 1000 else str(format_decimal(value, locale=dates.locale()))


def share(part: int, whole: int) -> str:
    """« 42 % »."""
    return gettext("%(share)s %%", share=round(100 * part / whole)) if whole else "–"


def region() -> str:
    """The country that goes with the language being spoken."""
    return _REGIONS[spoken.current()]


def language() -> str:
    """The language being spoken."""
    return spoken.current()


@dataclass(frozen=True)
class Calendar:
    """Instants in words, in a territory's zone."""

    zone: ZoneInfo

    def day(self, value: datetime | date) -> str:
        """« 23 janvier 2026 »."""
        return dates.date_words(value, self.zone)

    def moment(self, value: datetime) -> str:
        """« 3 février 2026 à 18 h »."""
        return dates.datetime_words(value, self.zone)

    def end(self, value: datetime) -> str:
        """« 3 février 2026 à minuit » for an exclusive end."""
        return dates.closing_words(value, self.zone)

    def last_day(self, value: datetime) -> str:
        """The last day that an exclusive end leaves."""
        return dates.date_words(dates.closing_day(value, self.zone), self.zone)

    def name(self) -> str:
        """« heure de Paris »."""
        return dates.zone_words(self.zone)
