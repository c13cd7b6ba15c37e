"""What happens to arguments."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ArgumentPublished(Event):
    """An argument for or against a contribution, or one of its amendments, is public."""

    consultation_id: int
    contribution_id: int
    argument_id: int
    side: str
    author_kind: str
    amendment_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ArgumentLeftWaiting(Event):
    """An argument was written by somebody whose address is not confirmed yet; nobody else sees it."""

    consultation_id: int
    contribution_id: int
    argument_id: int


@dataclass(frozen=True, kw_only=True)
class ArgumentHeld(Event):
    """An argument waits for a moderator before it is published; nobody else sees it."""

    consultation_id: int
    contribution_id: int
    argument_id: int


@dataclass(frozen=True, kw_only=True)
class ArgumentCorrected(Event):
    """An argument was corrected by its author within the quarter of an hour; the earlier wording is kept."""

    consultation_id: int
    contribution_id: int
    argument_id: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class ArgumentWithdrawn(Event):
    """An argument was withdrawn by its author; a mention without its text stays in its place."""

    consultation_id: int
    contribution_id: int
    argument_id: int
    side: str
    amendment_id: int | None = None
