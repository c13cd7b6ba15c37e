"""What has to be settled before files are made: the register knows everything that has happened, votes are frozen."""

import asyncio
import time

from consult.core import outbox
from consult.core.errors import ConsultError
from consult.core.events import reactions_together
from consult.exports.voters import freeze_ballots
from consult.register.calendar import record_rounds
from consult.register.taking_over import take_over

# Longer than a lease: what a worker that died has left in hand comes back within that time.
PATIENCE_SECONDS = 400.0
LOOK_AGAIN_SECONDS = 0.2


class NotSettled(ConsultError):
    """The register is still entering what has happened: files made now would speak of texts that it does not know."""


async def is_settled() -> bool:
    """Whether the register knows everything that has happened: nothing is owed to it, and nothing in a worker's hands.

    What failed and is tried again later is not waited for: one event that cannot be told holds up no file.
    """
    return not await outbox.owed(list(reactions_together()), retried=False)


async def prepare(consultation_id: int, *, provisional: bool) -> None:
    """Bring up to date what files speak of and reactions write, so that the same data always gives the same bytes.

    Raises:
        NotSettled: another worker has been entering something for longer than one may wait.
    """
    await _settle()
    while await take_over():
        pass
    await record_rounds()  # a closing that the worker enters later would make other bytes of the same data
    if not provisional:
        await freeze_ballots(consultation_id)


async def _settle() -> None:
    """Enter what is owed, and wait for what another worker, or another task of this one, has in hand."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        while await outbox.drain_together():
            pass
        if await is_settled():
            return
        if time.monotonic() > until:
            raise NotSettled("the register is still entering what has happened: try again in a few minutes")
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
