"""``/consultations/{slug}/exports``: what can be downloaded, what each file is for, and how to check it."""

from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.pages.sentences import round_sentence
from consult.consultations.queries import ConsultationView, find_consultation
from consult.consultations.rules import RoundState
from consult.core import clock
from consult.core.errors import NotFound, Refusal, Refused
from consult.core.language import N_
from consult.exports.actions import ask_for_files
from consult.exports.formats import FORMATS
from consult.exports.making.maker import look_now, make_at_once
from consult.exports.making.products import PACKAGE, added_products, products
from consult.exports.models import ExportSet, MakingState
from consult.exports.pages.words import size_words
from consult.exports.queries import FileView, SetView, Shelf, shelf
from consult.exports.tables import TABLES
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import ConfirmForm, empty_form, read_form
from consult.web.page_cache import keep
from consult.web.render import page, see_other

# Below so many texts and votes the files are made while the person waits: a second or two.
SMALL = 300
WORKBOOKS, LINES, RAW = ("xlsx", "ods"), "tableur", ("csv", "jsonl", "parquet")
TOO_OFTEN = Refusal(
    "too_often",
    N_("Beaucoup de fichiers ont été demandés en peu de temps. Attendez quelques minutes et recommencez."),
)


@dataclass
class Shown:
    """The files of a set by what people want of them."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    workbooks: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    package: dict[str, Any] | None = None
    tables: list[dict[str, Any]] = field(default_factory=list)
    every: list[FileView] = field(default_factory=list)


async def exports(request: Request) -> Response:
    """The files in service, those on their way, and a way to ask for those of now while the consultation is open."""
    view = await _published(request)
    over = view.state(clock.now()) is RoundState.CLOSED
    found = await shelf(view.row.id, over=over, account_id=visitor(request).account_id)
    if over and found.coming is None and found.ready and found.ready.changes == view.row.changes:
        _keep(request, view)
    return _page(request, view, found)


async def ask(request: Request) -> Response:
    """``POST``: have them made as of now; a small consultation's are there when the page is shown again."""
    view, form = await _published(request), await read_form(request, ConfirmForm)
    if not form.valid():
        over = view.state(clock.now()) is RoundState.CLOSED
        found = await shelf(view.row.id, over=over, account_id=visitor(request).account_id)
        return _page(request, view, found, form, status=422)
    try:
        await limits.count(request, "export")
    except Refused:
        raise Refused(TOO_OFTEN) from None
    tell = form.button == "tell"
    at_once = not tell and _is_small(view) and view.state(clock.now()) is not RoundState.CLOSED
    asked = await _ask(request, view, tell=tell, at_once=at_once)
    if at_once and asked.state is not MakingState.READY:
        await make_at_once(asked.id)
    return see_other(request.url.path)


async def _ask(request: Request, view: ConsultationView, *, tell: bool, at_once: bool) -> ExportSet:
    look_now()
    return await ask_for_files(
        visitor(request).voice(),
        territory_id=territory(request).id,
        consultation_id=view.row.id,
        tell=tell,
        at_once=at_once,
    )


async def _published(request: Request) -> ConsultationView:
    """The consultation that an address names. What is downloaded is public: a draft has no files, whoever asks.

    Raises:
        NotFound: there is none in this territory, or it is a draft.
    """
    found = await find_consultation(territory(request).id, request.path_params["slug"])
    if found is None:
        raise NotFound
    return found


def _is_small(view: ConsultationView) -> bool:
    row = view.row
    return row.last_number + row.arguments_count + row.sources_count + row.votes_count + row.amendments_count <= SMALL


def _keep(request: Request, view: ConsultationView) -> None:
    here, row = territory(request), view.row
    keep(
        request,
        ("consultation", row.id, row.changes),
        ("rules", row.id, row.rules_changes),
        ("territory", here.id, here.changes),
        until=view.fresh_until(clock.now(), here.zone),
    )


def _page(
    request: Request, view: ConsultationView, found: Shelf, form: ConfirmForm | None = None, status: int = 200
) -> Response:
    now, here = clock.now(), territory(request)
    state = view.state(now)
    ready, coming = found.ready, found.coming
    return page(
        request,
        "exports/shelf.html",
        status=status,
        consultation=view.row,
        said=round_sentence(view, now, here.zone),
        over=state is RoundState.CLOSED,
        closed_at=max((one.closes_at for one in view.rounds), default=None),
        ready=ready,
        shown=shown(ready) if ready else None,
        behind=bool(ready and ready.changes != view.row.changes),
        coming=coming,
        percent=percent(coming) if coming else 0,
        told=found.told,
        may_ask=state is not RoundState.CLOSED and view.row.last_number > 0,
        form=form or empty_form(ConfirmForm),
        dcat=f"{request.url.path}/dcat.jsonld",
        address=f"{here.address}{request.url.path}",
    )


def percent(coming: SetView) -> int:
    """How far the making is, by files: the number that ``<progress>`` and the sentence show."""
    return min(99, 100 * coming.done // coming.total) if coming.total else 0


def shown(ready: SetView) -> Shown:
    """The files as the page groups them, in the order of tables and products."""
    by_name = {one.name: one for one in ready.files}
    made = Shown(every=ready.files)
    added = {one.file_name(provisional=ready.provisional) for one in added_products()}
    for product in products():
        file = by_name.get(product.file_name(provisional=ready.provisional))
        if file is None:
            continue
        link = _link(file, product.title)
        if file.name in added:
            made.documents.append(link)
        elif file.format == PACKAGE:
            made.package = link
        elif file.format in WORKBOOKS:
            made.workbooks.append(link)
        elif file.format == LINES:
            made.lines.append(link | {"title": TABLES[file.table].title})
    made.tables = [_table(name, ready.files) for name in TABLES]
    return made


def _table(name: str, files: list[FileView]) -> dict[str, Any]:
    """A table with its raw files, one a format."""
    own = {one.format: one for one in files if one.table == name}
    first = next(iter(own.values()), None)
    return {
        "title": TABLES[name].title,
        "description": TABLES[name].description,
        "rows": first.rows if first else None,
        "files": [_link(own[word], FORMATS[word].title) for word in RAW if word in own],
    }


def _link(file: FileView, title: str) -> dict[str, Any]:
    return {
        "name": file.name,
        "title": title,
        "size": size_words(file.size),
        "sha256": file.sha256,
        "format": file.name.rpartition(".")[2].upper(),
        "rows": file.rows,
    }
