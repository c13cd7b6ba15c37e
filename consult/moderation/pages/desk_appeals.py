"""``/moderation/appeals``: decisions that somebody asks to look at again, and the hearing of each."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import NotFound, Refused
from consult.core.language import N_
from consult.moderation.actions.appealing import hear_appeal
from consult.moderation.actions.looking import able_to_hear, conflict_with
from consult.moderation.forms.desk import HearingForm
from consult.moderation.models import Appeal, AppealOutcome, Kind
from consult.moderation.pages.desk import tabs
from consult.moderation.pages.desk_words import QUEUE, effect_words, ground_words, just_done, kind_words, name_of
from consult.moderation.queries.case import decision_in
from consult.moderation.queries.context import item_in_context, wordings_of
from consult.moderation.queries.hearing import appeal_in, appeals_waiting, heard_appeals, waiting_appeals
from consult.moderation.rules.appealing import hearing_refusal
from consult.web.context import territory, visitor
from consult.web.forms import empty_form, once_key, read_form
from consult.web.language import gettext, translate
from consult.web.render import page, see_other
from consult.web.routing import path_key

OUTCOMES = {
    AppealOutcome.UPHELD: (N_("Maintenir la décision"), N_("Rien ne change. Votre réponse est envoyée à son auteur.")),
    AppealOutcome.REVERSED: (
        N_("Annuler la décision"),
        N_("Une nouvelle décision défait la première : le texte revient, ou le compte n’est plus suspendu."),
    ),
}
HEARD = {AppealOutcome.UPHELD: N_("décision maintenue"), AppealOutcome.REVERSED: N_("décision annulée")}


async def appeals(request: Request) -> Response:
    """Those that wait, the oldest first; ``?heard=1`` those that were answered, the latest first."""
    here, heard = territory(request).id, bool(request.query_params.get("heard"))
    after = request.query_params.get("after", "")
    found = await (heard_appeals if heard else waiting_appeals)(here, after=after)
    waiting = await appeals_waiting(here)
    path = f"{QUEUE}/appeals" + ("?heard=1" if heard else "")
    return page(
        request,
        "moderation/desk_appeals.html",
        tabs=tabs(request, "appeals", appeals=waiting),
        other_href=f"{QUEUE}/appeals" + ("" if heard else "?heard=1"),
        heard=heard,
        appeals=[_line(row) for row in found.items],
        next_href=f"{path}{'&' if heard else '?'}after={found.after}" if found.after else None,
        first_href=None if found.is_first else path,
        **await just_done(request),
    )


def _line(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "effect_words": effect_words(row["effect"]),
        "ground_words": ground_words(row["ground"]),
        "kind_words": kind_words(row["kind"]).capitalize(),
        "outcome_words": _heard_words(row["outcome"]),
    }


def _heard_words(outcome: str) -> str:
    return gettext(HEARD[AppealOutcome(outcome)]) if outcome in HEARD else ""


async def _access(request: Request) -> Appeal:
    row = await appeal_in(territory(request).id, path_key(request))
    if row is None:
        raise NotFound
    return row


async def appeal(request: Request) -> Response:
    """``GET /moderation/appeals/{id}``: the decision, the item, what its author says, and the answer to be given."""
    return await _hearing(request, await _access(request), empty_form(HearingForm))


async def _hearing(request: Request, row: Appeal, form: HearingForm) -> Response:
    here, voice = territory(request).id, visitor(request).voice()
    decision = await decision_in(here, row.decision_id) or {}
    kind = Kind(decision["kind"])
    item = await item_in_context(here, kind, decision["item_id"])
    conflict, able = await conflict_with(voice.account_id, row.decision), await able_to_hear(row.decision)
    refusal = hearing_refusal(voice, conflict, heard=row.heard_at is not None, able=able)
    named = {"kind": kind, "number": None, "side": "", **(item or {})}
    return page(
        request,
        "moderation/desk_appeal.html",
        status=form.status,
        appeal=row,
        decision=decision,
        item=item,
        wordings=await wordings_of(kind, item["id"], item["revision"]) if item and not item["sealed_at"] else [],
        said={"name": name_of(named)},
        refusal=translate(refusal) if refusal else "",
        outcome_words=_heard_words(row.outcome),
        form=form,
        outcomes=_outcomes(),
        ground_words=ground_words,
        effect_words=effect_words,
    )


def _outcomes() -> list[dict[str, str]]:
    return [
        {"value": outcome.value, "words": gettext(words), "hint": gettext(hint), "key": str(place)}
        for place, (outcome, (words, hint)) in enumerate(OUTCOMES.items(), 1)
    ]


async def hear(request: Request) -> Response:
    """``POST /moderation/appeals/{id}``."""
    row, form = await _access(request), await read_form(request, HearingForm)
    if not form.valid():
        return await _hearing(request, row, form)
    try:
        await hear_appeal(
            visitor(request).voice(),
            territory_id=territory(request).id,
            appeal_id=row.id,
            outcome=form.outcome.data or "",
            reason=form.reason.data or "",
            once=once_key(visitor(request).account_id, form),
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _hearing(request, await _access(request), form)
    return see_other(f"{QUEUE}/appeals?done=heard")
