"""Facts get one place each, whoever offers them and however often; nothing leaves a gap or a fork behind."""

import random
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.core.action import Action
from consult.core.database import database, execute
from consult.core.voice import SYSTEM
from consult.register.appending import Growth, append
from consult.register.canonical import canonical, commitment, stamp
from consult.register.heads import head_covering, public_keys, sign_head
from consult.register.merkle import check_consistency, check_inclusion, check_several, leaf_hash, root_of
from consult.register.models import Register, RegisterEntry, RegisterHead, RegisterTile
from consult.register.notes import check_note
from consult.register.tiles import Tree, prove_consistency, prove_inclusion, prove_several, root_at
from consult.territories.models import Territory
from tests.cast import a_territory
from tests.core.facts import AppleFell
from tests.register.facts import a_fact, leaves_of


async def test_a_fact_offered_again_keeps_its_place(db: str) -> None:
    territory = await a_territory()
    assert await append(territory.id, [a_fact("a"), a_fact("b"), a_fact("a")]) == [0, 1, 0]
    assert await append(territory.id, [a_fact("c"), a_fact("b")]) == [2, 1]
    assert await append(territory.id, []) == []
    assert len(await leaves_of(territory.id)) == 3


async def test_each_territory_counts_for_itself(db: str) -> None:
    ours, theirs = await a_territory(), await a_territory("coteau")
    assert await append(ours.id, [a_fact("a")]) == [0]
    assert await append(theirs.id, [a_fact("b"), a_fact("c")]) == [0, 1]
    assert sorted([row.size for row in await Register.all()]) == [1, 2]


async def test_no_entry_is_written_inside_an_action(db: str) -> None:
    territory = await a_territory()
    async with Action(SYSTEM) as action:
        action.record(AppleFell(tree=1))
        with pytest.raises(RuntimeError, match="never inside"):
            await append(territory.id, [a_fact("a")])


async def test_what_fails_leaves_nothing(db: str) -> None:
    territory = await a_territory()
    with pytest.raises(ValueError, match="not in an entry"):
        await append(territory.id, [a_fact("a"), a_fact("b", details={"share": 0.5})])
    assert await leaves_of(territory.id) == []
    assert await append(territory.id, [a_fact("c")]) == [0]


async def test_proofs_hold_at_every_edge_of_tiles(db: str) -> None:
    territory = await a_territory()
    for first, end in ((0, 255), (255, 256), (256, 257), (257, 700)):
        await append(territory.id, [a_fact(number) for number in range(first, end)])
    leaves = await leaves_of(territory.id)
    roots = {size: root_of(leaves[:size]) for size in (1, 2, 255, 256, 257, 511, 512, 513, 700)}
    assert {size: await root_at(territory.id, size) for size in roots} == roots
    chance = random.Random(1)
    for size, root in roots.items():
        for position in {0, size - 1, chance.randrange(size)}:
            proof = await prove_inclusion(territory.id, position, size)
            assert check_inclusion(leaves[position], position, size, proof, root)
        consistency = await prove_consistency(territory.id, size, 700)
        assert check_consistency(size, 700, consistency, root, roots[700])
        some = sorted(chance.sample(range(size), chance.randint(0, size)))
        proof = [one async for one in prove_several(territory.id, some, size)]
        assert check_several([(position, leaves[position]) for position in some], size, proof, root)
    with pytest.raises(LookupError):
        await prove_inclusion(territory.id, 0, 701)
    assert {(row.level, row.number, len(row.hashes) // 32) for row in await RegisterTile.all()} == {
        (0, 0, 256), (0, 1, 256), (0, 2, 188), (1, 0, 2),
    }  # fmt: skip


@given(st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_tiles_grow_the_same_by_any_steps(steps: list[int]) -> None:
    leaves = [leaf_hash(bytes([number % 256, number // 256])) for number in range(sum(steps))]
    tiles: dict[tuple[int, int], bytes] = {}
    size = 0
    for step in steps:
        growth = Growth(size, Tree(tiles))
        for leaf in leaves[size : size + step]:
            growth.append(leaf)
        size, tiles = growth.size, tiles | growth.changed
        assert Tree(tiles).frontier(size).root() == root_of(leaves[:size])


async def test_a_lost_tile_is_not_built_upon(db: str) -> None:
    territory = await a_territory()
    await append(territory.id, [a_fact("a"), a_fact("b"), a_fact("c")])
    await RegisterTile.filter(level=0).update(hashes=b"\0" * 32)
    with pytest.raises((RuntimeError, LookupError)):
        await append(territory.id, [a_fact("d")])


@pytest.mark.engine_free
def test_there_is_one_form_of_a_value() -> None:
    value = {"b": [1, True, None, {}], "a": 'é\u2028"\\\n\x1f€😀', "c": -5}
    assert canonical(value) == '{"a":"é\u2028\\"\\\\\\n\\u001f€😀","b":[1,true,null,{}],"c":-5}'.encode()
    for wrong in ({"é": 1}, {"a": 0.5}, {"a": 1 << 53}, {"a": b""}, {1: 2}, {"a": "\ud800"}):
        with pytest.raises(ValueError):
            canonical(wrong)
    assert stamp(datetime(2026, 11, 22, 13, tzinfo=UTC)) == "2026-11-22T13:00:00Z"
    assert stamp(datetime(2026, 11, 22, 13, 0, 0, 120_999, tzinfo=UTC)) == "2026-11-22T13:00:00.120Z"
    assert commitment(b"s" * 32, {"a": 1}) != commitment(b"t" * 32, {"a": 1})


def a_writer(url: str, territory_id: int, name: str, batches: int) -> "subprocess.Popen[str]":
    """A process that is ready to write as soon as a line comes."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.register.append_many", url, str(territory_id), name, str(batches)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said_by(writer: "subprocess.Popen[str]") -> list[list[int]]:
    """The positions of each batch that a writer said was in."""
    assert writer.stdout is not None
    return [[int(word) for word in line.split()[1:]] for line in writer.stdout if line[0].isdigit()]


async def test_several_writers_and_a_kill_leave_no_gap_and_no_fork(database_url: str) -> None:
    async with database(database_url, everywhere=False):
        territory = await a_territory()
    writers = [a_writer(database_url, territory.id, name, 20) for name in ("x", "y")]
    doomed = a_writer(database_url, territory.id, "z", 100_000)
    for one in (*writers, doomed):
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in (doomed, *writers):
        assert one.stdin is not None
        one.stdin.write("\n")
        one.stdin.flush()
    assert doomed.stdout is not None
    seen = [[int(word) for word in doomed.stdout.readline().split()[1:]] for _ in range(5)]
    doomed.send_signal(signal.SIGKILL)
    seen += said_by(doomed)
    seen += [batch for one in writers for batch in said_by(one)]
    assert [one.wait(30) for one in (*writers, doomed)] == [0, 0, -signal.SIGKILL]
    async with database(database_url, everywhere=False):
        await _whole(await Territory.get(), [position for batch in seen for position in batch])


async def _whole(territory: Territory, said: list[int]) -> None:
    leaves = await leaves_of(territory.id)
    register = await Register.get()
    assert register.size == len(leaves) == await RegisterEntry.all().count()
    assert max(said) < len(leaves), "what was said to be in is in"
    assert await RegisterEntry.filter(once__startswith="fact:all.").count() >= 20
    keys = [row["once"] for row in await execute("SELECT once FROM register_entry")]
    assert len(set(keys)) == len(keys)
    assert await root_at(territory.id, len(leaves)) == root_of(leaves)
    # every head that was ever signed speaks of the same tree
    for head in await RegisterHead.all().order_by("size"):
        found = check_note(head.note, await public_keys(territory.id))
        assert found.root == root_of(leaves[: head.size])
        proof = await prove_consistency(territory.id, head.size, len(leaves))
        assert check_consistency(head.size, len(leaves), proof, found.root, root_of(leaves))
    await append(territory.id, [a_fact("and it goes on")])
    await sign_head(territory.id)
    assert (await head_covering(territory.id, len(leaves))) is not None
