"""The one way into the register: facts get their positions, in one transaction, under the lock of its row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tortoise.backends.base.client import TransactionalDBClient

from consult.core import clock
from consult.core.database import batches, connection, dialect, execute, in_transaction
from consult.core.database.sql import plain
from consult.core.keys import new_key
from consult.register.canonical import canonical, commitment, new_salt, stamp
from consult.register.merkle import HASH_BYTES, Frontier, leaf_hash
from consult.register.tiles import WIDTH, Place, Tree, edge_of, load

_ENTRY = (
    "id", "territory_id", "position", "at", "kind", "consultation_id", "item_kind", "item_id", "revision",
    "account_id", "entry", "salt", "once",
)  # fmt: skip
# the reaction that enters what happens, as the outbox names it (effects.py)
ENTER = "register.effects.enter"
_TILE = ("id", "territory_id", "level", "number", "hashes")


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something public that happened, to be entered.

    Attributes:
        once: the key under which it is entered at most once.
        details: the public fields of its entry, beside ``v``, ``at``, ``kind`` and ``content``.
        content: what the entry commits to, and does not say.
        account_id: whose receipt it is; never in the entry.
        gone: the content is not public any more: it is committed to, and the salt forgotten at once.
    """

    at: datetime
    kind: str
    once: str
    consultation_id: int | None = None
    details: dict[str, Any] = field(default_factory=dict)
    item_kind: str = ""
    item_id: int | None = None
    revision: int | None = None
    content: dict[str, Any] | None = None
    account_id: int | None = None
    gone: bool = False


class Written(NamedTuple):
    """A fact, the bytes of its entry, which its leaf is the hash of, and the salt of what it commits to."""

    fact: Fact
    entry: bytes
    salt: bytes | None


async def append(territory_id: int, facts: Sequence[Fact]) -> list[int]:
    """Enter facts in order; returns their positions, the one it has for a fact that is there already.

    Not inside an action: the register has its own transaction, which holds a lock that all of a territory waits for.

    Raises:
        RuntimeError: inside another transaction.
    """
    if isinstance(connection(), TransactionalDBClient):
        raise RuntimeError("the register is written after an action, as a reaction, never inside of one")
    if not facts:
        return []
    # what can be made before is not made under the lock: on SQLite all that is written waits for it
    written = [write_entry(fact) for fact in facts]
    async with in_transaction():
        return await append_locked(territory_id, await lock_register(territory_id), written)


async def append_locked(territory_id: int, size: int, written: Sequence[Written]) -> list[int]:
    """The same inside a transaction that has just taken the register's lock and knows its size."""
    positions = await _already_there([one.fact for one in written])
    growth, rows = Growth(size, await load(territory_id, edge_of(size))), []
    for one in written:
        if one.fact.once not in positions:
            positions[one.fact.once] = growth.size
            rows.append(_row(territory_id, growth.size, one))
            growth.append(leaf_hash(one.entry))
    if rows:
        await _insert("register_entry", _ENTRY, rows)
        await keep_tiles(territory_id, growth.changed)
        await execute(
            "UPDATE register SET size = :size, updated_at = :now WHERE territory_id = :territory",
            size=growth.size,
            now=clock.now(),
            territory=territory_id,
        )
    return [positions[one.fact.once] for one in written]


def write_entry(fact: Fact) -> Written:
    """A fact with the bytes of its entry."""
    entry = {name: value for name, value in fact.details.items() if value is not None}
    entry |= {"v": 1, "at": stamp(fact.at), "kind": fact.kind}
    if fact.content is None:
        return Written(fact, canonical(entry), None)
    salt = new_salt()
    entry["content"] = commitment(salt, fact.content)
    return Written(fact, canonical(entry), None if fact.gone else salt)


async def lock_register(territory_id: int) -> int:
    """Take the lock of a territory's register (inside a transaction), which is begun if need be; how large it is."""
    asked = "SELECT size FROM register WHERE territory_id = :territory"
    if dialect() == "postgres":
        asked += " FOR UPDATE"
    rows = await execute(asked, territory=territory_id)
    if not rows:
        await execute(
            "INSERT INTO register (id, territory_id, size, updated_at) VALUES (:id, :territory, 0, :now)"
            " ON CONFLICT (territory_id) DO NOTHING",
            id=new_key(),
            territory=territory_id,
            now=clock.now(),
        )
        rows = await execute(asked, territory=territory_id)
    return int(rows[0]["size"])


class Growth:
    """Adds leaves to the tiles at the right edge of a tree."""

    def __init__(self, size: int, edge: Tree) -> None:
        self.size = size
        self._tiles = {place: bytearray(hashes) for place, hashes in edge.tiles.items()}
        self._touched: set[Place] = set()

    def append(self, leaf: bytes) -> None:
        """Add a leaf, by its hash."""
        level, number = 0, self.size
        self.size += 1
        while True:
            tile, place = divmod(number, WIDTH)
            kept = self._tiles.setdefault((level, tile), bytearray())
            if len(kept) != place * len(leaf):
                raise RuntimeError(f"the register has lost a part of tile {tile} of level {level}: restore a backup")
            kept += leaf
            self._touched.add((level, tile))
            if place != WIDTH - 1:
                return
            whole = Frontier()
            for start in range(0, len(kept), HASH_BYTES):
                whole.append(bytes(kept[start : start + HASH_BYTES]))
            leaf, level, number = whole.root(), level + 1, tile

    @property
    def changed(self) -> dict[Place, bytes]:
        """The tiles that were made or have grown."""
        return {place: bytes(self._tiles[place]) for place in sorted(self._touched)}


async def keep_tiles(territory_id: int, tiles: dict[Place, bytes]) -> None:
    """Write tiles that have grown (inside the transaction that holds the lock)."""
    rows = [[new_key(), territory_id, level, number, hashes] for (level, number), hashes in tiles.items()]
    await _insert(
        "register_tile",
        _TILE,
        rows,
        " ON CONFLICT (territory_id, level, number) DO UPDATE SET hashes = excluded.hashes",
    )


async def _already_there(facts: Sequence[Fact]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in batches({fact.once for fact in facts}):
        rows = await execute("SELECT once, position FROM register_entry WHERE once IN :keys", keys=some)
        found |= {row["once"]: row["position"] for row in rows}
    return found


def _row(territory_id: int, position: int, written: Written) -> list[Any]:
    fact, entry, salt = written
    return [
        new_key(), territory_id, position, plain(fact.at), fact.kind, fact.consultation_id, fact.item_kind,
        fact.item_id, fact.revision, fact.account_id, entry.decode(), salt, fact.once,
    ]  # fmt: skip


async def _insert(table: str, columns: Sequence[str], rows: list[list[Any]], end: str = "") -> None:
    sqlite = dialect() == "sqlite"
    places = ", ".join("?" if sqlite else f"${place}" for place in range(1, len(columns) + 1))
    await connection().execute_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places}){end}", rows)
