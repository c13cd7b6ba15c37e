"""Pages for what went wrong: what happened, what was kept, what to do."""

from typing import Any

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response

from consult.core.errors import Forbidden, NotFound, Refused
from consult.core.language import N_
from consult.core.logs import HIDDEN, SECRET_NAMES
from consult.web.context import enter
from consult.web.cookies import session_token
from consult.web.headers import security_headers
from consult.web.language import current, gettext, translate
from consult.web.render import page

log = structlog.get_logger()

WORDS: dict[int, tuple[str, str]] = {
    400: (
        N_("Demande incomprise"),
        N_("Votre navigateur a envoyé quelque chose d’incomplet. Revenez en arrière et recommencez."),
    ),
    403: (N_("Accès réservé"), N_("Cette page existe, mais votre compte ne permet pas cette action.")),
    404: (
        N_("Page introuvable"),
        N_("Il n’y a rien à cette adresse. Vérifiez-la, ou partez de la liste des consultations."),
    ),
    405: (N_("Action impossible ici"), N_("Cette adresse ne permet pas cette action. Revenez à la page précédente.")),
    409: (N_("Action impossible"), N_("La situation a changé entre-temps.")),
    413: (
        N_("Envoi trop lourd"),
        N_("Le texte envoyé dépasse la taille permise. Revenez en arrière : il est encore dans votre navigateur."),
    ),
    429: (N_("Trop d’essais"), N_("Trop d’essais en peu de temps. Attendez quelques minutes et recommencez.")),
    500: (
        N_("Panne de notre côté"),
        N_(
            "Une erreur s’est produite chez nous. Elle a été notée. "
            "Revenez en arrière : votre texte est encore dans votre navigateur."
        ),
    ),
}


def error_page(request: Request, status: int, detail: str = "") -> Response:
    """The page for a status; a bare one when not even the territory is known."""
    title, words = _words(status)
    if not hasattr(request.state, "visitor"):
        return bare_page(status)
    return page(request, "errors/error.html", status=status, error_title=title, words=detail or words, code=status)


def bare_page(status: int) -> Response:
    """A page that needs nothing: no template, no database, no territory."""
    title, words = (gettext(text) for text in _words(status))
    html = (
        f'<!doctype html><html lang="{current()}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"></head>'
        f"<body><main><h1>{title}</h1><p>{words}</p></main></body></html>"
    )
    return HTMLResponse(html, status_code=status)


def _words(status: int) -> tuple[str, str]:
    """What is said of a status; of one that we do not know, whose fault it was."""
    return WORDS.get(status) or WORDS[500 if status >= 500 else 400]


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
    too_often = error.refusal.code == "too_often"
    response = error_page(request, 429 if too_often else 409, translate(error.refusal))
    if too_often:
        response.headers["retry-after"] = "300"
    return response


async def on_http(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: no such route, method not allowed, body not readable."""
    assert isinstance(error, HTTPException)
    await _enter_if_possible(request)
    response = error_page(request, error.status_code)
    response.headers.update(error.headers or {})
    return response


async def on_disconnect(request: Request, error: Exception) -> Response:
    """Whoever asked has gone away while they sent: nobody reads the answer, and nothing went wrong."""
    return bare_page(400)


async def on_failure(request: Request, error: Exception) -> Response:
    """A mistake of ours. The page must not need anything that may just have failed.

    Starlette answers failures outside of every middleware: the headers that they would have added are added here.
    """
    log.error("request_failed", method=request.method, path=_told(request), exc_info=error)
    response = bare_page(500)
    response.headers.update(security_headers())
    return response


def _told(request: Request) -> str:
    """The address for the log, without the tokens that some addresses hold."""
    path: str = request.scope["path"]
    for name, value in request.path_params.items():
        if any(secret in name for secret in SECRET_NAMES):
            path = path.replace(str(value), HIDDEN)
    return path


async def _enter_if_possible(request: Request) -> None:
    """The request may have failed before its endpoint was reached."""
    if not hasattr(request.state, "visitor"):
        try:
            await enter(request, session_token(request))
        except (NotFound, HTTPException):
            return


HANDLERS: dict[Any, Any] = {
    NotFound: on_not_found,
    Forbidden: on_forbidden,
    Refused: on_refused,
    HTTPException: on_http,
    ClientDisconnect: on_disconnect,
    Exception: on_failure,
}
