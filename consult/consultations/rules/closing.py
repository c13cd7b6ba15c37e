"""Moving the closing of a published round: a verb for each way, so that nobody opens a round again unawares. Pure."""

from datetime import datetime
from enum import StrEnum

from consult.consultations.rules import Dated
from consult.consultations.rules.organising import CLOSES_IN_THE_PAST
from consult.core.errors import Refusal
from consult.core.language import N_

ROUND_IS_OVER = Refusal(
    "round_is_over",
    N_(
        "Cette période est fermée. Pour que l’on puisse de nouveau y participer, utilisez « Rouvrir » :"
        " le public verra qu’elle a été rouverte."
    ),
    field="closes_on",
)
ROUND_NOT_OVER = Refusal(
    "round_not_over",
    N_("Cette période n’est pas fermée : pour donner plus de temps, utilisez « Prolonger »."),
)
NOT_LATER = Refusal(
    "not_later", N_("Pour prolonger, choisissez une fermeture plus tardive que l’actuelle."), field="closes_on"
)
NOT_EARLIER = Refusal(
    "not_earlier", N_("Pour avancer la fermeture, choisissez une date plus proche que l’actuelle."), field="closes_on"
)


class ClosingMove(StrEnum):
    """What is done to the closing of a round."""

    EXTEND = "extend"
    SHORTEN = "shorten"
    REOPEN = "reopen"


def closing_move(before: datetime, after: datetime, at: datetime) -> ClosingMove | None:
    """What giving a round another closing amounts to, at an instant; None when the closing stays."""
    if before == after:
        return None
    if before <= at:
        return ClosingMove.REOPEN
    return ClosingMove.EXTEND if after > before else ClosingMove.SHORTEN


def move_refusal(asked: ClosingMove | None, present: Dated, closes_at: datetime, at: datetime) -> Refusal | None:
    """Why a closing may not be moved like that: what is done must be what was asked, at the instant when it is done.

    Args:
        asked: what the person said they would do; None for the form of a whole round, which never opens one again.
    """
    move = closing_move(present.closes_at, closes_at, at)
    if move in {None, asked}:
        return None
    if asked is ClosingMove.REOPEN:
        return ROUND_NOT_OVER
    if move is ClosingMove.REOPEN:
        return ROUND_IS_OVER
    return unmoved_refusal(asked) if asked else None


def unmoved_refusal(asked: ClosingMove) -> Refusal:
    """What to say to somebody whose new closing is not on the side that they asked for."""
    return {
        ClosingMove.EXTEND: NOT_LATER,
        ClosingMove.SHORTEN: NOT_EARLIER,
        ClosingMove.REOPEN: CLOSES_IN_THE_PAST,
    }[asked]
