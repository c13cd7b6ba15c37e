"""Voting and supporting: the addresses that buttons are sent to. What is refused is said on a page with a way back."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from consult.contributions.access import Place, access_contribution, access_place
from consult.contributions.pages.surroundings import show, whole
from consult.core.errors import Refused
from consult.votes.actions import cast_vote, give_support, withdraw_support, withdraw_vote
from consult.votes.forms import SupportForm, VoteForm
from consult.votes.queries import argument_place, source_place
from consult.web import limits
from consult.web.context import visitor
from consult.web.forms import Form, read_form
from consult.web.render import see_other
from consult.web.routing import path_key

MOST_QUERY = 800


async def vote(request: Request) -> Response:
    """``POST …/vote``: on the contribution."""
    return await _vote(request, None)


async def vote_on_amendment(request: Request) -> Response:
    """``POST …/amendments/{id}/vote``."""
    return await _vote(request, path_key(request))


async def _vote(request: Request, amendment_id: int | None) -> Response:
    place = await access_place(request)
    form = await read_form(request, VoteForm)
    back = f"{place.path}/amendments/{amendment_id}#votes" if amendment_id else f"{place.path}#votes"
    if not form.valid():
        return await _refused(request, form, back)
    try:
        await limits.count(request, "vote")
        if form.choice.data == "none":
            await withdraw_vote(visitor(request).voice(), **place.keys, amendment_id=amendment_id)
        else:
            read = whole(form.revision.data) or None
            choice = form.choice.data or ""
            await cast_vote(
                visitor(request).voice(), **place.keys, amendment_id=amendment_id, choice=choice, revision=read
            )
    except Refused as error:
        form.refuse(error.refusal)
        return await _refused(request, form, back)
    return see_other(back)


async def support_argument(request: Request) -> Response:
    """``POST …/arguments/{id}/support``."""
    place, key = await access_place(request), path_key(request)
    back = place.path + await argument_place(place.contribution_id, key)
    return await _support(request, place, back, argument_id=key)


async def support_source(request: Request) -> Response:
    """``POST …/sources/{id}/support``."""
    place, key = await access_place(request), path_key(request)
    back = place.path + await source_place(place.contribution_id, key)
    return await _support(request, place, back, source_id=key)


async def _support(request: Request, place: Place, back: str, **item: int) -> Response:
    form, back = await read_form(request, SupportForm), _same_page(request, back)
    if not form.valid():
        return await _refused(request, form, back)
    where = {"territory_id": place.territory_id, "consultation_id": place.consultation_id}
    try:
        await limits.count(request, "vote")
        deed = withdraw_support if form.support.data == "no" else give_support
        await deed(visitor(request).voice(), **where, **item)
    except Refused as error:
        form.refuse(error.refusal)
        return await _refused(request, form, back)
    return see_other(back)


def _same_page(request: Request, back: str) -> str:
    """The same address, on the page of a long list where the button was pressed: its cursors come with the address."""
    cursors = {name: value for name, value in request.query_params.items() if name.endswith("_after")}
    path, _, anchor = back.partition("#")
    return f"{path}?{urlencode(cursors)[:MOST_QUERY]}#{anchor}" if cursors else back


async def _refused(request: Request, form: Form, back: str) -> Response:
    """Say why nothing was counted, and lead back to the buttons."""
    access = await access_contribution(request)
    return show(
        request,
        "votes/refused.html",
        access.view,
        form=form,
        status=422,
        c=access.row,
        path=access.path,
        back=back,
    )
