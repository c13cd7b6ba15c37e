"""The time of a consultation in parts few enough to be drawn: days, else weeks, else months; quiet ones included."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from consult.consultations.rules import Dated

_DAY_SECONDS = 86_400
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Periods:
    """A consultation's time, cut.

    Attributes:
        each: ``day``, ``week`` or ``month``.
        starts: the first day of each part, in order; empty when nothing has begun.
        last: the last day of the last one.
    """

    each: str
    starts: list[date]
    last: date = date.min

    def places(self) -> Callable[[date], int]:
        """Where a day belongs: the place of its part."""
        key, place = _KEYS[self.each], {start: place for place, start in enumerate(self.starts)}
        first = self.starts[0] if self.starts else date.min
        return lambda day: place[max(key(day), first)]


_KEYS: dict[str, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
}


def periods_of(days: Iterable[date], rounds: Sequence[Dated], at: datetime, zone: ZoneInfo, most: int) -> Periods:
    """From the first round (or act) to the last, or to ``at``, in at most about ``most`` parts."""
    begun = [one for one in rounds if one.opens_at <= at]
    ends = [min(one.closes_at, at) - timedelta(microseconds=1) for one in begun]
    marks = [*days, *(one.opens_at.astimezone(zone).date() for one in begun)]
    if not marks:
        return Periods("day", [])
    first, last = min(marks), max(*marks, *(end.astimezone(zone).date() for end in ends), date.min)
    length = (last - first).days + 1
    each = "day" if length <= most else "week" if length <= most * 7 else "month"
    every = (first + timedelta(days=more) for more in range(length))
    # a part never begins before the consultation does
    return Periods(each, sorted({max(_KEYS[each](day), first) for day in every}), last)


def local_day_sql(seconds: str, first: date, last: date, zone: ZoneInfo) -> str:
    """An SQL expression for the number (from 1970) of the local day of an instant in seconds, right in that range."""
    steps: list[tuple[int, int]] = []  # (from this second on, this offset)
    moment = _seconds(first) - 2 * _DAY_SECONDS
    steps.append((moment, _offset(moment, zone)))
    while moment < _seconds(last) + 2 * _DAY_SECONDS:
        if _offset(moment + _DAY_SECONDS, zone) != steps[-1][1]:
            turn = _turn(moment, moment + _DAY_SECONDS, zone)
            steps.append((turn, _offset(turn, zone)))
        moment += _DAY_SECONDS
    cases = [f"WHEN {seconds} < {turn} THEN {before}" for (_, before), (turn, _) in pairwise(steps)]
    offset = f"CASE {' '.join(cases)} ELSE {steps[-1][1]} END" if cases else str(steps[-1][1])
    return f"(({seconds} + {offset}) / {_DAY_SECONDS})"


def day_of(number: int) -> date:
    """The day of such a number."""
    return _EPOCH + timedelta(days=number)


def _seconds(day: date) -> int:
    return (day - _EPOCH).days * _DAY_SECONDS


def _offset(second: int, zone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(second, UTC).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def _turn(before: int, after: int, zone: ZoneInfo) -> int:
    """The second at which the offset changes, between two."""
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (middle, after) if _offset(middle, zone) == _offset(before, zone) else (before, middle)
    return after
