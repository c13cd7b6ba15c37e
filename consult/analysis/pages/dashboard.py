"""``/admin/consultations/{slug}/dashboard``: how a consultation is going, for all who answer for it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.analysis.models import ConsultationFigures
from consult.analysis.pages.charts import KIND_WORDS, charts_of, shown, sorted_kinds, table_of
from consult.analysis.queries.dashboard import (
    Queue,
    Stretches,
    empty_sections,
    figures_of,
    queue_of,
    stretches,
)
from consult.consultations.access import access_consultation
from consult.consultations.pages.desk import frame
from consult.core import clock
from consult.moderation.models import Effect
from consult.moderation.rules.words import EFFECTS
from consult.web.context import territory, visitor
from consult.web.language import gettext, ngettext
from consult.web.render import page

MODERATORS = ("moderator", "administrator", "guarantor")


async def dashboard(request: Request) -> Response:
    """The kept figures, the queue as it is now, and the sections that wait for a first contribution."""
    view, here, now = await access_consultation(request), territory(request), clock.now()
    figures = await figures_of(view.row.id)
    time = stretches(figures, view, now, here.zone) if figures else Stretches()
    starts, series = [part.first for part in time.parts], [part.numbers for part in time.parts]
    return page(
        request,
        "analysis/dashboard.html",
        **frame(request, view, "/dashboard"),
        administers=visitor(request).has_role("administrator"),
        moderates=visitor(request).has_role(*MODERATORS),
        figures=figures,
        charts=charts_of(time.each, starts, series),
        days=table_of(time.each, starts, series),
        kinds=_kinds(figures) if figures else [],
        decisions=_decisions(figures) if figures else [],
        queue=_queue(await queue_of(here.id, view.row.id)),
        empty_sections=await empty_sections(view.row.id),
    )


def _kinds(figures: ConsultationFigures) -> list[dict[str, Any]]:
    """One chart for each thing counted of the kinds of authors; kinds that wrote nothing are left out."""
    captions = (gettext("Auteurs différents"), gettext("Contributions"), gettext("Arguments"))
    names = sorted_kinds(figures.kinds)
    return [
        {
            "caption": caption,
            "rows": [(gettext(KIND_WORDS.get(kind, kind)), figures.kinds[kind][place]) for kind in names],
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
