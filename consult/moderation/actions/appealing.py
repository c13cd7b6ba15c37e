"""Appeals: once a decision, within six months, heard by somebody else than whoever decided."""

from consult.core.action import Action
from consult.core.errors import NotFound, Refused, refuse
from consult.core.keys import new_key
from consult.core.text.cleaning import clean_text
from consult.core.voice import Voice
from consult.moderation.actions.looking import (
    able_to_hear,
    conflict_with,
    first_use,
    has_pending_appeal,
    is_member,
    is_replaced,
)
from consult.moderation.actions.numbering import new_reference
from consult.moderation.actions.undoing import hold_decision, undo
from consult.moderation.events import AppealHeard, AppealMade
from consult.moderation.models import Appeal, AppealOutcome, Decision, Effect
from consult.moderation.rules.appealing import (
    APPEAL_UNDONE,
    appeal_refusal,
    hearing_refusal,
    outcome_refusal,
    text_refusal,
)
from consult.moderation.rules.deciding import APPEAL_PENDING, reason_refusal


async def appeal(voice: Voice, *, territory_id: int, decision_id: int, text: str, once: str | None = None) -> Appeal:
    """Ask that a decision about oneself, or about what one wrote, be looked at again by somebody else.

    Raises:
        NotFound: this territory has no such decision.
        Refused: it is addressed to somebody else, kept the text, is too old, was appealed or undone already, or the
            text is missing or too long.
    """
    text = clean_text(text)
    async with Action(voice, territory_id=territory_id) as action:
        decision = await hold_decision(action, decision_id)
        made = await Appeal.get_or_none(decision_id=decision.id)
        if made is not None and once is not None and made.once == once:
            action.nothing_to_do()
            return made
        refuse(
            appeal_refusal(
                voice,
                decision,
                action.at,
                member=await is_member(decision.organisation_id, voice.account_id),
                appealed=made is not None,
                replaced=await is_replaced(decision.id),
            )
        )
        refuse(text_refusal(text))
        row = await Appeal.create(
            id=new_key(),
            reference=await new_reference("R", action.at),
            territory_id=territory_id,
            decision_id=decision.id,
            account_id=voice.account_id,
            text=text,
            made_at=action.at,
            once=await first_use(Appeal, once),
        )
        action.changed("decisions", territory_id)
        action.record(AppealMade(territory_id=territory_id, appeal_id=row.id, decision_id=decision.id))
        return row


async def hear_appeal(
    voice: Voice, *, territory_id: int, appeal_id: int, outcome: str, reason: str, once: str | None = None
) -> Appeal:
    """Answer an appeal: the decision stands, or a new one undoes it. Of two who hear it at once, one does.

    Raises:
        NotFound: this territory has no such appeal.
        Refused: not one of those who may hear it, heard already, or the outcome or the reason is missing.
    """
    reason = clean_text(reason)
    async with Action(voice, territory_id=territory_id) as action:
        row = await Appeal.get_or_none(id=appeal_id, territory_id=territory_id)
        if row is None:
            raise NotFound
        decision = await hold_decision(action, row.decision_id)
        await row.refresh_from_db()
        if row.heard_at is not None and row.heard_by_id == voice.account_id and row.outcome == outcome:
            action.nothing_to_do()
            return row
        conflict = await conflict_with(voice.account_id, decision)
        refuse(hearing_refusal(voice, conflict, heard=row.heard_at is not None, able=await able_to_hear(decision)))
        refuse(outcome_refusal(outcome) or reason_refusal(reason))
        new = None
        if outcome == AppealOutcome.REVERSED:
            refuse(APPEAL_UNDONE if await is_replaced(decision.id) else None)
            new = await undo(action, decision, reason, opened_at=row.made_at, once=f"appeal:{row.id}")
        await _answer(action, row, AppealOutcome(outcome), reason, new)
        return row


async def _answer(action: Action, row: Appeal, outcome: AppealOutcome, reason: str, new: Decision | None) -> None:
    row.outcome, row.reason = outcome.value, reason
    row.heard_by_id, row.heard_at = action.voice.account_id, action.at
    row.new_decision_id = new.id if new else None
    await row.save(update_fields=["outcome", "reason", "heard_by_id", "heard_at", "new_decision_id"])
    action.changed("decisions", action.territory_id or 0)
    action.record(
        AppealHeard(
            territory_id=action.territory_id,
            appeal_id=row.id,
            decision_id=row.decision_id,
            outcome=outcome.value,
            new_decision_id=row.new_decision_id,
        )
    )


async def refuse_while_appealed(before: Decision | None) -> None:
    """Keep whoever decides next from ending a decision whose appeal waits: it is for somebody else to hear it.

    What nobody decided is different: any person who looks at it is somebody else (:func:`settle_by_deciding`).

    Raises:
        Refused: an appeal against a person's decision waits.
    """
    if before is not None and not before.automated and await has_pending_appeal(before.id):
        raise Refused(APPEAL_PENDING)


async def settle_by_deciding(action: Action, before: Decision, decision: Decision) -> None:
    """Answer the appeal against an automatic decision by the decision of the person who has now looked."""
    row = await Appeal.get_or_none(decision_id=before.id, heard_at=None)
    if row is None:
        return
    outcome = AppealOutcome.REVERSED if decision.effect is Effect.KEEP else AppealOutcome.UPHELD
    await _answer(action, row, outcome, decision.reason, decision)
