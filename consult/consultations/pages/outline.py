"""The outline: add, edit, move and remove sections."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.access import access_consultation
from consult.consultations.actions import add_section, edit_section, move_section, remove_section
from consult.consultations.forms import ACCEPTED_LABELS, MoveForm, RemoveForm, SectionForm
from consult.consultations.models import Section
from consult.consultations.pages.desk import address, frame
from consult.consultations.pages.words import accepted_words
from consult.consultations.queries import ConsultationView, SectionNode, outline, sections_of
from consult.consultations.rules.organising import fingerprint, section_values
from consult.core.errors import NotFound, Refused
from consult.core.keys import parse_key
from consult.web.context import territory, visitor
from consult.web.forms import choices, empty_form, once_key, read_form
from consult.web.language import gettext
from consult.web.render import page, see_other


async def sections(request: Request) -> Response:
    """``/admin/consultations/{slug}/sections``: the outline, with a way to change each part of it."""
    view = await access_consultation(request)
    return await _outline_page(request, view, empty_form(MoveForm))


async def _outline_page(request: Request, view: ConsultationView, form: MoveForm) -> Response:
    roots = await outline(view.row.id)
    shown = frame(request, view, "/sections")
    return page(request, "consultations/sections.html", **shown, rows=_rows(roots), form=form, status=form.status)


def _rows(nodes: list[SectionNode]) -> list[dict[str, Any]]:
    found = []
    for place, node in enumerate(nodes):
        found.append(
            {
                "node": node,
                "place": place,
                "is_first": place == 0,
                "is_last": place == len(nodes) - 1,
                "accepts": accepted_words(node.accepts),
            }
        )
        found += _rows(node.children)
    return found


async def new_section(request: Request) -> Response:
    """``/admin/consultations/{slug}/sections/new``: one more section."""
    view = await access_consultation(request)
    under = parse_key(request.query_params.get("parent", ""))
    form = empty_form(SectionForm, parent=str(under or ""), accepts=list(ACCEPTED_LABELS))
    return await _section_page(request, view, form, None)


async def create_section(request: Request) -> Response:
    """The section is added, or the page is shown again with what was typed."""
    view = await access_consultation(request)
    form = await read_form(request, SectionForm)
    if form.valid():
        try:
            await add_section(
                visitor(request).voice(),
                territory_id=territory(request).id,
                consultation_id=view.row.id,
                reason=form.reason.data or "",
                once=once_key(visitor(request).account_id, form),
                **form.values(),
            )
        except Refused as error:
            form.refuse(error.refusal)
        else:
            return see_other(address(view, "/sections?done=section-added"))
    return await _section_page(request, view, form, None)


async def section(request: Request) -> Response:
    """``/admin/consultations/{slug}/sections/{id}``: change one section."""
    view = await access_consultation(request)
    one, values = await _section_of(request, view)
    parent = str(one.parent_id or "")
    form = empty_form(SectionForm, {**values, "parent": parent}, base=fingerprint(values))
    return await _section_page(request, view, form, one)


async def save_section(request: Request) -> Response:
    """It is rewritten, or the page is shown again with what was typed."""
    view = await access_consultation(request)
    one, values = await _section_of(request, view)
    form = await read_form(request, SectionForm)
    if form.valid():
        try:
            await edit_section(
                visitor(request).voice(),
                territory_id=territory(request).id,
                consultation_id=view.row.id,
                section_id=one.id,
                reason=form.reason.data or "",
                base=form.base.data or "",
                **form.values(),
            )
        except Refused as error:
            form.refuse_change(error.refusal, fingerprint(values))
        else:
            return see_other(address(view, "/sections?done=saved"))
    return await _section_page(request, view, form, one)


async def move(request: Request) -> Response:
    """``POST …/sections/{id}/move``: the section changes places with its neighbour."""
    view = await access_consultation(request)
    form = await read_form(request, MoveForm)
    if not form.valid():
        return await _outline_page(request, view, form)
    place = form.place.data or ""
    await move_section(
        visitor(request).voice(),
        territory_id=territory(request).id,
        consultation_id=view.row.id,
        section_id=request.path_params["id"],
        up=form.button == "up",
        place=int(place) if place.isascii() and place.isdecimal() and len(place) < 6 else None,
    )
    return see_other(address(view, f"/sections?done=moved#section-{request.path_params['id']}"))


async def removing_section(request: Request) -> Response:
    """``/admin/consultations/{slug}/sections/{id}/remove``: ask first."""
    view = await access_consultation(request)
    one, _ = await _section_of(request, view)
    shown = frame(request, view, "/sections")
    return page(request, "consultations/section_remove.html", **shown, section=one, form=empty_form(RemoveForm))


async def delete_section(request: Request) -> Response:
    """The section goes, or the page says why it stays."""
    view = await access_consultation(request)
    form = await read_form(request, RemoveForm)
    key = request.path_params["id"]
    if form.valid():
        try:
            await remove_section(
                visitor(request).voice(),
                territory_id=territory(request).id,
                consultation_id=view.row.id,
                section_id=key,
                reason=form.reason.data or "",
            )
        except Refused as error:
            form.refuse(error.refusal)
        else:
            return see_other(address(view, "/sections?done=section-removed"))
    one, _ = await _section_of(request, view)
    shown = frame(request, view, "/sections")
    return page(request, "consultations/section_remove.html", **shown, section=one, form=form, status=form.status)


async def _section_of(request: Request, view: ConsultationView) -> tuple[Section, dict[str, Any]]:
    """The section that an address names, with its values as the actions tell them."""
    rows = {one.id: one for one in await sections_of(view.row.id)}
    one = rows.get(request.path_params["id"])
    if one is None:
        raise NotFound
    above = rows.get(one.parent_id) if one.parent_id else None
    return one, section_values(one, above.title if above else "")


async def _section_page(request: Request, view: ConsultationView, form: SectionForm, one: Section | None) -> Response:
    roots = await outline(view.row.id)
    nodes = [node for root in roots for node in root.walk()]
    inside = {below.id for node in nodes if one and node.id == one.id for below in node.walk()}
    above = ((str(node.id), f"{node.number} {node.title}") for node in nodes if node.id not in inside)
    form.parent.choices = choices([("", gettext("Aucune : tout en haut")), *above])
    shown = frame(request, view, "/sections")
    return page(request, "consultations/section.html", **shown, form=form, section=one, status=form.status)
