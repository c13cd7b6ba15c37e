"""What happens to consultations, their rounds and their sections."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ConsultationCreated(Event):
    """A draft was begun; only administrators see it."""

    consultation_id: int


@dataclass(frozen=True, kw_only=True)
class ConsultationEdited(Event):
    """The title, address, question, presentation or legal basis of a consultation was rewritten.

    ``fields`` names what changed.
    """

    consultation_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ConsultationPublished(Event):
    """A consultation left its draft: the public sees it from now on."""

    consultation_id: int
    slug: str


@dataclass(frozen=True, kw_only=True)
class RoundAdded(Event):
    """A consultation got a round; instants are ISO 8601 in UTC."""

    consultation_id: int
    round_id: int
    opens_at: str
    closes_at: str


@dataclass(frozen=True, kw_only=True)
class RoundEdited(Event):
    """A round's name, dates or permissions changed; the instants are the new ones."""

    consultation_id: int
    round_id: int
    opens_at: str
    closes_at: str


@dataclass(frozen=True, kw_only=True)
class RoundRemoved(Event):
    """A round that had never been open was taken away."""

    consultation_id: int
    round_id: int


@dataclass(frozen=True, kw_only=True)
class SectionAdded(Event):
    """The outline got a section."""

    consultation_id: int
    section_id: int


@dataclass(frozen=True, kw_only=True)
class SectionEdited(Event):
    """A section's title, explanation, place or permissions changed."""

    consultation_id: int
    section_id: int


@dataclass(frozen=True, kw_only=True)
class SectionMoved(Event):
    """A section changed places with its neighbour; nothing else changed."""

    consultation_id: int
    section_id: int


@dataclass(frozen=True, kw_only=True)
class SectionRemoved(Event):
    """An empty section was taken away."""

    consultation_id: int
    section_id: int


@dataclass(frozen=True, kw_only=True)
class RulesChanged(Event):
    """Rules changed after people could take part: the reason, the before and the after are in the public record."""

    consultation_id: int
    rule_change_id: int


@dataclass(frozen=True, kw_only=True)
class RoundExtended(Event):
    """An open or coming round was given a later closing. ``closed_at`` is the closing that no longer holds."""

    consultation_id: int
    round_id: int
    closed_at: str
    closes_at: str


@dataclass(frozen=True, kw_only=True)
class RoundShortened(Event):
    """An open or coming round was given an earlier closing. ``closed_at`` is the closing that no longer holds."""

    consultation_id: int
    round_id: int
    closed_at: str
    closes_at: str


@dataclass(frozen=True, kw_only=True)
class RoundReopened(Event):
    """A closed round was opened again. ``closed_at`` is when it had closed, ``closes_at`` when it closes now."""

    consultation_id: int
    round_id: int
    closed_at: str
    closes_at: str


@dataclass(frozen=True, kw_only=True)
class PeriodClosed(Event):
    """A moderator closed a round that was over: its figures are frozen in a snapshot, and people hear what is next."""

    consultation_id: int
    round_id: int
    snapshot_id: int
