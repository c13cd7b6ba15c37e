"""Fifty thousand items wait: the queue's page, its counts and the next item still come out of indexes."""

import re
import time
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.core import clock
from consult.core.database import columns_of, dialect, execute
from consult.core.keys import new_key
from consult.moderation.models import Case, Kind
from consult.moderation.queries import queue
from consult.moderation.queries.queue import COUNT_LIMIT, WantedCases, consultations_watched, delays_of
from tests.counting import counted
from tests.moderation.desk import Desk, a_desk
from tests.moderation.test_queue import listed

MANY = 50_000
GROUNDS = ("insult", "hatred", "off_topic", "")
KINDS = (Kind.ARGUMENT, Kind.CONTRIBUTION, Kind.SOURCE, Kind.AMENDMENT)


async def fill(desk: Desk, count: int) -> None:
    """As many open cases, and three times as many decided before: a consultation that has gone on for a while."""
    now, start = clock.now(), new_key()
    common = {
        "territory_id": desk.talk.territory.id,
        "consultation_id": desk.talk.consultation.id,
        "item_id": desk.talk.contribution.id,
        "contribution_id": desk.talk.contribution.id,
        "author_id": desk.talk.luc.id,
    }
    rows = [
        Case(
            id=start + n,
            kind=KINDS[n % 4],
            reasons=["report"],
            details={},
            ground=GROUNDS[n % 4] if n % 2 else GROUNDS[(n // 2) % 4],
            reports_count=1,
            is_open=True,
            open_key=f"test:{n}",
            opened_at=now - timedelta(seconds=MANY * 40 - n * 25),
            **common,
        )
        for n in range(count)
    ]
    await Case.bulk_create(rows, batch_size=500)
    columns = columns_of(Case)
    for turn in range(1, 4):
        instead = {"id": f"id + {turn * count}", "is_open": ":no", "open_key": "NULL"}
        chosen = ", ".join(instead.get(name, name) for name in columns.split(", "))
        await execute(
            f"INSERT INTO moderation_case ({columns}) SELECT {chosen} FROM moderation_case WHERE is_open = :yes",
            yes=True,
            no=False,
        )
    await execute("ANALYZE" if dialect() == "sqlite" else "VACUUM ANALYZE")  # as PostgreSQL does by itself in time


async def plans(asked: list[str], values: dict[str, Any]) -> str:
    """How the engine answers these statements, in its own words."""
    from consult.core.database import connection

    told = []
    for sql in asked:
        rows = await connection().execute_query_dict(
            f"EXPLAIN {'QUERY PLAN ' if dialect() == 'sqlite' else ''}{sql}", values[sql]
        )
        told += [" ".join(str(value) for value in row.values()) for row in rows]
    return "\n".join(told)


class Overheard:
    """Statements about cases with their values, as the database is asked them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from consult.core.database import session

        self.values: dict[str, Any] = {}
        told = session.positional

        def listen(sql: str, params: Any, engine: Any) -> Any:
            text, values = told(sql, params, engine)
            if "moderation_case c" in text:
                self.values[text] = values
            return text, values

        monkeypatch.setattr(session, "positional", listen)


async def test_fifty_thousand_wait_and_nothing_slows(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    crowded = await a_desk(app)
    await fill(crowded, MANY)
    heard = Overheard(monkeypatch)
    await the_first_pages(crowded)
    await the_last_page(crowded)
    said = await plans(list(heard.values), heard.values)
    whole = [line for line in said.splitlines() if reads_the_whole(line)]
    assert not whole, said
    assert ("USING" if dialect() == "sqlite" else "Index") in said


async def the_first_pages(crowded: Desk) -> None:
    """As a moderator reads them, with and without filters."""
    maud, slowest = crowded.window(crowded.maud), 0.0
    for query in (
        "",
        "age=late",
        "kind=source",
        "ground=hatred",
        "consultation=plan-velo",
        "consultation=plan-velo&age=week",
    ):
        with counted() as asked:
            begun = time.monotonic()
            shown = await maud.get(f"/moderation?{query}")
            slowest = max(slowest, time.monotonic() - begun)
        assert shown.status == 200
        assert len(listed(shown)) == queue.PAGE_SIZE
        assert len(asked) <= 7, asked
        following = shown.find(".//a[@rel='next']")[0].get("href") or ""
        assert len(listed(await maud.get(following))) == queue.PAGE_SIZE
    assert f"plus de {COUNT_LIMIT:,}".replace(",", " ") in (await maud.get("/moderation")).words
    assert slowest < 2, "seconds, on a machine that others share"


def reads_the_whole(line: str) -> bool:
    """Whether a line of a plan says that all cases are read, or sorted."""
    if dialect() == "sqlite":
        return line.endswith("SCAN c") or " SCAN c " in f"{line} " or "TEMP B-TREE FOR ORDER BY" in line
    sorted_rows = re.search(r"Sort  \(.*rows=(\d+)", line)
    return "Seq Scan on moderation_case" in line or (sorted_rows is not None and int(sorted_rows[1]) > 1000)


async def the_last_page(crowded: Desk) -> None:
    """It is as near as the first, and so is the item that comes next."""
    last = await Case.filter(is_open=True).order_by("-opened_at", "-id").offset(10).first()
    assert last is not None
    consultations = await consultations_watched(crowded.talk.territory.id)
    wanted = WantedCases(
        territory_id=crowded.talk.territory.id,
        at=clock.now(),
        delays=delays_of(consultations),
        after=queue.write_cursor(last.opened_at, last.id),
    )
    page = await queue.queue_page(wanted)
    assert len(page.items) == 10
    assert not page.after
    following = await queue.next_case(wanted, crowded.maud.id, last)
    assert following == page.items[0]["id"]
