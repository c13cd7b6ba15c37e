"""Whether what a mail speaks of still stands, looked at when the mail is about to leave."""

from collections.abc import Sequence
from datetime import datetime

from consult.accounts.models import MailLink
from consult.core import clock
from consult.core.database import execute, instant
from consult.notifications.queries import amendment_for_mail, argument_for_mail
from consult.notifications.queries.news import Named, lines_of

_LINES = {"contribution", "source", "revision", "rule_change"}
_WORDED = ("contribution", "argument", "source")


async def still_stands(kind: str, key: int | None) -> bool:
    """Whether what a mail speaks of is still there to be read, or to be used."""
    if key is None:
        return True
    if kind == "argument":
        return await argument_for_mail(key) is not None
    if kind == "amendment":
        return await amendment_for_mail(key) is not None
    if kind in _LINES:
        return bool(await lines_of([(kind, key)]))
    if kind == "link":
        return await MailLink.filter(id=key, used_at=None, expires_at__gt=clock.now()).exists()
    if kind == "invitation":
        rows = await execute(
            "SELECT 1 AS one FROM invitation WHERE id = :key AND accepted_at IS NULL AND expires_at > :now",
            key=key,
            now=clock.now(),
        )
        return bool(rows)
    if kind.startswith("closes@"):
        return await _still_closes(key, int(kind.removeprefix("closes@")))
    return True


async def was_to_be_corrected(named: Sequence[Named], since: datetime) -> bool:
    """Whether a moderator has asked for another wording of one of these since an instant, when a mail was written."""
    keys = [key for kind, key in named if kind in _WORDED]
    if not keys:
        return False
    rows = await execute(
        "SELECT 1 AS one FROM decision WHERE kind IN :kinds AND item_id IN :keys AND effect = 'correct'"
        " AND decided_at >= :since LIMIT 1",
        kinds=list(_WORDED),
        keys=keys,
        since=since,
    )
    return bool(rows)


def closing_named(closes_at: float) -> str:
    """What a reminder speaks of, beside the round: when it closes."""
    return f"closes@{int(closes_at)}"


async def _still_closes(round_id: int, seconds: int) -> bool:
    """Whether a round is still open, and closes when the reminder says."""
    rows = await execute(
        "SELECT r.closes_at FROM round r JOIN consultation k ON k.id = r.consultation_id AND k.state = 'published'"
        " WHERE r.id = :key AND r.closes_at > :now",
        key=round_id,
        now=clock.now(),
    )
    closes_at = instant(rows[0]["closes_at"]) if rows else None
    return closes_at is not None and int(closes_at.timestamp()) == seconds
