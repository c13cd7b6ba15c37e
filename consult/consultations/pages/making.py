"""Making a consultation: begin a draft, see where it stands, write its presentation, publish it."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.access import access_consultation
from consult.consultations.actions import create_consultation, edit_consultation, publish_consultation
from consult.consultations.forms import NewConsultationForm, PresentationForm, PublishForm
from consult.consultations.models import Section
from consult.consultations.pages.desk import address, frame
from consult.consultations.pages.words import timeline
from consult.consultations.queries import ConsultationView, rule_changes_of, sections_of
from consult.consultations.rules.organising import fingerprint, presentation_values, publish_refusals
from consult.consultations.rules.procedures import procedure_refusal
from consult.core import clock
from consult.core.errors import Refused
from consult.web.context import territory, visitor
from consult.web.dates import zone_words
from consult.web.forms import empty_form, once_key, read_form
from consult.web.language import translate
from consult.web.render import page, see_other


async def new_consultation(request: Request) -> Response:
    """``/admin/consultations/new``: begin a draft."""
    return page(request, "consultations/new.html", form=empty_form(NewConsultationForm))


async def create(request: Request) -> Response:
    """The draft is made, or the page is shown again with what was typed."""
    form = await read_form(request, NewConsultationForm)
    if form.valid():
        try:
            made = await create_consultation(
                visitor(request).voice(),
                territory_id=territory(request).id,
                once=once_key(visitor(request).account_id, form),
                **form.values(),
            )
        except Refused as error:
            form.refuse(error.refusal)
        else:
            return see_other(f"/admin/consultations/{made.slug}?done=created")
    return page(request, "consultations/new.html", form=form, status=form.status)


async def overview(request: Request) -> Response:
    """``/admin/consultations/{slug}``: where it stands, what is left to do."""
    view = await access_consultation(request)
    sections = await sections_of(view.row.id)
    return page(
        request,
        "consultations/overview.html",
        **frame(request, view, ""),
        missing=_missing(request, view, sections),
        sections_count=len(sections),
        rounds=timeline(view.rounds, clock.now()),
        zone=zone_words(territory(request).zone),
        changes_count=len(await rule_changes_of(view.row.id)),
    )


# Where each thing that is missing is written.
_WHERE = {"no_question": "presentation", "no_presentation": "presentation", "no_section": "sections"}


def _missing(request: Request, view: ConsultationView, sections: Sequence[Section]) -> list[tuple[str, str]]:
    row, now = view.row, clock.now()
    legal = procedure_refusal(row.procedure, view.rounds, territory(request).zone, now)
    lacking = publish_refusals(row.question, row.presentation, view.rounds, sections, now, legal)
    return [(translate(refusal), _WHERE.get(refusal.code, "rounds")) for refusal in lacking]


async def presentation(request: Request) -> Response:
    """``/admin/consultations/{slug}/presentation``: what it says of itself."""
    view = await access_consultation(request)
    values = presentation_values(view.row)
    form = empty_form(PresentationForm, values, base=fingerprint(values))
    return page(request, "consultations/presentation.html", **frame(request, view, "/presentation"), form=form)


async def save_presentation(request: Request) -> Response:
    """It is rewritten, or the page is shown again with what was typed."""
    view = await access_consultation(request)
    form = await read_form(request, PresentationForm)
    if form.valid():
        try:
            saved = await edit_consultation(
                visitor(request).voice(),
                territory_id=territory(request).id,
                consultation_id=view.row.id,
                reason=form.reason.data or "",
                base=form.base.data or "",
                **form.values(),
            )
        except Refused as error:
            form.refuse_change(error.refusal, fingerprint(presentation_values(view.row)))
        else:
            return see_other(f"/admin/consultations/{saved.slug}/presentation?done=saved")
    shown = frame(request, view, "/presentation")
    return page(request, "consultations/presentation.html", **shown, form=form, status=form.status)


async def publishing(request: Request) -> Response:
    """``/admin/consultations/{slug}/publish``: what publishing means, or what is missing."""
    view = await access_consultation(request)
    return await _publish_page(request, view, empty_form(PublishForm))


async def publish(request: Request) -> Response:
    """The public sees it from now on."""
    view = await access_consultation(request)
    form = await read_form(request, PublishForm)
    if form.valid():
        try:
            await publish_consultation(
                visitor(request).voice(), territory_id=territory(request).id, consultation_id=view.row.id
            )
        except Refused as error:
            form.refuse(error.refusal)
        else:
            return see_other(address(view, "?done=published"))
    return await _publish_page(request, view, form)


async def _publish_page(request: Request, view: ConsultationView, form: PublishForm) -> Response:
    shown = frame(request, view, "/publish")
    missing = _missing(request, view, await sections_of(view.row.id))
    return page(request, "consultations/publish.html", **shown, form=form, missing=missing, status=form.status)
