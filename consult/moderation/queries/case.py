"""A case and what a moderator must know to decide it: reports, notes, decisions on the item and about its author.

Names of people who reported are never read here: whoever decides sees what was said, not who said it.
"""

from typing import Any

from consult.core.database import execute, instant
from consult.moderation.models import Case, Kind
from consult.moderation.rules.items import open_key
from consult.moderation.rules.reporting import Conflict
from consult.moderation.rules.words import STANDARD_REASONS

Row = dict[str, Any]
MOST_REPORTS = 30
MOST_DECISIONS = 20
MOST_NOTES = 100


async def case_in(territory_id: int, case_id: int) -> Case | None:
    """A case of the territory, open or decided."""
    return await Case.get_or_none(id=case_id, territory_id=territory_id).select_related("assigned_to")


async def open_case_of(territory_id: int, kind: Kind, item_id: int) -> int | None:
    """The open case of an item, if it has one."""
    rows = await execute(
        "SELECT id FROM moderation_case WHERE open_key = :key AND territory_id = :territory",
        key=open_key(kind, item_id),
        territory=territory_id,
    )
    return int(rows[0]["id"]) if rows else None


async def reports_on(case_id: int) -> list[Row]:
    """What people reported, the latest first: ground, text, when, and whether they have an account."""
    rows = await execute(
        "SELECT ground, text, created_at, account_id IS NOT NULL AS has_account FROM report WHERE case_id = :case"
        " ORDER BY id DESC LIMIT :most",
        case=case_id,
        most=MOST_REPORTS,
    )
    return [{**row, "at": instant(row["created_at"]), "has_account": bool(row["has_account"])} for row in rows]


async def notes_on(case_id: int) -> list[Row]:
    """What moderators told one another about a case, in order."""
    rows = await execute(
        "SELECT n.id, n.body, n.created_at, a.public_name AS name FROM moderation_note n JOIN account a"
        " ON a.id = n.account_id WHERE n.case_id = :case ORDER BY n.id LIMIT :most",
        case=case_id,
        most=MOST_NOTES,
    )
    return [{**row, "at": instant(row["created_at"])} for row in rows]


_DECISION = (
    "SELECT d.id, d.reference, d.kind, d.item_id, d.case_id, d.account_id, d.organisation_id, d.effect, d.ground,"
    " d.reason, d.automated,"
    " d.hidden_meanwhile, d.until, d.by_id, d.decided_at, d.opened_at, d.replaces_id, d.consultation_id,"
    " moderator.public_name AS by_name, w.slug, w.title AS consultation, target.number AS merged_into,"
    " p.id AS appeal_id, p.heard_at, p.outcome,"
    " (SELECT MAX(r.id) FROM decision r WHERE r.replaces_id = d.id) AS replaced_by FROM decision d"
    " LEFT JOIN account moderator ON moderator.id = d.by_id LEFT JOIN consultation w ON w.id = d.consultation_id"
    " LEFT JOIN contribution target ON target.id = d.merged_into_id LEFT JOIN appeal p ON p.decision_id = d.id"
)


def read_decision(row: Row) -> Row:
    """A decision as templates take it."""
    moments = ("until", "decided_at", "opened_at", "heard_at")
    flags = {"automated": bool(row["automated"]), "is_standard": row["reason"] in STANDARD_REASONS}
    return {**row, **flags} | {name: instant(row[name]) for name in moments}


async def decision_in(territory_id: int, decision_id: int) -> Row | None:
    """A decision of the territory."""
    rows = await execute(
        f"{_DECISION} WHERE d.id = :key AND d.territory_id = :territory", key=decision_id, territory=territory_id
    )
    return read_decision(rows[0]) if rows else None


async def decisions_on(territory_id: int, kind: Kind, item_id: int) -> list[Row]:
    """What was decided about an item, the latest first."""
    rows = await execute(
        f"{_DECISION} WHERE d.kind = :kind AND d.item_id = :item AND d.territory_id = :territory"
        " ORDER BY d.id DESC LIMIT :most",
        kind=kind.value,
        item=item_id,
        territory=territory_id,
        most=MOST_DECISIONS,
    )
    return [read_decision(row) for row in rows]


async def decisions_of_cases(case_ids: list[int]) -> dict[int, Row]:
    """The latest decision of each of some cases."""
    if not case_ids:
        return {}
    rows = await execute(f"{_DECISION} WHERE d.case_id IN :cases ORDER BY d.id", cases=case_ids)
    return {row["case_id"]: read_decision(row) for row in rows}


async def decisions_about(territory_id: int, account_id: int | None, *, beside: tuple[Kind, int]) -> list[Row]:
    """What was decided before about somebody's other items and their account, the latest first."""
    if account_id is None:
        return []
    rows = await execute(
        f"{_DECISION} WHERE d.account_id = :account AND d.territory_id = :territory"
        " AND NOT (d.kind = :kind AND d.item_id = :item) ORDER BY d.id DESC LIMIT :most",
        account=account_id,
        territory=territory_id,
        kind=beside[0].value,
        item=beside[1],
        most=MOST_DECISIONS,
    )
    return [read_decision(row) for row in rows]


async def decisions_counted(territory_id: int, account_id: int | None) -> dict[str, int]:
    """How often each effect was decided about somebody and what they wrote."""
    if account_id is None:
        return {}
    rows = await execute(
        "SELECT effect, COUNT(*) AS n FROM decision WHERE account_id = :account AND territory_id = :territory"
        " GROUP BY effect ORDER BY effect",
        account=account_id,
        territory=territory_id,
    )
    return {row["effect"]: int(row["n"]) for row in rows}


async def restricted_until(territory_id: int, account_id: int | None, now: Any) -> Any:
    """Until when an account may not write here, None when it may."""
    rows = await execute(
        "SELECT MAX(until) AS until FROM restriction WHERE account_id = :account AND territory_id = :territory"
        " AND lifted_at IS NULL AND until > :now",
        account=account_id or 0,
        territory=territory_id,
        now=now,
    )
    return instant(rows[0]["until"])


async def conflicts_with(account_id: int | None, case_ids: list[int]) -> dict[int, Conflict]:
    """What stands between somebody and the items of some cases; one query."""
    if not case_ids:
        return {}
    rows = await execute(
        "SELECT c.id, (c.author_id = :me OR EXISTS (SELECT 1 FROM member b WHERE b.organisation_id ="
        " c.organisation_id AND b.account_id = :me)) AS wrote, EXISTS (SELECT 1 FROM report r WHERE r.kind = c.kind"
        " AND r.item_id = c.item_id AND r.account_id = :me) AS reported FROM moderation_case c WHERE c.id IN :cases",
        me=account_id or 0,
        cases=case_ids,
    )
    return {row["id"]: Conflict(wrote=bool(row["wrote"]), reported=bool(row["reported"])) for row in rows}
