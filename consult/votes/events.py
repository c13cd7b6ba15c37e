"""What happens to votes. Who chose what is in the vote's row alone: events say that somebody voted, never for what."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class VoteCast(Event):
    """Somebody voted on a contribution or an amendment, or changed their vote; ``revision`` is the wording voted on."""

    consultation_id: int
    contribution_id: int
    revision: int
    first: bool
    amendment_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class VoteWithdrawn(Event):
    """Somebody took back their vote on a contribution or an amendment."""

    consultation_id: int
    contribution_id: int
    amendment_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SupportGiven(Event):
    """Somebody supports an argument or a source."""

    consultation_id: int
    contribution_id: int
    argument_id: int | None = None
    source_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SupportWithdrawn(Event):
    """Somebody no longer supports an argument or a source."""

    consultation_id: int
    contribution_id: int
    argument_id: int | None = None
    source_id: int | None = None
    account_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TallyRecorded(Event):
    """Counted votes without voters behind them (paper, workshop) were added to an item's, or put right."""

    consultation_id: int
    contribution_id: int
    origin: str
    agree: int
    mixed: int
    disagree: int
    supports: int
    amendment_id: int | None = None
    argument_id: int | None = None
    source_id: int | None = None
