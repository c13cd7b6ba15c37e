"""One's sessions, and everything that is held about oneself."""

from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from consult.accounts import actions, personal_data, queries
from consult.accounts.forms import LinkForm
from consult.core import clock
from consult.core.language import N_
from consult.web.context import territory, visitor
from consult.web.forms import read_form
from consult.web.language import gettext
from consult.web.render import page, see_other

PARTS = {
    "account": N_("Compte"),
    "identity": N_("Identité"),
    "sessions": N_("Connexions ouvertes"),
    "links": N_("Liens envoyés par e-mail"),
    "staff": N_("Rôles"),
    "contribution": N_("Contributions"),
    "amendment": N_("Propositions de modification"),
    "argument": N_("Arguments"),
    "source": N_("Sources"),
    "revision": N_("Versions de vos contributions"),
    "draft": N_("Brouillons"),
    "vote": N_("Votes"),
    "support": N_("Soutiens"),
    "member": N_("Organisations dont vous êtes membre"),
    "invitation": N_("Invitations que vous avez envoyées"),
    "organisation": N_("Organisations sur lesquelles vous avez décidé"),
    "mail": N_("E-mails envoyés"),
}


async def sessions_page(request: Request) -> Response:
    """``/account/sessions``: the browsers in which one is signed in."""
    sessions = await queries.sessions_of(visitor(request).account_id or 0)
    closed = request.query_params.get("done") == "closed"
    flash = {"kind": "success", "text": gettext("C’est fermé.")} if closed else None
    return page(request, "accounts/sessions.html", sessions=sessions, current=visitor(request).session_id, flash=flash)


async def close_session(request: Request) -> Response:
    """Close one session."""
    form = await read_form(request, LinkForm)
    if form.valid():
        await actions.close_session(visitor(request).voice(), session_id=request.path_params["id"])
    return see_other("/account/sessions?done=closed" if form.valid() else "/account/sessions")


async def close_other_sessions(request: Request) -> Response:
    """Close all sessions but this browser's."""
    form = await read_form(request, LinkForm)
    if form.valid():
        await actions.close_sessions(visitor(request).voice(), keep_session_id=visitor(request).session_id)
    return see_other("/account/sessions?done=closed" if form.valid() else "/account/sessions")


async def data_page(request: Request) -> Response:
    """``/account/data``: everything held about the person, to read."""
    parts = await personal_data.collect(visitor(request).account_id or 0)
    shown = [(gettext(PARTS.get(name, name)), [_lines(row) for row in rows]) for name, rows in parts.items() if rows]
    return page(request, "accounts/data.html", parts=shown)


def _lines(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(name, _word(value)) for name, value in row.items() if value not in (None, "", [])]


def _word(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value) if isinstance(value, str | int) else orjson.dumps(value, default=str).decode()


async def data_file(request: Request) -> Response:
    """``/account/data.json``: the same, to keep."""
    parts = await personal_data.collect(visitor(request).account_id or 0)
    about = {"territory": territory(request).name, "at": clock.now(), **parts}
    body = orjson.dumps(about, default=str, option=orjson.OPT_INDENT_2)
    headers = {"content-disposition": 'attachment; filename="consult.json"', "cache-control": "no-store"}
    return Response(body, media_type="application/json", headers=headers)
