"""What is taken out of public sight is taken out of the files too, at once; they are made again without it."""

from typing import Any

from consult.arguments.events import ArgumentCorrected, ArgumentWithdrawn
from consult.contributions.events import (
    AmendmentWithdrawn,
    AuthorshipRefreshed,
    ContributionRevised,
    ContributionWithdrawn,
)
from consult.core.events import effect
from consult.exports.actions import expire_files
from consult.exports.making.files import drop_folder
from consult.exports.queries import was_to_be_corrected
from consult.moderation.events import CorrectionSent, DecisionMade
from consult.moderation.models import Effect
from consult.sources.events import SourceCorrected, SourceWithdrawn

# « correct » hides too, where the moderator says so
MAY_HIDE = {Effect.HIDE, Effect.HIDE_ILLEGAL, Effect.CORRECT}


@effect(DecisionMade)
async def forget_hidden(event: DecisionMade, outbox_id: int) -> None:
    """A decision has hidden a text, or may have."""
    if event.effect in MAY_HIDE and event.consultation_id is not None:
        await _expire(event.consultation_id)


@effect(ContributionWithdrawn, ArgumentWithdrawn, SourceWithdrawn, AmendmentWithdrawn, AuthorshipRefreshed)
async def forget_withdrawn(event: Any, outbox_id: int) -> None:
    """Somebody has taken their text back, has left, or goes by another name."""
    await _expire(event.consultation_id)


@effect(CorrectionSent)
async def forget_corrected(event: CorrectionSent, outbox_id: int) -> None:
    """What moderators had asked to correct was still public until now, and in the files made since they asked."""
    await _expire(event.consultation_id)


@effect(ContributionRevised, ArgumentCorrected, SourceCorrected)
async def forget_reworded(event: Any, outbox_id: int) -> None:
    """The same, where the author corrected it in the ordinary way. Nobody else's past wordings leave the history."""
    if await was_to_be_corrected(event.payload()):
        await _expire(event.consultation_id)


async def _expire(consultation_id: int) -> None:
    """Twice does no harm: what was made since then is of a later counter, and stays."""
    for key in await expire_files(consultation_id=consultation_id):
        await drop_folder(key)
