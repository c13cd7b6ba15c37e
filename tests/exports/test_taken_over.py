"""An instance that gets its register with a new release: what was public before is entered once, and can be checked."""

from datetime import timedelta
from pathlib import Path

from consult.core import clock
from consult.core.database import execute
from consult.register.models import RegisterEntry
from consult.register.taking_over import PATIENCE, take_over
from tests.cast import NOON
from tests.exports.packages import Package, begun, checked, gone_on, made


async def _as_if_there_had_been_no_register() -> None:
    await execute("DELETE FROM outbox")
    for table in ("register_entry", "register_tile", "register_head", "register_key", "register"):
        await execute(f"DELETE FROM {table}")


async def test_what_was_public_before_the_register_is_entered_once_and_its_package_verifies(
    db: str, tmp_path: Path
) -> None:
    with clock.frozen(NOON, everywhere=True):
        a, others = await begun()
    with clock.frozen(NOON + timedelta(hours=1), everywhere=True):
        await gone_on(a, others)
        await _as_if_there_had_been_no_register()
        assert await take_over() == 1
        entries = await RegisterEntry.all().count()
        assert await take_over() == 0
    late = await RegisterEntry.filter(item_kind="contribution").order_by("position")
    assert late
    assert all('"entered_late":true' in entry.entry and entry.at <= NOON + timedelta(hours=1) for entry in late)
    with clock.frozen(NOON + timedelta(days=21), everywhere=True):
        content = await made(tmp_path, a.d.territory)
    report = checked(Package.of(content), tmp_path)
    assert report.ok, "\n".join(report.lines())
    assert await RegisterEntry.all().count() > entries, "the closing and the export come after"


async def test_what_has_just_been_published_waits_for_its_own_entry(db: str, tmp_path: Path) -> None:
    with clock.frozen(NOON, everywhere=True):
        await begun()
        await _as_if_there_had_been_no_register()
        await execute("UPDATE consultation SET published_at = :now", now=clock.now() - PATIENCE + timedelta(seconds=1))
        assert await take_over() == 0
        assert not await RegisterEntry.exists()


async def test_what_was_brought_in_from_elsewhere_waits_for_its_own_entries_however_old_it_is(db: str) -> None:
    with clock.frozen(NOON, everywhere=True):
        await begun()
        await _as_if_there_had_been_no_register()
        long_ago = NOON - timedelta(days=4000)
        await execute("UPDATE consultation SET published_at = :then", then=long_ago)
        await execute("UPDATE consultation SET created_at = :now", now=NOON)
        assert await take_over() == 0
        await execute("UPDATE consultation SET created_at = :then", then=long_ago)
        assert await take_over() == 1


async def test_what_waits_in_the_outbox_is_entered_by_its_own_reaction_before_anything_is_taken_over(db: str) -> None:
    with clock.frozen(NOON, everywhere=True):
        await begun()
    with clock.frozen(NOON + timedelta(days=1), everywhere=True):
        for table in ("register_entry", "register_tile", "register_head", "register_key", "register"):
            await execute(f"DELETE FROM {table}")
        await execute(
            "UPDATE outbox SET done_at = NULL, next_try_at = :now WHERE id ="
            " (SELECT MIN(id) FROM outbox WHERE effect = 'register.effects.enter')",
            now=clock.now(),
        )
        assert await take_over() == 0
        assert not await RegisterEntry.exists()
        await execute("UPDATE outbox SET done_at = :now, next_try_at = NULL", now=clock.now())
        assert await take_over() == 1
