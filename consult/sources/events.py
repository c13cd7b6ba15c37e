"""What happens to sources."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class SourcePublished(Event):
    """A source under a contribution, or under one of its arguments, is public."""

    consultation_id: int
    contribution_id: int
    source_id: int
    category: str
    author_kind: str
    argument_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SourceLeftWaiting(Event):
    """A source was given by somebody whose address is not confirmed yet; nobody else sees it."""

    consultation_id: int
    contribution_id: int
    source_id: int


@dataclass(frozen=True, kw_only=True)
class SourceHeld(Event):
    """A source waits for a moderator before it is published; nobody else sees it."""

    consultation_id: int
    contribution_id: int
    source_id: int


@dataclass(frozen=True, kw_only=True)
class SourceCorrected(Event):
    """A source was corrected by its author within the quarter of an hour; the earlier wording is kept."""

    consultation_id: int
    contribution_id: int
    source_id: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class SourceWithdrawn(Event):
    """A source was withdrawn by its author; a mention without its link stays in its place."""

    consultation_id: int
    contribution_id: int
    source_id: int
    argument_id: int | None = None
