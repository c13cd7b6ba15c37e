"""The rules of rounds and sections: what may be done now. Pure; whether a round is open is derived from its instants."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from consult.core.errors import Refusal
from consult.core.language import N_


class Deed(StrEnum):
    """What a round and a section may allow."""

    CONTRIBUTE = "contribute"
    ARGUE = "argue"
    SOURCE = "source"
    VOTE = "vote"
    AMEND = "amend"


SECTION_FLAG = {
    Deed.CONTRIBUTE: "accepts_contributions",
    Deed.ARGUE: "accepts_arguments",
    Deed.SOURCE: "accepts_sources",
    Deed.VOTE: "accepts_votes",
    Deed.AMEND: "accepts_amendments",
}


class RoundState(StrEnum):
    """Where a round, or a whole consultation, stands at an instant."""

    COMING = "coming"
    OPEN = "open"
    CLOSED = "closed"


class Dated(Protocol):
    """Anything with the two instants of a round."""

    opens_at: datetime
    closes_at: datetime


class RoundLike(Dated, Protocol):
    """A round's instants and what it allows."""

    may_contribute: bool
    may_argue: bool
    may_source: bool
    may_vote: bool
    may_amend: bool


NOT_YET = Refusal("round_coming", N_("La consultation n’est pas encore ouverte"))
CLOSED = Refusal("round_closed", N_("La consultation est fermée"))
NOT_IN_THIS_ROUND = Refusal("not_in_this_round", N_("Cette période de la consultation ne le permet pas"))
NOT_IN_THIS_SECTION = Refusal("not_in_this_section", N_("Cette rubrique ne le permet pas"))
UNCONFIRMED = Refusal("unconfirmed", N_("Confirmez d’abord votre adresse e-mail, avec le lien que vous avez reçu"))


def round_state(dated: Dated, at: datetime) -> RoundState:
    """Whether ``[opens_at, closes_at)`` is ahead, around or behind an instant."""
    if at < dated.opens_at:
        return RoundState.COMING
    return RoundState.OPEN if at < dated.closes_at else RoundState.CLOSED


def consultation_state(rounds: Sequence[Dated], at: datetime) -> RoundState:
    """Open when a round is; coming when one is still ahead; else closed. Without rounds it is coming."""
    states = {round_state(one, at) for one in rounds}
    if RoundState.OPEN in states:
        return RoundState.OPEN
    return RoundState.COMING if RoundState.COMING in states or not states else RoundState.CLOSED


def next_instant(rounds: Sequence[Dated], at: datetime) -> datetime | None:
    """The next opening or closing after an instant: until then nothing changes by itself."""
    ahead = [instant for one in rounds for instant in (one.opens_at, one.closes_at) if instant > at]
    return min(ahead, default=None)


def deed_refusal(deed: Deed, rounds: Sequence[RoundLike], section: object | None, at: datetime) -> Refusal | None:
    """Why a deed may not be done at an instant, judged by the rounds and the section; None when it may.

    Args:
        section: the section's row (or values with the same names), None to judge the rounds alone.
    """
    open_rounds = [one for one in rounds if round_state(one, at) is RoundState.OPEN]
    if not open_rounds:
        return NOT_YET if consultation_state(rounds, at) is RoundState.COMING else CLOSED
    if not any(getattr(one, f"may_{deed}") for one in open_rounds):
        return NOT_IN_THIS_ROUND
    if section is not None and not getattr(section, SECTION_FLAG[deed]):
        return NOT_IN_THIS_SECTION
    return None
