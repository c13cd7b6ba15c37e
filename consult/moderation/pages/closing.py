"""``/moderation/closing``: rounds that are over, what they leave undone, and closing them for good."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.access import access_consultation
from consult.consultations.models import ConsultationState, Round
from consult.consultations.pages.sentences import round_sentence
from consult.consultations.pages.words import shown_snapshot
from consult.consultations.queries import ConsultationView, snapshots_of
from consult.core import clock
from consult.core.database import instant
from consult.core.errors import Refused
from consult.core.keys import parse_key
from consult.moderation.actions.closing import close_period
from consult.moderation.actions.left import left_in, unconfirmed_writers
from consult.moderation.forms.closing import ClosePeriodForm
from consult.moderation.pages.desk import decides, tabs
from consult.moderation.queries.closing import rounds_closed, rounds_to_close
from consult.web.context import territory, visitor
from consult.web.dates import zone_words
from consult.web.forms import empty_form, once_key, read_form
from consult.web.language import gettext
from consult.web.render import page, see_other


async def closing_list(request: Request) -> Response:
    """``/moderation/closing``: the rounds that are over and wait to be closed, and those that were."""
    here = territory(request)
    waiting = await rounds_to_close(here.id, clock.now())
    return page(
        request,
        "moderation/closing_list.html",
        tabs=tabs(request, "closing"),
        waiting=[_line(row) for row in waiting],
        closed=[_line(row) for row in await rounds_closed(here.id)],
        decides=decides(request),
    )


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "closes_at": instant(row["closes_at"]), "at": instant(row["at"]) if row["at"] else None}


async def closing(request: Request) -> Response:
    """``/moderation/closing/{slug}``: what a consultation leaves undone, and the form that closes its round."""
    view = await access_consultation(request)
    one = await _to_close(view)
    values = {"round": str(one.id), "name": one.title} if one else {}
    return await _page(request, view, one, empty_form(ClosePeriodForm, values))


async def send_closing(request: Request) -> Response:
    """The figures are frozen, or the page is shown again with what was typed."""
    view = await access_consultation(request)
    form = await read_form(request, ClosePeriodForm)
    if form.valid():
        try:
            await close_period(
                visitor(request).voice(),
                territory_id=territory(request).id,
                consultation_id=view.row.id,
                round_id=parse_key(form.round.data or "") or 0,
                name=form.name.data or "",
                sequel=form.sequel.data or "",
                sequel_on=form.sequel_on.data,
                once=once_key(visitor(request).account_id, form),
            )
        except Refused as error:
            form.refuse(error.refusal)
        else:
            return see_other(f"/moderation/closing/{view.row.slug}?done=closed")
    return await _page(request, view, await _to_close(view), form)


async def _to_close(view: ConsultationView) -> Round | None:
    """The oldest round that is over and has no snapshot for its closing; what was imported was closed elsewhere."""
    if view.row.origin or view.row.state is not ConsultationState.PUBLISHED:
        return None
    done = {row["closes_at"] for row in await snapshots_of(view.row.id)}
    now = clock.now()
    return next((one for one in view.rounds if one.closes_at <= now and one.closes_at not in done), None)


async def _page(request: Request, view: ConsultationView, one: Round | None, form: ClosePeriodForm) -> Response:
    here, closed = territory(request), request.query_params.get("done") == "closed"
    said = gettext("La période est close. Les chiffres sont arrêtés, et les participants vont recevoir un courriel.")
    left = await left_in(view.row.id, here.id)
    return page(
        request,
        "moderation/closing.html",
        consultation=view.row,
        said=round_sentence(view, clock.now(), here.zone),
        zone=zone_words(here.zone),
        round=one,
        form=form,
        left=left,
        writers=await unconfirmed_writers(view.row.id) if left.accounts else [],
        snapshots=[shown_snapshot(row) for row in await snapshots_of(view.row.id)],
        decides=decides(request),
        administers=visitor(request).has_role("administrator"),
        status=form.status,
        flash={"kind": "success", "text": said} if closed else None,
    )
