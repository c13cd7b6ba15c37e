"""Taking away the files that have served: never those in service."""

from datetime import timedelta

from consult.core import clock
from consult.core.database import execute
from consult.exports.making.files import drop_folder, is_there, keys_on_disk

# Whoever began to download the day before goes on with the same bytes.
KEEP_SUPERSEDED = timedelta(days=1)
_AT_ONCE = 200

# Superseded: a set of the same kind is in service that was made later; a provisional one also by a final one. What was
# taken out of service, and what was asked for and is no longer wanted, has no files.
_LATER = (
    "FROM export_set n WHERE n.consultation_id = s.consultation_id AND n.state = 'ready' AND n.id <> s.id"
    " AND (n.made_at > s.made_at OR (n.made_at = s.made_at AND n.id > s.id))"
    " AND (n.provisional = s.provisional OR s.provisional = :yes)"
)
_SUPERSEDED = (
    f"SELECT s.id FROM export_set s WHERE (s.state = 'ready' AND EXISTS (SELECT 1 {_LATER} AND n.made_at < :before))"
    " OR (s.state = 'expired' AND s.asked_at < :before) ORDER BY s.id LIMIT :most"
)
# Anybody may ask for provisional files again and again: of what is superseded, one set waits for its day and no more.
_CROWDED = (
    "SELECT s.id FROM export_set s WHERE s.consultation_id = :consultation AND s.state = 'ready'"
    f" AND (SELECT COUNT(*) {_LATER}) > 1 ORDER BY s.id LIMIT :most"
)
_IN_SERVICE = (
    "SELECT f.set_id, f.name, f.size FROM export_file f JOIN export_set s ON s.id = f.set_id WHERE s.state = 'ready'"
)


async def forget_set(key: int) -> None:
    """Drop a set: its rows first, so that nobody is sent to a file that is gone."""
    await execute("DELETE FROM export_file WHERE set_id = :key", key=key)
    await execute("DELETE FROM export_notice WHERE set_id = :key", key=key)
    await execute("DELETE FROM export_set WHERE id = :key", key=key)
    await drop_folder(key)


async def forget_crowded(consultation_id: int) -> int:
    """Drop all but the last two sets that were made of a consultation; whenever one more is."""
    rows = await execute(_CROWDED, consultation=consultation_id, yes=True, most=_AT_ONCE)
    for row in rows:
        await forget_set(row["id"])
    return len(rows)


async def sweep_files() -> int:
    """Drop superseded sets and folders that are nobody's, and have what is lost made again; a chore of the worker."""
    before = clock.now() - KEEP_SUPERSEDED
    rows = await execute(_SUPERSEDED, before=before, yes=True, most=_AT_ONCE)
    for row in rows:
        await forget_set(row["id"])
    return len(rows) + await _drop_strays(before.timestamp()) + await _make_lost_again()


async def _drop_strays(before: float) -> int:
    """Folders of sets that are in no table: their rows went while the folder could not."""
    known = {row["id"] for row in await execute("SELECT id FROM export_set WHERE state <> 'expired'")}
    strays = [key for key, at in keys_on_disk().items() if key not in known and at < before]
    for key in strays:
        await drop_folder(key)
    return len(strays)


async def _make_lost_again() -> int:
    """A disk was replaced, a folder not brought along: the rows say what was there, and it is made again."""
    rows = await execute(_IN_SERVICE)
    lost = {row["set_id"] for row in rows if not is_there(row["set_id"], row["name"], row["size"])}
    for key in lost:
        await execute(
            "UPDATE export_set SET state = 'waiting', lease_until = NULL, attempts = 0 WHERE id = :key"
            " AND state = 'ready'",
            key=key,
        )
    return len(lost)
