"""``/admin/organisations``: what the territory decides about organisations."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import NotFound, Refused
from consult.core.keys import parse_key
from consult.core.language import N_
from consult.organisations.actions import refuse_organisation, take_back_verification, verify_organisation
from consult.organisations.forms import KIND_SHOWN, ROLE_WORDS, DecisionForm, ReasonForm
from consult.organisations.models import MemberRole, Organisation, OrganisationKind, OrganisationState
from consult.organisations.numbers import check_number, shown_number
from consult.organisations.pages.shown import CHECKS, registers
from consult.organisations.queries import (
    decided_organisations,
    members_of,
    organisation_in,
    same_siren,
    waiting_organisations,
)
from consult.web.context import territory, visitor
from consult.web.forms import Form, empty_form, read_form
from consult.web.language import gettext, translate
from consult.web.render import page, see_other
from consult.web.routing import path_key

DONE = {
    "verified": N_("L’organisation est vérifiée. Ses membres peuvent parler en son nom."),
    "refused": N_("C’est refusé. Les responsables de l’organisation lisent votre motif."),
    "taken-back": N_("L’organisation n’est plus vérifiée. Plus personne ne parle en son nom."),
}


async def organisation_list(request: Request) -> Response:
    """``/admin/organisations``: those that wait, the longest waiting first, then the others."""
    here = territory(request).id
    done = DONE.get(request.query_params.get("done", ""))
    return page(
        request,
        "organisations/desk.html",
        waiting=[_listed(row) for row in await waiting_organisations(here)],
        decided=[_listed(row) for row in await decided_organisations(here)],
        flash={"kind": "success", "text": gettext(done)} if done else None,
    )


def _listed(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "kind_words": gettext(KIND_SHOWN[OrganisationKind(row["kind"])]),
        "number_words": shown_number(row["number_kind"], row["number"]),
    }


async def _access(request: Request) -> Organisation:
    row = await organisation_in(territory(request).id, path_key(request))
    if row is None:
        raise NotFound
    return row


async def organisation_desk(request: Request) -> Response:
    """``/admin/organisations/{id}``: what it says of itself, what its number is worth, and the decision."""
    return await _desk(request, await _access(request))


def identity_shown(row: Organisation) -> dict[str, str]:
    """What is verified, in words; of a verified organisation that asks for a change, what it asks."""
    said = {"name": row.name, "kind": row.kind.value, "number_kind": row.number_kind, "number": row.number}
    said |= row.asked or {}
    return {
        "name": said["name"],
        "kind": gettext(KIND_SHOWN[OrganisationKind(said["kind"])]),
        "number": shown_number(said["number_kind"], said["number"]),
        "number_kind": said["number_kind"],
        "number_value": said["number"],
    }


async def _desk(request: Request, row: Organisation, refusal: str = "", status: int = 200) -> Response:
    asked = identity_shown(row)
    number, checked = check_number(None, asked["number_value"]), CHECKS[asked["number_kind"]]
    people = await members_of(row.id)
    return page(
        request,
        "organisations/desk_one.html",
        organisation=row,
        asked=asked,
        present=row if row.asked else None,
        present_kind=gettext(KIND_SHOWN[row.kind]),
        present_number=shown_number(row.number_kind, row.number),
        check_words=gettext(checked),
        registers=registers(asked["number_value"]),
        same=await same_siren(territory(request).id, row.id, number.siren if number else None),
        people=[{**one, "role_words": gettext(ROLE_WORDS[MemberRole(one["role"])])} for one in people],
        ownerless=not any(one["role"] == MemberRole.OWNER.value for one in people),
        refusal=refusal,
        has_errors=bool(refusal),
        status=status,
    )


async def verify(request: Request) -> Response:
    """``POST /admin/organisations/{id}/verify``."""
    row = await _access(request)
    form = await read_form(request, DecisionForm)
    if not form.valid():
        return await _desk(request, row, str(form.form_errors[0]), 422)
    try:
        await verify_organisation(
            visitor(request).voice(),
            territory_id=territory(request).id,
            organisation_id=row.id,
            revision=parse_key(form.revision.data or "") or 0,
        )
    except Refused as error:
        return await _desk(request, await _access(request), translate(error.refusal), 422)
    return see_other("/admin/organisations?done=verified")


# --- refusing, and taking a verification back


async def ask_refusal(request: Request) -> Response:
    """``GET /admin/organisations/{id}/refuse``: asks for the reason."""
    row = await _access(request)
    return _reason(request, row, empty_form(ReasonForm, revision=str(row.revision)), "refuse")


def _reason(request: Request, row: Organisation, form: Form, act: str, status: int = 200) -> Response:
    return page(
        request,
        "organisations/reason.html",
        organisation=row,
        asked=identity_shown(row),
        form=form,
        act=act,
        status=status,
    )


async def refuse_it(request: Request) -> Response:
    """``POST /admin/organisations/{id}/refuse``."""
    row = await _access(request)
    form = await read_form(request, ReasonForm)
    if not form.valid():
        return _reason(request, row, form, "refuse", 422)
    try:
        await refuse_organisation(
            visitor(request).voice(),
            territory_id=territory(request).id,
            organisation_id=row.id,
            reason=form.reason.data or "",
            revision=parse_key(form.revision.data or "") or 0,
        )
    except Refused as error:
        form.refuse(error.refusal)
        form.revision.data = str(row.revision)
        return _reason(request, row, form, "refuse", 422)
    return see_other("/admin/organisations?done=refused")


async def ask_taking_back(request: Request) -> Response:
    """``GET /admin/organisations/{id}/take-back``: a verified organisation is to be so no longer."""
    row = await _access(request)
    if row.state is not OrganisationState.VERIFIED:
        raise NotFound
    return _reason(request, row, empty_form(ReasonForm), "take-back")


async def take_back(request: Request) -> Response:
    """``POST /admin/organisations/{id}/take-back``."""
    row = await _access(request)
    form = await read_form(request, ReasonForm)
    if not form.valid():
        return _reason(request, row, form, "take-back", 422)
    try:
        await take_back_verification(
            visitor(request).voice(),
            territory_id=territory(request).id,
            organisation_id=row.id,
            reason=form.reason.data or "",
        )
    except Refused as error:
        form.refuse(error.refusal)
        return _reason(request, row, form, "take-back", 422)
    return see_other("/admin/organisations?done=taken-back")
