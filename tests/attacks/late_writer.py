"""A process of its own that writes until it is told that it is too late, and says what it was told, line by line.

``python -m tests.attacks.late_writer URL PLACE``, where ``PLACE`` is JSON: the keys of the consultation and of the
accounts, and a name. Each line on standard output is what a browser would have been told: ``{"kind": …, "id": …}`` for
what was taken, and at the end ``{"late": instant}``.
"""

import asyncio
import json
import sys
from typing import Any

from consult.arguments.actions import publish_argument
from consult.arguments.models import Side
from consult.contributions.actions import publish_contribution
from consult.core import clock
from consult.core.database import database
from consult.core.errors import Refused
from consult.core.voice import Voice


async def write_until_late(place: dict[str, Any]) -> None:
    """Contribute and argue in turn, as one person after the other, in real time."""
    where = {name: place[name] for name in ("territory_id", "consultation_id")}
    under: int | None = None
    for turn in range(100_000):
        voice = Voice(account_id=place["accounts"][turn % len(place["accounts"])], confirmed=True)
        try:
            if under is None or turn % 2:
                made: Any = await publish_contribution(
                    voice, **where, section_id=place["section_id"], title=f"{place['name']} {turn}", body="Texte"
                )
                under = made.id
            else:
                made = await publish_argument(
                    voice, **where, contribution_id=under, side=Side.FOR, body=f"{place['name']} {turn}"
                )
        except Refused as error:
            if error.refusal.code != "round_closed":
                raise
            say(late=clock.now().isoformat())
            return
        say(kind=type(made).__name__.lower(), id=made.id, at=clock.now().isoformat())


def say(**told: Any) -> None:
    """One line, at once: what is printed was acknowledged."""
    print(json.dumps(told), flush=True)


async def main() -> None:
    """Open the database and begin when told to, with a line on standard input."""
    async with database(sys.argv[1]):
        say(ready=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        await write_until_late(json.loads(sys.argv[2]))


if __name__ == "__main__":
    asyncio.run(main())
