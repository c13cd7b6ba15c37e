"""``/invitations/{token}``: where an invitation leads. Opening it changes nothing; only the button joins."""

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import NotFound, Refused
from consult.organisations import invitations
from consult.organisations.actions import accept_invitation
from consult.organisations.forms import KIND_SHOWN, ROLE_WORDS
from consult.organisations.queries import InvitationView, invitation_view, standing_of
from consult.web.context import territory, visitor
from consult.web.forms import ConfirmForm, read_form
from consult.web.language import gettext
from consult.web.render import page, see_other


async def _invitation(request: Request) -> InvitationView:
    """The invitation of a link, in this territory.

    Raises:
        NotFound: the link is none of ours, or leads to another territory.
    """
    found = await invitation_view(invitations.key_of(request.path_params["token"]))
    if found is None or found.territory_id != territory(request).id:
        raise NotFound
    return found


async def invitation_page(request: Request) -> Response:
    """What the invitation is, for whoever holds its link; somebody signed out signs in first and comes back here."""
    return await _show(request, await _invitation(request))


async def _show(request: Request, one: InvitationView, refusal: str = "", status: int = 200) -> Response:
    account_id = visitor(request).account_id
    standing = await standing_of(one.organisation_id, account_id) if account_id else None
    response = page(
        request,
        "organisations/invitation.html" if one.good else "organisations/invitation_over.html",
        one=one,
        is_member=standing is not None and standing.role is not None,
        organisation_state=standing.state.value if standing else "",
        kind_words=gettext(KIND_SHOWN[one.kind]),
        role_words=gettext(ROLE_WORDS[one.role]),
        path=request.url.path,
        refusal=refusal,
        status=status if one.good else 410,
    )
    # the address is a key: no cache keeps it, no other site and no search engine hears of it
    response.headers.update({"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"})
    return response


async def join(request: Request) -> Response:
    """``POST /invitations/{token}``: once."""
    one = await _invitation(request)
    form = await read_form(request, ConfirmForm)
    if not form.valid():
        return await _show(request, one, str(form.form_errors[0]), 422)
    try:
        await accept_invitation(visitor(request).voice(), territory_id=territory(request).id, invitation_id=one.id)
    except Refused:
        return await _show(request, await _invitation(request))
    return see_other("/account/organisations?done=joined")
