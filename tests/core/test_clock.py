"""The one clock, and how a test holds it still."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest

from consult.core import clock
from tests.cast import NOON


def test_it_tells_the_present_in_utc() -> None:
    before = datetime.now(UTC)
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC


def test_held_it_stands_still_and_afterwards_goes_on() -> None:
    with clock.frozen(NOON):
        assert clock.now() == clock.now() == NOON
        with clock.frozen(NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON
    assert clock.now() > NOON + timedelta(days=1)


def test_it_goes_on_after_an_error() -> None:
    for everywhere in (False, True):
        with pytest.raises(ZeroDivisionError), clock.frozen(NOON, everywhere=everywhere):
            raise ZeroDivisionError
    assert clock.now() != NOON


def test_an_instant_of_another_zone_is_told_in_utc() -> None:
    with clock.frozen(NOON.astimezone(timezone(timedelta(hours=4)))):
        assert clock.now() == NOON
        assert clock.now().tzinfo is UTC


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.frozen(NOON.replace(tzinfo=None)):
        pass


async def test_held_for_one_task_it_runs_for_the_others() -> None:
    async def other() -> datetime:
        return clock.now()

    running = asyncio.create_task(asyncio.sleep(0, clock.now()))
    began = asyncio.get_running_loop().create_future()

    async def look() -> datetime:
        await began
        return clock.now()

    looking = asyncio.create_task(look())
    with clock.frozen(NOON):
        began.set_result(None)
        assert await looking != NOON, "it was started before"
        assert await asyncio.create_task(other()) == NOON, "it was started inside"
    await running


async def test_held_everywhere_it_stands_for_every_task() -> None:
    began = asyncio.Event()

    async def look() -> datetime:
        await began.wait()
        return clock.now()

    looking = asyncio.create_task(look())
    with clock.frozen(NOON, everywhere=True):
        began.set()
        assert await looking == NOON
