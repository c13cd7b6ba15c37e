"""Facts get one position each, whoever offers them and however often."""

import time
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from consult.core.action import Action
from consult.core.database import execute
from consult.core.voice import SYSTEM
from consult.register.appending import Fact, append
from consult.register.canonical import canonical
from consult.register.merkle import check_consistency, check_inclusion, check_several, leaf_hash, root_of
from consult.register.tiles import prove_consistency, prove_inclusion, prove_several, root_at
from tests.cast import NOON, a_territory


def a_fact(name: object, **values: Any) -> Fact:
    """Something that happened at noon."""
    return Fact(**{"at": NOON, "kind": "opened", "once": f"fact:{name}", "details": {"n": str(name)}, **values})


async def leaves_of(territory_id: int) -> list[bytes]:
    """The hashes of all entries, out of the entries themselves."""
    rows = await execute("SELECT entry, position FROM register_entry WHERE territory_id = :t ORDER BY position",
                         t=territory_id)  # fmt: skip
    assert [row["position"] for row in rows] == list(range(len(rows))), "no gap, and no position twice"
    return [leaf_hash(row["entry"].encode()) for row in rows]


async def test_speed(db: str) -> None:
    t = await a_territory()
    s = time.perf_counter()
    for i in range(10):
        await append(t.id, [a_fact(i * 500 + j, content={"a": "b"}) for j in range(500)])
    print("facts/s", 5000 / (time.perf_counter() - s))
    leaves = await leaves_of(t.id)
    assert await root_at(t.id, 5000) == root_of(leaves)
    assert await root_at(t.id, 4711) == root_of(leaves[:4711])
    root = root_of(leaves[:4711])
    assert check_inclusion(leaves[300], 300, 4711, await prove_inclusion(t.id, 300, 4711), root)
    assert check_consistency(4711, 5000, await prove_consistency(t.id, 4711, 5000), root, root_of(leaves))
    ps = [1, 700, 701, 3000]
    assert check_several([(p, leaves[p]) for p in ps], 4711, await prove_several(t.id, ps, 4711), root)
