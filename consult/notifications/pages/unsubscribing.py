"""Refusing mails by the link that they carry: a page with a button, or the mail program's own (RFC 8058)."""

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import NotFound
from consult.core.language import N_
from consult.notifications import actions
from consult.notifications.links import refused_by
from consult.notifications.queries.following import consultation_territory, target_in
from consult.notifications.rules import Refused, what_is_refused
from consult.web.context import territory
from consult.web.language import gettext
from consult.web.render import page

WORDS = {
    "replies": N_("Vous ne serez plus prévenu quand quelqu’un ajoute un argument à un de vos textes."),
    "amendments": N_("Vous ne serez plus prévenu des propositions de modification, ni des réponses aux vôtres."),
    "digest": N_("Vous ne recevrez plus de résumé de ce que vous suivez ici."),
    "consultation": N_("Vous ne recevrez plus de courriel sur cette consultation : ni nouvelle, ni rappel, ni bilan."),
    "section": N_("Vous ne recevrez plus de courriel sur cette rubrique, ni sur ce qui la contient."),
    "contribution": N_("Vous ne recevrez plus de courriel sur cette contribution."),
}


async def unsubscribe_page(request: Request) -> Response:
    """``/unsubscribe/{token}``: what would stop. It changes nothing: mail scanners follow links."""
    _, refused = await _asked(request)
    return await _page(request, refused, done=False)


async def unsubscribe(request: Request) -> Response:
    """Stop these mails. No cookie and no guard are asked for: the token is what shows who may, and a mail program sends
    nothing else. It is answered at once, without a redirection (RFC 8058), and doing it again does no harm.
    """
    account_id, refused = await _asked(request)
    _, what = refused_by(request.path_params["token"]) or (0, "")
    await actions.refuse_mails(account_id=account_id, what=what)
    return await _page(request, refused, done=True)


async def _asked(request: Request) -> tuple[int, Refused]:
    """Who refuses what, by the token of the address.

    Raises:
        NotFound: it is no token of ours, or of another territory.
    """
    found = refused_by(request.path_params["token"])
    refused = what_is_refused(found[1]) if found else None
    if found is None or refused is None:
        raise NotFound
    here = territory(request).id
    there = refused.key if refused.kind == "digest" else here
    if refused.kind == "follow":
        there = await consultation_territory(refused.followed, refused.key) or 0
    if there != here:
        raise NotFound
    return found[0], refused


async def _page(request: Request, refused: Refused, *, done: bool) -> Response:
    target = None
    if refused.kind == "follow":
        target = await target_in(territory(request).id, refused.followed, refused.key)
    again = f"/follow/{refused.followed}/{refused.key}" if target else "/account/follows"
    return page(
        request,
        "notifications/unsubscribe.html",
        target=target,
        done=done,
        explained=gettext(WORDS[refused.followed or refused.kind]),
        again=again if refused.kind in {"follow", "digest"} else "/account/notifications",
    )
