"""What happens to territories."""

from dataclasses import dataclass

from consult.core.events import Event


@dataclass(frozen=True, kw_only=True)
class TerritoryAdded(Event):
    """A territory was opened on this instance."""

    slug: str


@dataclass(frozen=True, kw_only=True)
class TerritoryPageChanged(Event):
    """One of a territory's own texts (accessibility, legal, privacy, charter) was written."""

    page: str
