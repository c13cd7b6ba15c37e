"""What has to be settled before files are made: the register knows everything that has happened, votes are frozen."""

from consult.core import clock, outbox
from consult.core.database import execute
from consult.core.events import reactions_together
from consult.register.calendar import record_rounds
from consult.register.taking_over import take_over


async def is_settled() -> bool:
    """Whether the register knows everything that has happened: a request does not do the worker's work to find out."""
    names = list(reactions_together())
    if not names:
        return True
    due = "SELECT 1 FROM outbox WHERE effect IN :names AND done_at IS NULL AND next_try_at <= :now LIMIT 1"
    return not await execute(due, names=names, now=clock.now())


async def prepare(consultation_id: int, *, provisional: bool) -> None:
    """Bring up to date what files speak of and reactions write, so that the same data always gives the same bytes."""
    while await outbox.drain_together():
        pass
    while await take_over():
        pass
    await record_rounds()  # a closing that the worker enters later would make other bytes of the same data
    if not provisional:
        await _freeze(consultation_id)


async def _freeze(consultation_id: int) -> None:
    """The identifiers of voters stop leading to anybody before they are given away for good."""
    from consult.exports.voters import freeze_ballots

    await freeze_ballots(consultation_id)
