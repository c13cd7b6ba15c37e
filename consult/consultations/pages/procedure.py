"""The legal frame of a consultation and the reminders before its closings."""

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.access import access_consultation
from consult.consultations.actions import edit_procedure
from consult.consultations.forms import ProcedureForm
from consult.consultations.models import Procedure
from consult.consultations.pages.desk import address, frame
from consult.consultations.pages.words import shown_frame
from consult.consultations.queries import ConsultationView
from consult.consultations.rules.organising import fingerprint
from consult.consultations.rules.procedures import procedure_values
from consult.core.errors import Refused
from consult.web.context import territory, visitor
from consult.web.forms import empty_form, read_form
from consult.web.render import page, see_other


async def procedure(request: Request) -> Response:
    """``/admin/consultations/{slug}/procedure``: which frame it stands in, and what that asks for."""
    view = await access_consultation(request)
    values = procedure_values(view.row)
    days = ", ".join(str(one) for one in values["reminder_days"])
    form = empty_form(ProcedureForm, {**values, "reminder_days": days, "base": fingerprint(values)})
    return _page(request, view, form)


async def save_procedure(request: Request) -> Response:
    """It is changed, or the page is shown again with what was chosen."""
    view = await access_consultation(request)
    form = await read_form(request, ProcedureForm)
    if form.valid():
        try:
            await edit_procedure(
                visitor(request).voice(),
                territory_id=territory(request).id,
                consultation_id=view.row.id,
                procedure=Procedure(form.procedure.data),
                reminder_days=form.days(),
                reason=form.reason.data or "",
                base=form.base.data or "",
            )
        except Refused as error:
            form.refuse_change(error.refusal, fingerprint(procedure_values(view.row)))
        else:
            return see_other(address(view, "/procedure?done=saved"))
    return _page(request, view, form)


def _page(request: Request, view: ConsultationView, form: ProcedureForm) -> Response:
    return page(
        request,
        "consultations/procedure.html",
        **frame(request, view, "/procedure"),
        form=form,
        frames=[shown_frame(one) for one in Procedure],
        status=form.status,
    )
