"""``/organisations/{id}/members``: who speaks for an organisation, and who is invited to."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import NotFound, Refused
from consult.core.language import N_
from consult.organisations.access import OrganisationAccess, access_organisation, access_people
from consult.organisations.actions import change_role, invite_member, remove_member, take_back_invitation
from consult.organisations.forms import ROLE_WORDS, InviteForm
from consult.organisations.models import MemberRole
from consult.organisations.pages.shown import status_of
from consult.organisations.queries import members_of, open_invitations_of
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import ConfirmForm, empty_form, once_key, read_form
from consult.web.language import gettext, translate
from consult.web.render import page, see_other
from consult.web.routing import path_key

DONE = {
    "invited": N_("L’invitation est partie. Son lien est valable quatorze jours."),
    "taken-back": N_("L’invitation ne compte plus."),
    "role": N_("Le rôle est changé."),
    "removed": N_("C’est fait. Cette personne ne peut plus parler au nom de l’organisation."),
}


async def members(request: Request) -> Response:
    """The list; for an owner, with the form that invites."""
    return await _members(request, await access_organisation(request), empty_form(InviteForm))


async def _members(request: Request, access: OrganisationAccess, form: InviteForm, status: int = 200) -> Response:
    invited = await open_invitations_of(access.row.id) if access.manages_people else []
    done = DONE.get(request.query_params.get("done", ""))
    return page(
        request,
        "organisations/members.html",
        organisation=access.row,
        access=access,
        form=form.offer(),
        members=[_with_role(one) for one in await members_of(access.row.id)],
        invitations=[_with_role(one) for one in invited],
        flash={"kind": "success", "text": gettext(done)} if done else None,
        status=status,
    )


def _with_role(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "role_words": gettext(ROLE_WORDS[MemberRole(row["role"])])}


async def invite(request: Request) -> Response:
    """Invite an address; the answer is the same whether it is known or not."""
    access = await access_people(request)
    form = (await read_form(request, InviteForm)).offer()
    if not form.valid():
        return await _members(request, access, form, 422)
    try:
        await limits.count(request, "invite")
        await limits.count(request, "mail", f"address:{form.address.key}")
        await invite_member(
            visitor(request).voice(),
            territory_id=territory(request).id,
            organisation_id=access.row.id,
            address=form.address,
            role=form.chosen_role,
            once=once_key(visitor(request).account_id, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _members(request, access, form, status_of(error.refusal))
    return see_other(f"{access.path}/members?done=invited")


# --- one member


async def _member(request: Request, access: OrganisationAccess) -> dict[str, Any]:
    key = path_key(request, "member")
    found = next((one for one in await members_of(access.row.id) if one["id"] == key), None)
    if found is None:
        raise NotFound
    return _with_role(found)


async def ask_role(request: Request) -> Response:
    """``GET …/members/{member}/role``: asks before somebody becomes responsible, or no longer is."""
    return await _role(request, await access_people(request))


async def _role(request: Request, access: OrganisationAccess, refusal: str = "", status: int = 200) -> Response:
    one = await _member(request, access)
    return page(request, "organisations/role.html", organisation=access.row, one=one, refusal=refusal, status=status)


async def give_role(request: Request) -> Response:
    """``POST …/members/{member}/role``: the other of the two roles."""
    access = await access_people(request)
    form = await read_form(request, ConfirmForm)
    if not form.valid():
        return await _role(request, access, str(form.form_errors[0]), 422)
    try:
        await change_role(
            visitor(request).voice(),
            territory_id=territory(request).id,
            organisation_id=access.row.id,
            member_id=path_key(request, "member"),
            role=MemberRole.OWNER if form.button == MemberRole.OWNER.value else MemberRole.MEMBER,
        )
    except Refused as error:
        return await _role(request, access, translate(error.refusal), 422)
    return see_other(f"{access.path}/members?done=role")


async def ask_removal(request: Request) -> Response:
    """``GET …/members/{member}/remove``."""
    return await _removal(request, await access_people(request))


async def _removal(request: Request, access: OrganisationAccess, refusal: str = "", status: int = 200) -> Response:
    one = await _member(request, access)
    return page(request, "organisations/remove.html", organisation=access.row, one=one, refusal=refusal, status=status)


async def remove(request: Request) -> Response:
    """``POST …/members/{member}/remove``."""
    access = await access_people(request)
    form = await read_form(request, ConfirmForm)
    if not form.valid():
        return await _removal(request, access, str(form.form_errors[0]), 422)
    one = await _member(request, access)
    try:
        await remove_member(
            visitor(request).voice(),
            territory_id=territory(request).id,
            organisation_id=access.row.id,
            member_id=one["id"],
        )
    except Refused as error:
        return await _removal(request, access, translate(error.refusal), 422)
    if one["account_id"] == visitor(request).account_id:
        return see_other("/account/organisations?done=left")
    return see_other(f"{access.path}/members?done=removed")


# --- one invitation


async def ask_taking_back(request: Request) -> Response:
    """``GET …/invitations/{invitation}/take-back``."""
    return await _taking_back(request, await access_people(request))


async def _taking_back(request: Request, access: OrganisationAccess, refusal: str = "", status: int = 200) -> Response:
    key = path_key(request, "invitation")
    one = next((one for one in await open_invitations_of(access.row.id) if one["id"] == key), None)
    if one is None:
        raise NotFound
    return page(
        request, "organisations/take_back_invitation.html", organisation=access.row, one=one, refusal=refusal,
        status=status,
    )  # fmt: skip


async def take_back(request: Request) -> Response:
    """``POST …/invitations/{invitation}/take-back``."""
    access = await access_people(request)
    form = await read_form(request, ConfirmForm)
    if not form.valid():
        return await _taking_back(request, access, str(form.form_errors[0]), 422)
    await take_back_invitation(
        visitor(request).voice(),
        territory_id=territory(request).id,
        organisation_id=access.row.id,
        invitation_id=path_key(request, "invitation"),
    )
    return see_other(f"{access.path}/members?done=taken-back")
