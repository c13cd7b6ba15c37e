"""What happens to the files of results."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class ExportsAsked(Event):
    """Somebody asked for the files of a consultation as it is now."""

    consultation_id: int
    set_id: int


@dataclass(frozen=True, kw_only=True)
class ExportsReady(Event):
    """All the files of a set are whole, and in service; ``provisional`` ones are of a consultation that goes on."""

    consultation_id: int
    set_id: int
    provisional: bool


@dataclass(frozen=True, kw_only=True)
class ExportsExpired(Event):
    """Files that held what is no longer public were taken away; they are made again without it."""

    consultation_id: int
    sets: int
