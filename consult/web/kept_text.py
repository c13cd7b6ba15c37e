"""Nobody loses a text because their session ended while they wrote, or because the round did."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consult.core import clock
from consult.core.errors import Forbidden
from consult.core.language import N_
from consult.web.context import territory
from consult.web.csrf import StaleForm, check_csrf
from consult.web.dates import datetime_words, zone_words
from consult.web.forms import sent_texts
from consult.web.language import gettext
from consult.web.render import page

LONG = 20
_NEVER_SHOWN = {"csrf", "once"}


async def give_back(request: Request) -> Response | None:
    """A page with what somebody signed out has just sent, to be sent again after signing in; None for short things.

    It comes from our own page, or it is not shown: nobody else puts words into a page of ours.
    """
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return None
    sent = await sent_texts(request)
    kept = [(name, value) for name, value in sent.multi_items() if name not in _NEVER_SHOWN and "password" not in name]
    texts = [value for _, value in kept if isinstance(value, str) and len(value) >= LONG]
    if not texts:
        return None
    again = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    once = sent.get("once")
    return page(
        request,
        "errors/signed_out.html",
        status=403,
        texts=texts,
        kept=kept,
        again=again,
        once=once if isinstance(once, str) else "",
    )


# What people write in the forms of all rooms, in the order in which it is read again.
PARTS = {
    "title": "",
    "body": "",
    "link": N_("Lien"),
    "note": N_("Note"),
    "reason": N_("Raison"),
}


async def keep_text(request: Request) -> Response:
    """``POST /keep-text``: what stands in a writing form, as a file to keep. Nothing is stored, nothing is read.

    The button that sends here stands in the form itself, so it works without scripts and sends what was typed last.

    Raises:
        Forbidden: another site sent it: nobody puts files of their own wording into a download of ours.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise Forbidden
    sent = await sent_texts(request)
    try:
        check_csrf(request, str(sent.get("csrf", "")))
    except StaleForm:
        kept = [(name, _part(sent, name)) for name in PARTS if _part(sent, name)]
        return page(request, "errors/keep_text.html", status=422, kept=kept)
    name = f"consult-{clock.now().astimezone(territory(request).zone):%Y-%m-%d}.txt"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return PlainTextResponse(_as_text(request, sent), headers=headers)


def _part(sent: FormData, name: str) -> str:
    value = sent.get(name)
    return value.strip().replace("\r\n", "\n") if isinstance(value, str) else ""


def _as_text(request: Request, sent: FormData) -> str:
    """The parts that were written, then where and when."""
    here, now = territory(request), clock.now()
    parts = [
        f"{gettext(label)}{gettext(N_(' :'))} {_part(sent, name)}" if label else _part(sent, name)
        for name, label in PARTS.items()
        if _part(sent, name)
    ]
    when = gettext(N_("Texte gardé le %(at)s (%(zone)s)")) % {
        "at": datetime_words(now, here.zone),
        "zone": zone_words(here.zone),
    }
    came_from = request.headers.get("referer", "")
    own = came_from.partition("://")[2].startswith(f"{request.url.netloc}/")
    return "\n\n".join([*parts, "--", "\n".join([when, *([came_from] if own else [])])]) + "\n"
