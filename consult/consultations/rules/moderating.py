"""When what people write is read by a moderator, and how long they are told to expect it to take."""

from typing import Any

from consult.consultations.models import Consultation, ModerationTime
from consult.core.errors import Refusal
from consult.core.language import N_

LONGEST_DELAY = 14 * 24

TIMES: dict[ModerationTime, str] = {
    ModerationTime.AFTER: N_("Publier tout de suite, et lire ensuite ce qui est signalé"),
    ModerationTime.BEFORE: N_("Lire chaque texte avant de le publier"),
}
DELAY_WRONG = Refusal(
    "delay_wrong",
    N_("Écrivez un nombre d’heures, de 1 à %(most)s (14 jours)"),
    {"most": LONGEST_DELAY},
    field="moderation_hours",
)


def delay_refusal(hours: int) -> Refusal | None:
    """People are told a delay of one hour to two weeks: longer than a fortnight is no moderation."""
    return None if 1 <= hours <= LONGEST_DELAY else DELAY_WRONG


def moderation_values(row: Consultation) -> dict[str, Any]:
    """When a consultation's texts are read, as it is told and compared."""
    return {"moderation": row.moderation.value, "moderation_hours": row.moderation_hours}
