"""A territory's own texts: read by everybody, written by its administrators."""

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import NotFound
from consult.core.language import N_
from consult.territories.actions import write_territory_page
from consult.territories.forms import TextForm
from consult.territories.queries import territory_page, territory_pages
from consult.web.context import territory, visitor
from consult.web.forms import empty_form, read_form
from consult.web.language import gettext
from consult.web.page_cache import keep
from consult.web.render import markup, page, see_other

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


async def texts(request: Request) -> Response:
    """``/admin/pages``: the four texts, and which are written."""
    here = territory(request)
    written = {one.name: one.updated_at for one in await territory_pages(here.id)}
    rows = [(name, title, written.get(name)) for name, title in TITLES.items()]
    saved = TITLES.get(request.query_params.get("done", ""))
    flash = {"kind": "success", "text": gettext(N_("Le texte est enregistré."))} if saved else None
    return page(request, "territories/texts.html", rows=rows, flash=flash)


async def text(request: Request) -> Response:
    """``/admin/pages/{name}``: write one of them."""
    here, name = territory(request), _text_name(request)
    present = await territory_page(here.id, name)
    form = empty_form(TextForm, body=present.body if present else "")
    return page(request, "territories/text_form.html", text_title=TITLES[name], name=name, form=form)


async def save_text(request: Request) -> Response:
    """It is written, or the page is shown again with what was typed."""
    here, name = territory(request), _text_name(request)
    form = await read_form(request, TextForm)
    if form.valid():
        await write_territory_page(visitor(request).voice(), territory_id=here.id, name=name, body=form.body.data or "")
        return see_other(f"/admin/pages?done={name}")
    return page(
        request, "territories/text_form.html", text_title=TITLES[name], name=name, form=form, status=form.status
    )


def _text_name(request: Request) -> str:
    name: str = request.path_params["name"]
    if name not in TITLES:
        raise NotFound
    return name
