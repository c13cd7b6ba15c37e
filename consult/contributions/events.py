"""What happens to contributions, drafts and amendments."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ContributionPublished(Event):
    """A contribution got its number and is public."""

    consultation_id: int
    contribution_id: int
    section_id: int
    number: int
    author_kind: str


@dataclass(frozen=True, kw_only=True)
class ContributionLeftWaiting(Event):
    """A contribution was written by somebody whose address is not confirmed yet; nobody else sees it."""

    consultation_id: int
    contribution_id: int


@dataclass(frozen=True, kw_only=True)
class ContributionHeld(Event):
    """A contribution waits for a moderator before it is published; nobody else sees it, and it has no number."""

    consultation_id: int
    contribution_id: int


@dataclass(frozen=True, kw_only=True)
class ContributionRevised(Event):
    """A contribution got a new wording; with an amendment when the wording is somebody else's, adopted."""

    consultation_id: int
    contribution_id: int
    number: int
    revision: int
    amendment_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ContributionWithdrawn(Event):
    """A contribution was withdrawn by its author; its number stays, without the text."""

    consultation_id: int
    contribution_id: int
    number: int | None


@dataclass(frozen=True, kw_only=True)
class DraftSaved(Event):
    """A text being written was kept on the server. Only its author sees it."""

    consultation_id: int
    draft_id: int


@dataclass(frozen=True, kw_only=True)
class DraftDiscarded(Event):
    """A draft was thrown away by its author."""

    consultation_id: int
    draft_id: int


@dataclass(frozen=True, kw_only=True)
class AmendmentProposed(Event):
    """Somebody else proposed another wording of a contribution."""

    consultation_id: int
    contribution_id: int
    amendment_id: int
    author_kind: str


@dataclass(frozen=True, kw_only=True)
class AmendmentLeftWaiting(Event):
    """An amendment was written by somebody whose address is not confirmed yet; nobody else sees it."""

    consultation_id: int
    contribution_id: int
    amendment_id: int


@dataclass(frozen=True, kw_only=True)
class AmendmentHeld(Event):
    """An amendment waits for a moderator before it is published; nobody else sees it."""

    consultation_id: int
    contribution_id: int
    amendment_id: int


@dataclass(frozen=True, kw_only=True)
class AmendmentAdopted(Event):
    """The author of a contribution adopted an amendment: it became the contribution's wording of this number."""

    consultation_id: int
    contribution_id: int
    amendment_id: int
    revision: int


@dataclass(frozen=True, kw_only=True)
class AmendmentDeclined(Event):
    """The author of a contribution declined an amendment, with a reason that is shown beside it."""

    consultation_id: int
    contribution_id: int
    amendment_id: int


@dataclass(frozen=True, kw_only=True)
class AmendmentWithdrawn(Event):
    """An amendment was withdrawn by whoever proposed it."""

    consultation_id: int
    contribution_id: int
    amendment_id: int


@dataclass(frozen=True, kw_only=True)
class AuthorshipRefreshed(Event):
    """What somebody wrote in a consultation is shown anew: a name has changed, or an account was deleted."""

    consultation_id: int
