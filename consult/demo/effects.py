"""What the demonstration's loader wrote in bulk, for the register."""

from collections.abc import Sequence

from consult.core.database import execute
from consult.core.events import Owed, effect_together
from consult.demo.events import DemoVotesCast
from consult.register.appending import Fact, append


@effect_together(DemoVotesCast)
async def enter_votes(owed: Sequence[Owed]) -> None:
    """One entry for all the votes of a bulk: nobody cast them one by one."""
    for one in owed:
        event: DemoVotesCast = one.event
        rows = await execute(
            "SELECT slug, territory_id FROM consultation WHERE id = :key AND state = 'published'",
            key=event.consultation_id,
        )
        if rows and event.votes + event.supports:
            fact = Fact(
                at=one.at,
                kind="voted",
                once=f"event:{one.outbox_id}",
                consultation_id=event.consultation_id,
                details={"consultation": rows[0]["slug"], "count": event.votes + event.supports},
            )
            await append(rows[0]["territory_id"], [fact])
