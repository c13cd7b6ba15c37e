"""The verbs do not slow with the size of the queue or of the record: what they ask is found in an index.

Among 20,000 other cases, decisions and reports, reporting, taking, deciding and undoing took 15 ms each.
"""

import pytest

from consult.core.database import dialect, execute


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM decision WHERE replaces_id = 5",
        "SELECT 1 FROM decision WHERE case_id = 5",
        "SELECT 1 FROM decision WHERE kind = 'argument' AND item_id = 5 ORDER BY id DESC LIMIT 1",
        "SELECT 1 FROM decision WHERE effect = 'correct' AND until <= '2026-01-01' AND until > '2025-01-01'",
        "SELECT 1 FROM moderation_case WHERE open_key = 'argument:5'",
        "SELECT 1 FROM moderation_case WHERE kind = 'argument' AND item_id = 5",
        "SELECT 1 FROM moderation_case WHERE author_id = 5 AND is_open",
        "SELECT 1 FROM report WHERE kind = 'argument' AND item_id = 5 AND account_id = 5",
        "SELECT 1 FROM report WHERE case_id = 5",
        "SELECT 1 FROM moderation_note WHERE case_id = 5",
        "SELECT 1 FROM appeal WHERE decision_id = 5",
        "SELECT 1 FROM sealed_text WHERE keep_until <= '2026-01-01'",
        "SELECT 1 FROM contribution WHERE merged_into_id = 5",
        "SELECT 1 FROM restriction WHERE account_id = 5 AND territory_id = 5 AND until > '2026-01-01'",
        "SELECT 1 FROM account WHERE signed_up_from = 'x' AND created_at > '2026-01-01'",
    ],
)
async def test_what_the_verbs_ask_is_in_an_index(db: str, sql: str) -> None:
    if dialect() != "sqlite":
        pytest.skip("the planner of PostgreSQL reads small tables whole, and rightly")
    plan = " ".join(row["detail"] for row in await execute(f"EXPLAIN QUERY PLAN {sql}"))
    assert "SEARCH" in plan
    assert "SCAN" not in plan
