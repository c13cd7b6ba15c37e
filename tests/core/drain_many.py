"""Drains an outbox: one of two workers on one database (test_outbox.py). Writes down what it did, a row an event."""

import asyncio
import os
import sys

from consult.core.database import database, execute
from consult.core.events import effect
from consult.core.outbox import backlog, drain
from tests.core.facts import AppleFell


@effect(AppleFell)
async def pick_up(event: AppleFell, outbox_id: int) -> None:
    """Write the apple down, without looking whether somebody did."""
    await execute("INSERT INTO picked (tree, worker) VALUES (:tree, :worker)", tree=event.tree, worker=os.getpid())
    await asyncio.sleep(0.002)
    if event.tree < 0:
        print("in the middle", flush=True)
        await asyncio.sleep(60)


async def work(url: str) -> None:
    async with database(url):
        print("ready", flush=True)
        sys.stdin.readline()
        while (await backlog())["due"]:
            await drain(limit=7)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))
