"""``/moderation/cases/{id}``: one item in its context, what was said about it, and the decision to be made."""

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.core import clock
from consult.core.errors import NotFound, Refused
from consult.moderation.actions.cases import open_case, release_case, take_case, write_note
from consult.moderation.forms.desk import DecisionForm, NoteForm
from consult.moderation.models import Case, Effect, Kind
from consult.moderation.pages.desk import decides
from consult.moderation.pages.desk_words import (
    QUEUE,
    case_address,
    effect_choices,
    effect_words,
    ground_groups,
    ground_words,
    just_done,
    kept_filters,
    name_of,
    reasons_in_words,
    wanted_cases,
    with_query,
)
from consult.moderation.queries.case import (
    case_in,
    conflicts_with,
    decisions_about,
    decisions_counted,
    decisions_on,
    notes_on,
    open_case_of,
    reports_on,
    restricted_until,
)
from consult.moderation.queries.context import item_in_context, wordings_of
from consult.moderation.queries.queue import next_case
from consult.moderation.rules.deciding import decision_refusal, is_assigned, speaks_for_itself
from consult.web.context import territory, visitor
from consult.web.forms import Form, empty_form, once_key, read_form
from consult.web.language import translate
from consult.web.render import page, see_other
from consult.web.routing import path_key

CORRECTION_DAYS = 7


async def access_case(request: Request) -> Case:
    """The case that an address names, in the territory of the host.

    Raises:
        NotFound: there is none.
    """
    row = await case_in(territory(request).id, path_key(request))
    if row is None:
        raise NotFound
    return row


async def case(request: Request) -> Response:
    """``GET /moderation/cases/{id}``: reading assigns nothing."""
    return await case_page(request, await access_case(request))


async def case_page(
    request: Request, row: Case, form: DecisionForm | None = None, note: Form | None = None, refusal: str = ""
) -> Response:
    """The case with the forms on it; one that was refused comes back as it was typed."""
    kind, here = Kind(row.kind), territory(request).id
    item = await item_in_context(here, kind, row.item_id)
    shown = form or first_form(row)
    wrong = shown if shown.errors else note
    return page(
        request,
        "moderation/desk_case.html",
        status=422 if refusal or (wrong is not None and wrong.errors) else 200,
        has_errors=bool(refusal or (wrong is not None and wrong.errors)),
        case=row,
        item=item,
        said=_said(row, item),
        wordings=await wordings_of(kind, row.item_id, item["revision"]) if item and not item["sealed_at"] else [],
        **await _standing(request, row, form, refusal),
        **await author_history(here, row.author_id, (kind, row.item_id)),
        form=shown,
        note_form=note or empty_form(NoteForm),
        speaks=speaks_for_itself(Effect.KEEP, item["state"] if item else "", row.reports_count),
        effects=effect_choices(row.kind, item["state"] if item else "published"),
        grounds=ground_groups(),
        **await just_done(request),
    )


def first_form(row: Case) -> DecisionForm:
    """The decision to be made, with the ground that most people reported and a week for a correction."""
    week = (clock.now() + timedelta(days=CORRECTION_DAYS)).date()
    return empty_form(DecisionForm, ground=row.ground, until=week, hidden_meanwhile=False)


def _said(row: Case, item: dict[str, Any] | None) -> dict[str, Any]:
    """What the case is about, in words."""
    named = {"kind": row.kind, "number": None, "side": "", **(item or {})}
    late = item is not None and row.opened_at < clock.now() - timedelta(hours=item["moderation_hours"])
    return {
        "name": name_of(named),
        "reasons": reasons_in_words(row.reasons, row.reports_count),
        "ground": ground_words(row.ground),
        "late": late and row.is_open,
    }


async def _standing(request: Request, row: Case, form: DecisionForm | None, refusal: str) -> dict[str, Any]:
    """Where the case stands: what was decided, who has it, and why this visitor may not decide it."""
    here, me, at = territory(request).id, visitor(request).account_id, clock.now()
    on_item = await decisions_on(here, Kind(row.kind), row.item_id)
    last = next((one for one in on_item if one["case_id"] == row.id and not one["automated"]), None)
    conflict = (await conflicts_with(me, [row.id]))[row.id]
    holder = row.assigned_to.public_name if is_assigned(row, at) and row.assigned_to else ""
    why_not = decision_refusal(
        visitor(request).voice(), row, conflict, at, decided=last["effect"] if last else "", name=holder
    )
    following = await next_case(await wanted_cases(request), me or 0, row) if decides(request) else None
    return {
        "decisions": on_item,
        "last": last,
        **await _told(row.id, is_author=conflict.wrote),
        "decides": decides(request),
        "mine": bool(holder) and row.assigned_to_id == me,
        "holder": holder,
        "refusal": refusal or (translate(why_not) if why_not and decides(request) else ""),
        "may_decide": why_not is None,
        "typed": form.reason.data if form is not None and why_not is not None else "",
        "addresses": addresses(request, row, following),
        "ground_words": ground_words,
        "effect_words": effect_words,
    }


async def _told(case_id: int, *, is_author: bool) -> dict[str, Any]:
    """What people reported, and what moderators told one another: neither is for the author to read, staff or not."""
    return {
        "reports": [] if is_author else await reports_on(case_id),
        "notes": [] if is_author else await notes_on(case_id),
    }


def addresses(request: Request, row: Case, following: int | None) -> dict[str, str]:
    """Where the forms of a case are sent, and where one goes on, in the same filters."""
    named = {
        name: case_address(request, row.id, f"/{name}") for name in ("take", "release", "notes", "decide", "restrict")
    }
    queue = with_query(QUEUE, kept_filters(request))
    return named | {"queue": queue, "next": case_address(request, following) if following else ""}


async def author_history(territory_id: int, account_id: int | None, beside: tuple[Kind, int]) -> dict[str, Any]:
    """What was decided before about whoever wrote the item."""
    counted = await decisions_counted(territory_id, account_id)
    return {
        "author_counts": [(n, effect_words(effect)) for effect, n in counted.items()],
        "author_decisions": await decisions_about(territory_id, account_id, beside=beside),
        "restricted_until": await restricted_until(territory_id, account_id, clock.now()),
    }


# --- taking it in hand, letting go of it, noting


async def take(request: Request) -> Response:
    """``POST /moderation/cases/{id}/take``."""
    return await _act(request, take_case, "taken")


async def release(request: Request) -> Response:
    """``POST /moderation/cases/{id}/release``."""
    return await _act(request, release_case, "released")


async def _act(request: Request, act: Any, done: str) -> Response:
    row = await access_case(request)
    form = await read_form(request, Form)
    if not form.valid():
        return await case_page(request, row, refusal=str(form.form_errors[0]))
    try:
        await act(visitor(request).voice(), territory_id=territory(request).id, case_id=row.id)
    except Refused as error:
        return await case_page(request, await access_case(request), refusal=translate(error.refusal))
    return see_other(case_address(request, row.id, done=done))


async def note(request: Request) -> Response:
    """``POST /moderation/cases/{id}/notes``."""
    row = await access_case(request)
    form = await read_form(request, NoteForm)
    if not form.valid():
        return await case_page(request, row, note=form)
    try:
        await write_note(
            visitor(request).voice(),
            territory_id=territory(request).id,
            case_id=row.id,
            body=form.body.data or "",
            once=once_key(visitor(request).account_id, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await case_page(request, row, note=form)
    return see_other(case_address(request, row.id, done="noted") + "#notes")


# --- an item that is not in the queue


async def item(request: Request) -> Response:
    """``GET /moderation/items/{kind}/{id}``: an item as staff read it, whether or not it waits."""
    return await _item_page(request)


async def _item_page(request: Request, refusal: str = "") -> Response:
    kind, here = _kind(request), territory(request).id
    found = await item_in_context(here, kind, path_key(request))
    if found is None:
        raise NotFound
    return page(
        request,
        "moderation/desk_item.html",
        status=422 if refusal else 200,
        has_errors=bool(refusal),
        refusal=refusal,
        item=found,
        said={"name": name_of(found)},
        wordings=[] if found["sealed_at"] else await wordings_of(kind, found["id"], found["revision"]),
        decisions=await decisions_on(here, kind, found["id"]),
        waiting=await open_case_of(here, kind, found["id"]),
        decides=decides(request),
        ground_words=ground_words,
        effect_words=effect_words,
    )


def _kind(request: Request) -> Kind:
    text = request.path_params["kind"]
    if text not in set(Kind):
        raise NotFound
    return Kind(text)


async def examine(request: Request) -> Response:
    """``POST /moderation/items/{kind}/{id}``: opens its case, or finds the open one."""
    form = await read_form(request, Form)
    if not form.valid():
        return await _item_page(request, str(form.form_errors[0]))
    try:
        made = await open_case(
            visitor(request).voice(), territory_id=territory(request).id, kind=_kind(request), item_id=path_key(request)
        )
    except Refused as error:
        return await _item_page(request, translate(error.refusal))
    return see_other(f"{QUEUE}/cases/{made.id}?done=opened")
