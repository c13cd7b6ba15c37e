"""Appends facts for ever: one of several writers on one register (test_appending.py). Says each batch once it is in."""

import asyncio
import sys

from consult.core.database import database
from consult.register.appending import append
from consult.register.heads import sign_head
from tests.register.facts import a_fact


async def write(url: str, territory_id: int, name: str, batches: int) -> None:
    async with database(url):
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(batches):
            # every writer offers some facts that the others offer too: each is entered once
            facts = [a_fact(f"{name}.{number}.{place}", content={"n": place}) for place in range(3)]
            positions = await append(territory_id, [*facts, a_fact(f"all.{number}")])
            if number % 7 == 0:
                await sign_head(territory_id)
            print(number, *positions, flush=True)


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
