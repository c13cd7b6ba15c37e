"""Facts and people of the register's tests."""

import json
from typing import Any

from consult.core.database import execute
from consult.core.outbox import drain_all
from consult.register.appending import Fact
from consult.register.merkle import leaf_hash
from tests.cast import NOON


def a_fact(name: object, **values: Any) -> Fact:
    """Something that happened at noon."""
    return Fact(**{"at": NOON, "kind": "opened", "once": f"fact:{name}", "details": {"n": str(name)}, **values})


async def leaves_of(territory_id: int) -> list[bytes]:
    """The hashes of all entries, out of the entries themselves."""
    rows = await execute(
        "SELECT entry, position FROM register_entry WHERE territory_id = :territory ORDER BY position",
        territory=territory_id,
    )
    assert [row["position"] for row in rows] == list(range(len(rows))), "no gap, and no position twice"
    return [leaf_hash(row["entry"].encode()) for row in rows]


async def entered(territory_id: int) -> list[dict[str, Any]]:
    """What the register says, once all that is owed has been entered."""
    await drain_all()
    rows = await execute(
        "SELECT entry FROM register_entry WHERE territory_id = :territory ORDER BY position", territory=territory_id
    )
    return [json.loads(row["entry"]) for row in rows]
