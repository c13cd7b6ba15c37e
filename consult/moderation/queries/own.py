"""What concerns oneself: the reports one made, and the decisions addressed to oneself or to one's organisations."""

from collections.abc import Mapping
from typing import Any

from consult.core.database import execute, instant
from consult.core.paging import Page, cut, read_cursor, write_cursor
from consult.moderation.models import Kind
from consult.moderation.rules.appealing import appeal_until
from consult.moderation.rules.sealing import SEALED
from consult.moderation.rules.words import STANDARD_REASONS
from consult.sources.rules import CATEGORIES

PAGE_SIZE = 20
NEWEST = (1 << 63) - 1
Row = dict[str, Any]

_INSTANTS = ("created_at", "answered_at", "decided_at", "opened_at", "until", "made_at", "heard_at", "published_at")
_TABLES = (Kind.AMENDMENT, Kind.ARGUMENT, Kind.SOURCE)


def _above(alias: str) -> str:
    """The contribution that an item is, or stands under: its key."""
    cases = " ".join(
        f"WHEN '{kind.value}' THEN (SELECT contribution_id FROM {kind.value} WHERE id = {alias}.item_id)"
        for kind in _TABLES
    )
    return f"CASE {alias}.kind {cases} WHEN '{Kind.CONTRIBUTION.value}' THEN {alias}.item_id END"


def _read(row: Mapping[str, Any]) -> Row:
    return {**row, **{name: instant(row[name]) for name in _INSTANTS if name in row}}


async def reports_of(account_id: int, territory_id: int, *, after: str = "") -> Page[Row]:
    """One page of the reports that somebody made here, the latest first, with what became of each; one query.

    ``undone`` says that the decision was undone by another one since.
    """
    cursor = read_cursor(after, int)
    rows = await execute(
        "SELECT r.id, r.reference, r.kind, r.ground, r.created_at, r.answered_at, d.effect, k.title AS consultation,"
        " k.slug, c.number, EXISTS (SELECT 1 FROM decision o WHERE o.replaces_id = d.id AND o.effect <> d.effect)"
        " AS undone FROM report r"
        " JOIN consultation k ON k.id = r.consultation_id LEFT JOIN decision d ON d.id = r.decision_id"
        f" LEFT JOIN contribution c ON c.id = {_above('r')} WHERE r.account_id = :account"
        " AND r.territory_id = :territory AND r.id < :before ORDER BY r.id DESC LIMIT :most",
        account=account_id,
        territory=territory_id,
        before=cursor[0] if cursor else NEWEST,
        most=PAGE_SIZE + 1,
    )
    found = [_read(row) for row in rows]
    return cut(found, PAGE_SIZE, lambda row: write_cursor(row["id"]), is_first=cursor is None)


# A decision on what was written in the name of an organisation is addressed to whoever is its member today.
_MINE = (
    "((d.organisation_id IS NULL AND d.account_id = :account) OR d.organisation_id IN"
    " (SELECT organisation_id FROM member WHERE account_id = :account))"
)
# What was published or left alone calls for no statement, unless it puts right what another decision had taken away.
_TELLS = "(d.effect <> 'keep' OR d.replaces_id IS NOT NULL)"
_DECISION = (
    "SELECT d.id, d.reference, d.kind, d.item_id, d.effect, d.ground, d.reason, d.automated, d.found_by,"
    " d.hidden_meanwhile, d.until, d.opened_at, d.decided_at, d.replaces_id, d.account_id, d.organisation_id,"
    " k.title AS consultation, k.slug, c.number, o.name AS organisation, t.number AS merged_into,"
    " p.reference AS appeal_reference, p.text AS appeal_text, p.made_at, p.heard_at, p.outcome,"
    " p.reason AS appeal_reason, before.reference AS undoes,"
    " (SELECT MAX(r.id) FROM decision r WHERE r.replaces_id = d.id) AS replaced_by,"
    # the case in which a correction came back names the decision that had asked for it
    " d.effect = 'correct' AND EXISTS (SELECT 1 FROM moderation_case m WHERE m.kind = d.kind AND m.item_id = d.item_id"
    " AND CAST(m.details AS TEXT) LIKE '%' || d.id || '%' AND CAST(m.reasons AS TEXT) LIKE '%corrected%') AS corrected"
    " FROM decision d"
    " LEFT JOIN consultation k ON k.id = d.consultation_id LEFT JOIN organisation o ON o.id = d.organisation_id"
    f" LEFT JOIN contribution c ON c.id = {_above('d')} LEFT JOIN contribution t ON t.id = d.merged_into_id"
    " LEFT JOIN appeal p ON p.decision_id = d.id LEFT JOIN decision before ON before.id = d.replaces_id"
    f" WHERE d.territory_id = :territory AND {_MINE}"
)


def _decision(row: Mapping[str, Any]) -> Row:
    found = _read(row)
    flags = {name: bool(row[name]) for name in ("automated", "hidden_meanwhile", "corrected")}
    is_standard = row["reason"] in STANDARD_REASONS
    return {**found, **flags, "is_standard": is_standard, "appeal_until": appeal_until(found["decided_at"])}


async def decisions_to(account_id: int, territory_id: int, *, after: str = "") -> Page[Row]:
    """One page of the decisions addressed to somebody or to their organisations, the latest first; one query."""
    cursor = read_cursor(after, int)
    rows = await execute(
        f"{_DECISION} AND {_TELLS} AND d.id < :before ORDER BY d.id DESC LIMIT :most",
        account=account_id,
        territory=territory_id,
        before=cursor[0] if cursor else NEWEST,
        most=PAGE_SIZE + 1,
    )
    found = [_decision(row) for row in rows]
    return cut(found, PAGE_SIZE, lambda row: write_cursor(row["id"]), is_first=cursor is None)


async def decision_to(account_id: int, territory_id: int, decision_id: int) -> Row | None:
    """One decision addressed to somebody or to their organisation; None for anybody else's."""
    rows = await execute(f"{_DECISION} AND d.id = :key", account=account_id, territory=territory_id, key=decision_id)
    return _decision(rows[0]) if rows else None


async def text_judged(decision: Row) -> Row | None:
    """The text that a decision is about, for its author's eyes: None for an account, or what is gone or under seal."""
    if decision["kind"] == Kind.ACCOUNT:
        return None
    kind = Kind(decision["kind"])
    columns = [
        name for name in SEALED[kind] if name not in {"excerpt", "annexes", "explanation_html", "outcome_reason"}
    ]
    more = ["side"] if kind is Kind.ARGUMENT else ["category"] if kind is Kind.SOURCE else []
    rows = await execute(
        f"SELECT id, state, sealed_at, published_at, {', '.join([*columns, *more])} FROM {kind.value} WHERE id = :key",
        key=decision["item_id"],
    )
    if not rows or rows[0]["sealed_at"] is not None:
        return None
    text = {"title": "", "link": "", "reason": "", "side": "", "category": "", **_read(rows[0])}
    return {**text, "category_label": CATEGORIES.get(text["category"], ""), "is_public": text["state"] == "published"}
