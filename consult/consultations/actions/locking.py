"""The locks of a consultation: the one every writing action below it begins with, and the one that guards its rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from consult.consultations.events import RulesChanged
from consult.consultations.models import Consultation, ConsultationState, Procedure, RuleChange
from consult.consultations.queries import ConsultationView as ConsultationView
from consult.consultations.queries import rounds_of
from consult.consultations.rules import RoundLike
from consult.consultations.rules.organising import (
    REASON_NEEDED,
    administrator_refusal,
    rules_are_bound,
)
from consult.consultations.rules.procedures import procedure_refusal
from consult.core import clock
from consult.core.action import Action
from consult.core.database import execute, instance, instant
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.territories.models import Territory

# Asked for together with the lock: whoever writes is judged by it, and it costs no query of its own.
_RESTRICTED = (
    "(SELECT MAX(r.until) FROM restriction r WHERE r.account_id = :account AND r.lifted_at IS NULL"
    " AND r.territory_id = consultation.territory_id) AS restricted_until"
)


async def lock_consultation(action: Action, consultation_id: int, **totals: int) -> ConsultationView:
    """Take the consultation's lock, and count a change in it.

    One statement both locks the row until the action ends and moves its ``changes`` counter; numbers, counters and the
    closing instant are judged after it, so nobody else moves them meanwhile. Every action below a consultation begins
    with this call. See ADR 0005.

    Args:
        totals: counters of the consultation to move in the same statement (``arguments_count=1``); they stay where
            they are in a consultation whose texts wait for a moderator before they count.

    Raises:
        NotFound: there is no such consultation.
    """
    also = "".join(f", {name} = {name} + CASE WHEN moderation = 'before' THEN 0 ELSE :{name} END" for name in totals)
    moved = await execute(
        f"UPDATE consultation SET changes = changes + 1{also} WHERE id = :key RETURNING *, {_RESTRICTED}",
        {**totals, "key": consultation_id, "account": action.voice.account_id or 0},
    )
    if not moved:
        raise NotFound
    action.changed("consultation", consultation_id)
    # Whoever waited for the lock acts now, not when they began to wait: the closing instant is judged by this time.
    action.at = clock.now()
    row = instance(Consultation, moved[0])
    return ConsultationView(row, await rounds_of(consultation_id), instant(moved[0]["restricted_until"]))


async def lock_rules(action: Action, consultation_id: int) -> ConsultationView:
    """Take the lock of a consultation in the action's territory in order to change its rules, and count that too.

    Raises:
        NotFound: there is no such consultation in that territory.
        Refused: the voice is not an administrator's.
    """
    refuse(administrator_refusal(action.voice))
    view = await lock_consultation(action, consultation_id)
    if view.row.territory_id != action.territory_id:
        raise NotFound
    await execute("UPDATE consultation SET rules_changes = rules_changes + 1 WHERE id = :key", key=consultation_id)
    action.changed("rules", consultation_id)
    action.changed("consultations", view.row.territory_id)
    return view


async def judge_calendar(
    action: Action,
    view: ConsultationView,
    rounds: Sequence[RoundLike],
    *,
    procedure: Procedure | None = None,
    since: datetime | None = None,
) -> None:
    """Ask the legal frame of a consultation whether it allows these rounds; a draft's are judged when it is published.

    Args:
        procedure: another frame than the consultation's.
        since: when it becomes public, for a draft being published.

    Raises:
        Refused: the frame's article does not allow that calendar.
    """
    if view.row.state is not ConsultationState.PUBLISHED and since is None:
        return
    (zone,) = await Territory.filter(id=view.row.territory_id).values_list("timezone", flat=True)
    known = since or view.row.published_at
    refuse(procedure_refusal(procedure or view.row.procedure, rounds, ZoneInfo(str(zone)), known))


async def tell_rule_change(
    action: Action, view: ConsultationView, reason: str, *, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Keep a change of rules with its reason for the public; nothing to tell while nobody could take part.

    Args:
        before: ``kind`` (``consultation``, ``round`` or ``section``), ``name`` and the changed ``values``; empty for
            what is new. Instants are ISO 8601.
        after: the same; empty for what is gone.

    Raises:
        Refused: people could take part already, and there is no reason.
    """
    if not rules_are_bound(view.row.state is ConsultationState.PUBLISHED, view.rounds, action.at):
        return
    refuse(None if reason.strip() else REASON_NEEDED)
    change = await RuleChange.create(
        id=new_key(),
        consultation_id=view.row.id,
        account_id=action.voice.account_id,
        at=action.at,
        reason=reason.strip(),
        before=before,
        after=after,
    )
    action.record(
        RulesChanged(territory_id=view.row.territory_id, consultation_id=view.row.id, rule_change_id=change.id)
    )
