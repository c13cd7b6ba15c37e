"""What is counted when a round is closed, under the lock: what it leaves undone, and how many took part."""

from dataclasses import asdict, dataclass
from typing import Any

from consult.core.database import execute

_ITEMS = ("contribution", "amendment", "argument", "source")
_WAITING = " UNION ALL ".join(
    f"SELECT author_id, organisation_id, awaits_moderator FROM {table}"
    " WHERE consultation_id = :consultation AND state = 'waiting'"
    for table in _ITEMS
)

MOST_NAMES = 20


@dataclass(frozen=True)
class Left:
    """What is still undone in a consultation.

    Attributes:
        cases: items in the moderators' queue.
        appeals: appeals that nobody has heard.
        held: texts that wait for a moderator before they are published.
        organisations: organisations waiting to be verified in whose name, or by whose members, something is being
            written here: texts that wait, and drafts.
        accounts: people whose address is not confirmed and whose texts wait for that.
    """

    cases: int
    appeals: int
    held: int
    organisations: int
    accounts: int

    def values(self) -> dict[str, int]:
        """As a snapshot keeps them."""
        return asdict(self)


async def left_in(consultation_id: int, territory_id: int) -> Left:
    """Count what is undone; one query, by indexes of the consultation's own rows."""
    (row,) = await execute(
        f"""
        WITH waiting AS MATERIALIZED ({_WAITING})
        SELECT
          (SELECT COUNT(*) FROM moderation_case WHERE territory_id = :territory AND is_open = :open
             AND consultation_id = :consultation) AS cases,
          (SELECT COUNT(*) FROM decision d JOIN appeal p ON p.decision_id = d.id
             WHERE p.territory_id = :territory AND p.heard_at IS NULL AND d.consultation_id = :consultation) AS appeals,
          (SELECT COUNT(*) FROM waiting w WHERE w.awaits_moderator = :open) AS held,
          (SELECT COUNT(*) FROM organisation o WHERE o.territory_id = :territory AND o.state = 'waiting' AND (
             o.id IN (SELECT organisation_id FROM waiting)
             OR o.id IN (SELECT organisation_id FROM draft WHERE consultation_id = :consultation)
             OR EXISTS (SELECT 1 FROM member m WHERE m.organisation_id = o.id AND (
               m.account_id IN (SELECT author_id FROM waiting)
               OR m.account_id IN (SELECT account_id FROM draft WHERE consultation_id = :consultation)
             )))) AS organisations,
          (SELECT COUNT(DISTINCT w.author_id) FROM waiting w JOIN account a ON a.id = w.author_id
             WHERE w.awaits_moderator <> :open AND a.confirmed_at IS NULL) AS accounts
        """,
        consultation=consultation_id,
        territory=territory_id,
        open=True,
    )
    return Left(**{name: int(row[name]) for name in ("cases", "appeals", "held", "organisations", "accounts")})


async def unconfirmed_writers(consultation_id: int) -> list[dict[str, Any]]:
    """The people whose texts wait for their address to be confirmed, with how many, the first to write first."""
    return await execute(
        "SELECT a.public_name AS name, COUNT(*) AS texts FROM account a"
        f" JOIN ({_WAITING}) AS w ON w.author_id = a.id WHERE w.awaits_moderator <> :held AND a.confirmed_at IS NULL"
        " GROUP BY a.id, a.public_name ORDER BY a.id LIMIT :most",
        consultation=consultation_id,
        held=True,
        most=MOST_NAMES,
    )


# What is public, as the counters define it: a text is, when it and all that it stands under are.
_PUBLIC = "c.consultation_id = :consultation AND c.state = 'published'"
_ARGUMENT = (
    "FROM contribution c JOIN argument i ON i.contribution_id = c.id LEFT JOIN amendment a ON a.id = i.amendment_id"
)
_SOURCE = (
    "FROM contribution c JOIN source i ON i.contribution_id = c.id LEFT JOIN argument g ON g.id = i.argument_id"
    " LEFT JOIN amendment a ON a.id = g.amendment_id"
)
_AMENDMENT = "FROM contribution c JOIN amendment i ON i.contribution_id = c.id"
_IF_ARGUMENT = f"WHERE {_PUBLIC} AND i.state = 'published' AND (i.amendment_id IS NULL OR a.state = 'published')"
_IF_SOURCE = (
    f"WHERE {_PUBLIC} AND i.state = 'published' AND (i.argument_id IS NULL OR g.state = 'published')"
    " AND (g.amendment_id IS NULL OR a.state = 'published')"
)
_IF_AMENDMENT = f"WHERE {_PUBLIC} AND i.state = 'published'"
_PARTICIPANTS = " UNION ".join(
    (
        f"SELECT c.author_id AS account FROM contribution c WHERE {_PUBLIC}",
        f"SELECT i.author_id {_ARGUMENT} {_IF_ARGUMENT}",
        f"SELECT i.author_id {_SOURCE} {_IF_SOURCE}",
        f"SELECT i.author_id {_AMENDMENT} {_IF_AMENDMENT}",
        f"SELECT v.account_id FROM contribution c JOIN vote v ON v.contribution_id = c.id WHERE {_PUBLIC}",
        f"SELECT v.account_id {_AMENDMENT} JOIN vote v ON v.amendment_id = i.id {_IF_AMENDMENT}",
        f"SELECT s.account_id {_ARGUMENT} JOIN support s ON s.argument_id = i.id {_IF_ARGUMENT}",
        f"SELECT s.account_id {_SOURCE} JOIN support s ON s.source_id = i.id {_IF_SOURCE}",
    )
)


async def participants_in(consultation_id: int) -> int:
    """How many people wrote, voted on or supported something that is public; one query."""
    rows = await execute(
        f"SELECT COUNT(account) AS n FROM ({_PARTICIPANTS}) AS everyone",
        consultation=consultation_id,
    )
    return int(rows[0]["n"])
