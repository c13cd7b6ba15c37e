"""One's own organisations: presenting one, changing it, leaving it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import Refused
from consult.core.language import N_
from consult.organisations.access import OrganisationAccess, access_organisation, access_owned
from consult.organisations.actions import change_organisation, create_organisation, leave_organisation
from consult.organisations.forms import ROLE_WORDS, OrganisationForm
from consult.organisations.models import MemberRole, Organisation, OrganisationState
from consult.organisations.pages.shown import number_typed, status_of
from consult.organisations.queries import organisations_of
from consult.organisations.rules import founding_refusal
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import ConfirmForm, empty_form, once_key, read_form
from consult.web.language import gettext, translate
from consult.web.render import page, see_other

DONE = {
    "created": N_("L’organisation est présentée. Le territoire va la vérifier ; vous le saurez par e-mail."),
    "changed": N_("C’est enregistré."),
    "asked": N_("C’est enregistré, et demandé au territoire. Vous saurez sa réponse par e-mail."),
    "joined": N_("Vous êtes membre de l’organisation."),
    "left": N_("Vous avez quitté l’organisation. Ce que vous avez écrit en son nom reste."),
}


async def own_organisations(request: Request) -> Response:
    """``/account/organisations``: mine, what state each is in, and the one next thing to do."""
    rows = await organisations_of(visitor(request).account_id or 0, territory(request).id)
    done = DONE.get(request.query_params.get("done", ""))
    return page(
        request,
        "organisations/own.html",
        organisations=[{**row, "role_words": gettext(ROLE_WORDS[MemberRole(row["role"])])} for row in rows],
        flash={"kind": "success", "text": gettext(done)} if done else None,
    )


# --- presenting one


async def new_organisation(request: Request) -> Response:
    """``GET /organisations/new``."""
    return _new(request, empty_form(OrganisationForm))


def _new(request: Request, form: OrganisationForm, status: int = 200) -> Response:
    refusal = founding_refusal(visitor(request).voice())
    return page(
        request,
        "organisations/new.html",
        form=form.offer(),
        refusal=translate(refusal) if refusal else "",
        status=status,
    )


async def present_organisation(request: Request) -> Response:
    """``POST /organisations/new``."""
    form = await read_form(request, OrganisationForm)
    if not form.valid():
        return _new(request, form, 422)
    voice = visitor(request).voice()
    try:
        await limits.count(request, "post")
        await create_organisation(
            voice,
            territory_id=territory(request).id,
            **form.facts(),
            shows_members=bool(form.shows_members.data),
            once=once_key(voice.account_id, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return _new(request, form, status_of(error.refusal))
    return see_other("/account/organisations?done=created")


# --- changing it


def _present_values(row: Organisation) -> dict[str, Any]:
    said = {"name": row.name, "kind": row.kind.value, "number_kind": row.number_kind, "number": row.number}
    said |= row.asked or {}
    return {
        "name": said["name"],
        "kind": said["kind"],
        "number": number_typed(said["number"]),
        "no_number": not said["number"],
        "address": row.address,
        "site": row.site,
        "presentation": row.presentation,
        "shows_members": row.shows_members,
    }


async def edit_organisation(request: Request) -> Response:
    """``GET /organisations/{id}/edit``: what it says of itself, or what it asks to say."""
    access = await access_owned(request)
    return _edit(request, access, empty_form(OrganisationForm, _present_values(access.row)))


def _edit(request: Request, access: OrganisationAccess, form: OrganisationForm, status: int = 200) -> Response:
    return page(request, "organisations/edit.html", form=form.offer(), organisation=access.row, status=status)


async def save_organisation(request: Request) -> Response:
    """``POST /organisations/{id}/edit``; a refused organisation asks again by it."""
    access = await access_owned(request)
    form = await read_form(request, OrganisationForm)
    if not form.valid():
        return _edit(request, access, form, 422)
    try:
        saved = await change_organisation(
            visitor(request).voice(),
            territory_id=territory(request).id,
            organisation_id=access.row.id,
            **form.facts(),
            shows_members=bool(form.shows_members.data),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return _edit(request, access, form, status_of(error.refusal))
    waits = saved.state is OrganisationState.WAITING or saved.asked is not None
    return see_other(f"/account/organisations?done={'asked' if waits else 'changed'}")


# --- leaving it


async def ask_leaving(request: Request) -> Response:
    """``GET /organisations/{id}/leave``."""
    return _leave(request, await access_organisation(request))


def _leave(request: Request, access: OrganisationAccess, refusal: str = "", status: int = 200) -> Response:
    return page(request, "organisations/leave.html", organisation=access.row, refusal=refusal, status=status)


async def leave(request: Request) -> Response:
    """``POST /organisations/{id}/leave``."""
    access = await access_organisation(request)
    form = await read_form(request, ConfirmForm)
    if not form.valid():
        return _leave(request, access, str(form.form_errors[0]), 422)
    try:
        await leave_organisation(
            visitor(request).voice(), territory_id=territory(request).id, organisation_id=access.row.id
        )
    except Refused as error:
        return _leave(request, access, translate(error.refusal), 422)
    return see_other("/account/organisations?done=left")
