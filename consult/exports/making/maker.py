"""Making sets of files, a chore of the worker: those of consultations that are over, and those that were asked for.

A set is made on one snapshot of the database, a file after the other, each under its name only when it is whole. A
worker that is killed leaves whole files behind, and the next one goes on from them as long as nothing has changed.
"""

import asyncio
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from consult.core import clock
from consult.core.database import execute, instant, outside_snapshot, snapshot
from consult.core.errors import ConsultError
from consult.core.keys import new_key
from consult.exports.actions import announce_again, announce_ready
from consult.exports.formats import ExtraMissing, TooLarge
from consult.exports.formats.files import Progress
from consult.exports.making.files import drop_folder, is_there, open_folder, set_folder, whole
from consult.exports.making.holding import Held, Interrupted, Lost, beating, hold, let_go, put_off, tell
from consult.exports.making.preparing import is_settled, prepare
from consult.exports.making.products import CannotMake, Product, WrittenLike, products
from consult.exports.making.sweeping import forget_crowded, forget_set
from consult.exports.models import ExportFile
from consult.exports.tables import Scope, scope_of

log = structlog.get_logger()
LOOK_EVERY_SECONDS = 5.0
# A consultation that is over may go on changing for weeks, under the moderators' hands. Its files are made again after
# a pause of several times what it takes to make them; at once when nothing at all is in service.
REST = 4
LEAST_REST = timedelta(seconds=60)
_looked_at = float("-inf")

_OVER_AND_CHANGED = (
    "SELECT c.id, c.changes, r.closes_at FROM consultation c"
    " JOIN (SELECT consultation_id, MAX(closes_at) AS closes_at FROM round GROUP BY consultation_id) r"
    " ON r.consultation_id = c.id WHERE c.state = 'published' AND r.closes_at <= :now AND NOT EXISTS (SELECT 1 FROM"
    " export_set s WHERE s.consultation_id = c.id AND s.provisional = :no AND (s.state IN ('waiting', 'making')"
    " OR (s.state <> 'expired' AND s.changes = c.changes))) ORDER BY r.closes_at LIMIT 100"
)
_LAST = (
    "SELECT asked_at, made_at FROM export_set WHERE consultation_id = :key AND provisional = :no AND state = 'ready'"
    " ORDER BY made_at DESC LIMIT 1"
)


async def make_exports(*, stop: asyncio.Event | None = None) -> int:
    """Make the set that has waited longest, if one is wanted; a chore of the worker. Gives how many were begun.

    Args:
        stop: when it is set, the set is left at the next batch of rows, for another worker.
    """
    global _looked_at
    if time.monotonic() - _looked_at < LOOK_EVERY_SECONDS:
        return 0
    await want_final_files()
    held = await hold(stop=stop)
    if held is None:
        _looked_at = time.monotonic()
        return 0
    await make_held(held)
    return 1


def look_now() -> None:
    """Somebody has asked for files in this process: the worker inside need not wait until it looks again."""
    global _looked_at
    _looked_at = float("-inf")


async def make_all_exports() -> int:
    """Make everything that is wanted now (``consult worker --once``, tests)."""
    total = 0
    look_now()
    while await make_exports():
        total += 1
    look_now()
    return total


async def make_at_once(key: int) -> bool:
    """Make one set here and now, for somebody who waits; False when it is left to the worker, or failed."""
    if not await is_settled():
        await execute("UPDATE export_set SET lease_until = NULL WHERE id = :key AND state = 'waiting'", key=key)
        look_now()
        return False
    held = await hold(key=key)
    return held is not None and await make_held(held, prepared=True)


async def want_final_files() -> int:
    """Note down the sets of consultations that are over and have changed since their files were made, if ever."""
    now, wanted = clock.now(), 0
    for row in await execute(_OVER_AND_CHANGED, now=now, no=False):
        last = await execute(_LAST, key=row["id"], no=False)
        if last and now < _rested(last[0]):
            continue
        wanted += 1
        await execute(
            "INSERT INTO export_set (id, consultation_id, changes, cut_off, provisional, state, steps_done,"
            " steps_total, rows_done, attempts, error, asked_at)"
            " VALUES (:id, :consultation, :changes, :cut_off, :no, 'waiting', 0, 0, 0, 0, '', :now)"
            " ON CONFLICT (consultation_id, changes, provisional) DO UPDATE SET state = 'waiting',"
            " asked_at = excluded.asked_at, lease_until = NULL, attempts = 0 WHERE export_set.state = 'expired'",
            id=new_key(),
            consultation=row["id"],
            changes=row["changes"],
            cut_off=instant(row["closes_at"]),
            no=False,
            now=now,
        )
    return wanted


def _rested(last: dict[str, Any]) -> Any:
    asked_at, made_at = instant(last["asked_at"]), instant(last["made_at"])
    assert asked_at is not None
    assert made_at is not None
    return made_at + max(LEAST_REST, REST * (made_at - asked_at))


async def make_held(held: Held, *, prepared: bool = False) -> bool:
    """Make all the files of a set that this process holds; False when that was not to be."""
    try:
        async with beating(held):
            if not prepared:
                await prepare(held.consultation_id, provisional=held.provisional)
            made = await _make(held)
        await tell(held)
        if not made or not await announce_ready(territory_id=held.territory_id, set_id=held.id, attempts=held.attempts):
            raise Lost("the set was taken over, or has expired, as its last file was made")
        await forget_crowded(held.consultation_id)
    except Interrupted:
        await let_go(held)
        return False
    except Lost:
        log.info("export_left", set_id=held.id)
        await _clear_if_gone(held.id)
        return False
    except asyncio.CancelledError:
        await let_go(held)
        raise
    except Exception as error:
        await put_off(held, error)
        return False
    return True


async def _make(held: Held) -> bool:
    async with snapshot():
        scope = await scope_of(held.territory_id, held.slug)
        if scope is None:
            raise ConsultError("the consultation is no longer published")
        with outside_snapshot():
            if not await _settle(held, scope):
                return False
            there = await _whole_files(held)
        folder = open_folder(held.id)
        every = products(folder)
        held.done, held.total = 0, len(every)
        for one in every:
            if one.file_name(provisional=scope.provisional) not in there:
                await _make_one(held, one, scope, folder)
            held.done += 1
    return True


async def _make_one(held: Held, product: Product, scope: Scope, folder: Path) -> None:
    """One file, and its row once it is whole. A format that cannot hold so much, or is not installed, is left out."""

    def progress(rows: int) -> None:
        held.rows += rows
        held.go_on()

    name = product.file_name(provisional=scope.provisional)
    held.go_on()
    try:
        written = await write_product(product, folder / name, scope, progress)
    except (TooLarge, ExtraMissing) as error:
        log.info("export_left_out", file=name, why=str(error))
        return
    except CannotMake as error:
        log.error("export_file_failed", set_id=held.id, file=name, why=str(error))
        return
    with outside_snapshot():
        await _note_file(held, product, name, written)


async def write_product(product: Product, target: Path, scope: Scope, progress: Progress) -> WrittenLike:
    """Write one file whole, for a set as for the command line: the same bytes.

    Raises:
        CannotWrite: the folder or the disk refuses.
    """
    async with whole(target) as path:
        return await product.make(path, scope, progress=progress)


async def _note_file(held: Held, product: Product, name: str, written: WrittenLike) -> None:
    await ExportFile.filter(set_id=held.id, name=name).delete()
    await ExportFile.create(
        id=new_key(),
        set_id=held.id,
        name=name,
        format=product.word,
        table=product.table,
        size=written.size,
        sha256=written.sha256,
        rows=written.rows,
        made_at=clock.now(),
    )


async def _whole_files(held: Held) -> set[str]:
    """The files that an earlier attempt has left whole; rows of files that are not are dropped."""
    rows = await ExportFile.filter(set_id=held.id).values("id", "name", "size")
    lost = [row["id"] for row in rows if not is_there(held.id, row["name"], row["size"])]
    if lost:
        await ExportFile.filter(id__in=lost).delete()
    return {row["name"] for row in rows if row["id"] not in lost}


async def _settle(held: Held, scope: Scope) -> bool:
    """Bind the set to what the snapshot shows. What was made of another moment goes; False when a set of this moment
    is there already, which then does for this one too.
    """
    now = (scope.changes, scope.provisional, scope.cut_off)
    if (held.changes, held.provisional, held.cut_off) == now:
        return True
    same = await execute(
        "SELECT id FROM export_set WHERE consultation_id = :consultation AND changes = :changes"
        " AND provisional = :provisional AND id <> :key",
        consultation=held.consultation_id,
        changes=scope.changes,
        provisional=scope.provisional,
        key=held.id,
    )
    if same:
        await _give_way(held, same[0]["id"])
        return False
    await ExportFile.filter(set_id=held.id).delete()
    await drop_folder(held.id)
    held.changes, held.provisional, held.cut_off = now
    await execute(
        "UPDATE export_set SET changes = :changes, provisional = :provisional, cut_off = :cut_off"
        " WHERE id = :key AND attempts = :attempts",
        changes=scope.changes,
        provisional=scope.provisional,
        cut_off=scope.cut_off,
        key=held.id,
        attempts=held.attempts,
    )
    return True


async def _give_way(held: Held, other: int) -> None:
    """Another set is of the very same moment: whoever waits for this one waits for that one."""
    await execute(
        "UPDATE export_notice SET set_id = :other WHERE set_id = :key AND account_id NOT IN"
        " (SELECT account_id FROM export_notice WHERE set_id = :other)",
        other=other,
        key=held.id,
    )
    revive = "UPDATE export_set SET state = 'waiting', lease_until = NULL WHERE id = :other AND state = 'expired'"
    await execute(revive, other=other)
    await forget_set(held.id)
    await announce_again(territory_id=held.territory_id, set_id=other)


async def _clear_if_gone(key: int) -> None:
    """What was still being written when a set expired is nobody's."""
    rows = await execute("SELECT state FROM export_set WHERE id = :key", key=key)
    if (not rows or rows[0]["state"] == "expired") and set_folder(key).exists():
        await ExportFile.filter(set_id=key).delete()
        await drop_folder(key)
