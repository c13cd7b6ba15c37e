"""Extending a round, bringing its closing forward, opening it again: a page each, so the verb says what is done."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.access import access_consultation
from consult.consultations.actions import move_closing
from consult.consultations.forms import ClosingForm
from consult.consultations.models import Round
from consult.consultations.pages.desk import address, frame
from consult.consultations.pages.rounds import round_named
from consult.consultations.pages.words import shown_frame
from consult.consultations.queries import ConsultationView
from consult.consultations.rules import Dated
from consult.consultations.rules.closing import ClosingMove
from consult.consultations.rules.organising import fingerprint, round_values
from consult.core import clock
from consult.core.errors import Refused
from consult.web.context import territory, visitor
from consult.web.dates import zone_words
from consult.web.forms import empty_form, read_form
from consult.web.render import page, see_other

_DONE = {ClosingMove.EXTEND: "extended", ClosingMove.SHORTEN: "shortened", ClosingMove.REOPEN: "reopened"}


async def extending(request: Request) -> Response:
    """``/admin/consultations/{slug}/rounds/{id}/extend``: a later closing."""
    return await _ask(request, ClosingMove.EXTEND)


async def extend(request: Request) -> Response:
    """It closes later, or the page says why not."""
    return await _move(request, ClosingMove.EXTEND)


async def shortening(request: Request) -> Response:
    """``/admin/consultations/{slug}/rounds/{id}/shorten``: an earlier closing."""
    return await _ask(request, ClosingMove.SHORTEN)


async def shorten(request: Request) -> Response:
    """It closes earlier, or the page says why not."""
    return await _move(request, ClosingMove.SHORTEN)


async def reopening(request: Request) -> Response:
    """``/admin/consultations/{slug}/rounds/{id}/reopen``: a closed round, open again."""
    return await _ask(request, ClosingMove.REOPEN)


async def reopen(request: Request) -> Response:
    """It is open again, or the page says why not."""
    return await _move(request, ClosingMove.REOPEN)


async def _ask(request: Request, asked: ClosingMove) -> Response:
    view = await access_consultation(request)
    one = round_named(request, view)
    closes = one.closes_at.astimezone(territory(request).zone)
    values: dict[str, Any] = {"closes_hour": closes.time(), "base": fingerprint(round_values(one))}
    if asked is not ClosingMove.REOPEN:  # the day on which it closed is gone: another has to be chosen
        values["closes_on"] = closes.date()
    return _page(request, view, one, asked, empty_form(ClosingForm, values))


async def _move(request: Request, asked: ClosingMove) -> Response:
    view = await access_consultation(request)
    one = round_named(request, view)
    form = await read_form(request, ClosingForm)
    closes_at = form.instant(territory(request).zone, one.closes_at) if form.valid() else None
    if closes_at:
        try:
            await move_closing(
                visitor(request).voice(),
                territory_id=territory(request).id,
                consultation_id=view.row.id,
                round_id=one.id,
                asked=asked,
                closes_at=closes_at,
                reason=form.reason.data or "",
                base=form.base.data or "",
            )
        except Refused as error:
            form.refuse_change(error.refusal, fingerprint(round_values(one)))
        else:
            return see_other(address(view, f"/rounds?done={_DONE[asked]}"))
    return _page(request, view, one, asked, form)


def _page(request: Request, view: ConsultationView, one: Round, asked: ClosingMove, form: ClosingForm) -> Response:
    return page(
        request,
        "consultations/round_closing.html",
        **frame(request, view, "/rounds"),
        form=form,
        round=one,
        asked=asked.value,
        fits=_fits(asked, one),
        procedure=shown_frame(view.row.procedure),
        zone=zone_words(territory(request).zone),
        status=form.status,
    )


def _fits(asked: ClosingMove, one: Dated) -> bool:
    """Whether the round is where this verb begins: a closed one is opened again, any other extended or shortened."""
    return (one.closes_at <= clock.now()) == (asked is ClosingMove.REOPEN)
