"""Corrections: an author sends what was asked for, in time; or the deadline passes, and the item is looked at again."""

from datetime import datetime, timedelta
from typing import Any

from consult.consultations.actions import lock_consultation
from consult.consultations.items import ItemState
from consult.contributions.actions.rows import judge_restriction
from consult.core import clock
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, refuse
from consult.core.voice import SYSTEM, Voice
from consult.moderation.actions.cases import put_in_queue
from consult.moderation.actions.looking import decision_here, hold_consultation, is_member, is_replaced
from consult.moderation.actions.rewording import reword_item
from consult.moderation.actions.standing import load_item
from consult.moderation.events import CorrectionSent
from consult.moderation.models import Case, CaseReason, Decision, Effect, Kind
from consult.moderation.rules.appealing import NOT_ASKED, is_addressee, sending_refusal
from consult.moderation.rules.correcting import says_already
from consult.moderation.rules.items import contribution_id_of

LOOK_BACK = timedelta(days=365)
_AT_ONCE = 200
_SETTLED = {CaseReason.CORRECTED.value, CaseReason.DEADLINE.value}


async def send_correction(
    voice: Voice,
    *,
    territory_id: int,
    decision_id: int,
    body: str,
    title: str = "",
    link: str = "",
    category: str = "",
) -> Case:
    """Send the correction that a decision asked for; the item goes back to the moderators, hidden as long as it was.

    A form sent twice sends it once.

    Args:
        title: of a contribution or a source.
        link: of a source; ``category`` too, as before when left out.

    Raises:
        NotFound: this territory has no such decision, or its text is gone.
        Refused: addressed to somebody else, none asked for, sent already, too late; the account is restricted and the
            text would be public at once; or it is missing, too long or the same as before.
    """
    async with Action(voice, territory_id=territory_id) as action:
        decision = await decision_here(territory_id, decision_id)
        if decision.consultation_id is None:
            raise NotFound
        view = await lock_consultation(action, decision.consultation_id)
        row = await load_item(decision.consultation_id, decision.kind, decision.item_id)
        case, words = await corrected_case(decision), {"title": title, "body": body, "link": link, "category": category}
        member = await is_member(decision.organisation_id, voice.account_id)
        if case is not None and is_addressee(voice, decision, member=member) and says_already(row, **words):
            action.nothing_to_do()
            return case
        replaced = await is_replaced(decision.id)
        refuse(
            sending_refusal(voice, decision, action.at, member=member, replaced=replaced, corrected=case is not None)
        )
        refuse(NOT_ASKED if row.state is ItemState.WITHDRAWN or row.sealed_at is not None else None)
        if row.state is ItemState.PUBLISHED:  # what nobody sees is read by a moderator before anybody else
            await judge_restriction(action, view)
        await reword_item(action, row, **words)
        case, _ = await put_in_queue(action, row, decision.kind, [CaseReason.CORRECTED], _about(decision))
        action.record(
            CorrectionSent(
                territory_id=territory_id,
                decision_id=decision.id,
                case_id=case.id,
                consultation_id=decision.consultation_id,
                contribution_id=contribution_id_of(row),
                kind=decision.kind.value,
                item_id=row.id,
            )
        )
        return case


def _about(decision: Decision) -> dict[str, Any]:
    return {"decision": str(decision.id)}


async def corrected_case(decision: Decision) -> Case | None:
    """The case that the correction asked for has come back in, or that was opened when its deadline had passed."""
    for case in await Case.filter(kind=decision.kind, item_id=decision.item_id).order_by("-id"):
        if case.details.get("decision") == str(decision.id) and _SETTLED & set(case.reasons):
            return case
    return None


async def pending_correction(kind: Kind, item_id: int) -> Decision | None:
    """The decision whose correction an item's author still owes, if there is one."""
    last = await Decision.filter(kind=kind, item_id=item_id).order_by("-id").first()
    if last is None or last.effect is not Effect.CORRECT or await corrected_case(last) is not None:
        return None
    return last


async def note_revision(territory_id: int, kind: Kind, item_id: int) -> Case | None:
    """Take a new wording that an author gave an item in the ordinary way for the correction that was asked for."""
    decision = await pending_correction(kind, item_id)
    return await _queue_again(territory_id, decision, CaseReason.CORRECTED) if decision else None


async def reopen_overdue() -> int:
    """Put back in the queue what was not corrected before the deadline, once each; how many. A chore of the worker."""
    now = clock.now()
    reopened, last = 0, (now - LOOK_BACK, 0)
    while overdue := await _overdue(now, last):
        for decision in overdue:
            reopened += await _queue_again(decision.territory_id, decision, CaseReason.DEADLINE) is not None
        last = (overdue[-1].until or now, overdue[-1].id)
    return reopened


async def _overdue(now: datetime, last: tuple[datetime, int]) -> list[Decision]:
    """Some decisions whose deadline is over and that no case has taken up, in the order of their deadlines."""
    rows = await execute(
        "SELECT d.id FROM decision d WHERE d.effect = 'correct' AND d.until <= :now AND (d.until, d.id) > (:last, :key)"
        " AND NOT EXISTS (SELECT 1 FROM decision r WHERE r.replaces_id = d.id)"
        " AND NOT EXISTS (SELECT 1 FROM moderation_case c WHERE c.kind = d.kind AND c.item_id = d.item_id"
        " AND CAST(c.details AS TEXT) LIKE '%\"' || CAST(d.id AS TEXT) || '\"%') ORDER BY d.until, d.id LIMIT :most",
        now=now,
        last=last[0],
        key=last[1],
        most=_AT_ONCE,
    )
    return await Decision.filter(id__in=[row["id"] for row in rows]).order_by("until", "id") if rows else []


async def _queue_again(territory_id: int, decision: Decision, reason: CaseReason) -> Case | None:
    """Open a case because of what became of a decision; None when there is nothing left to look at."""
    try:
        async with Action(SYSTEM, territory_id=territory_id) as action:
            await hold_consultation(action, decision.consultation_id or 0)
            row = await load_item(decision.consultation_id or 0, decision.kind, decision.item_id)
            settled = await is_replaced(decision.id) or await corrected_case(decision) is not None
            if settled or row.state is ItemState.WITHDRAWN:
                action.nothing_to_do()
                return None
            case, _ = await put_in_queue(action, row, decision.kind, [reason], _about(decision))
            return case
    except NotFound:
        return None
