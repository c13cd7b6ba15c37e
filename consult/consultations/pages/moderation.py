"""Whether what people write is read before or after its publication."""

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.access import access_consultation
from consult.consultations.actions import edit_moderation
from consult.consultations.forms import ModerationForm
from consult.consultations.models import ModerationTime
from consult.consultations.pages.desk import address, frame
from consult.consultations.queries import ConsultationView
from consult.consultations.rules.moderating import moderation_values
from consult.consultations.rules.organising import fingerprint
from consult.core.errors import Refused
from consult.web.context import territory, visitor
from consult.web.forms import empty_form, read_form
from consult.web.render import page, see_other


async def moderation(request: Request) -> Response:
    """``/admin/consultations/{slug}/moderation``: when texts are read here, and what people are told of it."""
    view = await access_consultation(request)
    values = moderation_values(view.row)
    told = {**values, "moderation_hours": str(view.row.moderation_hours), "base": fingerprint(values)}
    return _page(request, view, empty_form(ModerationForm, told))


async def save_moderation(request: Request) -> Response:
    """It is changed, or the page is shown again with what was chosen."""
    view = await access_consultation(request)
    form = await read_form(request, ModerationForm)
    if form.valid():
        try:
            await edit_moderation(
                visitor(request).voice(),
                territory_id=territory(request).id,
                consultation_id=view.row.id,
                moderation=ModerationTime(form.moderation.data),
                moderation_hours=form.hours(),
                reason=form.reason.data or "",
                base=form.base.data or "",
            )
        except Refused as error:
            form.refuse_change(error.refusal, fingerprint(moderation_values(view.row)))
        else:
            return see_other(address(view, "/moderation?done=saved"))
    return _page(request, view, form)


def _page(request: Request, view: ConsultationView, form: ModerationForm) -> Response:
    around = frame(request, view, "/moderation")
    return page(request, "consultations/moderation.html", **around, form=form, status=form.status)
