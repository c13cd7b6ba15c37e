"""The rounds: add, edit and remove them, in the territory's own time."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.access import access_consultation
from consult.consultations.actions import add_round, edit_round, remove_round
from consult.consultations.forms import RemoveForm, RoundForm
from consult.consultations.models import Round
from consult.consultations.pages.desk import address, frame
from consult.consultations.pages.words import shown_frame, timeline
from consult.consultations.queries import ConsultationView
from consult.consultations.rules import Deed
from consult.consultations.rules.organising import fingerprint, round_values
from consult.core import clock
from consult.core.errors import NotFound, Refused
from consult.web.context import territory, visitor
from consult.web.dates import zone_words
from consult.web.forms import empty_form, once_key, read_form
from consult.web.render import page, see_other


async def rounds(request: Request) -> Response:
    """``/admin/consultations/{slug}/rounds``: the calendar, with a way to change each part of it."""
    view = await access_consultation(request)
    now = clock.now()
    rows = [
        {**shown, "id": one.id, "begun": one.opens_at <= now}
        for one, shown in zip(view.rounds, timeline(view.rounds, now), strict=True)
    ]
    return page(
        request,
        "consultations/rounds.html",
        **frame(request, view, "/rounds"),
        rows=rows,
        zone=zone_words(territory(request).zone),
        procedure=shown_frame(view.row.procedure),
    )


async def new_round(request: Request) -> Response:
    """``/admin/consultations/{slug}/rounds/new``: one more round."""
    view = await access_consultation(request)
    return _round_page(request, view, empty_form(RoundForm, may=[deed.value for deed in Deed]), None)


async def create_round(request: Request) -> Response:
    """The round is added, or the page is shown again with what was typed."""
    view = await access_consultation(request)
    form = await read_form(request, RoundForm)
    instants = form.instants(territory(request).zone) if form.valid() else None
    if instants:
        try:
            await add_round(
                visitor(request).voice(),
                territory_id=territory(request).id,
                consultation_id=view.row.id,
                title=form.title.data or "",
                opens_at=instants[0],
                closes_at=instants[1],
                may=form.deeds(),
                reason=form.reason.data or "",
                once=once_key(visitor(request).account_id, form),
            )
        except Refused as error:
            form.refuse(error.refusal)
        else:
            return see_other(address(view, "/rounds?done=round-added"))
    return _round_page(request, view, form, None)


async def one_round(request: Request) -> Response:
    """``/admin/consultations/{slug}/rounds/{id}``: change one round."""
    view = await access_consultation(request)
    one = round_named(request, view)
    values = {**_typed(request, one), "base": fingerprint(round_values(one))}
    return _round_page(request, view, empty_form(RoundForm, values), one)


async def save_round(request: Request) -> Response:
    """It is changed, or the page is shown again with what was typed."""
    view = await access_consultation(request)
    one = round_named(request, view)
    form = await read_form(request, RoundForm)
    instants = form.instants(territory(request).zone, (one.opens_at, one.closes_at)) if form.valid() else None
    if instants:
        try:
            await _edit(request, view, one, form, instants)
        except Refused as error:
            form.refuse_change(error.refusal, fingerprint(round_values(one)))
        else:
            return see_other(address(view, "/rounds?done=saved"))
    return _round_page(request, view, form, one)


async def _edit(request: Request, view: ConsultationView, one: Round, form: RoundForm, instants: Any) -> None:
    await edit_round(
        visitor(request).voice(),
        territory_id=territory(request).id,
        consultation_id=view.row.id,
        round_id=one.id,
        title=form.title.data or "",
        opens_at=instants[0],
        closes_at=instants[1],
        may=form.deeds(),
        reason=form.reason.data or "",
        base=form.base.data or "",
    )


async def removing_round(request: Request) -> Response:
    """``/admin/consultations/{slug}/rounds/{id}/remove``: ask first."""
    view = await access_consultation(request)
    shown = {**frame(request, view, "/rounds"), "round": round_named(request, view)}
    return page(request, "consultations/round_remove.html", **shown, form=empty_form(RemoveForm))


async def delete_round(request: Request) -> Response:
    """The round goes, or the page says why it stays."""
    view = await access_consultation(request)
    form = await read_form(request, RemoveForm)
    if form.valid():
        try:
            await remove_round(
                visitor(request).voice(),
                territory_id=territory(request).id,
                consultation_id=view.row.id,
                round_id=request.path_params["id"],
                reason=form.reason.data or "",
            )
        except Refused as error:
            form.refuse(error.refusal)
        else:
            return see_other(address(view, "/rounds?done=round-removed"))
    shown = {**frame(request, view, "/rounds"), "round": round_named(request, view)}
    return page(request, "consultations/round_remove.html", **shown, form=form, status=form.status)


def round_named(request: Request, view: ConsultationView) -> Round:
    """The round that an address names.

    Raises:
        NotFound: the consultation has none of that key.
    """
    for one in view.rounds:
        if one.id == request.path_params["id"]:
            return one
    raise NotFound


def _typed(request: Request, one: Round) -> dict[str, Any]:
    """A round as its form shows it: days and hours of the territory."""
    zone = territory(request).zone
    opens, closes = one.opens_at.astimezone(zone), one.closes_at.astimezone(zone)
    return {
        "title": one.title,
        "opens_on": opens.date(),
        "opens_hour": opens.time(),
        "closes_on": closes.date(),
        "closes_hour": closes.time(),
        "may": [deed.value for deed in Deed if getattr(one, f"may_{deed}")],
    }


def _round_page(request: Request, view: ConsultationView, form: RoundForm, one: Round | None) -> Response:
    zone, now = territory(request).zone, clock.now()
    return page(
        request,
        "consultations/round.html",
        **frame(request, view, "/rounds"),
        form=form,
        round=one,
        begun=one is not None and one.opens_at <= now,
        zone=zone_words(zone),
        example=(now + timedelta(days=1)).astimezone(zone),
        status=form.status,
    )
