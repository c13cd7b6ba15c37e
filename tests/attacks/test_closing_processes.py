"""Closing, with writers in processes of their own: each has its own connection, memory and clock; the database decides.

What a process was told to be taken is there, nothing else is, and nothing was taken at or after the closing that holds
at that moment, however it is moved meanwhile.
"""

import asyncio
import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from consult.consultations.actions import move_closing
from consult.consultations.models import Consultation, Round
from consult.consultations.rules.closing import ClosingMove
from consult.core import clock
from consult.core.database import execute, instant
from consult.core.errors import Refused
from consult.moderation.actions.closing import close_period
from tests.attacks.recount import number_gaps, recount
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion

PROCESSES = 3
ROOT = Path(__file__).parents[2]


class Writer:
    """One process that writes until it is late."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.told: list[dict[str, Any]] = []

    @classmethod
    async def start(cls, url: str, name: str, d: Discussion, people: list[Person]) -> "Writer":
        place = {**d.place, "section_id": d.section.id, "name": name, "accounts": [one.id for one in people]}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.attacks.late_writer", url, json.dumps(place), cwd=ROOT,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        writer = cls(process)
        assert process.stdout is not None
        assert json.loads(await process.stdout.readline()) == {"ready": True}
        return writer

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")

    async def end(self) -> datetime:
        """When it was told that it was too late."""
        out, _ = await asyncio.wait_for(self.process.communicate(), 60)
        self.told = [json.loads(line) for line in out.splitlines()]
        assert self.process.returncode == 0
        return datetime.fromisoformat(self.told.pop()["late"])


async def race(db: str, d: Discussion, luc: Person, lasts: float = 1.2, *moves: tuple[ClosingMove, float]) -> datetime:
    """Let the processes write; the closing moves meanwhile. Answers with the closing that held in the end.

    Args:
        lasts: how many seconds the round lasts from now on.
        moves: what is done to its closing while they write, and how many seconds it then lasts.
    """
    people = [await a_person(f"Personne {n}") for n in range(PROCESSES)]
    writers = [await Writer.start(db, f"Processus {n}", d, people) for n in range(PROCESSES)]
    await Round.filter(id=d.round.id).update(closes_at=clock.now() + timedelta(seconds=lasts))
    for writer in writers:
        writer.begin()
    for asked, seconds in moves:
        await asyncio.sleep(0.3)
        await move_closing(
            luc.voice("administrator"), **d.place, round_id=d.round.id, asked=asked,
            closes_at=clock.now() + timedelta(seconds=seconds), reason="La neige.",
        )  # fmt: skip
    late = [await writer.end() for writer in writers]
    closed = (await Round.get(id=d.round.id)).closes_at
    assert min(late) >= closed, "nobody is refused before the end, and everybody sees at once that it has moved"
    await taken_is_there(writers, closed)
    return closed


async def taken_is_there(writers: list[Writer], closed: datetime) -> None:
    told = [one for writer in writers for one in writer.told]
    assert told, "somebody wrote in time"
    for kind in ("contribution", "argument"):
        rows = await execute(f"SELECT id, published_at FROM {kind}")
        there = {row["id"]: instant(row["published_at"]) for row in rows}
        said = {one["id"] for one in told if one["kind"] == kind}
        first = 1 if kind == "contribution" else 0  # the discussion's own
        assert said <= there.keys(), "what was acknowledged is there"
        assert len(there) == len(said) + first, "and nothing that was not"
        assert all(at < closed for at in there.values() if at)
    assert await recount() == []
    assert await number_gaps() == []


@pytest.fixture
async def d(db: str) -> Discussion:
    return await a_discussion()


# a move has seconds to spare, on however busy a machine: it must come before the closing that it moves
@pytest.mark.parametrize(
    ("lasts", "moves"),
    [(1.2, ()), (4, ((ClosingMove.EXTEND, 5),)), (60, ((ClosingMove.SHORTEN, 0.8),))],
    ids=["as it was", "extended while they write", "shortened while they write"],
)
async def test_processes_race_the_closing(
    db: str, d: Discussion, lasts: float, moves: tuple[tuple[ClosingMove, float], ...]
) -> None:
    luc = await a_person("Luc Administre", administrator=d.territory)
    await race(db, d, luc, lasts, *moves)


async def test_the_period_is_closed_while_the_last_writers_write(db: str, d: Discussion) -> None:
    """Who closes begins before the end and asks again until it is over: the frozen figures are the last ones."""
    luc = await a_person("Luc Administre", administrator=d.territory)
    people = [await a_person(f"Mona {n}", moderator=d.territory) for n in range(3)]
    closers = asyncio.gather(*(_close(d, one) for one in people))
    closed = await race(db, d, luc, 1.5)
    answers = await closers
    assert sorted(code for code, _ in answers) == ["made", "period_closed_already", "period_closed_already"]
    ((_, made),) = [one for one in answers if one[0] == "made"]
    row = await Consultation.get(id=d.consultation.id)
    assert made.at >= closed
    assert {name: made.figures[name] for name in ("contributions", "arguments")} == {
        "contributions": row.contributions_count, "arguments": row.arguments_count,
    }  # fmt: skip
    assert 1 < made.figures["participants"] <= PROCESSES + 1


async def _close(d: Discussion, who: Person) -> tuple[str, Any]:
    for _ in range(10_000):
        try:
            made = await close_period(
                who.voice("moderator"), **d.place, round_id=d.round.id, name="Printemps", sequel="La synthèse."
            )
            return "made", made
        except Refused as error:
            if error.refusal.code != "round_still_open":
                return error.refusal.code, None
        await asyncio.sleep(0.02)
    raise AssertionError("it never ended")
