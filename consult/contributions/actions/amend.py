"""Amendments: another wording, proposed by somebody else, adopted or declined by the author."""

from collections.abc import Sequence

from consult.consultations.items import ItemState
from consult.consultations.models import Consultation, Round, Section
from consult.contributions.actions.recounting import counted_anew
from consult.contributions.actions.revise import mark_adopted
from consult.contributions.actions.rows import (
    Wording,
    contribution_inside,
    count_change,
    lock_below,
    made_by_form,
    reword,
)
from consult.contributions.actions.waiting import hold, publish_waiting
from consult.contributions.events import (
    AmendmentDeclined,
    AmendmentHeld,
    AmendmentLeftWaiting,
    AmendmentProposed,
    AmendmentWithdrawn,
    ContributionRevised,
)
from consult.contributions.models import Amendment, AmendmentOutcome, Contribution
from consult.contributions.rules import (
    GONE,
    UNCHANGED,
    amendment_refusal,
    amendment_withdrawal_refusal,
    answer_refusal,
    reads_first,
    reason_refusal,
    staleness_refusal,
)
from consult.core.action import Action
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.text.cleaning import clean_text
from consult.core.voice import Voice


async def propose_amendment(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    contribution_id: int,
    base_revision: int,
    title: str,
    body: str,
    reason: str,
    once: str | None = None,
) -> Amendment:
    """Propose another wording of somebody else's contribution. That of an unconfirmed account waits, and any other
    where texts are read first.

    Args:
        base_revision: the number of the wording that the proposer read; the difference is shown against it.

    Raises:
        NotFound: there is no such contribution here.
        Refused: one's own contribution, not public, not open, or nothing would change.
    """
    wording, reason = Wording.of(title, body), clean_text(reason)
    refuse(reason_refusal(reason))
    async with Action(voice, territory_id=territory_id) as action:
        consultation, rounds = await lock_below(action, territory_id, consultation_id)
        made = await made_by_form(Amendment, once)
        if made is not None:
            action.nothing_to_do()
            return made
        row = await contribution_inside(consultation_id, contribution_id)
        section = await Section.get(id=row.section_id)
        refuse(amendment_refusal(voice, row, rounds, section, action.at))
        refuse(UNCHANGED if wording.same_as(row) else None)
        if not 1 <= base_revision <= row.revision:
            raise NotFound
        held = voice.confirmed and reads_first(consultation)
        amendment = await Amendment.create(
            id=new_key(),
            consultation_id=consultation_id,
            contribution_id=row.id,
            author_id=voice.account_id,
            organisation_id=voice.organisation_id,
            author_kind=voice.kind,
            state=ItemState.WAITING,
            awaits_moderator=held,
            base_revision=base_revision,
            title=wording.title,
            body=wording.body,
            body_html=wording.body_html,
            reason=reason,
            created_at=action.at,
            once=once,
        )
        if held:
            action.record(_held(amendment, territory_id))
        elif voice.confirmed:
            await make_amendment_public(action, amendment)
        else:
            action.record(
                AmendmentLeftWaiting(
                    territory_id=territory_id,
                    consultation_id=consultation_id,
                    contribution_id=row.id,
                    amendment_id=amendment.id,
                )
            )
        return amendment


async def publish_waiting_amendments(account_id: int) -> int:
    """Publish the amendments proposed before an account's address was confirmed (see ``publish_waiting``)."""
    return await publish_waiting(Amendment, account_id, _publish_waiting)


async def _publish_waiting(
    action: Action, amendment: Amendment, consultation: Consultation, rounds: Sequence[Round]
) -> None:
    row = await contribution_inside(consultation.id, amendment.contribution_id)
    section = await Section.get(id=row.section_id)
    refuse(amendment_refusal(action.voice, row, rounds, section, action.at))
    if reads_first(consultation):
        await hold(amendment)
        action.record(_held(amendment, consultation.territory_id))
    else:
        await make_amendment_public(action, amendment)


def _held(amendment: Amendment, territory_id: int) -> AmendmentHeld:
    return AmendmentHeld(
        territory_id=territory_id,
        consultation_id=amendment.consultation_id,
        contribution_id=amendment.contribution_id,
        amendment_id=amendment.id,
    )


async def make_amendment_public(action: Action, amendment: Amendment) -> None:
    """Show an amendment that waited to everybody."""
    async with counted_anew(action, amendment.contribution_id):
        amendment.state, amendment.published_at = ItemState.PUBLISHED, action.at
        amendment.awaits_moderator = False
        await amendment.save(update_fields=["state", "published_at", "awaits_moderator"])
    action.record(
        AmendmentProposed(
            territory_id=action.territory_id,
            consultation_id=amendment.consultation_id,
            contribution_id=amendment.contribution_id,
            amendment_id=amendment.id,
            author_kind=amendment.author_kind,
        )
    )


async def _inside(consultation_id: int, contribution_id: int, amendment_id: int) -> tuple[Contribution, Amendment]:
    row = await contribution_inside(consultation_id, contribution_id)
    amendment = await Amendment.get_or_none(id=amendment_id, contribution_id=contribution_id)
    if amendment is None:
        raise NotFound
    return row, amendment


async def adopt_amendment(
    voice: Voice, *, territory_id: int, consultation_id: int, contribution_id: int, amendment_id: int
) -> Amendment:
    """Make a proposed wording the contribution's own: a revision that credits whoever proposed it.

    Raises:
        NotFound: there is no such amendment here.
        Refused: not the contribution's author, answered already, not open, or the contribution has changed since
            (``stale_amendment``: the page then offers to carry the change over by hand).
    """
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id)
        row, amendment = await _inside(consultation_id, contribution_id, amendment_id)
        if amendment.outcome is AmendmentOutcome.ADOPTED:
            action.nothing_to_do()
            return amendment
        refuse(answer_refusal(voice, row, amendment, rounds, action.at))
        refuse(staleness_refusal(row.revision, amendment))
        await reword(action, row, Wording.of(amendment.title, amendment.body), amendment_id=amendment.id)
        await mark_adopted(action, row, amendment)
        action.record(
            ContributionRevised(
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=row.id,
                number=row.number or 0,
                revision=row.revision,
                amendment_id=amendment.id,
            )
        )
        return amendment


async def decline_amendment(
    voice: Voice, *, territory_id: int, consultation_id: int, contribution_id: int, amendment_id: int, reason: str
) -> Amendment:
    """Decline a proposed wording of one's contribution, with a reason that is shown beside it.

    Raises:
        NotFound: there is no such amendment here.
        Refused: no reason, not the contribution's author, answered already, or not open.
    """
    reason = clean_text(reason)
    refuse(reason_refusal(reason))
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id)
        row, amendment = await _inside(consultation_id, contribution_id, amendment_id)
        if amendment.outcome is AmendmentOutcome.DECLINED and amendment.outcome_reason == reason:
            action.nothing_to_do()
            return amendment
        refuse(answer_refusal(voice, row, amendment, rounds, action.at))
        amendment.outcome, amendment.outcome_at = AmendmentOutcome.DECLINED, action.at
        amendment.outcome_reason = reason
        await amendment.save(update_fields=["outcome", "outcome_at", "outcome_reason"])
        await count_change(action, row.id)
        action.record(
            AmendmentDeclined(
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=row.id,
                amendment_id=amendment.id,
            )
        )
        return amendment


async def withdraw_amendment(
    voice: Voice, *, territory_id: int, consultation_id: int, contribution_id: int, amendment_id: int
) -> Amendment:
    """Withdraw a wording that one proposed, as long as it has not been answered; a tombstone stays in its place.

    Raises:
        NotFound: there is no such amendment here.
        Refused: somebody else's, answered already, not open, or its contribution is no longer public.
    """
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id, adds=False)
        row, amendment = await _inside(consultation_id, contribution_id, amendment_id)
        if amendment.state is ItemState.WITHDRAWN:
            action.nothing_to_do()
            return amendment
        refuse(amendment_withdrawal_refusal(voice, amendment, rounds, action.at))
        if amendment.state is ItemState.PUBLISHED:
            # a contribution that is gone has taken its amendments out of all counts already
            refuse(GONE if row.state is not ItemState.PUBLISHED else None)
        async with counted_anew(action, row.id):
            amendment.state, amendment.removed_at = ItemState.WITHDRAWN, action.at
            await amendment.save(update_fields=["state", "removed_at"])
        action.record(
            AmendmentWithdrawn(
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=contribution_id,
                amendment_id=amendment.id,
            )
        )
        return amendment
