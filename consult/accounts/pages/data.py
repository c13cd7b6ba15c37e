"""One's sessions, and everything that is held about oneself."""

from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from consult.accounts import actions, personal_data, queries
from consult.accounts.forms import LinkForm
from consult.accounts.pages.code_words import VALUES
from consult.accounts.pages.words import COLUMNS, PARTS
from consult.core import clock
from consult.web.context import territory, visitor
from consult.web.forms import read_form
from consult.web.language import gettext
from consult.web.render import page, see_other

# of each part, the latest; the file has them all
SHOWN = 30


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
    """``/account/data``: everything held about the person, to read. Keys and counters are in the file only."""
    parts = await personal_data.collect(visitor(request).account_id or 0)
    shown = [
        (PARTS.get(name, name), [_lines(row) for row in rows[-SHOWN:]], len(rows))
        for name, rows in parts.items()
        if rows
    ]
    return page(request, "accounts/data.html", parts=shown)


def _lines(row: dict[str, Any]) -> list[tuple[str, Any, str]]:
    """Name, value, and what sort of value it is."""
    return [
        (COLUMNS.get(name, name), _said(name, value), _sort(name, value))
        for name, value in row.items()
        if value not in (None, "", [], {}) and name != "id" and not name.endswith("_id")
    ]


def _said(name: str, value: Any) -> Any:
    """A short word of our tables in words for people."""
    words = VALUES.get(name, {})
    return words.get(value, value) if words and isinstance(value, str) else value


def _sort(name: str, value: Any) -> str:
    if isinstance(value, datetime):
        return "instant"
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, str) and value in VALUES.get(name, {}):
        return "ours"
    return "code" if name not in COLUMNS or isinstance(value, dict | list) else "words"


async def data_file(request: Request) -> Response:
    """``/account/data.json``: the same, to keep."""
    parts = await personal_data.collect(visitor(request).account_id or 0)
    about = {"territory": territory(request).name, "at": clock.now(), **parts}
    body = orjson.dumps(about, default=str, option=orjson.OPT_INDENT_2)
    headers = {"content-disposition": 'attachment; filename="consult.json"', "cache-control": "no-store"}
    return Response(body, media_type="application/json", headers=headers)
