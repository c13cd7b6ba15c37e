"""Numbers as charts and tables take them, in words of the language being spoken: for the dashboard and the results."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from consult.analysis.queries.coarsening import FEWER, Told
from consult.consultations.authors import KINDS
from consult.core.language import N_
from consult.web.dates import NBSP, day_in_words, locale
from consult.web.language import gettext

SERIES = (N_("Contributions"), N_("Arguments"), N_("Votes"))
EACH = {"day": N_("par jour"), "week": N_("par semaine"), "month": N_("par mois")}
BEST = {
    "day": N_("%(total)s en tout ; le plus, %(most)s, le %(when)s."),
    "week": N_("%(total)s en tout ; le plus, %(most)s, la semaine du %(when)s."),
    "month": N_("%(total)s en tout ; le plus, %(most)s, en %(when)s."),
}
HEAD = {"day": N_("Jour"), "week": N_("Semaine du"), "month": N_("Mois")}
KIND_WORDS = {**KINDS, "organiser": N_("Organisateur")}
FEWER_WORDS = N_("moins de 5")
UNTOLD_WORDS = N_("non montré")


def shown(number: int) -> str:
    """« 1 234 »."""
    return str(format_decimal(number, locale=locale()))


def shown_cell(told: Told) -> int | str:
    """A number of a cross, or the words that stand in its place."""
    if told is None:
        return gettext(UNTOLD_WORDS)
    return gettext(FEWER_WORDS) if told == FEWER else int(told)


def sorted_kinds(kinds: Iterable[str]) -> list[str]:
    """Kinds of authors in the order in which all pages name them."""
    known = set(kinds)
    return [kind for kind in KIND_WORDS if kind in known] + sorted(known - set(KIND_WORDS))


def charts_of(
    each: str, starts: Sequence[date], series: Sequence[Sequence[Told]], names: Sequence[str] = SERIES
) -> list[dict[str, Any]]:
    """One chart a series: what is drawn, and the same in a sentence."""
    charts = []
    for place, words in enumerate(names):
        numbers = [numbers[place] for numbers in series]
        charts.append(
            {
                "title": f"{gettext(words)} {gettext(EACH[each])}",
                "sentence": _sentence(each, starts, numbers),
                "is_drawn": any(number != 0 for number in numbers),
                "columns": [(_word(each)(first), shown_cell(n)) for first, n in zip(starts, numbers, strict=True)],
            }
        )
    return charts


def _sentence(each: str, starts: Sequence[date], told: Sequence[Told]) -> str:
    numbers = [number if isinstance(number, int) else 0 for number in told]
    most = max(numbers, default=0)
    if not most and numbers == list(told):
        return gettext("Rien pour le moment.")
    if not most:
        return gettext("Trop peu d’auteurs de cette sorte à la fois pour que leurs nombres soient montrés.")
    when = _word(each)(starts[numbers.index(most)])
    if numbers != list(told):
        return gettext("Au plus %(most)s parmi ce qui est montré.") % {"most": shown(most)}
    return gettext(BEST[each]) % {"total": shown(sum(numbers)), "most": shown(most), "when": when}


def _word(each: str) -> Callable[[date], str]:
    """How a day, a week or a month is called."""
    if each == "month":
        return lambda first: str(format_date(first, "MMMM y", locale=locale()))
    return day_in_words


def _short(each: str, first: date) -> str:
    """« 2 nov. 2026 », which stays on one line of a telephone."""
    words = format_date(first, "MMM y" if each == "month" else "d MMM y", locale=locale())
    return str(words).replace(" ", NBSP)


def table_of(
    each: str, starts: Sequence[date], series: Sequence[Sequence[Told]], names: Sequence[str] = SERIES
) -> dict[str, Any]:
    """The numbers of such charts, together in one table."""
    return {
        "caption": gettext("Dans le temps, %(each)s") % {"each": gettext(EACH[each])},
        "head": [gettext(HEAD[each]), *(gettext(words) for words in names)],
        "rows": [
            [_short(each, first), *(shown_cell(number) for number in numbers)]
            for first, numbers in zip(starts, series, strict=True)
        ],
    }
