"""Rounds that close at another time than was said, and rounds that are over and done with."""

from typing import Any

from consult.consultations.events import PeriodClosed, RoundExtended, RoundReopened, RoundShortened
from consult.core.database import execute
from consult.core.events import Event, effect
from consult.notifications.queries.audiences import Audience
from consult.notifications.writing.mailings import Announcement, announce

MOVES: dict[type[Event], str] = {
    RoundExtended: "extended",
    RoundShortened: "shortened",
    RoundReopened: "reopened",
}


@effect(RoundExtended, RoundShortened, RoundReopened)
async def tell_of_round(event: Any, outbox_id: int) -> None:
    """To those who want every news at once; digests tell the others, as a change of the rules."""
    territory_id = await _territory_of(event.consultation_id)
    if territory_id is not None:
        await announce(
            Announcement(
                event=f"round.{event.round_id}.{outbox_id}",
                template="round_moved",
                audience=Audience.FOLLOWERS_OF_ALL,
                territory_id=territory_id,
                consultation_id=event.consultation_id,
                about=("round", event.round_id),
                values={"move": MOVES[type(event)], "closed_at": event.closed_at, "closes_at": event.closes_at},
            )
        )


@effect(PeriodClosed)
async def tell_of_closing(event: PeriodClosed, outbox_id: int) -> None:
    """To everybody who took part or follows: thanks, the figures, and what comes next."""
    territory_id = await _territory_of(event.consultation_id)
    if territory_id is not None:
        await announce(
            Announcement(
                event=f"period_closed.{event.snapshot_id}",
                template="period_closed",
                audience=Audience.CONCERNED,
                territory_id=territory_id,
                consultation_id=event.consultation_id,
                about=("snapshot", event.snapshot_id),
            )
        )


async def _territory_of(consultation_id: int) -> int | None:
    rows = await execute("SELECT territory_id FROM consultation WHERE id = :key", key=consultation_id)
    return rows[0]["territory_id"] if rows else None
