"""What the demonstration's loader does beside the rooms' own actions."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class DemoVotersAdded(Event):
    """Accounts without identity were made, whose votes and supports the demonstration shows."""

    count: int


@dataclass(frozen=True, kw_only=True)
class DemoVotesCast(Event):
    """Votes and supports of the demonstration's voters were written in bulk."""

    consultation_id: int
    votes: int
    supports: int


@dataclass(frozen=True, kw_only=True)
class DemoLoaded(Event):
    """The demonstration is there whole."""

    contributions: int
