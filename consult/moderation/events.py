"""What happens in moderation. Payloads hold identifiers and public words only: no reason, no text, no name."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ItemReported(Event):
    """Somebody reported an item; the receipt is written from the report."""

    report_id: int
    consultation_id: int
    kind: str
    item_id: int
    ground: str


@dataclass(frozen=True, kw_only=True)
class CaseOpened(Event):
    """An item is in the queue, or is there for one more reason; by whom or what is in ``reasons``."""

    case_id: int
    consultation_id: int
    kind: str
    item_id: int
    reasons: list[str]


@dataclass(frozen=True, kw_only=True)
class CaseAssigned(Event):
    """A moderator has taken a case in hand, for half an hour."""

    case_id: int
    account_id: int


@dataclass(frozen=True, kw_only=True)
class CaseReleased(Event):
    """A moderator has let go of a case."""

    case_id: int
    account_id: int


@dataclass(frozen=True, kw_only=True)
class CaseDropped(Event):
    """A case was closed without a decision: its author has taken the text back, and nobody had reported it."""

    case_id: int
    kind: str
    item_id: int


@dataclass(frozen=True, kw_only=True)
class NoteWritten(Event):
    """A moderator left a note on a case for the other moderators."""

    case_id: int
    note_id: int


@dataclass(frozen=True, kw_only=True)
class DecisionMade(Event):
    """An item or an account was decided upon; ``replaces`` names the decision that this one undoes or concludes."""

    decision_id: int
    kind: str
    item_id: int
    effect: str
    ground: str
    consultation_id: int | None
    contribution_id: int | None
    automated: bool
    replaces: int | None = None


@dataclass(frozen=True, kw_only=True)
class CorrectionSent(Event):
    """An author has sent the correction that a decision asked for; a moderator reads it next."""

    decision_id: int
    case_id: int
    consultation_id: int
    contribution_id: int
    kind: str
    item_id: int


@dataclass(frozen=True, kw_only=True)
class AppealMade(Event):
    """Somebody asks that a decision be looked at again, by somebody else."""

    appeal_id: int
    decision_id: int


@dataclass(frozen=True, kw_only=True)
class AppealHeard(Event):
    """An appeal was heard: the decision stands (``upheld``) or is undone by a new one (``reversed``)."""

    appeal_id: int
    decision_id: int
    outcome: str
    new_decision_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class WatchChanged(Event):
    """What a territory's moderators have their attention drawn to was changed."""

    most_links: int
    hide_after: int
    words: int


@dataclass(frozen=True, kw_only=True)
class SealedTextsDropped(Event):
    """Sealed texts whose legal period is over were dropped for good."""

    count: int


@dataclass(frozen=True, kw_only=True)
class ReportersForgotten(Event):
    """Names and addresses of people who reported without an account were dropped, their reports long answered."""

    count: int
