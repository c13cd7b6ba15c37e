"""``/admin/consultations/{slug}/dashboard``: how a consultation is going, for all who answer for it."""

from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from starlette.requests import Request
from starlette.responses import Response

from consult.analysis.models import ConsultationFigures
from consult.analysis.queries.dashboard import (
    Queue,
    Stretches,
    empty_sections,
    figures_of,
    queue_of,
    stretches,
)
from consult.consultations.access import access_consultation
from consult.consultations.authors import KINDS
from consult.consultations.pages.desk import frame
from consult.core import clock
from consult.core.language import N_
from consult.moderation.models import Effect
from consult.moderation.rules.words import EFFECTS
from consult.web.context import territory, visitor
from consult.web.dates import NBSP, date_words, locale
from consult.web.language import gettext, ngettext
from consult.web.render import page

MODERATORS = ("moderator", "administrator", "guarantor")
_ANY_ZONE = ZoneInfo("UTC")  # a date is of no zone
SERIES = (N_("Contributions"), N_("Arguments"), N_("Votes"))
EACH = {"day": N_("par jour"), "week": N_("par semaine"), "month": N_("par mois")}
BEST = {
    "day": N_("%(total)s en tout ; le plus, %(most)s, le %(when)s."),
    "week": N_("%(total)s en tout ; le plus, %(most)s, la semaine du %(when)s."),
    "month": N_("%(total)s en tout ; le plus, %(most)s, en %(when)s."),
}
HEAD = {"day": N_("Jour"), "week": N_("Semaine du"), "month": N_("Mois")}


async def dashboard(request: Request) -> Response:
    """The kept figures, the queue as it is now, and the sections that wait for a first contribution."""
    view, here, now = await access_consultation(request), territory(request), clock.now()
    figures = await figures_of(view.row.id)
    time = stretches(figures, view, now, here.zone) if figures else Stretches()
    return page(
        request,
        "analysis/dashboard.html",
        **frame(request, view, "/dashboard"),
        administers=visitor(request).has_role("administrator"),
        moderates=visitor(request).has_role(*MODERATORS),
        figures=figures,
        charts=_charts(time),
        days=_table(time),
        kinds=_kinds(figures) if figures else [],
        decisions=_decisions(figures) if figures else [],
        queue=_queue(await queue_of(here.id, view.row.id)),
        empty_sections=await empty_sections(view.row.id),
    )


def _charts(time: Stretches) -> list[dict[str, Any]]:
    """One chart a series: what is drawn, and the same in a sentence."""
    charts = []
    for place, words in enumerate(SERIES):
        numbers = [part.numbers[place] for part in time.parts]
        charts.append(
            {
                "title": f"{gettext(words)} {gettext(EACH[time.each])}",
                "sentence": _sentence(time, numbers),
                "columns": [(_word(time.each)(part.first), n) for part, n in zip(time.parts, numbers, strict=True)],
            }
        )
    return charts


def shown(number: int) -> str:
    """« 1 234 »."""
    return str(format_decimal(number, locale=locale()))


def _sentence(time: Stretches, numbers: list[int]) -> str:
    most = max(numbers, default=0)
    if not most:
        return gettext("Rien pour le moment.")
    when = _word(time.each)(time.parts[numbers.index(most)].first)
    return gettext(BEST[time.each]) % {"total": shown(sum(numbers)), "most": shown(most), "when": when}


def _word(each: str) -> Callable[[date], str]:
    """How a day, a week or a month is called."""
    if each == "month":
        return lambda first: str(format_date(first, "MMMM y", locale=locale()))
    return lambda first: date_words(first, _ANY_ZONE)


def _short(each: str, first: date) -> str:
    """« 2 nov. 2026 », which stays on one line of a telephone."""
    words = format_date(first, "MMM y" if each == "month" else "d MMM y", locale=locale())
    return str(words).replace(" ", NBSP)


def _table(time: Stretches) -> dict[str, Any]:
    return {
        "caption": gettext("Contributions, arguments et votes %(each)s") % {"each": gettext(EACH[time.each])},
        "head": [gettext(HEAD[time.each]), *(gettext(words) for words in SERIES)],
        "rows": [[_short(time.each, part.first), *part.numbers] for part in time.parts],
    }


def _kinds(figures: ConsultationFigures) -> list[dict[str, Any]]:
    """One chart for each thing counted of the kinds of authors; kinds that wrote nothing are left out."""
    captions = (gettext("Auteurs différents"), gettext("Contributions"), gettext("Arguments"))
    names = [kind for kind in KINDS if kind in figures.kinds] + sorted(set(figures.kinds) - set(KINDS))
    return [
        {
            "caption": caption,
            "rows": [(gettext(KINDS.get(kind, kind)), figures.kinds[kind][place]) for kind in names],
        }
        for place, caption in enumerate(captions)
    ]


def _decisions(figures: ConsultationFigures) -> list[tuple[str, int]]:
    return [(gettext(EFFECTS[effect]), figures.decisions[effect]) for effect in Effect if figures.decisions.get(effect)]


def _queue(queue: Queue) -> dict[str, Any]:
    return {
        "words": ngettext("%(num)s texte attend une décision.", "%(num)s textes attendent une décision.", queue.open)
        % {"num": shown(queue.open)}
        if queue.open
        else gettext("Rien n’attend de décision."),
        "open": queue.open,
        "oldest": queue.oldest,
        "median": queue.median,
    }
