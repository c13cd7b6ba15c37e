"""Reads of what can be downloaded. Files are found in the rows, by the territory first; never by joining an address."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from consult.core import clock, outbox
from consult.core.database import execute, instant
from consult.exports.models import MakingState
from consult.moderation.models import Effect, Kind

SET_COLUMNS = (
    "s.id, s.changes, s.cut_off, s.provisional, s.state, s.steps_done, s.steps_total, s.rows_done, s.asked_at,"
    " s.made_at"
)
FILE_COLUMNS = 'set_id, name, format, "table", size, sha256, rows, made_at'


@dataclass(frozen=True)
class FileView:
    """A file that can be downloaded."""

    set_id: int
    name: str
    format: str
    table: str
    size: int
    sha256: str
    rows: int | None
    made_at: datetime


@dataclass(frozen=True)
class SetView:
    """A set of files, ready or on its way."""

    id: int
    changes: int
    cut_off: datetime
    provisional: bool
    state: MakingState
    done: int
    total: int
    rows: int
    asked_at: datetime
    made_at: datetime | None
    files: list[FileView] = field(default_factory=list)


@dataclass(frozen=True)
class Shelf:
    """What a consultation offers.

    Attributes:
        ready: the set in service: a final one of a consultation that is over, a provisional one of another.
        coming: the set on its way, if it says more than the one in service.
        told: whether this account hears when that one is ready.
    """

    ready: SetView | None
    coming: SetView | None
    told: bool = False


async def shelf(consultation_id: int, *, over: bool, account_id: int | None = None) -> Shelf:
    """What can be downloaded of a consultation, and what is being made; five queries at most."""
    rows = await execute(
        f"SELECT {SET_COLUMNS} FROM export_set s WHERE s.consultation_id = :consultation"
        " AND s.provisional = :provisional AND s.state <> 'expired' ORDER BY s.changes DESC, s.id DESC LIMIT 50",
        consultation=consultation_id,
        provisional=not over,
    )
    sets = [_set(row) for row in rows]
    ready = next((one for one in sets if one.state is MakingState.READY), None)
    coming = next((one for one in sets if one.state is not MakingState.READY), None)
    if ready is not None and await removal_waits(consultation_id):
        ready = None
    if ready and coming and coming.changes < ready.changes:
        coming = None
    if ready is not None:
        ready.files.extend((await _files_of_sets([ready.id]))[ready.id])
    told = coming is not None and account_id is not None and await _is_told(coming.id, account_id)
    return Shelf(ready, coming, told)


# The reactions of effects.py to a text that leaves public sight, as the outbox names them.
_REWORDED = "exports.effects.forget_reworded"
_REMOVALS = [f"exports.effects.{name}" for name in ("forget_hidden", "forget_withdrawn", "forget_corrected")]
_AT_MOST = 1_000


async def removal_waits(consultation_id: int) -> bool:
    """Whether a text has left public sight and the worker has not heard of it yet: no file that may hold it is served,
    nor told of.
    """
    return consultation_id in await _withheld({consultation_id})


async def _withheld(consultations: set[int]) -> set[int]:
    """Those of these consultations of which a removal waits.

    Of very many removals that wait together, here or elsewhere, one may be of any of them.
    """
    rows = await outbox.owed([*_REMOVALS, _REWORDED], most=_AT_MOST)
    if len(rows) == _AT_MOST:
        return consultations
    found: set[int] = set()
    for row in rows:
        where = row.payload.get("consultation_id")
        if where not in consultations or where in found:
            continue
        if await was_to_be_corrected(row.payload) if row.effect == _REWORDED else _may_remove(row.payload):
            found.add(where)
    return found


def _may_remove(event: dict[str, Any]) -> bool:
    return event.get("effect") != Effect.KEEP


async def file_named(territory_id: int, slug: str, name: str, *, over: bool) -> FileView | None:
    """The file in service under a name. While the next set is made it is the one before; one of a consultation that
    was opened again is no longer final, and not found.
    """
    rows = await execute(
        'SELECT f.set_id, f.name, f.format, f."table", f.size, f.sha256, f.rows, f.made_at FROM export_file f'
        " JOIN export_set s ON s.id = f.set_id JOIN consultation c ON c.id = s.consultation_id"
        " WHERE c.territory_id = :territory AND c.slug = :slug AND c.state = 'published' AND s.state = 'ready'"
        " AND (s.provisional = :yes OR s.provisional = :open) AND f.name = :name"
        " ORDER BY s.changes DESC, s.id DESC LIMIT 1",
        territory=territory_id,
        slug=slug,
        yes=True,
        open=not over,
        name=name,
    )
    return _file(rows[0]) if rows else None


async def datasets_of(territory_id: int, slug: str = "") -> list[dict[str, Any]]:
    """What a catalogue says of a territory's consultations that are over, the newest first; or of one, whatever its
    state, with its provisional files while it is open. Three queries however many there are, but where a text waits
    to be removed.
    """
    one = " AND c.slug = :slug" if slug else " AND s.provisional = :no"
    rows = await execute(
        f"SELECT {SET_COLUMNS}, s.consultation_id, c.slug, c.title, c.question, r.opens_at, r.closes_at"
        " FROM export_set s JOIN consultation c ON c.id = s.consultation_id"
        " JOIN (SELECT consultation_id, MIN(opens_at) AS opens_at, MAX(closes_at) AS closes_at"
        " FROM round GROUP BY consultation_id) r ON r.consultation_id = c.id"
        " WHERE c.territory_id = :territory AND c.state = 'published' AND s.state = 'ready'"
        f" AND (s.provisional = :no OR r.closes_at > :now) AND (s.provisional = :yes OR r.closes_at <= :now){one}"
        " ORDER BY c.id DESC, s.changes DESC, s.id DESC",
        {"territory": territory_id, "no": False, "yes": True, "now": clock.now()} | ({"slug": slug} if slug else {}),
    )
    latest: dict[str, dict[str, Any]] = {}
    for row in rows:
        latest.setdefault(row["slug"], row)
    withheld = await _withheld({row["consultation_id"] for row in latest.values()})
    told = [row for row in latest.values() if row["consultation_id"] not in withheld]
    files = await _files_of_sets([row["id"] for row in told])
    return [_dataset(row, files.get(row["id"], [])) for row in told]


def _dataset(row: dict[str, Any], files: list[FileView]) -> dict[str, Any]:
    made = _set(row)
    made.files.extend(files)
    return {
        "slug": row["slug"],
        "title": row["title"],
        "question": row["question"],
        "opens_at": instant(row["opens_at"]),
        "closes_at": instant(row["closes_at"]),
        "made": made,
    }


async def _files_of_sets(keys: list[int]) -> dict[int, list[FileView]]:
    files: dict[int, list[FileView]] = {key: [] for key in keys}
    if keys:
        found = f"SELECT {FILE_COLUMNS} FROM export_file WHERE set_id IN :keys ORDER BY id"
        for row in await execute(found, keys=keys):
            files[row["set_id"]].append(_file(row))
    return files


async def was_to_be_corrected(reworded: dict[str, Any]) -> bool:
    """Whether a moderator has ever asked for a correction of the item that these fields of an event name."""
    kind, item_id = next(
        (kind, reworded[f"{kind}_id"])
        for kind in (Kind.SOURCE, Kind.ARGUMENT, Kind.CONTRIBUTION)
        if reworded.get(f"{kind}_id") is not None
    )
    rows = await execute(
        "SELECT 1 FROM decision WHERE kind = :kind AND item_id = :key AND effect = 'correct' LIMIT 1",
        kind=str(kind),
        key=item_id,
    )
    return bool(rows)


async def waited_for(key: int) -> list[int]:
    """The accounts that asked to hear when a set is ready."""
    rows = await execute("SELECT account_id FROM export_notice WHERE set_id = :key ORDER BY id", key=key)
    return [row["account_id"] for row in rows]


async def set_in_words(key: int) -> dict[str, Any] | None:
    """What a mail says of a set that is ready: the consultation's title and slug; None when it is gone."""
    rows = await execute(
        "SELECT c.slug, c.title, s.provisional, s.cut_off, c.territory_id FROM export_set s"
        " JOIN consultation c ON c.id = s.consultation_id"
        " WHERE s.id = :key AND s.state = 'ready' AND c.state = 'published'",
        key=key,
    )
    if not rows:
        return None
    return {**rows[0], "provisional": bool(rows[0]["provisional"]), "cut_off": instant(rows[0]["cut_off"])}


async def _is_told(key: int, account_id: int) -> bool:
    rows = await execute(
        "SELECT 1 FROM export_notice WHERE set_id = :key AND account_id = :account", key=key, account=account_id
    )
    return bool(rows)


def _set(row: dict[str, Any]) -> SetView:
    cut_off, asked_at = instant(row["cut_off"]), instant(row["asked_at"])
    assert cut_off is not None
    assert asked_at is not None
    return SetView(
        id=row["id"],
        changes=row["changes"],
        cut_off=cut_off,
        provisional=bool(row["provisional"]),
        state=MakingState(row["state"]),
        done=row["steps_done"],
        total=row["steps_total"],
        rows=row["rows_done"],
        asked_at=asked_at,
        made_at=instant(row["made_at"]),
    )


def _file(row: dict[str, Any]) -> FileView:
    made_at = instant(row["made_at"])
    assert made_at is not None
    return FileView(
        set_id=row["set_id"],
        name=row["name"],
        format=row["format"],
        table=row["table"],
        size=row["size"],
        sha256=row["sha256"],
        rows=row["rows"],
        made_at=made_at,
    )
