"""When a round may be closed and done with: after its instant, once, by a moderator, saying what comes next. Pure."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from consult.consultations.rules import Dated
from consult.core.errors import Refusal
from consult.core.language import N_

ROUND_STILL_OPEN = Refusal(
    "round_still_open",
    N_("Cette période n’est pas encore fermée : on la clôt après sa fermeture, quand plus rien ne peut arriver."),
)
PERIOD_CLOSED_ALREADY = Refusal(
    "period_closed_already", N_("Cette période est déjà close, sous le nom « %(name)s ». Ses chiffres sont arrêtés.")
)
SEQUEL_MISSING = Refusal(
    "sequel_missing",
    N_("Dites ce qui vient ensuite : les personnes qui ont participé recevront cette phrase."),
    field="sequel",
)
SEQUEL_IN_THE_PAST = Refusal(
    "sequel_in_the_past", N_("Choisissez un jour à venir, ou laissez la date vide."), field="sequel_on"
)
LONGEST_SEQUEL = 1000


def period_refusal(dated: Dated, closed_as: str, sequel: str, sequel_on: date | None, at: datetime) -> Refusal | None:
    """Why a round may not be closed and done with at an instant.

    Args:
        closed_as: the name under which it was, for this very closing; "" when it was not.
    """
    if at < dated.closes_at:
        return ROUND_STILL_OPEN
    if closed_as:
        return replace(PERIOD_CLOSED_ALREADY, params={"name": closed_as})
    if not sequel.strip():
        return SEQUEL_MISSING
    # whatever the zone, it is today somewhere until a day after
    if sequel_on is not None and sequel_on < (at - timedelta(days=1)).date():
        return SEQUEL_IN_THE_PAST
    return None
