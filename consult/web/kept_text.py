"""Nobody loses a text because their session ended while they wrote."""

from starlette.requests import Request
from starlette.responses import Response

from consult.web.forms import sent_texts
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
