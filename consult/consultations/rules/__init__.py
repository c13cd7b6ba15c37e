"""The rules of rounds and sections: what may be done now. Pure: a round is open by its instants, never by a flag."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from consult.core.errors import Refusal
from consult.core.language import N_


class Deed(StrEnum):
    """What a round and a section may allow."""

    CONTRIBUTE = "contribute"
    ARGUE = "argue"
    SOURCE = "source"
    VOTE = "vote"
    AMEND = "amend"


SECTION_FLAG = {
    Deed.CONTRIBUTE: "accepts_contributions",
    Deed.ARGUE: "accepts_arguments",
    Deed.SOURCE: "accepts_sources",
    Deed.VOTE: "accepts_votes",
    Deed.AMEND: "accepts_amendments",
}


class RoundState(StrEnum):
    """Where a round, or a whole consultation, stands at an instant."""

    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"


class Dated(Protocol):
    """Anything with the two instants of a round."""

    opens_at: datetime
    closes_at: datetime


class RoundLike(Dated, Protocol):
    """A round's instants and what it allows."""

    may_contribute: bool
    may_argue: bool
    may_source: bool
    may_vote: bool
    may_amend: bool


NOT_YET = Refusal("round_coming", N_("La consultation n’est pas encore ouverte"))
CLOSED = Refusal("round_closed", N_("La consultation est fermée"))
NOT_IN_THIS_ROUND = Refusal("not_in_this_round", N_("Cette période de la consultation ne le permet pas"))
NOT_IN_THIS_SECTION = Refusal("not_in_this_section", N_("Cette rubrique ne le permet pas"))
UNCONFIRMED = Refusal("unconfirmed", N_("Confirmez d’abord votre adresse e-mail, avec le lien que vous avez reçu"))


def round_state(dated: Dated, at: datetime) -> RoundState:
    """Whether ``[opens_at, closes_at)`` is ahead, around or behind an instant."""
    if at < dated.opens_at:
        return RoundState.COMING
    return RoundState.OPEN if at < dated.closes_at else RoundState.CLOSED


def consultation_state(rounds: Sequence[Dated], at: datetime) -> RoundState:
    """Open when a round is; coming when one is still ahead; else closed. Without rounds it is coming."""
    states = {round_state(one, at) for one in rounds}
    if RoundState.OPEN in states:
        return RoundState.OPEN
    return RoundState.COMING if RoundState.COMING in states or not states else RoundState.CLOSED


def next_instant(rounds: Sequence[Dated], at: datetime) -> datetime | None:
    """The next opening or closing after an instant: until then nothing changes by itself."""
    ahead = [instant for one in rounds for instant in (one.opens_at, one.closes_at) if instant > at]
    return min(ahead, default=None)


@dataclass(frozen=True)
class RoundMoment:
    """Where a consultation stands, and the instant that this leads to.

    Attributes:
        instant: when the open round closes, or the next one opens; None when nothing is ahead.
        again: whether a round has been held before the one to come.
    """

    state: RoundState
    instant: datetime | None
    again: bool = False


def round_moment(rounds: Sequence[Dated], at: datetime) -> RoundMoment:
    """The one thing to say about the rounds at an instant."""
    state = consultation_state(rounds, at)
    if state is RoundState.OPEN:
        return RoundMoment(state, max(one.closes_at for one in rounds if round_state(one, at) is RoundState.OPEN))
    if state is RoundState.COMING and rounds:
        return RoundMoment(
            state, min(one.opens_at for one in rounds if one.opens_at > at), any(one.closes_at <= at for one in rounds)
        )
    return RoundMoment(state, None)


class Unit(StrEnum):
    """What the time left is counted in."""

    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"


DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


def elapsed(start: datetime, end: datetime) -> timedelta:
    """Time really gone by: two local times of one zone would be subtracted as if its clocks never changed."""
    return end.astimezone(UTC) - start.astimezone(UTC)


def time_left(instant: datetime, at: datetime, last_day: date, today: date) -> tuple[int, Unit]:
    """How long it is to an instant, as people count: by days of the calendar, and when it is near by hours or minutes.

    Args:
        last_day: the day of the instant in the territory's zone, the day before when it is the end of that one.
        today: the day of ``at`` in that zone.
    """
    left, days = elapsed(at, instant), (last_day - today).days
    if left >= DAY:
        return max(days, 1), Unit.DAYS
    if left >= HOUR:
        return int(left / HOUR), Unit.HOURS
    return int(left / MINUTE), Unit.MINUTES


def time_left_changes(instant: datetime, at: datetime) -> datetime | None:
    """When :func:`time_left` says something else before the next midnight; None while it counts days."""
    left = elapsed(at, instant)
    if left > 2 * DAY:
        return None
    whole = DAY if left >= DAY else HOUR if left >= HOUR else MINUTE
    return max(instant - (left // whole) * whole, at)


def deed_refusal(deed: Deed, rounds: Sequence[RoundLike], section: object | None, at: datetime) -> Refusal | None:
    """Why a deed may not be done at an instant, judged by the rounds and the section; None when it may.

    Args:
        section: the section's row (or values with the same names), None to judge the rounds alone.
    """
    open_rounds = [one for one in rounds if round_state(one, at) is RoundState.OPEN]
    if not open_rounds:
        return NOT_YET if consultation_state(rounds, at) is RoundState.COMING else CLOSED
    if not any(getattr(one, f"may_{deed}") for one in open_rounds):
        return NOT_IN_THIS_ROUND
    if section is not None and not getattr(section, SECTION_FLAG[deed]):
        return NOT_IN_THIS_SECTION
    return None
