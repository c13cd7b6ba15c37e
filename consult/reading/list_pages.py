"""``/consultations/{slug}/contributions``: the list."""

import random
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.access import access_consultation
from consult.consultations.authors import KINDS
from consult.consultations.pages.sentences import round_sentence
from consult.consultations.queries import ConsultationView, SectionNode, outline
from consult.consultations.rules import Deed, deed_refusal
from consult.core import clock
from consult.core.keys import parse_key
from consult.core.language import N_
from consult.core.text.cleaning import clean_line
from consult.reading.list_queries import (
    SHUFFLE_RANGE,
    Sort,
    Wanted,
    count_contributions,
    known_kind,
    list_contributions,
    row_view,
)
from consult.web.context import territory
from consult.web.language import gettext
from consult.web.page_cache import keep
from consult.web.render import page

SORTS = {
    Sort.RECENT: N_("Les plus récentes"),
    Sort.VOTES: N_("Les plus votées"),
    Sort.ARGUED: N_("Les plus argumentées"),
    Sort.CONTESTED: N_("Les plus controversées"),
    Sort.RANDOM: N_("Au hasard"),
}
SEARCH_LENGTH = 200


async def contribution_list(request: Request) -> Response:
    """The contributions, by section, sorted, filtered, searched."""
    view = await access_consultation(request)
    at, zone = clock.now(), territory(request).zone
    roots = await outline(view.row.id)
    nodes = {node.id: node for root in roots for node in root.walk()}
    section = nodes.get(parse_key(request.query_params.get("section", "")) or 0)
    wanted = _wanted(request, view, section)
    total, exact = await count_contributions(wanted, roots, view.row.contributions_count)
    if wanted.sort is not Sort.RANDOM or "seed" in request.query_params:
        _keep(request, view, view.fresh_until(at, zone))
    return page(
        request,
        "reading/list.html",
        consultation=view.row,
        round=round_sentence(view, at, zone),
        refusal=deed_refusal(Deed.CONTRIBUTE, view.rounds, None, at),
        section=section,
        wanted=wanted,
        selects=_selects(wanted, nodes, section),
        total=total,
        exact=exact,
        **await _shown(view, wanted, nodes, section),
    )


def _keep(request: Request, view: ConsultationView, until: datetime) -> None:
    here = territory(request)
    keep(
        request,
        ("consultation", view.row.id, view.row.changes),
        ("territory", here.id, here.changes),
        until=until,
        reads=("section", "q", "kind", "sort", "seed", "after"),
    )


async def _shown(
    view: ConsultationView, wanted: Wanted, nodes: dict[int, SectionNode], section: SectionNode | None
) -> dict[str, Any]:
    """The rows of the page and the addresses of the next and of the first."""
    found = await list_contributions(wanted)
    titles = {node.id: node.title for node in nodes.values()}
    return {
        "rows": [row_view(row, view.row.slug, titles) for row in found.items],
        "next_href": _href(view, wanted, section, found.after) if found.after else None,
        "first_href": None if found.is_first else _href(view, wanted, section, ""),
    }


def _wanted(request: Request, view: ConsultationView, section: SectionNode | None) -> Wanted:
    asked = request.query_params
    sort = asked.get("sort", "")
    seed = asked.get("seed", "")
    return Wanted(
        consultation_id=view.row.id,
        sort=Sort(sort) if sort in set(Sort) else Sort.RECENT,
        sections=tuple(node.id for node in section.walk()) if section else None,
        words=clean_line(asked.get("q", "")[: SEARCH_LENGTH * 4], SEARCH_LENGTH),
        kind=known_kind(asked.get("kind", "")),
        seed=int(seed) if seed.isascii() and seed.isdecimal() and len(seed) < 12 else random.randrange(SHUFFLE_RANGE),
        after=asked.get("after", ""),
    )


def _selects(
    wanted: Wanted, nodes: dict[int, SectionNode], section: SectionNode | None
) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    places = [(str(node.id), "\N{NO-BREAK SPACE}" * 3 * node.depth + node.title) for node in nodes.values()]
    ordered = sorted(places, key=lambda place: [int(part) for part in nodes[int(place[0])].number.split(".")])
    return [
        ("section", gettext("Rubrique"), [("", gettext("Toutes")), *ordered], str(section.id) if section else ""),
        (
            "kind",
            gettext("Auteurs"),
            [("", gettext("Tous")), *((key, gettext(w)) for key, w in KINDS.items())],
            wanted.kind,
        ),
        ("sort", gettext("Ordre"), [(key.value, gettext(words)) for key, words in SORTS.items()], wanted.sort.value),
    ]


def _href(view: ConsultationView, wanted: Wanted, section: SectionNode | None, after: str) -> str:
    asked = {
        "section": str(section.id) if section else "",
        "q": wanted.words,
        "kind": wanted.kind,
        "sort": wanted.sort.value if wanted.sort is not Sort.RECENT else "",
        "seed": str(wanted.seed) if wanted.sort is Sort.RANDOM else "",
        "after": after,
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/consultations/{view.row.slug}/contributions" + (f"?{query}" if query else "")
