"""A territory's own texts."""

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import NotFound
from consult.core.language import N_
from consult.territories.queries import territory_page
from consult.web.context import territory
from consult.web.page_cache import keep
from consult.web.render import markup, page

TITLES = {
    "accessibility": N_("Accessibilité"),
    "legal": N_("Mentions légales"),
    "privacy": N_("Données personnelles"),
    "charter": N_("Charte de participation"),
}


async def territory_text(request: Request) -> Response:
    """``/accessibility``, ``/legal``, ``/privacy`` or ``/charter``."""
    here = territory(request)
    name = request.url.path.strip("/")
    text = await territory_page(here.id, name)
    if name not in TITLES:
        raise NotFound
    keep(request, ("territory", here.id, here.changes))
    return page(
        request,
        "territories/text.html",
        text_title=TITLES[name],
        body=markup(text.body_html) if text else None,
        updated_at=text.updated_at if text else None,
    )
