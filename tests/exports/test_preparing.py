"""Files are not begun while something that happened is still on its way into the register."""

import asyncio
from datetime import timedelta

import pytest

from consult.app import load_effects
from consult.core import clock
from consult.core.keys import new_key
from consult.core.models import OutboxRow
from consult.exports.making import preparing
from consult.exports.making.preparing import NotSettled, is_settled, prepare


async def _in_hand(*, error: str = "") -> int:
    """Another worker has claimed it, and has not said yet that it is done."""
    load_effects()
    row = await OutboxRow.create(
        id=new_key(), event="contribution_published", payload={}, effect="register.effects.enter", attempts=1,
        created_at=clock.now(), next_try_at=clock.now() + timedelta(minutes=5), error=error,
    )  # fmt: skip
    return int(row.id)


async def test_what_another_worker_is_entering_is_waited_for(db: str) -> None:
    key = await _in_hand()
    assert not await is_settled()
    waiting = asyncio.create_task(prepare(0, provisional=True))
    done, _ = await asyncio.wait([waiting], timeout=0.3)
    assert not done
    await OutboxRow.filter(id=key).update(done_at=clock.now(), next_try_at=None)
    await asyncio.wait_for(waiting, 5)


async def test_nobody_waits_for_ever(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "PATIENCE_SECONDS", 0)
    await _in_hand()
    with pytest.raises(NotSettled, match="try again in a few minutes"):
        await prepare(0, provisional=True)


async def test_what_failed_and_is_tried_again_later_holds_up_no_file(db: str) -> None:
    await _in_hand(error="KeyError: 'no such thing'")
    assert await is_settled()
    await prepare(0, provisional=True)
