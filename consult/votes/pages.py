"""Voting and supporting: the addresses that buttons are sent to. What is refused is said on a page with a way back."""

from starlette.requests import Request
from starlette.responses import Response

from consult.contributions.access import ContributionAccess, access_contribution
from consult.contributions.pages.surroundings import show, whole
from consult.core.errors import NotFound, Refused
from consult.votes.actions import cast_vote, give_support, withdraw_support, withdraw_vote
from consult.votes.forms import SupportForm, VoteForm
from consult.votes.queries import argument_place, source_place
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import Form, read_form
from consult.web.render import see_other
from consult.web.routing import path_key


async def _access(request: Request) -> ContributionAccess:
    """A contribution that is public: there is no vote on a tombstone."""
    access = await access_contribution(request)
    if not access.is_public:
        raise NotFound
    return access


async def vote(request: Request) -> Response:
    """``POST …/vote``: on the contribution."""
    return await _vote(request, None)


async def vote_on_amendment(request: Request) -> Response:
    """``POST …/amendments/{id}/vote``."""
    return await _vote(request, path_key(request))


async def _vote(request: Request, amendment_id: int | None) -> Response:
    access = await _access(request)
    form = await read_form(request, VoteForm)
    back = f"{access.path}/amendments/{amendment_id}#votes" if amendment_id else f"{access.path}#votes"
    if not form.valid():
        return _refused(request, access, form, back)
    place = {
        "territory_id": territory(request).id,
        "consultation_id": access.view.row.id,
        "contribution_id": access.row.id,
        "amendment_id": amendment_id,
    }
    try:
        await limits.count(request, "vote")
        if form.choice.data == "none":
            await withdraw_vote(visitor(request).voice(), **place)
        else:
            read = whole(form.revision.data) or None
            await cast_vote(visitor(request).voice(), **place, choice=form.choice.data or "", revision=read)
    except Refused as error:
        form.refuse(error.refusal)
        return _refused(request, access, form, back)
    return see_other(back)


async def support_argument(request: Request) -> Response:
    """``POST …/arguments/{id}/support``."""
    access, key = await _access(request), path_key(request)
    place = await argument_place(access.row.id, key)
    return await _support(request, access, f"{access.path}{place}", argument_id=key)


async def support_source(request: Request) -> Response:
    """``POST …/sources/{id}/support``."""
    access, key = await _access(request), path_key(request)
    place = await source_place(access.row.id, key)
    return await _support(request, access, f"{access.path}{place}", source_id=key)


async def _support(request: Request, access: ContributionAccess, back: str, **item: int) -> Response:
    form = await read_form(request, SupportForm)
    if not form.valid():
        return _refused(request, access, form, back)
    where = {"territory_id": territory(request).id, "consultation_id": access.view.row.id}
    try:
        await limits.count(request, "vote")
        deed = withdraw_support if form.support.data == "no" else give_support
        await deed(visitor(request).voice(), **where, **item)
    except Refused as error:
        form.refuse(error.refusal)
        return _refused(request, access, form, back)
    return see_other(back)


def _refused(request: Request, access: ContributionAccess, form: Form, back: str) -> Response:
    """Say why nothing was counted, and lead back to the buttons."""
    return show(
        request, "votes/refused.html", access.view, form=form, status=422, c=access.row, path=access.path, back=back
    )
