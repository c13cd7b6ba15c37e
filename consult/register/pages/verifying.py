"""``/register/verify``: a receipt checked, line by line, for anybody and without scripts. Nothing of it is kept."""

import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import Refusal, Refused
from consult.core.language import N_
from consult.register.forms import VerifyForm
from consult.register.pages.judging import judged
from consult.settings import settings
from consult.web import limits
from consult.web.context import territory
from consult.web.csrf import StaleForm, check_csrf
from consult.web.forms import STALE
from consult.web.render import page

NOTHING = Refusal("nothing_given", N_("Choisissez le fichier du reçu, ou collez ce qu’il contient."), field="file")
TOO_LARGE = Refusal("receipt_too_large", N_("C’est trop grand pour être un reçu."), field="file")
UNREADABLE = Refusal(
    "not_a_receipt",
    N_("Ce n’est pas un reçu : un reçu est un fichier JSON, à donner entier et tel qu’il a été reçu."),
    field="file",
)
LARGEST = 500_000


async def verify_page(request: Request) -> Response:
    """``GET``: the form."""
    return page(request, "register/verify.html", form=VerifyForm(), result=None)


async def verify(request: Request) -> Response:
    """``POST``: what was checked, and what it has become."""
    form = await _sent(request)
    try:
        if not form.errors:
            await limits.count(request, "verify")
            result = await judged(territory(request), await _receipt(form))
            return page(request, "register/verify.html", form=VerifyForm(), result=result)
    except Refused as error:
        form.refuse(error.refusal)
    return page(request, "register/verify.html", form=form, result=None, status=422)


async def _sent(request: Request) -> VerifyForm:
    """The form as it was sent, its file read from the disk only when it is asked for.

    Raises:
        HTTPException: 400, it is no form that a browser sends.
    """
    try:
        sent = await request.form(max_files=1, max_fields=20, max_part_size=settings().max_body_bytes)
    except UnicodeError:
        raise HTTPException(400) from None
    form, csrf = VerifyForm(sent), sent.get("csrf")
    try:
        check_csrf(request, csrf[:200] if isinstance(csrf, str) else "")
    except StaleForm:
        form.refuse(STALE)
    return form


async def _receipt(form: VerifyForm) -> dict[str, Any]:
    """The receipt that was given.

    Raises:
        Refused: nothing was, or what cannot be one.
    """
    received = await form.received()
    if not received:
        raise Refused(NOTHING)
    if len(received) > LARGEST:
        raise Refused(TOO_LARGE)
    try:
        found = json.loads(received.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused(UNREADABLE) from None
    if not isinstance(found, dict):
        raise Refused(UNREADABLE)
    return found
