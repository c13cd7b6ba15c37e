"""``/account/receipts``: one's own receipts, and having one sent by e-mail."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import Refused
from consult.core.language import N_
from consult.register.actions import ask_receipt
from consult.register.heads import latest_head
from consult.register.models import RegisterEntry
from consult.register.pages.shown import entry_shown, said
from consult.register.queries import receipts_of
from consult.register.showing import consultations_entered, voted_on
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import ConfirmForm, read_form
from consult.web.language import gettext, translate
from consult.web.render import page, see_other

PATH = "/account/receipts"
MAILED = N_("Le reçu part à votre adresse e-mail.")


async def own_receipts(request: Request) -> Response:
    """Every entry that one's own texts and votes have made here, the latest first."""
    return await _list(request)


async def mail_receipt(request: Request) -> Response:
    """``POST …/{position}/mail``: the receipt by e-mail, once a form."""
    form = await read_form(request, ConfirmForm)
    if form.valid():
        try:
            await limits.count(request, "receipt")
            await ask_receipt(
                visitor(request).voice(),
                territory_id=territory(request).id,
                position=int(request.path_params["position"]),
                once=form.once,
            )
            return see_other(f"{PATH}?done=mailed")
        except Refused as error:
            form.form_errors = [*form.form_errors, translate(error.refusal)]
    return await _list(request, str(form.form_errors[0]), status=422)


async def _list(request: Request, refused: str = "", status: int = 200) -> Response:
    here, asked = territory(request), request.query_params
    found = await receipts_of(visitor(request).account_id or 0, territory_id=here.id, after=asked.get("after", ""))
    titles = {one["slug"]: one["title"] for one in await consultations_entered(here.id)}
    head = await latest_head(here.id)
    covered, about = head.size if head else 0, await voted_on(found.items)
    return page(
        request,
        "register/own.html",
        rows=[_shown(row, titles, covered, about.get(row.position)) for row in found.items],
        next_href=f"{PATH}?after={found.after}" if found.after else None,
        first_href=None if found.is_first else PATH,
        refused=refused,
        has_errors=bool(refused),
        flash={"kind": "success", "text": gettext(MAILED)} if asked.get("done") == "mailed" else None,
        status=status,
    )


def _shown(row: RegisterEntry, titles: dict[str, str], covered: int, about: tuple[str, int] | None) -> dict[str, Any]:
    shown = entry_shown(row.position, row.at, row.entry, titles)
    if about:
        shown["words"] = said({"kind": row.kind, "item": about[0], "number": about[1]})
    return {**shown, "is_covered": row.position < covered}
