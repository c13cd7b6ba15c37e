"""``/register``: what was entered, the latest first; and ``/register/heads``: all that was ever signed."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from consult.core import changes
from consult.register.heads import latest_head, public_keys
from consult.register.notes import fingerprint
from consult.register.pages.shown import entry_shown, head_shown
from consult.register.queries import entries_page
from consult.register.showing import consultations_entered, heads_page
from consult.web.context import territory
from consult.web.language import gettext
from consult.web.page_cache import keep
from consult.web.render import page

PATH = "/register"


async def register(request: Request) -> Response:
    """What the register is, its latest signed head, and its entries."""
    here, asked = territory(request), request.query_params
    grown = await changes.current(("register", here.id)) or 0
    keep(request, ("register", here.id, grown), ("territory", here.id, here.changes), reads=("consultation", "after"))
    entered = await consultations_entered(here.id)
    chosen = next((one for one in entered if one["slug"] == asked.get("consultation")), None)
    found = await entries_page(here.id, consultation_id=chosen["id"] if chosen else None, after=asked.get("after", ""))
    titles = {one["slug"]: one["title"] for one in entered}
    head = await latest_head(here.id)
    return page(
        request,
        "register/register.html",
        rows=[entry_shown(row.position, row.at, row.entry, titles) for row in found.items],
        head=head_shown(head) if head else None,
        fingerprints=[fingerprint(one) for one in reversed(await public_keys(here.id))],
        select=("consultation", gettext("Consultation"), _options(titles), chosen["slug"] if chosen else ""),
        next_href=_href(chosen, after=found.after) if found.after else None,
        first_href=None if found.is_first else _href(chosen),
        filtered=chosen is not None,
    )


async def heads(request: Request) -> Response:
    """``/register/heads``: every signed head, the latest first."""
    found = await heads_page(territory(request).id, request.query_params.get("after", ""))
    return page(
        request,
        "register/heads.html",
        rows=[head_shown(row) for row in found.items],
        next_href=f"{PATH}/heads?after={found.after}" if found.after else None,
        first_href=None if found.is_first else f"{PATH}/heads",
    )


def _options(titles: dict[str, str]) -> list[tuple[str, str]]:
    return [("", gettext("Toutes")), *titles.items()]


def _href(chosen: dict[str, Any] | None, after: str = "") -> str:
    query = urlencode({name: value for name, value in (("consultation", chosen["slug"] if chosen else ""),
                                                       ("after", after)) if value})  # fmt: skip
    return PATH + (f"?{query}" if query else "")
