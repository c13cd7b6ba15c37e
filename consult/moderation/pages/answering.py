"""Answering a decision: an appeal against it, or the correction that it asks for."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.accounts.pages.browsers import status_of
from consult.core.errors import NotFound, Refused
from consult.moderation.actions.appealing import appeal
from consult.moderation.actions.correcting import send_correction
from consult.moderation.forms.public import CORRECTIONS, AppealForm
from consult.moderation.pages.own import access_decision, appeal_refused, correction_refused, shown
from consult.moderation.queries.own import text_judged
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import Form, empty_form, once_key, read_form
from consult.web.language import translate
from consult.web.render import page, see_other

Row = dict[str, Any]


async def appeal_page(request: Request) -> Response:
    """``GET /account/decisions/{id}/appeal``: the form, or why there is no appeal to make."""
    return await _appeal(request, await access_decision(request), empty_form(AppealForm))


async def send_appeal(request: Request) -> Response:
    """``POST /account/decisions/{id}/appeal``."""
    decision, form = await access_decision(request), await read_form(request, AppealForm)
    status = 422
    if form.valid():
        voice = visitor(request).voice()
        try:
            await limits.count(request, "post")
            await appeal(
                voice,
                territory_id=territory(request).id,
                decision_id=decision["id"],
                text=form.text.data or "",
                once=once_key(voice.account_id, form),
            )
            return see_other(f"/account/decisions/{decision['id']}?done=appealed")
        except Refused as error:
            form.refuse(error.refusal)
            status = status_of(error.refusal)
    return await _appeal(request, decision, form, status)


async def _appeal(request: Request, decision: Row, form: AppealForm, status: int = 200) -> Response:
    refusal = appeal_refused(request, decision)
    return page(
        request,
        "moderation_public/appeal.html",
        d=shown(decision),
        item=await text_judged(decision),
        form=form,
        refusal=translate(refusal) if refusal else "",
        status=status,
    )


async def correction_page(request: Request) -> Response:
    """``GET /account/decisions/{id}/correct``: the present text, to be corrected."""
    decision, text = await _text(request)
    return _correction(request, decision, text, empty_form(CORRECTIONS[decision["kind"]], text))


async def send_corrected(request: Request) -> Response:
    """``POST /account/decisions/{id}/correct``."""
    decision, text = await _text(request)
    form = await read_form(request, CORRECTIONS[decision["kind"]])
    status = 422
    if form.valid():
        try:
            await limits.count(request, "post")
            await send_correction(
                visitor(request).voice(), territory_id=territory(request).id, decision_id=decision["id"], **_typed(form)
            )
            return see_other(f"/account/decisions/{decision['id']}?done=corrected")
        except Refused as error:
            form.refuse(error.refusal)
            status = status_of(error.refusal)
    return _correction(request, decision, text, form, status)


def _typed(form: Form) -> dict[str, str]:
    return {name: value or "" for name, value in form.data.items()}


async def _text(request: Request) -> tuple[Row, Row]:
    """The decision that asks for a correction, and the text to correct.

    Raises:
        NotFound: the decision asks for none, or there is no text any more.
    """
    decision = await access_decision(request)
    text = await text_judged(decision)
    if text is None or decision["effect"] != "correct" or decision["kind"] not in CORRECTIONS:
        raise NotFound
    return decision, text


def _correction(request: Request, decision: Row, text: Row, form: Form, status: int = 200) -> Response:
    refusal = correction_refused(request, decision)
    return page(
        request,
        "moderation_public/correct.html",
        d=shown(decision),
        item=text,
        form=form,
        refusal=translate(refusal) if refusal else "",
        status=status,
    )
