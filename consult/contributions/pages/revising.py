"""Rewording one's contribution, withdrawing it, and reading its history."""

from starlette.requests import Request
from starlette.responses import Response

from consult.contributions.access import ContributionAccess, access_contribution, author_voice
from consult.contributions.actions import revise_contribution, withdraw_contribution
from consult.contributions.forms import RevisionForm
from consult.contributions.pages.surroundings import difference, show, typed_html, whole
from consult.contributions.queries import amendment_by_id, history
from consult.contributions.rules import is_author, revision_refusal, withdrawal_refusal
from consult.core import clock
from consult.core.errors import Forbidden, Refused
from consult.core.keys import parse_key
from consult.core.voice import Voice
from consult.web import limits
from consult.web.context import territory
from consult.web.forms import ConfirmForm, empty_form, read_form
from consult.web.page_cache import keep
from consult.web.render import see_other


async def _own(request: Request) -> tuple[ContributionAccess, Voice]:
    """The visitor's own contribution, and the voice that it speaks with.

    Raises:
        Forbidden: somebody else wrote it.
    """
    access = await access_contribution(request)
    voice = await author_voice(request, access.row)
    if not is_author(voice, access.row):
        raise Forbidden
    return access, voice


async def edit_contribution(request: Request) -> Response:
    """``GET …/edit``: the present wording, to be changed; ``?amendment=`` shows one to be carried over by hand."""
    access, voice = await _own(request)
    row = access.row
    amendment = parse_key(request.query_params.get("amendment", ""))
    values = {"title": row.title, "body": row.body, "base": str(row.revision), "amendment": str(amendment or "")}
    return await _edit_form(request, access, voice, empty_form(RevisionForm, values))


async def send_revision(request: Request) -> Response:
    """``POST …/edit``: look at the difference, or make it the contribution's wording."""
    access, voice = await _own(request)
    form = await read_form(request, RevisionForm)
    if not form.valid() or form.button != "publish":
        return await _edit_form(request, access, voice, form)
    try:
        await limits.count(request, "post")
        await revise_contribution(
            voice,
            territory_id=territory(request).id,
            consultation_id=access.view.row.id,
            contribution_id=access.row.id,
            base_revision=whole(form.base.data),
            title=form.title.data or "",
            body=form.body.data or "",
            reason=form.reason.data or "",
            amendment_id=parse_key(form.amendment.data or ""),
        )
    except Refused as error:
        form.refuse(error.refusal)
        # The page shows the difference with the present wording: saved from there, it is known.
        form.base.data = str(access.row.revision) if error.refusal.code == "stale_wording" else form.base.data
        return await _edit_form(request, access, voice, form)
    return see_other(access.path)


async def _edit_form(request: Request, access: ContributionAccess, voice: Voice, form: RevisionForm) -> Response:
    key = parse_key(form.amendment.data or "")
    amendment = await amendment_by_id(access.row.id, key) if key else None
    previewed = form.sent and access.is_public
    return show(
        request,
        "contributions/edit.html",
        access.view,
        refusal=revision_refusal(voice, access.row, access.view.rounds, clock.now()),
        form=form,
        status=form.status,
        c=access.row,
        path=access.path,
        amendment=amendment if amendment and amendment["state"] == "published" else None,
        preview=typed_html(form.body.data) if previewed else None,
        changed=difference(access, form.title.data or "", form.body.data or "") if previewed else None,
    )


async def ask_withdrawal(request: Request) -> Response:
    """``GET …/withdraw``: asks before one's contribution is taken away."""
    access, voice = await _own(request)
    return _withdrawal(request, access, voice, empty_form(ConfirmForm))


async def send_withdrawal(request: Request) -> Response:
    """``POST …/withdraw``."""
    access, voice = await _own(request)
    form = await read_form(request, ConfirmForm)
    if not form.valid():
        return _withdrawal(request, access, voice, form)
    try:
        await withdraw_contribution(
            voice,
            territory_id=territory(request).id,
            consultation_id=access.view.row.id,
            contribution_id=access.row.id,
        )
    except Refused as error:
        form.refuse(error.refusal)
        return _withdrawal(request, access, voice, form)
    return see_other(access.path)


def _withdrawal(request: Request, access: ContributionAccess, voice: Voice, form: ConfirmForm) -> Response:
    return show(
        request,
        "contributions/withdraw.html",
        access.view,
        adds=False,
        refusal=withdrawal_refusal(voice, access.row, access.view.rounds, clock.now()),
        form=form,
        status=form.status,
        c=access.row,
        path=access.path,
    )


async def contribution_history(request: Request) -> Response:
    """``GET …/history``: every wording with its difference from the one before; of a tombstone, nothing."""
    access = await access_contribution(request)
    view, row, here = access.view, access.row, territory(request)
    after = request.query_params.get("after", "")
    wordings = await history(row.id, after=after)
    keep(
        request,
        ("contribution", row.id, row.changes),
        ("rules", view.row.id, view.row.rules_changes),
        ("territory", here.id, here.changes),
        until=view.fresh_until(clock.now(), here.zone),
        reads=("after",),
    )
    return show(request, "contributions/history.html", view, c=row, path=access.path, wordings=wordings)
