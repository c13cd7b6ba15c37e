"""Undoing a decision by another one: what was hidden comes back, what was reunited parts, the suspended may write."""

from typing import Any

from consult.accounts.models import Restriction
from consult.consultations.actions import lock_consultation
from consult.contributions.actions.rows import count_change
from consult.contributions.models import Contribution
from consult.core.action import Action
from consult.core.errors import refuse
from consult.core.text.cleaning import clean_text
from consult.core.voice import Voice
from consult.moderation.actions.looking import (
    conflict_with,
    decision_here,
    first_use,
    has_pending_appeal,
    is_replaced,
    lock_account,
)
from consult.moderation.actions.standing import (
    load_item,
    publish_held,
    restore_item,
    unmerge_contribution,
    unseal_item,
)
from consult.moderation.actions.writing import About, Verdict, write_decision
from consult.moderation.models import Decision, Effect, Kind
from consult.moderation.rules.deciding import conflict_refusal, moderator_refusal, reason_refusal, undoing_refusal
from consult.moderation.rules.items import contribution_id_of


async def decide_again(
    voice: Voice, *, territory_id: int, decision_id: int, reason: str, once: str | None = None
) -> Decision:
    """Undo a decision by another one, with its reason; one's own too: whoever was wrong says so. Sent twice, once.

    Raises:
        NotFound: this territory has no such decision, or its text is gone.
        Refused: no moderator, in conflict, nothing to undo, undone already, an appeal waits, or the reason is missing.
    """
    reason = clean_text(reason)
    async with Action(voice, territory_id=territory_id) as action:
        refuse(moderator_refusal(voice))
        decision = await hold_decision(action, decision_id)
        made = await Decision.get_or_none(once=once, replaces_id=decision.id) if once else None
        if made is not None:
            action.nothing_to_do()
            return made
        replaced = await is_replaced(decision.id)
        appealed = await has_pending_appeal(decision.id)
        refuse(undoing_refusal(decision.effect, replaced=replaced, appealed=appealed))
        refuse(conflict_refusal(await conflict_with(voice.account_id, decision)))
        refuse(reason_refusal(reason))
        return await undo(action, decision, reason, once=await first_use(Decision, once))


async def hold_decision(action: Action, decision_id: int) -> Decision:
    """A decision of the action's territory, with the lock under which what it did is undone.

    Raises:
        NotFound: there is none.
    """
    decision = await decision_here(action.territory_id or 0, decision_id)
    if decision.consultation_id is not None:
        await lock_consultation(action, decision.consultation_id)
    else:
        await lock_account(action, decision.account_id or 0)
    return decision


async def undo(action: Action, decision: Decision, reason: str, **columns: Any) -> Decision:
    """Write the decision that undoes another one, and put back what it took away; the lock is held.

    Raises:
        NotFound: the text is gone with the account that had written it.
        Refused: it was sealed, and the legal period is over.
    """
    about = About(decision.kind, decision.item_id, decision.account_id)
    if decision.kind is Kind.ACCOUNT:
        await Restriction.filter(decision_id=decision.id, lifted_at=None).update(lifted_at=action.at)
    else:
        about = await _put_back(action, decision)
    return await write_decision(
        action,
        about,
        Verdict(Effect.KEEP, "", reason),
        replaces_id=decision.id,
        **columns,
    )


async def _put_back(action: Action, decision: Decision) -> About:
    row = await load_item(decision.consultation_id or 0, decision.kind, decision.item_id)
    if decision.effect is Effect.MERGE and isinstance(row, Contribution):
        await unmerge_contribution(action, row)
    elif decision.effect in {Effect.HIDE, Effect.HIDE_ILLEGAL} or decision.hidden_meanwhile:
        await unseal_item(action, row)
        await restore_item(action, row)
    await publish_held(action, row)  # asked to correct what waited, its author need not any more
    await count_change(action, contribution_id_of(row))  # wordings that were to be corrected are read again
    return About.item(row, decision.kind)
