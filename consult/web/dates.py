"""Instants in words, in a zone and in the language being spoken: for the filters of templates and for sentences."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_location

from consult.web import language as spoken

NBSP = "\N{NO-BREAK SPACE}"
# Places whose name takes an article; elsewhere « heure de Paris », « heure d’Athènes ».
_OF_PLACE = {
    "America/Guadeloupe": "de la Guadeloupe",
    "America/Martinique": "de la Martinique",
    "Indian/Reunion": "de La Réunion",
    "Pacific/Marquesas": "des Marquises",
}
_VOWELS = "AEIOUYÀÂÉÈÊÎÔÛaeiouyàâéèêîôû"


_LOCALES = {"fr": Locale("fr", "FR"), "en": Locale("en", "GB")}


def locale() -> Locale:
    """The locale of the language being spoken."""
    return _LOCALES[spoken.current()]


def date_words(value: datetime | date, zone: ZoneInfo) -> str:
    """« 23 janvier 2026 »."""
    return _date_words(_local_day(value, zone), spoken.current())


def day_in_words(day: date) -> str:
    """« 23 janvier 2026 » for a day of the calendar, whatever the zone."""
    return _date_words(day, spoken.current())


@lru_cache(maxsize=4096)
def _date_words(day: date, language: str) -> str:
    return _first(format_date(day, "d MMMM y", locale=_LOCALES[language]))


def day_words(value: datetime | date, zone: ZoneInfo) -> str:
    """« mardi 3 février 2026 »."""
    return _first(format_date(_local_day(value, zone), "EEEE d MMMM y", locale=locale()))


def time_words(value: datetime, zone: ZoneInfo) -> str:
    """« 18 h » or « 18 h 05 »."""
    local = value.astimezone(zone)
    if spoken.current() != "fr":
        return str(format_time(local, "HH:mm", locale=locale()))
    return f"{local.hour}{NBSP}h" + (f"{NBSP}{local.minute:02}" if local.minute else "")


def datetime_words(value: datetime, zone: ZoneInfo) -> str:
    """« 3 février 2026 à 18 h »."""
    return f"{date_words(value, zone)} {_at()} {time_words(value, zone)}"


def closing_day(value: datetime, zone: ZoneInfo) -> date:
    """The last day that an exclusive end leaves: the end of Tuesday is Wednesday at 0 h, and people say Tuesday."""
    local = value.astimezone(zone)
    return (local - timedelta(days=1)).date() if _is_midnight(local) else local.date()


def closing_time(value: datetime, zone: ZoneInfo) -> str:
    """« 18 h », or « minuit » where an exclusive end is the end of a day."""
    return spoken.gettext("minuit") if _is_midnight(value.astimezone(zone)) else time_words(value, zone)


def closing_words(value: datetime, zone: ZoneInfo) -> str:
    """« 3 février 2026 à minuit » for an exclusive end."""
    return f"{date_words(closing_day(value, zone), zone)} {_at()} {closing_time(value, zone)}"


def zone_words(zone: ZoneInfo) -> str:
    """« heure de Paris »."""
    city = str(get_timezone_location(zone, locale=locale(), return_city=True))
    if spoken.current() != "fr":
        return f"{city} time"
    return "heure " + _OF_PLACE.get(zone.key, f"d’{city}" if city[0] in _VOWELS else f"de {city}")


def _local_day(value: datetime | date, zone: ZoneInfo) -> date:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def _is_midnight(local: datetime) -> bool:
    return not (local.hour or local.minute or local.second)


def _first(words: str) -> str:
    """French says « 1er » of the first day of a month."""
    if spoken.current() != "fr":
        return words
    return " ".join("1er" if word == "1" else word for word in words.split(" "))


def _at() -> str:
    return "à" if spoken.current() == "fr" else "at"
