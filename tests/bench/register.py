"""The register: facts entered a second, events a second from the outbox to the register, and a proof in a large log."""

import random
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from rich.table import Table as Printed

from consult.accounts.models import Account
from consult.app import load_effects
from consult.core import clock, outbox
from consult.core.action import Action
from consult.core.database import connection, database, dialect, execute, in_transaction, migrate
from consult.core.keys import new_key
from consult.core.voice import SYSTEM
from consult.register.appending import Fact, append
from consult.register.canonical import canonical
from consult.register.contents import contribution_content
from consult.register.merkle import check_consistency, check_inclusion, leaf_hash, root_of
from consult.register.tiles import WIDTH, edge_of, load, places_of, prove_consistency, prove_inclusion, root_at
from consult.territories.models import Territory
from consult.votes.events import VoteCast
from tests.cast import a_consultation, a_territory

NAME = "register"
MANY_FACTS, MANY_LEAVES, MANY_EVENTS, BATCH, PROOFS = 50_000, 10_000_000, 5_000, 500, 200
BODY = "Il faut des permanences le soir, pas seulement le mardi matin. On peut former des **bénévoles**. " * 10


async def run(engine: str, url: str, small: bool) -> Printed:
    """Migrate, measure, and say it beside its floor."""
    share = 100 if small else 1
    load_effects()
    await migrate(url)
    table = Printed(title=f"{engine}: the register")
    for column in ("case", "measured", "floor", "floor measured", "ratio", "aim"):
        table.add_column(column, justify="left" if column in {"case", "floor"} else "right")
    async with database(url):
        territory = await a_territory()
        facts = _facts(MANY_FACTS // share)
        floor = await _bare(territory, facts)
        mine = await _appended(territory, facts)
        table.add_row(f"facts entered, {BATCH} at a time", f"{mine:,.0f}/s", "the same rows, bare", f"{floor:,.0f}/s",
                      f"{mine / floor:.2f}", "≥ 2,000/s")  # fmt: skip
        events = await _drained(territory, MANY_EVENTS // share)
        table.add_row("votes, from outbox to register", f"{events:,.0f}/s", "facts entered", f"{mine:,.0f}/s",
                      f"{events / mine:.2f}", "≥ 2,000/s")  # fmt: skip
        log = await a_territory("coteau")
        size = MANY_LEAVES // share
        await _grow(log, size)
        for name, seconds, read in (await _inclusions(log, size), await _consistencies(log, size)):
            table.add_row(
                f"{name} in a log of {size:,}",
                f"{statistics.median(seconds) * 1000:.1f} ms, {max(seconds) * 1000:.1f} at most",
                "reading its tiles",
                f"{statistics.median(read) * 1000:.1f} ms",
                f"{statistics.median(seconds) / statistics.median(read):.2f}",
                "< 10 ms",
            )
    return table


def _facts(many: int) -> list[Fact]:
    now = clock.now()
    return [
        Fact(
            at=now + timedelta(milliseconds=number),
            kind="published",
            once=f"bench:{number}",
            consultation_id=1,
            details={
                "consultation": "banc",
                "item": "contribution",
                "id": str(number),
                "number": number,
                "revision": 1,
            },
            item_kind="contribution",
            item_id=number,
            revision=1,
            content=contribution_content(consultation="banc", number=number, revision=1, title="Un titre", body=BODY),
        )
        for number in range(1, many + 1)
    ]


async def _appended(territory: Territory, facts: list[Fact]) -> float:
    start = time.perf_counter()
    for first in range(0, len(facts), BATCH):
        await append(territory.id, facts[first : first + BATCH])
    return len(facts) / (time.perf_counter() - start)


async def _bare(territory: Territory, facts: list[Fact]) -> float:
    """The same rows by the driver's own executemany, without a tree, a lock or a look at what is there."""
    columns = "id, territory_id, position, at, kind, item_kind, item_id, revision, entry, salt, once"
    places = ", ".join("?" if dialect() == "sqlite" else f"${place}" for place in range(1, 12))
    rows = [
        [new_key(), territory.id, place, fact.at, fact.kind, fact.item_kind, fact.item_id, fact.revision,
         canonical(fact.details | {"content": "0" * 64, "at": "2026-11-22T13:00:00.123Z", "v": 1}).decode(), b"0" * 32,
         fact.once]
        for place, fact in enumerate(facts)
    ]  # fmt: skip
    start = time.perf_counter()
    for first in range(0, len(rows), BATCH):
        async with in_transaction():
            await connection().execute_many(
                f"INSERT INTO register_entry ({columns}) VALUES ({places})", rows[first : first + BATCH]
            )
    took = time.perf_counter() - start
    await execute("DELETE FROM register_entry")
    return len(rows) / took


async def _drained(territory: Territory, many: int) -> float:
    consultation, _, _ = await a_consultation(territory)
    voters = [Account(id=new_key(), public_name="Votant", created_at=clock.now()) for _ in range(many)]
    await Account.bulk_create(voters, batch_size=80)
    for first in range(0, many, 50):
        async with Action(SYSTEM, territory_id=territory.id) as action:
            for voter in voters[first : first + 50]:
                action.record(
                    VoteCast(territory_id=territory.id, consultation_id=consultation.id, contribution_id=1, revision=1,
                             first=True, account_id=voter.id)
                )  # fmt: skip
    start = time.perf_counter()
    while await outbox.drain_together():
        pass
    return many / (time.perf_counter() - start)


async def _grow(territory: Territory, size: int) -> None:
    """A log of so many leaves, of which 256 differ: its tiles straight into the table, without its entries."""
    leaves = [leaf_hash(bytes([number])) for number in range(WIDTH)]
    level, count, row = 0, size, leaves
    while count:
        whole, rest = divmod(count, WIDTH)
        for tiles, hashes in ((range(whole), row), (range(whole, whole + bool(rest)), row[:rest])):
            for first in range(tiles.start, tiles.stop, 5000):
                await _insert(territory.id, level, first, min(first + 5000, tiles.stop), b"".join(hashes))
        row, level, count = [root_of(row)] * WIDTH, level + 1, whole
    await execute(
        "INSERT INTO register (id, territory_id, size, updated_at) VALUES (:id, :territory, :size, :now)",
        id=new_key(), territory=territory.id, size=size, now=clock.now(),
    )  # fmt: skip
    if dialect() == "postgres":
        await execute("ANALYZE register_tile")


async def _insert(territory_id: int, level: int, first: int, end: int, hashes: bytes) -> None:
    base = new_key()  # of a later millisecond each time: keys of one range never meet those of the next
    numbers = "WITH RECURSIVE numbers(i) AS (SELECT CAST(:first AS BIGINT) UNION ALL SELECT i + 1 FROM numbers"
    await execute(
        f"INSERT INTO register_tile (id, territory_id, level, number, hashes) {numbers} WHERE i < :last)"
        " SELECT CAST(:base AS BIGINT) + i, CAST(:territory AS BIGINT), CAST(:level AS INT), i, :hashes FROM numbers",
        first=first, last=end - 1, base=base + level * 1_000_000, territory=territory_id, level=level, hashes=hashes,
    )  # fmt: skip


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


async def _inclusions(territory: Territory, size: int) -> tuple[str, list[float], list[float]]:
    chance, root = random.Random(7), await root_at(territory.id, size)
    mine, read = [], []
    for position in [chance.randrange(size) for _ in range(PROOFS)]:
        start = time.perf_counter()
        proof = await prove_inclusion(territory.id, position, size)
        mine.append(time.perf_counter() - start)
        assert check_inclusion(leaf_hash(bytes([position % WIDTH])), position, size, proof, root)
        places = edge_of(size) | places_of(position, position + 1)
        read.append(await _timed(partial(load, territory.id, places)))
    return "proof of inclusion", mine, read


async def _consistencies(territory: Territory, size: int) -> tuple[str, list[float], list[float]]:
    chance, root = random.Random(7), await root_at(territory.id, size)
    mine, read = [], []
    for old in [chance.randrange(1, size) for _ in range(PROOFS)]:
        start = time.perf_counter()
        proof = await prove_consistency(territory.id, old, size)
        mine.append(time.perf_counter() - start)
        assert check_consistency(old, size, proof, await root_at(territory.id, old), root)
        places = edge_of(size) | edge_of(old)
        read.append(await _timed(partial(load, territory.id, places)))
    return "proof of consistency", mine, read
