"""One's own contributions and drafts."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.rules import UNCONFIRMED
from consult.contributions.access import author_voice
from consult.contributions.actions import discard_draft, withdraw_amendment, withdraw_contribution
from consult.contributions.models import Amendment, Contribution
from consult.contributions.queries import (
    drafts_of,
    own_contributions,
    own_waiting,
    own_waiting_amendment,
    waiting_beneath,
)
from consult.core.errors import NotFound, Refused
from consult.core.language import N_
from consult.web.context import territory, visitor
from consult.web.forms import ConfirmForm, Form, empty_form, read_form
from consult.web.language import gettext
from consult.web.render import page, see_other
from consult.web.routing import path_key

DONE = {
    "saved": N_("Votre brouillon est enregistré. Vous seul le voyez."),
    "discarded": N_("Le brouillon est supprimé."),
    "waiting": N_("Votre texte est enregistré. Il sera publié quand vous aurez confirmé votre adresse e-mail."),
    "held": N_("Votre texte est enregistré. Il sera publié quand un modérateur l’aura lu."),
    "withdrawn": N_("Votre texte est retiré."),
}
TOO_LATE = N_("La période était terminée, ou ne le permettait plus, quand vous avez confirmé votre adresse")


def _flash(request: Request) -> dict[str, str] | None:
    done = DONE.get(request.query_params.get("done", ""))
    return {"kind": "success", "text": gettext(done)} if done else None


async def own_contributions_page(request: Request) -> Response:
    """``/account/contributions``: what one wrote here, with the reason why some of it waits."""
    account, here = visitor(request).account_id or 0, territory(request).id
    written = await own_contributions(account, here, after=request.query_params.get("after", ""))
    return page(
        request,
        "contributions/own.html",
        written=written,
        waiting=await waiting_beneath(account, here),
        why_waiting=gettext(TOO_LATE if visitor(request).confirmed else UNCONFIRMED.text),
        flash=_flash(request),
    )


async def drafts_page(request: Request) -> Response:
    """``/account/drafts``: what one has begun."""
    drafts = await drafts_of(visitor(request).account_id or 0, territory(request).id)
    return page(request, "contributions/drafts.html", drafts=drafts, flash=_flash(request))


async def _draft(request: Request) -> dict[str, Any]:
    """One's own draft that an address names."""
    key = path_key(request)
    drafts = await drafts_of(visitor(request).account_id or 0, territory(request).id)
    found = next((one for one in drafts if one["id"] == key), None)
    if found is None:
        raise NotFound
    return found


async def ask_discard(request: Request) -> Response:
    """``GET /account/drafts/{id}/discard``: asks before a draft is thrown away."""
    return _discard(request, await _draft(request), empty_form(ConfirmForm))


async def send_discard(request: Request) -> Response:
    """``POST /account/drafts/{id}/discard``."""
    form = await read_form(request, ConfirmForm)
    if not form.valid():
        return _discard(request, await _draft(request), form)
    key = path_key(request)
    await discard_draft(visitor(request).voice(), territory_id=territory(request).id, draft_id=key)
    return see_other("/account/drafts?done=discarded")


def _discard(request: Request, draft: dict[str, Any], form: Form) -> Response:
    return page(request, "contributions/discard.html", draft=draft, form=form, status=form.status)


async def ask_waiting_withdrawal(request: Request) -> Response:
    """``GET /account/contributions/{id}/withdraw``: asks before a text that waits is taken back."""
    row = await _own_waiting(request)
    return _waiting_withdrawal(request, empty_form(ConfirmForm), row.title)


async def send_waiting_withdrawal(request: Request) -> Response:
    """``POST /account/contributions/{id}/withdraw``."""
    row = await _own_waiting(request)
    form = await read_form(request, ConfirmForm)
    if not form.valid():
        return _waiting_withdrawal(request, form, row.title)
    at = {"territory_id": territory(request).id, "consultation_id": row.consultation_id}
    try:
        await withdraw_contribution(await author_voice(request, row), **at, contribution_id=row.id)
    except Refused as error:
        form.refuse(error.refusal)
        return _waiting_withdrawal(request, form, row.title)
    return see_other("/account/contributions?done=withdrawn")


async def _own_waiting(request: Request) -> Contribution:
    row = await own_waiting(visitor(request).account_id or 0, territory(request).id, path_key(request))
    if row is None:
        raise NotFound
    return row


async def ask_amendment_taken_back(request: Request) -> Response:
    """``GET /account/amendments/{id}/withdraw``: asks before a proposed wording that waits is taken back."""
    row = await _own_waiting_amendment(request)
    return _waiting_withdrawal(request, empty_form(ConfirmForm), row.title)


async def send_amendment_taken_back(request: Request) -> Response:
    """``POST /account/amendments/{id}/withdraw``."""
    row = await _own_waiting_amendment(request)
    form = await read_form(request, ConfirmForm)
    if not form.valid():
        return _waiting_withdrawal(request, form, row.title)
    at = {"territory_id": territory(request).id, "consultation_id": row.consultation_id}
    try:
        voice = await author_voice(request, row)
        await withdraw_amendment(voice, **at, contribution_id=row.contribution_id, amendment_id=row.id)
    except Refused as error:
        form.refuse(error.refusal)
        return _waiting_withdrawal(request, form, row.title)
    return see_other("/account/contributions?done=withdrawn")


async def _own_waiting_amendment(request: Request) -> Amendment:
    row = await own_waiting_amendment(visitor(request).account_id or 0, territory(request).id, path_key(request))
    if row is None:
        raise NotFound
    return row


def _waiting_withdrawal(request: Request, form: Form, title: str) -> Response:
    return page(
        request,
        "contributions/withdraw_waiting.html",
        form=form,
        title=title,
        path=request.url.path,
        status=form.status,
    )
