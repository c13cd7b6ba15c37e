"""Deciding: one decision closes a case, answers its reports and moves the item; nothing decided is overwritten."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consult.consultations.actions import lock_consultation
from consult.consultations.items import ItemState
from consult.contributions.actions.rows import count_change
from consult.contributions.models import Contribution
from consult.core.action import Action
from consult.core.errors import NotFound, Refusal, Refused, refuse
from consult.core.language import N_
from consult.core.text.cleaning import clean_text
from consult.core.voice import Voice
from consult.moderation.actions.appealing import refuse_while_appealed, settle_by_deciding
from consult.moderation.actions.cases import hold_case, judge
from consult.moderation.actions.looking import conflict_of, conflict_with_target, first_use
from consult.moderation.actions.standing import (
    hide_item,
    load_item,
    merge_contribution,
    publish_held,
    restore_item,
    seal_item,
)
from consult.moderation.actions.writing import About, Verdict, in_force, write_decision
from consult.moderation.models import Case, Decision, Effect, Ground, Report
from consult.moderation.rules.deciding import (
    HAS_MERGED,
    MERGE_INTO,
    MERGED_ALREADY,
    NO_REASON,
    bulk_refusal,
    conflict_refusal,
    form_refusals,
    ground_refusal,
    moderator_refusal,
    reason_refusal,
    speaks_for_itself,
    state_refusal,
    target_refusal,
)
from consult.moderation.rules.items import AnItem, contribution_id_of
from consult.moderation.rules.words import AUTOMATIC_REASON, READ_FIRST_REASON

GONE = Refusal("not_found", N_("Ce texte n’est plus là"))


async def decide(
    voice: Voice,
    *,
    territory_id: int,
    case_id: int,
    effect: str,
    ground: str = "",
    reason: str,
    until: datetime | None = None,
    hidden_meanwhile: bool = False,
    merged_into_number: int | None = None,
    once: str | None = None,
) -> Decision:
    """Decide a case, which closes it. A form sent twice decides once; of two moderators one does.

    Args:
        reason: a sentence to the author; may be empty where the decision speaks for itself.

    Raises:
        NotFound: this territory has no such case.
        Refused: no moderator, in conflict, decided meanwhile, in somebody else's hands, or something is missing.
    """
    reason = clean_text(reason)
    async with Action(voice, territory_id=territory_id) as action:
        case = await hold_case(action, case_id)
        made = await Decision.get_or_none(once=once, case_id=case.id) if once else None
        if made is not None:
            action.nothing_to_do()
            return made
        await judge(action, case)
        if effect == Effect.MERGE and not ground:
            ground = Ground.DUPLICATE.value
        reason = reason or await _standard_reason(case, effect)
        wrong = form_refusals(
            case.kind, effect, ground, reason, action.at, until=until, merged_into_number=merged_into_number
        )
        refuse(next(iter(wrong), None))
        verdict = Verdict(
            Effect(effect),
            ground,
            reason,
            until if effect == Effect.CORRECT else None,
            hidden_meanwhile and effect == Effect.CORRECT,
            merged_into_number,
        )
        return await _decide(action, case, verdict, await first_use(Decision, once))


async def _standard_reason(case: Case, effect: str) -> str:
    """What a decision says where nobody has to explain it, "" where somebody has to. The lock is held."""
    row = await load_item(case.consultation_id, case.kind, case.item_id)
    return READ_FIRST_REASON if speaks_for_itself(effect, row.state, case.reports_count) else ""


async def _decide(action: Action, case: Case, verdict: Verdict, once: str | None) -> Decision:
    await lock_consultation(action, case.consultation_id)
    row = await load_item(case.consultation_id, case.kind, case.item_id)
    conflict = await conflict_of(action.voice.account_id, case.kind, case.item_id, row.author_id, row.organisation_id)
    refuse(conflict_refusal(conflict))
    refuse(state_refusal(verdict.effect, row.state, sealed=row.sealed_at is not None))
    into = await _target(row, verdict) if verdict.effect is Effect.MERGE else None
    refuse(target_refusal(await conflict_with_target(action.voice.account_id, into)))
    before = await in_force(case.kind, case.item_id)
    await refuse_while_appealed(before)
    decision = await write_decision(
        action,
        About.item(row, case.kind),
        verdict,
        case=case,
        merged_into_id=into.id if into else None,
        replaces_id=before.id if before else None,
        once=once,
    )
    await _carry_out(action, row, decision, into)
    if Effect.CORRECT in {decision.effect, before.effect if before else None}:
        await count_change(action, contribution_id_of(row))  # it decides which past wordings are read
    await _close(action, case, decision)
    if before is not None:
        await settle_by_deciding(action, before, decision)
    return decision


async def _target(row: AnItem, verdict: Verdict) -> Contribution:
    """The contribution that another is to be reunited with.

    Raises:
        Refused: there is no such public contribution, it is the same, or one of the two is reunited with others.
    """
    refuse(MERGED_ALREADY if getattr(row, "merged_into_id", None) is not None else None)
    into = await Contribution.get_or_none(
        consultation_id=row.consultation_id, number=verdict.into, state=ItemState.PUBLISHED, merged_into_id=None
    )
    if into is None or into.id == row.id:
        raise Refused(MERGE_INTO)
    refuse(HAS_MERGED if await Contribution.exists(merged_into_id=row.id) else None)
    return into


async def _carry_out(action: Action, row: AnItem, decision: Decision, into: Contribution | None) -> None:
    """Move the item to where the decision says."""
    match decision.effect:
        case Effect.KEEP:
            await _make_public(action, row)
        case Effect.CORRECT if decision.hidden_meanwhile:
            if row.state is ItemState.PUBLISHED:  # what waits or is hidden already stays out of sight
                await hide_item(action, row, Ground(decision.ground))
        case Effect.CORRECT if row.state is ItemState.HIDDEN:
            await restore_item(action, row)
        case Effect.MERGE if isinstance(row, Contribution) and into is not None:
            await _make_public(action, row)
            await merge_contribution(action, row, into)
        case Effect.HIDE | Effect.HIDE_ILLEGAL:
            await hide_item(action, row, Ground(decision.ground))
            if decision.effect is Effect.HIDE_ILLEGAL:
                await seal_item(action, row, decision.id)


async def _make_public(action: Action, row: AnItem) -> None:
    if row.state is ItemState.WAITING:
        await publish_held(action, row)
    elif row.state is ItemState.HIDDEN:
        await restore_item(action, row)


async def hide_provisionally(action: Action, row: AnItem, case: Case) -> Decision | None:
    """Hide what many have reported until a person has decided: a decision of nobody's, and the case stays open.

    A step of an action that holds the consultation's lock.
    """
    if row.state is not ItemState.PUBLISHED:
        return None
    await lock_consultation(action, case.consultation_id)
    verdict = Verdict(Effect.HIDE, Ground.AUTOMATIC.value, AUTOMATIC_REASON)
    decision = await write_decision(action, About.item(row, case.kind), verdict, case=case, automated=True)
    await hide_item(action, row, Ground.AUTOMATIC)
    return decision


async def _close(action: Action, case: Case, decision: Decision) -> None:
    """Take a decided case out of the queue, and answer everybody who had reported the item."""
    case.is_open, case.open_key, case.closed_at = False, None, action.at
    case.assigned_to_id, case.assigned_until = decision.by_id, None
    await case.save(update_fields=["is_open", "open_key", "closed_at", "assigned_to_id", "assigned_until"])
    await Report.filter(case_id=case.id, answered_at=None).update(answered_at=action.at, decision_id=decision.id)


@dataclass(frozen=True)
class Outcome:
    """What became of one of several cases: a decision, or why there is none."""

    case_id: int
    decision: Decision | None = None
    refusal: Refusal | None = None


async def decide_many(
    voice: Voice,
    *,
    territory_id: int,
    case_ids: Sequence[int],
    effect: str,
    ground: str = "",
    reason: str,
    once: str | None = None,
) -> list[Outcome]:
    """Keep or hide several items for one reason, each in an action of its own: what is refused stops nothing else.

    Args:
        reason: may be empty to keep: what waited to be read first is published, the rest is refused.

    Raises:
        Refused: no moderator, too many or none, or the ground is missing, or a reason that all of them need.
    """
    wanted, reason = list(dict.fromkeys(case_ids)), clean_text(reason)
    refuse(
        moderator_refusal(voice)
        or bulk_refusal(len(wanted), effect)
        or ground_refusal(effect, ground)
        or (reason_refusal(reason) if reason or effect != Effect.KEEP else None)
    )
    outcomes = []
    for case_id in wanted:
        key = hashlib.sha256(f"{once}:{case_id}".encode()).hexdigest() if once else None
        try:
            decision = await decide(
                voice,
                territory_id=territory_id,
                case_id=case_id,
                effect=effect,
                ground=ground,
                reason=reason,
                once=key,
            )
            outcomes.append(Outcome(case_id, decision))
        except Refused as error:
            outcomes.append(Outcome(case_id, refusal=error.refusal))
        except NotFound:
            outcomes.append(Outcome(case_id, refusal=GONE))
    # Nothing was decided for want of a sentence: that is said beside the field, with the choice kept.
    refuse(NO_REASON if all(one.refusal == NO_REASON for one in outcomes) else None)
    return outcomes
