"""The verbs that write consultations, and the lock that every writing action below one begins with."""

from consult.consultations.models import Consultation, Round
from consult.consultations.queries import ConsultationView
from consult.core import clock
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound


async def lock_consultation(action: Action, consultation_id: int) -> ConsultationView:
    """Take the consultation's lock, and count a change in it.

    One statement both locks the row until the action ends and moves its ``changes`` counter; numbers, counters and the
    closing instant are judged after it, so nobody else moves them meanwhile. Every action below a consultation begins
    with this call. See ADR 0005.

    Raises:
        NotFound: there is no such consultation.
    """
    moved = await execute(
        "UPDATE consultation SET changes = changes + 1 WHERE id = :key RETURNING id", key=consultation_id
    )
    if not moved:
        raise NotFound
    action.changed("consultation", consultation_id)
    # Whoever waited for the lock acts now, not when they began to wait: the closing instant is judged by this time.
    action.at = clock.now()
    row = await Consultation.get(id=consultation_id)
    return ConsultationView(row, await Round.filter(consultation_id=consultation_id).order_by("opens_at", "id"))
