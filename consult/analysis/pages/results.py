"""``/consultations/{slug}/results``, and the same below ``/api/v1``: the public figures, drawn and as JSON."""

import json
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.analysis.models import ConsultationFigures
from consult.analysis.pages.results_view import Asked, results_view
from consult.analysis.queries.dashboard import figures_of
from consult.analysis.queries.figures import FIGURES, About, public_figures, stamp_of, tops_of
from consult.analysis.queries.results import kept
from consult.consultations.access import access_consultation
from consult.consultations.models import ConsultationState
from consult.consultations.pages.sentences import round_sentence
from consult.consultations.queries import ConsultationView
from consult.consultations.rules import RoundState
from consult.core import clock
from consult.core.errors import NotFound
from consult.web.context import territory
from consult.web.page_cache import keep
from consult.web.render import page

# Figures are for everybody, whatever site asks for them; nothing of the visitor is in them.
OPEN_TO_ALL = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
COUNTED_SOON = 60


async def results(request: Request) -> Response:
    """What the worker has counted, of everything, of a section, or of one kind of author."""
    view, here, now = await access_consultation(request), territory(request), clock.now()
    row = await figures_of(view.row.id)
    counted = kept(row)
    _keep(request, view, row, now, ("section", "author"))
    shown: dict[str, Any] = {}
    if row and counted:
        about = _about(request, view, row.counted_at, now)
        figures = await public_figures(about, counted)
        asked, tops = Asked.of(figures, request.query_params), figures["top"]
        if asked.anything:
            tops = await tops_of(view.row.id, counted.results, asked.ids, asked.writer)
        shown = results_view(figures, counted, asked, tops, request.url.path)
    return page(
        request,
        "analysis/results.html",
        consultation=view.row,
        round=round_sentence(view, now, here.zone),
        counted_at=row.counted_at if row else None,
        changed_since=bool(counted and counted.changes != view.row.changes),
        shown=shown,
    )


async def results_json(request: Request) -> Response:
    """The same figures as a stable JSON value (docs/figures.md); 503 as long as they have never been counted.

    A draft is not counted, so it has none, not even for those who prepare it.
    """
    view, now = await access_consultation(request), clock.now()
    if view.row.state is ConsultationState.DRAFT:
        raise NotFound
    row = await figures_of(view.row.id)
    counted = kept(row)
    _keep(request, view, row, now, ())
    if row is None or counted is None:
        wait = {**OPEN_TO_ALL, "retry-after": str(COUNTED_SOON)}
        return _json({"error": "not_counted_yet", "retry_after": COUNTED_SOON}, wait, status=503)
    return _json(await public_figures(_about(request, view, row.counted_at, now), counted), OPEN_TO_ALL)


def _json(value: Any, headers: dict[str, str], status: int = 200) -> Response:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(body, status, headers, "application/json; charset=utf-8")


def _about(request: Request, view: ConsultationView, counted_at: datetime, now: datetime) -> About:
    row = view.row
    is_open = view.state(now) is not RoundState.CLOSED
    return About(row.id, row.slug, row.title, territory(request).zone, counted_at, is_open)


def _keep(
    request: Request,
    view: ConsultationView,
    row: ConsultationFigures | None,
    now: datetime,
    reads: tuple[str, ...],
) -> None:
    here = territory(request)
    keep(
        request,
        ("consultation", view.row.id, view.row.changes),
        (FIGURES, view.row.id, stamp_of(row)),
        ("territory", here.id, here.changes),
        until=view.fresh_until(now, here.zone),
        reads=reads,
    )
