"""``/report/{kind}/{id}``: saying that a text breaks the charter or the law, and the receipt."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from consult.accounts.pages.browsers import form_key, status_of
from consult.core.errors import NotFound, Refused
from consult.core.language import N_
from consult.core.signing import Expired, sign, unsign
from consult.moderation.actions.reports import report_item
from consult.moderation.forms.public import ReportForm
from consult.moderation.models import Kind, Report
from consult.moderation.queries.reported import public_item, receipt_of, reported_already
from consult.moderation.rules.words import GROUNDS
from consult.web import limits
from consult.web.context import language, territory, visitor
from consult.web.forms import empty_form, read_form
from consult.web.render import page, see_other
from consult.web.routing import path_key

RECEIPT = "report-receipt"
RECEIPT_SECONDS = 30 * 24 * 3600
# What has been typed about somebody stays in no cache, and no search engine lists the forms.
PRIVATE = {"cache-control": "private, no-store", "x-robots-tag": "noindex"}
TITLES: dict[str, str] = {
    Kind.CONTRIBUTION: N_("Signaler cette contribution"),
    Kind.AMENDMENT: N_("Signaler cette proposition de modification"),
    Kind.ARGUMENT: N_("Signaler cet argument"),
    Kind.SOURCE: N_("Signaler cette source"),
}


async def report_page(request: Request) -> Response:
    """``GET /report/{kind}/{id}``: what is reported, and the form; or the number of the report made before."""
    return await _form(request, await _item(request), empty_form(ReportForm))


async def send_report(request: Request) -> Response:
    """``POST /report/{kind}/{id}``: a receipt follows, whether it is new or was reported already."""
    item, form = await _item(request), await read_form(request, ReportForm)
    form.voice = visitor(request).voice()
    if form.website.data:
        return see_other(item["above_href"])
    status = 422
    if form.valid():
        try:
            await limits.count(request, "report")
            return see_other(f"/report/sent?{urlencode({'receipt': receipt(await _report(request, item, form))})}")
        except Refused as error:
            form.refuse(error.refusal)
            status = status_of(error.refusal)
    return await _form(request, item, form, status)


async def report_sent(request: Request) -> Response:
    """``/report/sent?receipt=``: the number, and what happens next, for whoever holds the signed address."""
    try:
        key = unsign(RECEIPT, request.query_params.get("receipt", ""), RECEIPT_SECONDS)
    except Expired:
        key = None
    found = await receipt_of(territory(request).id, key) if isinstance(key, int) else None
    if found is None:
        raise NotFound
    return _private(page(request, "moderation_public/report_sent.html", r=found, ground=GROUNDS[found["ground"]]))


def receipt(report: Report) -> str:
    """The signed word that opens the receipt of a report: it holds a key, which says nothing by itself."""
    return sign(RECEIPT, report.id)


async def _item(request: Request) -> dict[str, Any]:
    """The public item that an address names.

    Raises:
        NotFound: there is none in this territory, or it is not public.
    """
    found = await public_item(territory(request).id, request.path_params["kind"], path_key(request))
    if found is None:
        raise NotFound
    return found


async def _report(request: Request, item: dict[str, Any], form: ReportForm) -> Report:
    return await report_item(
        visitor(request).voice(),
        territory_id=territory(request).id,
        kind=Kind(item["kind"]),
        item_id=item["id"],
        ground=form.ground.data or "",
        text=form.text.data or "",
        name=form.name.data or "",
        email=form.email.data or "",
        language=language(request),
        once=form_key(request, form),
    )


async def _form(request: Request, item: dict[str, Any], form: ReportForm, status: int = 200) -> Response:
    before = await reported_already(visitor(request).account_id, item["kind"], item["id"])
    return _private(
        page(
            request,
            "moderation_public/report.html",
            item=item,
            form=form,
            title=TITLES[item["kind"]],
            before=before,
            sign_in=f"/sign-in?{urlencode({'next': request.url.path})}",
            status=status,
        )
    )


def _private(response: Response) -> Response:
    response.headers.update(PRIVATE)
    return response
