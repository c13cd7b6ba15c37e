"""Who may argue, correct and withdraw, and when. Pure: everything is handed in."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from consult.consultations.items import ItemState
from consult.consultations.rules import Deed, RoundLike, deed_refusal
from consult.contributions.models import AmendmentOutcome
from consult.contributions.rules import Authored, is_author
from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.text.cleaning import visible_length
from consult.core.voice import Voice

LONGEST_BODY = 3_000
# In code points: a character that a person sees may be made of several.
_BODY_COLUMN = 15_000
CORRECTION = timedelta(minutes=15)

NO_BODY = Refusal("no_body", N_("Écrivez votre argument"), field="body")
LONG_BODY = Refusal("long_body", N_("L’argument est trop long : 3 000 signes au plus"), field="body")
NO_SIDE = Refusal("no_side", N_("Dites si c’est un argument pour ou contre"), field="side")
NOT_AUTHOR = Refusal("not_author", N_("Seul l’auteur peut le faire"))
GONE = Refusal("gone", N_("Ce texte n’est plus publié"))
TOO_LATE = Refusal(
    "too_late_to_correct",
    N_(
        "On peut corriger un texte pendant les 15 minutes qui suivent sa publication, et ce temps est écoulé. "
        "Vous pouvez le retirer et en écrire un autre."
    ),
)
BEING_READ = Refusal(
    "being_read",
    N_(
        "Ce texte attend d’être lu par un modérateur : il ne change plus entre-temps. "
        "Vous pouvez le retirer et en écrire un autre."
    ),
)
SETTLED = Refusal("amendment_answered", N_("L’auteur a déjà répondu à cette proposition de modification"))


class Dated(Authored, Protocol):
    """What the rules need of an argument or a source."""

    published_at: datetime | None
    awaits_moderator: bool


def text_refusal(body: str) -> Refusal | None:
    """An argument has 1 to 3,000 characters, as a person counts them."""
    if not body:
        return NO_BODY
    return LONG_BODY if len(body) > _BODY_COLUMN or visible_length(body) > LONGEST_BODY else None


def amendment_refusal(outcome: str) -> Refusal | None:
    """Once the contribution's author has answered an amendment, nobody argues or votes about it any more."""
    return SETTLED if outcome != AmendmentOutcome.PENDING else None


def may_still_correct(published_at: datetime | None, at: datetime) -> bool:
    """During fifteen minutes from publication, their end excluded; and as long as it waits, seen by nobody."""
    return published_at is None or at < published_at + CORRECTION


def correction_refusal(
    voice: Voice, item: Dated, deed: Deed, rounds: Sequence[RoundLike], at: datetime
) -> Refusal | None:
    """The author may correct a slip during the fifteen minutes after publication, the fifteenth's end excluded, while
    the round is open. What still waits has never been public and may be corrected as long as the round is open,
    unless it waits for a moderator, who must publish the very words that were read.
    """
    if not is_author(voice, item):
        return NOT_AUTHOR
    if item.state not in {ItemState.PUBLISHED, ItemState.WAITING}:
        return GONE
    if item.awaits_moderator:
        return BEING_READ
    if not may_still_correct(item.published_at, at):
        return TOO_LATE
    return deed_refusal(deed, rounds, None, at)


def withdrawal_refusal(
    voice: Voice, item: Dated, deed: Deed, rounds: Sequence[RoundLike], at: datetime
) -> Refusal | None:
    """The author may withdraw what is public while a round that allows such texts is open: the record of a closed
    round no longer moves. What still waits has never been public and may be withdrawn at any time.
    """
    if not is_author(voice, item):
        return NOT_AUTHOR
    if item.state is ItemState.WAITING:
        return None
    if item.state is not ItemState.PUBLISHED:
        return GONE
    return deed_refusal(deed, rounds, None, at)
