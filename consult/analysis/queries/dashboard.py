"""What the dashboard of a consultation shows: the kept figures, the outline, and how old the queue is."""

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from consult.analysis.models import ConsultationFigures
from consult.analysis.queries.periods import periods_of
from consult.consultations.queries import ConsultationView, SectionNode, outline
from consult.core.database import execute, instant

MOST_DAYS = 62


@dataclass(frozen=True)
class Queue:
    """The open cases of a consultation.

    Attributes:
        open: how many.
        oldest: since when the oldest waits; None when there is none.
        median: since when the one in the middle waits.
    """

    open: int
    oldest: datetime | None = None
    median: datetime | None = None


@dataclass(frozen=True)
class Stretch:
    """A day, a week or a month of a chart, with its numbers in the order of ``counting.SERIES``."""

    first: date
    numbers: list[int]


@dataclass(frozen=True)
class Stretches:
    """The whole time of a consultation in parts few enough to be drawn on a telephone.

    Attributes:
        each: ``day``, ``week`` or ``month``.
    """

    each: str = "day"
    parts: list[Stretch] = field(default_factory=list)


async def figures_of(consultation_id: int) -> ConsultationFigures | None:
    """The kept figures; None until the worker has counted for the first time."""
    return await ConsultationFigures.get_or_none(consultation_id=consultation_id)


async def queue_of(territory_id: int, consultation_id: int) -> Queue:
    """How many cases wait, and since when: one entry of the index each, and as many as wait for the count."""
    place = {"territory": territory_id, "consultation": consultation_id, "yes": True}
    where = (
        "FROM moderation_case WHERE territory_id = :territory AND is_open = :yes AND consultation_id = :consultation"
    )
    count = (await execute(f"SELECT COUNT(*) AS n {where}", place))[0]["n"]
    if not count:
        return Queue(0)
    nth = f"SELECT opened_at {where} ORDER BY opened_at LIMIT 1 OFFSET :place"
    oldest = await execute(nth, {**place, "place": 0})
    middle = await execute(nth, {**place, "place": (count - 1) // 2})
    return Queue(count, _instant_in(oldest), _instant_in(middle))


def _instant_in(rows: list[dict[str, object]]) -> datetime | None:
    """A case may have been decided since they were counted."""
    return instant(rows[0]["opened_at"]) if rows else None


async def empty_sections(consultation_id: int) -> list[SectionNode]:
    """Sections that take contributions and have none, in the order of the outline."""
    every = [node for root in await outline(consultation_id) for node in root.walk()]
    return [node for node in every if node.accepts["accepts_contributions"] and not node.count]


def stretches(figures: ConsultationFigures, view: ConsultationView, now: datetime, zone: ZoneInfo) -> Stretches:
    """The days of a consultation, quiet ones included, from its first round (or act) to its last, or to today."""
    days = {date.fromisoformat(day): [int(one) for one in numbers] for day, *numbers in figures.days}
    periods = periods_of(days, view.rounds, now, zone, MOST_DAYS)
    parts = [Stretch(start, [0, 0, 0]) for start in periods.starts]
    place = periods.places()
    for day, numbers in days.items():
        for series, number in enumerate(numbers):
            parts[place(day)].numbers[series] += number
    return Stretches(periods.each, parts)
