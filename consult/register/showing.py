"""What the register's pages read beside entries: heads, tiles, and what became of the items that entries name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import Q

from consult.core import changes
from consult.core.database import execute, instant
from consult.core.paging import Page, cut, read_cursor, write_cursor
from consult.moderation.models import Kind
from consult.moderation.queries.reported import public_item
from consult.register.merkle import HASH_BYTES
from consult.register.models import RegisterEntry, RegisterHead, RegisterTile
from consult.register.queries import VOTED_ON
from consult.register.tiles import WIDTH

HEADS_A_PAGE = 50
MOST_CONSULTATIONS = 200
Row = dict[str, Any]


@dataclass(frozen=True)
class Standing:
    """What became of an item since it was entered.

    Attributes:
        state: ``public``, ``withdrawn``, ``hidden``, or ``gone`` when there is nothing to say of it.
        item: as much of it as is public, with ``href``; None unless it is.
        revision: its present wording, where it has several.
    """

    state: str
    item: Row | None = None
    revision: int | None = None
    at: datetime | None = None
    ground: str = ""


async def _grown(territory_id: int) -> int | None:
    """A counter that moves with every entry and every head of a territory's register: keys of heads only grow."""
    rows = await execute(
        "SELECT COALESCE((SELECT size FROM register WHERE territory_id = :territory), 0)"
        " + COALESCE((SELECT id FROM register_head WHERE territory_id = :territory"
        " ORDER BY size DESC, at DESC LIMIT 1), 0) AS grown",
        territory=territory_id,
    )
    return int(rows[0]["grown"])


changes.counted("register", _grown)


async def heads_page(territory_id: int, after: str) -> Page[RegisterHead]:
    """Signed heads, the latest first."""
    found = RegisterHead.filter(territory_id=territory_id)
    cursor = read_cursor(after, int, int)
    if cursor is not None:
        # by the index of heads, in which keys are not: there is one a minute, for years
        found = found.filter(size__lte=cursor[0]).filter(Q(size__lt=cursor[0]) | Q(id__lt=cursor[1]))
    rows = await found.order_by("-size", "-at").limit(HEADS_A_PAGE + 1)
    return cut(rows, HEADS_A_PAGE, lambda row: write_cursor(row.size, row.id), is_first=cursor is None)


async def consultations_entered(territory_id: int) -> list[Row]:
    """The public consultations that have entries: key, address and title, by title."""
    return await execute(
        "SELECT k.id, k.slug, k.title FROM consultation k WHERE k.territory_id = :territory AND k.state = 'published'"
        " AND EXISTS (SELECT 1 FROM register_entry e WHERE e.consultation_id = k.id)"
        " ORDER BY k.title, k.id LIMIT :most",
        territory=territory_id,
        most=MOST_CONSULTATIONS,
    )


async def tile_of(territory_id: int, level: int, number: int, width: int) -> bytes | None:
    """The first ``width`` hashes of a tile; None beyond what the register has reached."""
    row = await RegisterTile.get_or_none(territory_id=territory_id, level=level, number=number)
    hashes = bytes(row.hashes) if row is not None else b""
    return hashes[: width * HASH_BYTES] if len(hashes) >= width * HASH_BYTES else None


async def entry_texts(territory_id: int, number: int, width: int) -> list[str] | None:
    """The entries under a tile of level 0, in order; None beyond what the register has reached."""
    first = number * WIDTH
    if first + width >= 1 << 63:
        return None
    rows = await execute(
        "SELECT entry FROM register_entry WHERE territory_id = :territory AND position >= :first AND position < :end"
        " ORDER BY position",
        territory=territory_id,
        first=first,
        end=first + width,
    )
    return [row["entry"] for row in rows] if len(rows) == width else None


async def standing_of(territory_id: int, kind: str, item_id: int) -> Standing:
    """What became of an item of a territory: still public, withdrawn by its author, hidden by a decision, or gone."""
    if kind not in {Kind.CONTRIBUTION, Kind.AMENDMENT, Kind.ARGUMENT, Kind.SOURCE}:
        return Standing("gone")
    revision = "i.revision" if kind != Kind.AMENDMENT else "NULL"
    rows = await execute(
        f"SELECT i.state, i.removed_at, i.removed_ground, {revision} AS revision FROM {kind} i"
        " JOIN consultation k ON k.id = i.consultation_id"
        " WHERE i.id = :key AND k.territory_id = :territory AND k.state = 'published'",
        key=item_id,
        territory=territory_id,
    )
    if not rows:
        return Standing("gone")
    row = rows[0]
    if row["state"] in {"withdrawn", "hidden"}:
        at = instant(row["removed_at"]) if row["removed_at"] else None
        return Standing(row["state"], at=at, ground=row["removed_ground"] or "")
    item = await public_item(territory_id, kind, item_id)
    return Standing("public", item, row["revision"]) if item else Standing("gone")


async def voted_on(rows: Iterable[RegisterEntry]) -> dict[int, tuple[str, int]]:
    """What votes were about, for the voter alone: kind and number of the contribution, by the place of the entry.

    The entry itself does not say it. One query a kind, however many votes.
    """
    asked: dict[str, dict[int, list[int]]] = {}
    for row in rows:
        if row.item_kind in VOTED_ON and row.item_id is not None:
            asked.setdefault(VOTED_ON[row.item_kind], {}).setdefault(row.item_id, []).append(row.position)
    found: dict[int, tuple[str, int]] = {}
    for kind, places in asked.items():
        above = "i" if kind == Kind.CONTRIBUTION else "c"
        joined = "" if kind == Kind.CONTRIBUTION else " JOIN contribution c ON c.id = i.contribution_id"
        for one in await execute(
            f"SELECT i.id, {above}.number AS number FROM {kind} i{joined} WHERE i.id IN :keys", keys=list(places)
        ):
            found |= dict.fromkeys(places[one["id"]], (kind, one["number"]))
    return found
