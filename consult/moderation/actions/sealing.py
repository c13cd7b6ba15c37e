"""What moderation keeps no longer than it must: sealed texts, and who reported without an account."""

from consult.core.action import Action
from consult.core.database import execute
from consult.core.voice import SYSTEM
from consult.moderation.events import ReportersForgotten, SealedTextsDropped
from consult.moderation.rules.appealing import months_after
from consult.moderation.rules.reporting import MONTHS_TO_REMEMBER

_AT_ONCE = 500


async def drop_sealed() -> int:
    """Drop sealed texts whose legal period is over, a bounded number at a time; how many. A chore of the worker.

    While an appeal against the decision waits, the text does too: it could not be put back otherwise.
    """
    async with Action(SYSTEM) as action:
        dropped = await execute(
            "DELETE FROM sealed_text WHERE id IN (SELECT s.id FROM sealed_text s WHERE s.keep_until <= :now"
            " AND NOT EXISTS (SELECT 1 FROM appeal p WHERE p.decision_id = s.decision_id AND p.heard_at IS NULL)"
            " ORDER BY s.keep_until LIMIT :most) RETURNING id",
            now=action.at,
            most=_AT_ONCE,
        )
        if dropped:
            action.record(SealedTextsDropped(count=len(dropped)))
        else:
            action.nothing_to_do()
    return len(dropped)


async def forget_reporters() -> int:
    """Drop the names and addresses left by people without an account, six months after they were answered.

    Until then an answer may be sent again, and whoever reports the same item twice is recognised; afterwards they serve
    nothing. The report itself stays, without the person. How many; a chore of the worker.
    """
    async with Action(SYSTEM) as action:
        forgotten = await execute(
            "UPDATE report SET name = '', email = '' WHERE id IN (SELECT id FROM report WHERE (email <> '' OR"
            " name <> '') AND answered_at <= :before LIMIT :most) RETURNING id",
            before=months_after(action.at, -MONTHS_TO_REMEMBER),
            most=_AT_ONCE,
        )
        if forgotten:
            action.record(ReportersForgotten(count=len(forgotten)))
        else:
            action.nothing_to_do()
    return len(forgotten)
