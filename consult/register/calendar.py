"""Rounds open and close by themselves: nobody records it, so the worker looks every minute and enters what has come."""

from datetime import datetime, timedelta
from typing import Any

import structlog

from consult.core import clock, outbox
from consult.core.database import execute, instant
from consult.core.errors import ConsultError
from consult.register.appending import ENTER, Fact, append
from consult.register.canonical import stamp
from consult.register.heads import sign_head

log = structlog.get_logger()
_FIGURES = ("contributions", "arguments", "sources", "votes", "amendments")
_AT_ONCE = 200
PATIENCE = timedelta(minutes=15)
_ROUNDS = (
    "SELECT r.id, r.title, r.opens_at, r.closes_at, k.id AS consultation_id, k.slug, k.territory_id, k.published_at, "
    + ", ".join(f"k.{name}_count" for name in _FIGURES)
    + " FROM round r JOIN consultation k ON k.id = r.consultation_id WHERE k.state = 'published'"
    " AND r.opens_at <= :now AND r.id > :last ORDER BY r.id LIMIT :most"
)


async def record_rounds() -> int:
    """Enter the rounds that have opened and closed, each once an instant; how many entries. A chore of the worker.

    A closing waits for what was recorded before it to be entered first; then come the consultation's counters as a
    tally, and a signed head.
    """
    now, last, entered = clock.now(), 0, 0
    while rows := await execute(_ROUNDS, now=now, last=last, most=_AT_ONCE):
        last = rows[-1]["id"]
        facts = {row["id"]: _facts(row, now) for row in rows}
        known = await _entered([fact.once for some in facts.values() for fact in some])
        for row in rows:
            missing = [fact for fact in facts[row["id"]] if fact.once not in known]
            closing = next((fact.at for fact in missing if fact.kind == "closed"), None)
            if closing is not None and await _still_owed(closing, now):
                missing, closing = [fact for fact in missing if fact.kind == "opened"], None
            entered += await _enter(row["territory_id"], missing, signed=closing is not None)
    return entered


async def _enter(territory_id: int, missing: list[Fact], *, signed: bool) -> int:
    """Enter what is missing; how many. A register that cannot be written or signed keeps no other waiting."""
    entered = 0
    try:
        if missing:
            await append(territory_id, missing)
            entered = len(missing)
        if signed:
            await sign_head(territory_id)
    except (ConsultError, RuntimeError) as error:
        log.error("rounds_not_recorded", territory=territory_id, error=str(error))
    return entered


def _facts(row: dict[str, Any], now: datetime) -> list[Fact]:
    opens_at, closes_at = instant(row["opens_at"]), instant(row["closes_at"])
    assert opens_at is not None
    assert closes_at is not None
    details = {"consultation": row["slug"], "round": str(row["id"]), "title": row["title"]}
    common: dict[str, Any] = {"consultation_id": row["consultation_id"]}
    facts = [
        Fact(
            at=opens_at,
            kind="opened",
            once=f"opened:{row['id']}:{opens_at.timestamp():.3f}",
            details={**details, "opens_at": stamp(opens_at), "closes_at": stamp(closes_at)},
            **common,
        )
    ]
    if closes_at <= now:
        at_closing = f"{row['id']}:{closes_at.timestamp():.3f}"
        figures = {name: int(row[f"{name}_count"]) for name in _FIGURES}
        closed = {**details, "closes_at": stamp(closes_at)}
        tally = {**closed, "figures": figures}
        facts.append(Fact(at=closes_at, kind="closed", once=f"closed:{at_closing}", details=closed, **common))
        facts.append(Fact(at=now, kind="tallied", once=f"tallied:{at_closing}", details=tally, **common))
    return facts


async def _still_owed(before: datetime, now: datetime) -> bool:
    """Whether something recorded before an instant is about to be entered. What cannot be holds nothing up for long."""
    return now - before <= PATIENCE and bool(await outbox.owed([ENTER], before=before))


async def _entered(keys: list[str]) -> set[str]:
    if not keys:
        return set()
    return {row["once"] for row in await execute("SELECT once FROM register_entry WHERE once IN :keys", keys=keys)}
