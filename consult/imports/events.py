"""What happens when a consultation is brought in."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ConsultationImported(Event):
    """A consultation held elsewhere was brought in whole."""

    consultation_id: int
    origin: str
    sha256: str
    contributions: int
    arguments: int
    sources: int
