"""What was public before the register began, entered once: an instance that gets its register with a new release."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from consult.core import clock, outbox
from consult.core.database import execute, instant
from consult.register.appending import ENTER, Fact, append
from consult.register.canonical import stamp
from consult.register.importing import public_wordings
from consult.register.telling import entered_already, wording_fact

# What has just happened, or was just brought in, waits for its own reaction, which tells it in more detail.
PATIENCE = timedelta(minutes=10)
# Whoever began with a register has the entry of its publication, or those of its import, and is none of these.
_BEFORE = (
    "SELECT k.id, k.slug, k.territory_id, k.published_at FROM consultation k"
    " WHERE k.state = 'published' AND k.published_at < :before AND k.created_at < :before"
    " AND NOT EXISTS (SELECT 1 FROM register_entry e WHERE e.consultation_id = k.id"
    " AND e.kind IN ('consultation_published', 'imported')) ORDER BY k.id LIMIT 1"
)
# All votes there are, but for those that have entries of their own: a vote that was changed is still one, and one that
# was taken back is none, though its entry stays. What is about to be entered as taken back leaves one too many, never
# one too few.
_UNRECORDED = (
    "SELECT (SELECT COUNT(*) FROM vote WHERE consultation_id = :consultation)"
    " + (SELECT COUNT(*) FROM support WHERE consultation_id = :consultation)"
    " - (SELECT COUNT(*) FROM register_entry WHERE consultation_id = :consultation"
    " AND kind IN ('voted', 'supported') AND entry NOT LIKE '%\"again\":true%')"
    " + (SELECT COUNT(*) FROM register_entry WHERE consultation_id = :consultation"
    " AND kind IN ('vote_withdrawn', 'support_withdrawn'))"
    " + (SELECT COUNT(*) FROM outbox WHERE effect = :enter AND done_at IS NULL"
    " AND event IN ('vote_withdrawn', 'support_withdrawn') AND CAST(payload AS TEXT) LIKE :of) AS many"
)


async def take_over() -> int:
    """Enter one consultation that was public before there was a register; how many were. A chore of the worker.

    Its public texts are entered with the instant at which they were written and ``entered_late``, the votes as one
    entry with their number. The entry of its publication comes last, and says that all the others are there.
    """
    if await outbox.owed([ENTER]):
        return 0
    rows = await execute(_BEFORE, before=clock.now() - PATIENCE)
    for row in rows:
        async for facts in _facts(row):
            await append(row["territory_id"], facts)
    return len(rows)


async def _facts(row: dict[str, Any]) -> AsyncIterator[list[Fact]]:
    async for wordings in public_wordings(row["id"]):
        there = await entered_already(wordings)
        yield [
            wording_fact("published" if one.revision == 1 else "revised", one, one.written_at, entered_late=True)
            for one in wordings
            if (one.kind, one.item_id, one.revision) not in there
        ]
    unrecorded = await execute(_UNRECORDED, consultation=row["id"], enter=ENTER, of=f"%{row['id']}%")
    at, many = clock.now(), int(unrecorded[0]["many"])
    common: dict[str, Any] = {"at": at, "consultation_id": row["id"]}
    details = {"consultation": row["slug"], "entered_late": True}
    votes = Fact(kind="voted", once=f"taken-over:votes:{row['id']}", details={**details, "count": many}, **common)
    published_at = instant(row["published_at"])
    assert published_at is not None
    done = Fact(
        kind="consultation_published",
        once=f"taken-over:{row['id']}",
        details={**details, "published_at": stamp(published_at)},
        **common,
    )
    yield [votes, done] if many > 0 else [done]
