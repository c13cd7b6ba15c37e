"""What may be followed and refused, when a digest is due, and what a mail server's answer says of an address."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from consult.core.keys import parse_key
from consult.core.language import N_
from consult.notifications.models import Frequency

FOLLOWED = ("consultation", "section", "contribution")
FREQUENCIES: dict[Frequency, str] = {
    Frequency.IMMEDIATE: N_("Un courriel à chaque nouveauté"),
    Frequency.DAILY: N_("Un résumé par jour, le matin, s’il y a du nouveau"),
    Frequency.WEEKLY: N_("Un résumé par semaine, le lundi matin, s’il y a du nouveau"),
    Frequency.NONE: N_("Aucun courriel"),
}
DIGESTS = (Frequency.DAILY, Frequency.WEEKLY)
MORNING = time(7)

ASKED = frozenset(
    {
        "confirm_address",
        "known_address",
        "sign_in",
        "sign_in_unknown",
        "new_address",
        "new_address_taken",
        "report_received",
    }
)
"""Mails that somebody has asked for a moment ago: tried even where an address has refused one, for it may work again,
and following their link is how its owner shows that it does."""

LAST = frozenset({"account_deleted"})
"""Mails to somebody who has left. Once such a mail is over nothing of it is kept, the address least of all."""

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_OF_THE_ADDRESS = {550, 551, 553, 521, 556}
# the server's opinion of us or of this mail, or a mailbox that is full: the address is a good one
_NOT_THE_ADDRESS = {(2, 2), (2, 3), (3, 4)}
_NOT_THE_SUBJECT = {5, 6, 7}


@dataclass(frozen=True)
class Refused:
    """What a link to refuse mails is about.

    Attributes:
        kind: ``replies`` and ``amendments`` (choices of the account), ``digest`` (every digest of a territory),
            or ``follow``.
        followed: with ``follow``: consultation, section or contribution.
        key: with ``digest`` the territory, with ``follow`` what is followed.
    """

    kind: str
    followed: str = ""
    key: int = 0


def what_is_refused(what: str) -> Refused | None:
    """Read ``replies``, ``amendments``, ``digest:KEY`` or ``follow:KIND:KEY``; None for anything else."""
    kind, *rest = what.split(":")
    key = parse_key(rest[-1]) if rest else None
    if kind in {"replies", "amendments"} and not rest:
        return Refused(kind)
    if kind == "digest" and len(rest) == 1 and key is not None:
        return Refused(kind, key=key)
    if kind == "follow" and len(rest) == 2 and rest[0] in FOLLOWED and key is not None:
        return Refused(kind, rest[0], key)
    return None


def last_edition(frequency: Frequency, at: datetime, zone: ZoneInfo) -> datetime:
    """The latest instant at which digests of this frequency were due: at seven in the morning, on Mondays if weekly."""
    here = at.astimezone(zone)
    day = here.date() if here.time() >= MORNING else here.date() - timedelta(days=1)
    if frequency is Frequency.WEEKLY:
        day -= timedelta(days=day.weekday())
    return datetime.combine(day, MORNING, zone).astimezone(UTC)


def told_until(before: Frequency | None, after: Frequency, until: datetime, at: datetime) -> datetime:
    """From when digests tell what is new: the choice's own instant, unless one kind of digest becomes the other."""
    return until if before in DIGESTS and after in DIGESTS else at


def due_reminder(days: list[int], opens_at: datetime, closes_at: datetime, at: datetime) -> int | None:
    """How many days before the closing the reminder is that is due now; None when none is.

    Only the nearest: after a breakdown nobody gets two at once. None for an instant before the round was open.
    """
    if not opens_at <= at < closes_at:
        return None
    due = [one for one in days if opens_at < closes_at - timedelta(days=one) <= at]
    return min(due, default=None)


def is_dead(status: str) -> bool:
    """Whether an enhanced status (« 5.1.1 », RFC 3463) says for good that the address takes no mail.

    What a server thinks of the sender or of the text (5.7, 5.6, 5.5) and a full mailbox (5.2.2) say nothing of it: a
    blocked sender must not make every address of a provider undeliverable.
    """
    found = _ENHANCED.search(status)
    if not found or found[1] != "5":
        return False
    subject, detail = int(found[2]), int(found[3])
    return subject not in _NOT_THE_SUBJECT and (subject, detail) not in _NOT_THE_ADDRESS


def refused_for_good(code: int, said: str) -> bool:
    """The same for a server's answer to a recipient: its enhanced status where it gives one, else its code."""
    if code not in _OF_THE_ADDRESS:
        return False
    return is_dead(said) if _ENHANCED.search(said) else True


def masked(address: str) -> str:
    """« a…o@example.org »: enough to recognise an address, not to learn it."""
    local, at, domain = address.rpartition("@")
    if not at:
        return "…"
    return f"{local[:1]}…{local[-1] if len(local) > 3 else ''}@{domain}"
