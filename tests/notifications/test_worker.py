"""The worker does everything from one loop: what an action leaves, and the mails that follow from it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from consult.accounts import actions as accounts
from consult.accounts.rules import Address
from consult.app import load_effects, work
from consult.core import clock, outbox, wake
from consult.core.voice import SYSTEM
from consult.notifications.models import Mail
from consult.notifications.sending import KEEP, sweep_mails
from consult.settings import settings
from tests.cast import a_territory
from tests.notifications.postman import Postman
from tests.notifications.test_sending import a_mail


async def _until(true: Callable[[], Awaitable[bool]]) -> None:
    """Ask again until it is so, for ten seconds at most."""
    for _ in range(500):
        if await true():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError


def _has(postman: Postman, count: int) -> Callable[[], Awaitable[bool]]:
    async def arrived() -> bool:
        return len(postman.arrived) >= count

    return arrived


async def _end(stop: asyncio.Event, task: "asyncio.Task[None]") -> None:
    stop.set()
    wake.worker()
    async with asyncio.timeout(10):
        await task


async def test_an_action_s_mail_leaves_at_once(db: str, postman: Postman) -> None:
    load_effects()
    territory, stop = await a_territory(), asyncio.Event()
    task = asyncio.create_task(work(stop))
    await asyncio.sleep(0.1)
    await accounts.ask_sign_in_link(
        SYSTEM, territory_id=territory.id, address=Address("awa@example.org", "awa@example.org")
    )
    await _until(_has(postman, 1))
    await _end(stop, task)
    assert postman.to == [["awa@example.org"]]


async def test_two_workers_send_each_mail_once(db: str, postman: Postman) -> None:
    for _ in range(8):
        await a_mail()
    stop = asyncio.Event()
    tasks = [asyncio.create_task(work(stop)) for _ in range(2)]
    await _until(_has(postman, 8))
    for task in tasks:
        await _end(stop, task)
    assert len({message["Message-ID"] for message in postman.arrived}) == len(postman.arrived) == 8


async def test_a_chore_that_waits_keeps_nobody_waiting(db: str) -> None:
    load_effects()
    territory, stop, held = await a_territory(), asyncio.Event(), asyncio.Event()

    async def stuck() -> int:
        await held.wait()
        return 0

    chores: list[Callable[[], Awaitable[int]]] = [stuck]
    task = asyncio.create_task(outbox.work(stop, chores=chores))
    await accounts.ask_sign_in_link(
        SYSTEM, territory_id=territory.id, address=Address("awa@example.org", "awa@example.org")
    )
    await _until(Mail.exists)
    held.set()
    await _end(stop, task)


@pytest.mark.parametrize("demo", [False, True])
async def test_mails_that_have_served_are_dropped(db: str, monkeypatch: pytest.MonkeyPatch, demo: bool) -> None:
    monkeypatch.setenv("CONSULT_DEMO", "1" if demo else "0")
    settings.cache_clear()
    await a_mail(created_at=clock.now() - KEEP - timedelta(hours=1))
    kept = await a_mail(created_at=clock.now() - KEEP + timedelta(hours=1))
    await sweep_mails()
    left = {row["id"] for row in await Mail.all().values("id")}
    settings.cache_clear()
    assert (left == {kept.id}) is not demo
    assert kept.id in left
