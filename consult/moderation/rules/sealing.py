"""What is put under seal when an item is hidden as illegal, and for how long."""

from datetime import datetime, timedelta

from consult.core.errors import Refusal
from consult.core.language import N_
from consult.moderation.models import Kind

LEGAL_PERIOD = timedelta(days=365)
"""A court may ask for what somebody published during one year (decree 2021-1362, articles 2 to 6)."""

SEALED: dict[Kind, list[str]] = {
    Kind.CONTRIBUTION: ["title", "body", "body_html", "excerpt", "explanation_html", "annexes"],
    Kind.AMENDMENT: ["title", "body", "body_html", "reason", "outcome_reason"],
    Kind.ARGUMENT: ["body", "body_html"],
    Kind.SOURCE: ["title", "link", "body", "body_html"],
}
"""The columns that hold people's words; those of the past wordings bear the same names."""

TEXT_DROPPED = Refusal(
    "text_dropped",
    N_("Ce texte était sous scellés et le délai légal est passé : il n’existe plus et ne peut pas être rétabli"),
)


def kept_until(at: datetime) -> datetime:
    """Until when a text sealed at an instant is kept."""
    return at + LEGAL_PERIOD
