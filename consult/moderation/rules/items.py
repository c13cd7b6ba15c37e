"""What moderation calls an item, whichever of the four it is."""

from consult.arguments.models import Argument
from consult.contributions.models import Amendment, Contribution
from consult.moderation.models import Kind
from consult.sources.models import Source

AnItem = Contribution | Amendment | Argument | Source


def contribution_id_of(row: AnItem) -> int:
    """The contribution that an item is, or stands under."""
    return row.id if isinstance(row, Contribution) else row.contribution_id


def open_key(kind: Kind, item_id: int) -> str:
    """What keeps a second open case of an item out."""
    return f"{kind.value}:{item_id}"
