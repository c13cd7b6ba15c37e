"""Reads of consultations. Everything starts from a territory, and from what a visitor may see there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from consult.consultations.models import Consultation, ConsultationState, Round, Section
from consult.consultations.rules import (
    Dated,
    RoundState,
    consultation_state,
    next_instant,
    round_moment,
    time_left_changes,
)
from consult.core import changes
from consult.core.database import execute


@dataclass(frozen=True)
class ConsultationView:
    """A consultation with its rounds, as pages and rules need it together."""

    row: Consultation
    rounds: list[Round]

    def state(self, at: datetime) -> RoundState:
        """Coming, open or closed at an instant."""
        return consultation_state(self.rounds, at)

    def fresh_until(self, at: datetime, zone: ZoneInfo) -> datetime:
        """How long a page about it stays true: it counts the days, and near an opening or a closing the hours."""
        return rounds_fresh_until(self.rounds, at, zone)


def rounds_fresh_until(rounds: Sequence[Dated], at: datetime, zone: ZoneInfo) -> datetime:
    """When the sentence about these rounds changes by itself: at midnight, at their instants, and as they come near."""
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    turns = [datetime.combine(tomorrow, time(), zone).astimezone(UTC)]
    instant = next_instant(rounds, at)
    moment = round_moment(rounds, at).instant
    turns += [one for one in (instant, moment and time_left_changes(moment, at)) if one]
    return max(min(turns), at + timedelta(seconds=1))


async def find_consultation(territory_id: int, slug: str, *, drafts: bool = False) -> ConsultationView | None:
    """A territory's consultation by its slug; two queries.

    Args:
        drafts: whether this visitor may see what is not published (administrators).
    """
    row = await Consultation.get_or_none(territory_id=territory_id, slug=slug)
    if row is None or (row.state is not ConsultationState.PUBLISHED and not drafts):
        return None
    return ConsultationView(row, await Round.filter(consultation_id=row.id).order_by("opens_at", "id"))


async def sections_of(consultation_id: int) -> list[Section]:
    """All sections of a consultation, in the outline's order of siblings (``position``)."""
    return await Section.filter(consultation_id=consultation_id).order_by("position", "id")


async def _changes(key: int) -> int | None:
    rows = await execute("SELECT changes FROM consultation WHERE id = :key", key=key)
    return rows[0]["changes"] if rows else None


async def _rules_changes(key: int) -> int | None:
    rows = await execute("SELECT rules_changes FROM consultation WHERE id = :key", key=key)
    return rows[0]["rules_changes"] if rows else None


changes.counted("consultation", _changes)
changes.counted("rules", _rules_changes)
