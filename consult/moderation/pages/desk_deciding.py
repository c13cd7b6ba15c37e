"""Deciding: one item, several at once, and coming back on what was decided. Each ends where there is more to do."""

from datetime import date, datetime, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.core import clock
from consult.core.errors import NotFound, Refused
from consult.core.keys import parse_key
from consult.moderation.actions.deciding import decide, decide_many
from consult.moderation.actions.looking import conflict_of
from consult.moderation.actions.restricting import restrict_account
from consult.moderation.actions.undoing import decide_again
from consult.moderation.forms.desk import DURATIONS, AgainForm, BulkForm, DecisionForm, RestrictionForm
from consult.moderation.models import Effect, Kind
from consult.moderation.pages.desk_case import access_case, author_history, case_page
from consult.moderation.pages.desk_words import (
    QUEUE,
    case_address,
    case_line,
    effect_words,
    ground_groups,
    ground_words,
    kept_filters,
    name_of,
    wanted_cases,
    with_query,
)
from consult.moderation.queries.case import conflicts_with, decision_in, decisions_of_cases
from consult.moderation.queries.context import item_in_context
from consult.moderation.queries.queue import cases_listed, next_case
from consult.moderation.rules.deciding import (
    MOST_AT_ONCE,
    assignment_refusal,
    conflict_refusal,
    speaks_for_itself,
    undoing_refusal,
)
from consult.web.context import territory, visitor
from consult.web.forms import empty_form, once_key, read_form
from consult.web.language import gettext, translate
from consult.web.render import page, see_other
from consult.web.routing import path_key


async def decide_case(request: Request) -> Response:
    """``POST /moderation/cases/{id}/decide``, then on to the next item of the same filters."""
    row, form = await access_case(request), await read_form(request, DecisionForm)
    if not form.valid():
        return await case_page(request, row, form)
    try:
        decision = await decide(
            visitor(request).voice(),
            territory_id=territory(request).id,
            case_id=row.id,
            effect=form.effect.data or "",
            ground=form.ground.data or "",
            reason=form.reason.data or "",
            until=_end_of(request, form),
            hidden_meanwhile=bool(form.hidden_meanwhile.data),
            merged_into_number=form.merged_into_number.data,
            once=once_key(visitor(request).account_id, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await case_page(request, await access_case(request), form)
    following = await next_case(await wanted_cases(request), visitor(request).account_id or 0, row)
    done = {"done": str(decision.id)}
    return see_other(
        case_address(request, following, **done) if following else with_query(QUEUE, kept_filters(request), done)
    )


def _end_of(request: Request, form: DecisionForm) -> datetime | None:
    """The end of the day that was chosen, on the territory's clocks; None for a day that has no morrow."""
    if form.effect.data != Effect.CORRECT or form.until.data in {None, date.max}:
        return None
    return datetime.combine(form.until.data + timedelta(days=1), time(), territory(request).zone)


# --- coming back on a decision


async def ask_again(request: Request) -> Response:
    """``GET /moderation/decisions/{id}/again``: what undoing does, and the reason to be given."""
    return await _again(request, await _access_decision(request), empty_form(AgainForm))


async def _access_decision(request: Request) -> dict[str, Any]:
    found = await decision_in(territory(request).id, path_key(request))
    if found is None:
        raise NotFound
    return found


async def _again(request: Request, decision: dict[str, Any], form: AgainForm) -> Response:
    kind = Kind(decision["kind"])
    appealed = decision["appeal_id"] is not None and decision["heard_at"] is None
    conflict = await conflict_of(
        visitor(request).account_id, kind, decision["item_id"], decision["account_id"], decision["organisation_id"]
    )
    refusal = undoing_refusal(
        decision["effect"], replaced=decision["replaced_by"] is not None, appealed=appealed
    ) or conflict_refusal(conflict)
    item = await item_in_context(territory(request).id, kind, decision["item_id"])
    return page(
        request,
        "moderation/desk_again.html",
        status=form.status,
        decision=decision,
        said={"name": name_of({"kind": kind, "number": None, "side": "", **(item or {})})},
        item=item,
        refusal=translate(refusal) if refusal else "",
        form=form,
        ground_words=ground_words,
        effect_words=effect_words,
    )


async def send_again(request: Request) -> Response:
    """``POST /moderation/decisions/{id}/again``: another decision undoes this one."""
    decision, form = await _access_decision(request), await read_form(request, AgainForm)
    if not form.valid():
        return await _again(request, decision, form)
    try:
        made = await decide_again(
            visitor(request).voice(),
            territory_id=territory(request).id,
            decision_id=decision["id"],
            reason=form.reason.data or "",
            once=once_key(visitor(request).account_id, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _again(request, await _access_decision(request), form)
    return see_other(with_query(QUEUE, {"done": str(made.id)}))


# --- suspending an account


async def ask_restriction(request: Request) -> Response:
    """``GET /moderation/cases/{id}/restrict``: for how long whoever wrote the item may not write."""
    row = await access_case(request)
    return await _restriction(request, row, empty_form(RestrictionForm, days="7", ground=row.ground))


async def _restriction(request: Request, row: Any, form: RestrictionForm) -> Response:
    if row.author_id is None:
        raise NotFound
    kind = Kind(row.kind)
    return page(
        request,
        "moderation/desk_restrict.html",
        status=form.status,
        case=row,
        item=await item_in_context(territory(request).id, kind, row.item_id),
        back=case_address(request, row.id),
        form=form,
        durations=[(str(days), gettext(words)) for days, words in DURATIONS.items()],
        grounds=ground_groups(),
        ground_words=ground_words,
        effect_words=effect_words,
        **await author_history(territory(request).id, row.author_id, (kind, row.item_id)),
    )


async def send_restriction(request: Request) -> Response:
    """``POST /moderation/cases/{id}/restrict``; the case itself stays to be decided."""
    row, form = await access_case(request), await read_form(request, RestrictionForm)
    if row.author_id is None:
        raise NotFound
    if not form.valid():
        return await _restriction(request, row, form)
    try:
        decision = await restrict_account(
            visitor(request).voice(),
            territory_id=territory(request).id,
            account_id=row.author_id,
            until=clock.now() + timedelta(days=int(form.days.data)),
            ground=form.ground.data or "",
            reason=form.reason.data or "",
            case_id=row.id,
            once=once_key(visitor(request).account_id, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _restriction(request, row, form)
    return see_other(case_address(request, row.id, done=str(decision.id)))


# --- several at once


def _chosen(values: list[str]) -> list[int]:
    keys = [parse_key(value) for value in values[: MOST_AT_ONCE + 1]]
    return [key for key in dict.fromkeys(keys) if key]


async def ask_bulk(request: Request) -> Response:
    """``GET /moderation/bulk?case=…``: the chosen items, and one decision for all of them."""
    keys = _chosen(request.query_params.getlist("case"))
    return await _bulk(request, empty_form(BulkForm, case=[str(key) for key in keys]))


async def _bulk(request: Request, form: BulkForm) -> Response:
    keys = _chosen(form.case.data or [])
    rows = await cases_listed(territory(request).id, keys)
    why_not = await _whys(request, rows)
    return page(
        request,
        "moderation/desk_bulk.html",
        status=form.status,
        cases=[{**case_line(request, row), "why_not": why_not[row["id"]]} for row in rows],
        form=form,
        speaks=any(speaks_for_itself(Effect.KEEP, row["state"], row["reports_count"]) for row in rows),
        effects=[
            {"value": "keep", "words": gettext("Publier, ou laisser en ligne"), "hint": "", "key": "1"},
            {"value": "hide", "words": gettext("Masquer"), "hint": "", "key": "2"},
        ],
        grounds=ground_groups(),
        back=with_query(QUEUE, kept_filters(request)),
        action=with_query(f"{QUEUE}/bulk", kept_filters(request)),
    )


async def _whys(request: Request, rows: list[dict[str, Any]]) -> dict[int, str]:
    """Why this moderator may not decide each of some cases, "" where nothing stands in the way."""
    voice, at = visitor(request).voice(), clock.now()
    conflicts = await conflicts_with(voice.account_id, [row["id"] for row in rows])
    decided = await decisions_of_cases([row["id"] for row in rows if not row["is_open"]])
    said: dict[int, str] = {}
    for row in rows:
        if not row["is_open"]:
            effect = decided[row["id"]]["effect"] if row["id"] in decided else ""
            said[row["id"]] = gettext("Déjà décidé : %(effect)s") % {"effect": effect_words(effect)} if effect else ""
            continue
        refusal = conflict_refusal(conflicts[row["id"]]) or assignment_refusal(
            voice, _Assigned(row), at, name=row["holder"] or ""
        )
        said[row["id"]] = translate(refusal) if refusal else ""
    return said


class _Assigned:
    """A line of the queue as the rules read a case."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.is_open = bool(row["is_open"])
        self.assigned_to_id: int | None = row["assigned_to_id"]
        self.assigned_until: datetime | None = row["assigned_until"]


async def send_bulk(request: Request) -> Response:
    """``POST /moderation/bulk``: each item is decided by itself; what is refused stops nothing else."""
    form = await read_form(request, BulkForm)
    keys = _chosen(form.case.data or [])
    if not form.valid():
        return await _bulk(request, form)
    try:
        await decide_many(
            visitor(request).voice(),
            territory_id=territory(request).id,
            case_ids=keys,
            effect=form.effect.data or "",
            ground=form.ground.data or "",
            reason=form.reason.data or "",
            once=once_key(visitor(request).account_id, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _bulk(request, form)
    asked = "&".join(f"case={key}" for key in keys)
    return see_other(f"{with_query(f'{QUEUE}/bulk/outcome', kept_filters(request), {'of': '1'})}&{asked}")


async def bulk_outcome(request: Request) -> Response:
    """``GET /moderation/bulk/outcome?case=…``: what became of each, as it stands now."""
    rows = await cases_listed(territory(request).id, _chosen(request.query_params.getlist("case")))
    decided = await decisions_of_cases([row["id"] for row in rows])
    why_not = await _whys(request, [row for row in rows if row["is_open"]])
    me = visitor(request).account_id
    lines = [{**case_line(request, row), "why_not": why_not.get(row["id"], "")} for row in rows]
    for line in lines:
        decision = decided.get(line["id"])
        line |= {"decision": decision, "mine": decision is not None and decision["by_id"] == me}
    return page(
        request,
        "moderation/desk_bulk_outcome.html",
        done=[line for line in lines if line["mine"]],
        left=[line for line in lines if not line["mine"]],
        back=with_query(QUEUE, kept_filters(request)),
        effect_words=effect_words,
    )
