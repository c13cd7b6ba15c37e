"""Writes many small transactions: one of two processes on one SQLite file (test_database_sqlite.py)."""

import asyncio
import sys

from consult.core.database import database, in_transaction
from tests.core.conftest import orchard_config
from tests.core.orchard import Orchard, Tree


async def write(url: str, name: str, times: int) -> None:
    async with database(url, config=orchard_config(url)):
        print("ready", flush=True)
        sys.stdin.readline()
        orchard = await Orchard.get(name="Pommiers")
        for number in range(times):
            async with in_transaction():
                seen = await Orchard.select_for_update().get(id=orchard.id)
                await Tree.create(orchard=orchard, kind=f"{name} {number}")
                await Orchard.filter(id=orchard.id).update(count=seen.count + 1)


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2], int(sys.argv[3])))
