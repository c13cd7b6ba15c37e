"""What moderation calls an item, whichever of the four it is."""

from consult.arguments.models import Argument
from consult.contributions.models import Amendment, Contribution
from consult.sources.models import Source

AnItem = Contribution | Amendment | Argument | Source


def contribution_id_of(row: AnItem) -> int:
    """The contribution that an item is, or stands under."""
    return row.id if isinstance(row, Contribution) else row.contribution_id
