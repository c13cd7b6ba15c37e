"""``/admin/staff``: who works for the territory."""

from starlette.requests import Request
from starlette.responses import Response

from consult.accounts import actions, queries
from consult.accounts.forms import ROLE_WORDS, LinkForm, StaffForm
from consult.accounts.models import Role
from consult.accounts.pages.browsers import status_of
from consult.core.errors import NotFound, Refused
from consult.core.language import N_
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import empty_form, read_form
from consult.web.language import gettext, translate
from consult.web.render import page, see_other

DONE = {
    "invited": N_("L’invitation est partie. Le rôle sera donné quand la personne suivra le lien."),
    "removed": N_("C’est retiré."),
}


async def staff_page(request: Request) -> Response:
    """The list, and the form that adds to it."""
    return await _staff(request, empty_form(StaffForm))


async def _staff(request: Request, form: StaffForm, status: int = 200) -> Response:
    form.offer()
    people = await queries.staff_of(territory(request).id)
    done = DONE.get(request.query_params.get("done", ""))
    return page(
        request,
        "accounts/staff.html",
        form=form,
        people=[{**one, "role_words": gettext(ROLE_WORDS[Role(one["role"])])} for one in people],
        flash={"kind": "success", "text": gettext(done)} if done else None,
        status=status,
    )


async def invite_to_staff(request: Request) -> Response:
    """Invite an address."""
    form = await read_form(request, StaffForm)
    form.offer()
    if not form.valid():
        return await _staff(request, form, 422)
    try:
        await limits.count(request, "invite")
        await actions.invite_to_staff(
            visitor(request).voice(),
            territory_id=territory(request).id,
            address=form.address,
            role=Role(form.role.data),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _staff(request, form, status_of(error.refusal))
    return see_other("/admin/staff?done=invited")


async def remove_page(request: Request) -> Response:
    """``/admin/staff/{id}/remove``: ask first."""
    return await _remove(request)


async def _remove(request: Request, refusal: str = "", status: int = 200) -> Response:
    people = await queries.staff_of(territory(request).id)
    one = next((one for one in people if one["id"] == request.path_params["id"]), None)
    if one is None:
        raise NotFound
    words = gettext(ROLE_WORDS[Role(one["role"])])
    return page(request, "accounts/staff_remove.html", one=one, role_words=words, refusal=refusal, status=status)


async def remove_from_staff(request: Request) -> Response:
    """Take a role away, or an invitation back."""
    form = await read_form(request, LinkForm)
    if not form.valid():
        return await _remove(request, str(form.form_errors[0]), 422)
    try:
        await actions.take_role(
            visitor(request).voice(), territory_id=territory(request).id, staff_id=request.path_params["id"]
        )
    except Refused as error:
        return await _remove(request, translate(error.refusal), 422)
    return see_other("/admin/staff?done=removed")
