"""``/consultations/{slug}/origin``: where an imported consultation comes from, with every figure of the file."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.access import access_consultation
from consult.core.errors import NotFound
from consult.core.language import N_
from consult.imports.queries import import_of
from consult.web.context import territory
from consult.web.page_cache import keep
from consult.web.render import page

WORDS = {
    "opinions": N_("Contributions"),
    "trashed_opinions": N_("dont masquées par la modération d’origine"),
    "arguments": N_("Arguments"),
    "arguments_for": N_("dont pour"),
    "arguments_against": N_("dont contre"),
    "argument_votes": N_("Soutiens d’arguments"),
    "sources": N_("Sources"),
    "source_votes": N_("Soutiens de sources"),
    "votes_total": N_("Votes sur les contributions"),
    "votes_ok": N_("dont d’accord"),
    "votes_mitige": N_("dont mitigé"),
    "votes_nok": N_("dont pas d’accord"),
    "versions_counted": N_("Versions proposées, comptées par la plateforme d’origine"),
    "sections": N_("Rubriques"),
    "authors": N_("Auteurs de contributions, d’arguments et de sources"),
}


async def origin(request: Request) -> Response:
    """The file, its fingerprint, and its figures beside those that are public."""
    view = await access_consultation(request)
    found = await import_of(view.row.id)
    if found is None:
        raise NotFound
    here = territory(request)
    keep(request, ("rules", view.row.id, view.row.rules_changes), ("territory", here.id, here.changes))
    public = found.figures.get("public", {})
    return page(
        request,
        "imports/origin.html",
        consultation=view.row,
        source=found,
        rows=[(words, found.figures.get(name), public.get(name)) for name, words in WORDS.items()],
        first=datetime.fromisoformat(found.figures["first"]),
        last=datetime.fromisoformat(found.figures["last"]),
    )
