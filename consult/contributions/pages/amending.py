"""Amendments: proposing another wording, adopting, declining, withdrawing it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.items import ItemState
from consult.consultations.models import Section
from consult.contributions.access import ContributionAccess, access_contribution, author_voice
from consult.contributions.actions import (
    adopt_amendment,
    decline_amendment,
    propose_amendment,
    withdraw_amendment,
)
from consult.contributions.forms import AmendmentForm, DeclineForm
from consult.contributions.models import Amendment
from consult.contributions.pages.surroundings import difference, show, waiting_place, whole
from consult.contributions.queries import amendment_by_id
from consult.contributions.rules import (
    amendment_refusal,
    amendment_withdrawal_refusal,
    answer_refusal,
    is_author,
    staleness_refusal,
)
from consult.core import clock
from consult.core.errors import Forbidden, NotFound, Refusal, Refused
from consult.core.voice import Voice
from consult.organisations.voices import chosen_voice, offer_voices
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import ConfirmForm, Form, empty_form, once_key, read_form
from consult.web.render import see_other
from consult.web.routing import path_key


async def new_amendment(request: Request) -> Response:
    """``GET …/amendments/new``: the present wording, for somebody else to change."""
    access = await access_contribution(request)
    row = access.row
    values = {"title": row.title, "body": row.body, "base": str(row.revision)}
    return await _form(request, access, empty_form(AmendmentForm, values))


async def send_amendment(request: Request) -> Response:
    """``POST …/amendments/new``: look at the difference, or propose it."""
    access = await access_contribution(request)
    form = await read_form(request, AmendmentForm)
    if not form.valid() or form.button != "publish":
        return await _form(request, access, form)
    try:
        await limits.count(request, "post")
        voice = await chosen_voice(request, form.voice.data)
        made = await propose_amendment(
            voice,
            **_where(request, access),
            base_revision=whole(form.base.data),
            title=form.title.data or "",
            body=form.body.data or "",
            reason=form.reason.data or "",
            once=once_key(voice.account_id, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _form(request, access, form)
    waits = made.state is ItemState.WAITING
    return see_other(waiting_place(made) if waits else f"{access.path}#amendment-{made.id}")


def _where(request: Request, access: ContributionAccess) -> dict[str, int]:
    return {
        "territory_id": territory(request).id,
        "consultation_id": access.view.row.id,
        "contribution_id": access.row.id,
    }


async def _form(request: Request, access: ContributionAccess, form: AmendmentForm) -> Response:
    row, voice = access.row, await author_voice(request, access.row)
    section = await Section.get(id=row.section_id)
    previewed = form.sent and access.is_public
    return show(
        request,
        "contributions/amend.html",
        access.view,
        refusal=amendment_refusal(voice, row, access.view.rounds, section, clock.now()),
        form=form,
        status=form.status,
        c=row,
        path=access.path,
        is_own=is_author(voice, row) or row.author_id == visitor(request).account_id,
        has_voices=await offer_voices(request, form),
        changed=difference(access, form.title.data or "", form.body.data or "") if previewed else None,
        previewed=previewed,
    )


# --- the author's answer, and the proposer's second thoughts


async def _amendment(
    request: Request, *, by_author: bool
) -> tuple[ContributionAccess, dict[str, Any], Amendment, Voice]:
    """The amendment that an address names, shown and as a row, and the voice of whoever may act on it.

    Raises:
        NotFound: there is none in public under this contribution.
        Forbidden: the visitor is not the contribution's author, or not the proposer.
    """
    access = await access_contribution(request)
    shown = await amendment_by_id(access.row.id, path_key(request))
    row = await Amendment.get_or_none(id=shown["id"]) if shown else None
    if shown is None or row is None:
        raise NotFound
    item = access.row if by_author else row
    voice = await author_voice(request, access.row if by_author else row)
    if not is_author(voice, item):
        raise Forbidden
    return access, shown, row, voice


async def ask_adoption(request: Request) -> Response:
    """``GET …/amendments/{id}/adopt``: the difference, and what adopting it means."""
    access, shown, row, voice = await _amendment(request, by_author=True)
    return _adoption(request, access, shown, _adoption_refusal(access, row, voice), empty_form(ConfirmForm))


async def send_adoption(request: Request) -> Response:
    """``POST …/amendments/{id}/adopt``."""
    access, shown, row, voice = await _amendment(request, by_author=True)
    form = await read_form(request, ConfirmForm)
    try:
        if form.valid():
            await adopt_amendment(voice, **_where(request, access), amendment_id=row.id)
            return see_other(access.path)
    except Refused as error:
        form.refuse(error.refusal)
    return _adoption(request, access, shown, _adoption_refusal(access, row, voice), form)


def _adoption_refusal(access: ContributionAccess, row: Amendment, voice: Voice) -> Refusal | None:
    refusal = answer_refusal(voice, access.row, row, access.view.rounds, clock.now())
    return refusal or staleness_refusal(access.row.revision, row)


def _adoption(
    request: Request, access: ContributionAccess, shown: dict[str, Any], refusal: Refusal | None, form: Form
) -> Response:
    stale = refusal is not None and refusal.code == "stale_amendment"
    return _answer(request, "contributions/adopt.html", access, shown, refusal, form, stale=stale)


def _answer(
    request: Request,
    template: str,
    access: ContributionAccess,
    shown: dict[str, Any],
    refusal: Refusal | None,
    form: Form,
    **more: Any,
) -> Response:
    around = {"c": access.row, "path": access.path, "amendment": shown, "form": form, "status": form.status}
    adds = template != "contributions/withdraw_amendment.html"
    return show(request, template, access.view, refusal=refusal, adds=adds, **around, **more)


async def ask_decline(request: Request) -> Response:
    """``GET …/amendments/{id}/decline``: asks why."""
    access, shown, row, voice = await _amendment(request, by_author=True)
    refusal = answer_refusal(voice, access.row, row, access.view.rounds, clock.now())
    return _answer(request, "contributions/decline.html", access, shown, refusal, empty_form(DeclineForm))


async def send_decline(request: Request) -> Response:
    """``POST …/amendments/{id}/decline``."""
    access, shown, row, voice = await _amendment(request, by_author=True)
    form = await read_form(request, DeclineForm)
    try:
        if form.valid():
            reason = form.reason.data or ""
            await decline_amendment(voice, **_where(request, access), amendment_id=row.id, reason=reason)
            return see_other(f"{access.path}#amendment-{row.id}")
    except Refused as error:
        form.refuse(error.refusal)
    refusal = answer_refusal(voice, access.row, row, access.view.rounds, clock.now())
    return _answer(request, "contributions/decline.html", access, shown, refusal, form)


async def ask_amendment_withdrawal(request: Request) -> Response:
    """``GET …/amendments/{id}/withdraw``: asks before one's proposed wording is taken away."""
    access, shown, row, voice = await _amendment(request, by_author=False)
    refusal = amendment_withdrawal_refusal(voice, row, access.view.rounds, clock.now())
    return _answer(request, "contributions/withdraw_amendment.html", access, shown, refusal, empty_form(ConfirmForm))


async def send_amendment_withdrawal(request: Request) -> Response:
    """``POST …/amendments/{id}/withdraw``."""
    access, shown, row, voice = await _amendment(request, by_author=False)
    form = await read_form(request, ConfirmForm)
    try:
        if form.valid():
            await withdraw_amendment(voice, **_where(request, access), amendment_id=row.id)
            return see_other(f"{access.path}#amendment-{row.id}")
    except Refused as error:
        form.refuse(error.refusal)
    refusal = amendment_withdrawal_refusal(voice, row, access.view.rounds, clock.now())
    return _answer(request, "contributions/withdraw_amendment.html", access, shown, refusal, form)
