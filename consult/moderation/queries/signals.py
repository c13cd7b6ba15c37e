"""What signals are read from: an item's own words, the texts close to it, the accounts that came with its author."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from consult.contributions.models import Contribution
from consult.contributions.queries import similar_contributions
from consult.core.database import execute, instances, instant
from consult.core.text.sanitising import html_to_text
from consult.core.text.similar import rank_similar
from consult.core.text.stems import fold, stems
from consult.moderation.models import Kind, Watch
from consult.moderation.rules.watching import NEAR_DUPLICATE

NEW_ACCOUNTS = 3
"""As many accounts from one network within :data:`SAME_TIME` are worth a look."""
SAME_TIME = timedelta(hours=24)
_MOST_ARGUMENTS = 500

_TEXTS = {
    Kind.CONTRIBUTION: "i.title, i.body, i.body_html, '' AS more, i.id AS contribution_id",
    Kind.AMENDMENT: "i.title, i.body, i.body_html, i.reason AS more, i.contribution_id",
    Kind.ARGUMENT: "'' AS title, i.body, i.body_html, '' AS more, i.contribution_id",
    Kind.SOURCE: "i.title, i.body, i.body_html, i.link AS more, i.contribution_id",
}


@dataclass(frozen=True)
class Looked:
    """An item as signals look at it.

    Attributes:
        held: it waits for a moderator.
        reworded: it is public in another wording than its first, in a consultation where texts are read first.
        decided: a moderator has read this very wording and decided.
    """

    kind: Kind
    id: int
    consultation_id: int
    contribution_id: int
    author_id: int | None
    title: str
    body: str
    body_html: str
    more: str
    held: bool
    reworded: bool
    decided: bool

    @property
    def words(self) -> str:
        """Everything in it that people read."""
        return "\n".join(part for part in (self.title, html_to_text(self.body_html), self.more) if part)


async def looked_at(territory_id: int, kind: Kind, item_id: int) -> Looked | None:
    """An item that is public or waits for a moderator; None when it is neither, or sealed, or elsewhere."""
    rows = await execute(
        f"SELECT i.id, i.consultation_id, i.author_id, i.state, {_TEXTS[kind]},"
        " (c.moderation = 'before' AND i.edited_at IS NOT NULL) AS reworded, EXISTS (SELECT 1 FROM decision d"
        " WHERE d.kind = :kind AND d.item_id = i.id AND NOT d.automated AND d.decided_at >="
        f" COALESCE(i.edited_at, i.created_at)) AS decided FROM {kind.value} i"
        " JOIN consultation c ON c.id = i.consultation_id WHERE i.id = :key AND c.territory_id = :territory"
        " AND i.sealed_at IS NULL AND (i.state = 'published' OR (i.state = 'waiting' AND i.awaits_moderator))",
        key=item_id,
        kind=kind.value,
        territory=territory_id,
    )
    if not rows:
        return None
    row = rows[0]
    held = row.pop("state") == "waiting"
    told = {name: bool(row[name]) for name in ("reworded", "decided")}
    return Looked(**{**row, **told, "kind": kind, "held": held})


async def watch_of(territory_id: int) -> Watch:
    """What a territory watches for; what everybody does where nobody has chosen."""
    return await Watch.get_or_none(territory_id=territory_id) or Watch(territory_id=territory_id)


async def close_texts(looked: Looked) -> list[int]:
    """The numbers of earlier contributions that say nearly the same; or, of an argument, the keys of the earlier ones
    with the very same words under the same contribution. Whoever said it first is no duplicate.
    """
    if looked.kind is Kind.CONTRIBUTION:
        return await _close_contributions(looked)
    return await _same_arguments(looked) if looked.kind is Kind.ARGUMENT else []


async def _close_contributions(looked: Looked) -> list[int]:
    near = await similar_contributions(looked.consultation_id, looked.title, looked.body, besides=looked.id)
    if not near:
        return []
    rows = await instances(
        Contribution,
        "SELECT * FROM contribution WHERE consultation_id = :consultation AND number IN :numbers",
        consultation=looked.consultation_id,
        numbers=[one.number for one in near],
    )
    own = stems(looked.words)
    candidates = {row.number or 0: row.stems for row in rows if row.merged_into_id is None and row.id < looked.id}
    return sorted(number for number, _ in rank_similar(own, candidates, threshold=NEAR_DUPLICATE))


async def _same_arguments(looked: Looked) -> list[int]:
    rows = await execute(
        "SELECT id, body FROM argument WHERE contribution_id = :contribution AND id < :key AND state = 'published'"
        " ORDER BY id DESC LIMIT :most",
        contribution=looked.contribution_id,
        key=looked.id,
        most=_MOST_ARGUMENTS,
    )
    own = _folded(looked.body)
    return [row["id"] for row in rows if _folded(row["body"]) == own]


def _folded(text: str) -> str:
    return " ".join(fold(text).split())


async def accounts_from_one_place(account_id: int | None, at: datetime) -> int:
    """How many accounts were made from the network that a new account came from, within a day before it and after.

    0 for one that is older than that, or whose network is not known.
    """
    rows = await execute(
        "SELECT signed_up_from, created_at FROM account WHERE id = :key AND signed_up_from <> ''", key=account_id or 0
    )
    made = instant(rows[0]["created_at"]) if rows else None
    if made is None or at - made > SAME_TIME:
        return 0
    counted = await execute(
        "SELECT COUNT(*) AS n FROM account WHERE signed_up_from = :place AND created_at BETWEEN :first AND :last"
        " AND deleted_at IS NULL",
        place=rows[0]["signed_up_from"],
        first=at - SAME_TIME,
        last=at,
    )
    return int(counted[0]["n"])
