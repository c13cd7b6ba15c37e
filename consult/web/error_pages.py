"""Pages for what went wrong: what happened, what was kept, what to do."""

from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from consult.core.errors import Forbidden, NotFound, Refused
from consult.core.language import N_
from consult.web.language import translate
from consult.web.render import page

log = structlog.get_logger()

WORDS: dict[int, tuple[str, str]] = {
    400: (N_("Demande incomprise"), N_("Votre navigateur a envoyé quelque chose d’incomplet. Revenez en arrière et recommencez.")),
    403: (N_("Accès réservé"), N_("Cette page existe, mais votre compte ne permet pas cette action.")),
    404: (N_("Page introuvable"), N_("Il n’y a rien à cette adresse. Vérifiez-la, ou partez de la liste des consultations.")),
    405: (N_("Action impossible ici"), N_("Cette adresse ne permet pas cette action. Revenez à la page précédente.")),
    409: (N_("Action impossible"), N_("La situation a changé entre-temps.")),
    413: (N_("Envoi trop lourd"), N_("Le texte envoyé dépasse la taille permise. Revenez en arrière : il est encore dans votre navigateur.")),
    429: (N_("Trop d’essais"), N_("Trop d’essais en peu de temps. Attendez quelques minutes et recommencez.")),
    500: (N_("Panne de notre côté"), N_("Une erreur s’est produite chez nous. Elle a été notée. Revenez en arrière : votre texte est encore dans votre navigateur.")),
}  # fmt: skip


def error_page(request: Request, status: int, detail: str = "") -> Response:
    """The page for a status; plain text when not even the territory is known."""
    title, words = WORDS.get(status, WORDS[500])
    if not hasattr(request.state, "territory"):
        return PlainTextResponse(f"{status} {title}. {words}\n", status_code=status)
    return page(request, "errors/error.html", status=status, error_title=title, words=detail or words, code=status)


async def on_not_found(request: Request, error: Exception) -> Response:
    """Nothing here, or nothing that this person may know of."""
    await _enter_if_possible(request)
    return error_page(request, 404)


async def on_forbidden(request: Request, error: Exception) -> Response:
    """The person may see it but not do this."""
    return error_page(request, 403)


async def on_refused(request: Request, error: Exception) -> Response:
    """A rule said no where there is no form to show it in."""
    assert isinstance(error, Refused)
    status = 429 if error.refusal.code == "too_often" else 409
    return error_page(request, status, translate(error.refusal))


async def on_http(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: no such route, method not allowed, body not readable."""
    assert isinstance(error, HTTPException)
    await _enter_if_possible(request)
    return error_page(request, error.status_code)


async def on_failure(request: Request, error: Exception) -> Response:
    """A mistake of ours. The page must not need anything that may just have failed."""
    log.error("request_failed", path=request.url.path, exc_info=error)
    title, words = WORDS[500]
    html = (
        f'<!doctype html><html lang="fr"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><main><h1>{title}</h1><p>{words}</p></main></html>'
    )
    return HTMLResponse(html, status_code=500)


async def _enter_if_possible(request: Request) -> None:
    from consult.web.context import enter  # the request may have failed before its endpoint was reached
    from consult.web.cookies import session_token

    if not hasattr(request.state, "territory"):
        try:
            await enter(request, session_token(request))
        except NotFound:
            return


HANDLERS: dict[Any, Any] = {
    NotFound: on_not_found,
    Forbidden: on_forbidden,
    Refused: on_refused,
    HTTPException: on_http,
    Exception: on_failure,
}
