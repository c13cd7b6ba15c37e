"""The register's part of a package: the consultation's entries, the entry of the export, the head, and the proof."""

import hashlib
from array import array
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from consult.core import clock
from consult.core.database import stream_batches
from consult.exports.tables import Scope
from consult.exports.verifying import layout
from consult.register.appending import Fact, append
from consult.register.canonical import canonical, stamp
from consult.register.heads import head_covering, keys_of, sign_head
from consult.register.models import RegisterHead
from consult.register.queries import entry_at
from consult.register.tiles import prove_several


@dataclass(frozen=True)
class Entries:
    """The entries of a consultation as they were written down, without those of exports."""

    path: Path
    positions: "array[int]"
    sha256: str


@dataclass(frozen=True)
class Evidence:
    """What goes into ``register/``."""

    head: str
    keys: list[str]
    entries: Path
    proof: Path
    exported: bytes


def _line(position: int, entry: str) -> bytes:
    return layout.entry_line(position, entry).encode()


async def read_entries(scope: Scope, path: Path) -> Entries:
    """Write down a consultation's entries, inside of the snapshot of its tables.

    Earlier exports are left out: that a package was made must not change the next one.
    """
    positions, digest = array("q"), hashlib.sha256()
    sql = (
        "SELECT position, entry FROM register_entry WHERE consultation_id = :consultation AND kind <> :exported"
        " ORDER BY position"
    )
    with path.open("wb") as file:
        rows = stream_batches(sql, consultation=scope.consultation_id, exported=layout.EXPORTED_KIND)
        async with aclosing(rows) as batches:
            async for batch in batches:
                positions.extend(position for position, _ in batch)
                text = b"".join([_line(position, entry) for position, entry in batch])
                digest.update(text)
                file.write(text)
    return Entries(path, positions, digest.hexdigest())


async def prove(scope: Scope, entries: Entries, sums: str, proof: Path) -> Evidence:
    """Enter the export, once for the same content, and prove it and all the other entries; outside of any snapshot."""
    position = await _entered(scope, entries, sums)
    row = await entry_at(scope.territory_id, position)
    assert row is not None
    with entries.path.open("ab") as file:
        file.write(_line(position, row.entry))
    entries.positions.append(position)
    head = await _head_over(scope.territory_id, position)
    with proof.open("wb") as file:
        async for one in prove_several(scope.territory_id, entries.positions, head.size):
            file.write(one.hex().encode() + b"\n")
    return Evidence(
        head=head.note,
        keys=await keys_of(head),
        entries=entries.path,
        proof=proof,
        exported=canonical({"position": position}) + b"\n",
    )


async def _entered(scope: Scope, entries: Entries, sums: str) -> int:
    details = {
        "consultation": scope.slug,
        "sha256": sums,
        "cut_off": stamp(scope.cut_off),
        "provisional": scope.provisional,
        "entries": len(entries.positions),
        "entries_sha256": entries.sha256,
    }
    content = hashlib.sha256(canonical(details)).hexdigest()
    fact = Fact(
        at=clock.now(),
        kind=layout.EXPORTED_KIND,
        once=f"exported:{scope.consultation_id}:{content[:40]}",
        consultation_id=scope.consultation_id,
        details=details,
    )
    (position,) = await append(scope.territory_id, [fact])
    return position


async def _head_over(territory_id: int, position: int) -> RegisterHead:
    """The first head over an entry: always the same one, however much the register has grown since."""
    head = await head_covering(territory_id, position)
    if head is None:
        await sign_head(territory_id)
        head = await head_covering(territory_id, position)
    assert head is not None
    return head
