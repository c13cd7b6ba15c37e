"""Rewording and withdrawing a contribution, by its author."""

from consult.consultations.items import ItemState
from consult.contributions.actions.recounting import counted_anew
from consult.contributions.actions.rows import Wording, contribution_inside, lock_below, reword
from consult.contributions.events import AmendmentAdopted, ContributionRevised, ContributionWithdrawn
from consult.contributions.models import Amendment, AmendmentOutcome, Contribution
from consult.contributions.rules import (
    STALE_WORDING,
    UNCHANGED,
    answer_refusal,
    reason_refusal,
    revision_refusal,
    withdrawal_refusal,
)
from consult.contributions.search import forget_contribution
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, refuse
from consult.core.text.cleaning import clean_line
from consult.core.voice import Voice


async def revise_contribution(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    contribution_id: int,
    base_revision: int,
    title: str,
    body: str,
    reason: str = "",
    amendment_id: int | None = None,
) -> Contribution:
    """Give one's contribution a new wording. Votes cast so far are kept apart (see ``rows.reword``).

    Args:
        base_revision: the number of the wording that the author started from.
        amendment_id: a pending amendment that the author carries over by hand; it counts as adopted, and is credited.

    Raises:
        NotFound: there is no such contribution or amendment here.
        Refused: not the author, not public, not open; the wording has changed since, or does not change at all.
    """
    wording, reason = Wording.of(title, body), clean_line(reason)
    refuse(reason_refusal(reason, needed=False))
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id)
        row = await contribution_inside(consultation_id, contribution_id)
        refuse(revision_refusal(voice, row, rounds, action.at))
        if wording.same_as(row):
            refuse(UNCHANGED if row.revision == base_revision else None)
            action.nothing_to_do()  # the form was sent twice
            return row
        refuse(STALE_WORDING if row.revision != base_revision else None)
        amendment = await Amendment.get_or_none(id=amendment_id, contribution_id=row.id) if amendment_id else None
        if amendment_id and amendment is None:
            raise NotFound
        if amendment is not None:
            refuse(answer_refusal(voice, row, amendment, rounds, action.at))
        await reword(action, row, wording, reason=reason, amendment_id=amendment_id)
        if amendment is not None:
            await mark_adopted(action, row, amendment)
        action.record(
            ContributionRevised(
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=row.id,
                number=row.number or 0,
                revision=row.revision,
                amendment_id=amendment_id,
            )
        )
        return row


async def mark_adopted(action: Action, row: Contribution, amendment: Amendment) -> None:
    """Write that an amendment became the contribution's present wording."""
    amendment.outcome, amendment.outcome_at = AmendmentOutcome.ADOPTED, action.at
    await amendment.save(update_fields=["outcome", "outcome_at"])
    action.record(
        AmendmentAdopted(
            territory_id=action.territory_id,
            consultation_id=row.consultation_id,
            contribution_id=row.id,
            amendment_id=amendment.id,
            revision=row.revision,
        )
    )


async def withdraw_contribution(
    voice: Voice, *, territory_id: int, consultation_id: int, contribution_id: int
) -> Contribution:
    """Withdraw one's contribution: its number stays, without the text; what stands beneath it is no longer shown.

    Raises:
        NotFound: there is no such contribution here.
        Refused: not the author, or the round is over.
    """
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id, adds=False)
        row = await contribution_inside(consultation_id, contribution_id)
        if row.state is ItemState.WITHDRAWN:
            action.nothing_to_do()
            return row
        refuse(withdrawal_refusal(voice, row, rounds, action.at))
        async with counted_anew(action, row.id):
            await execute(
                "UPDATE contribution SET state = 'withdrawn', removed_at = :at WHERE id = :key",
                at=action.at,
                key=row.id,
            )
        await forget_contribution(row.id)
        action.record(
            ContributionWithdrawn(
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=row.id,
                number=row.number,
            )
        )
        await row.refresh_from_db()
        return row
