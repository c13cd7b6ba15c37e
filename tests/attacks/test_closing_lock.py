"""The closing instant is judged under the consultation's lock, by the clock read there; and it may move meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.arguments.models import Argument, Side
from consult.consultations.actions import lock_consultation, move_closing
from consult.consultations.models import Consultation, ModerationTime, Round
from consult.consultations.rules.closing import ClosingMove
from consult.contributions.actions import publish_contribution
from consult.contributions.events import AuthorshipRefreshed
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import Refused
from consult.core.voice import SYSTEM
from consult.moderation.actions.closing import close_period
from tests.attacks.crawling import guard_of
from tests.attacks.recount import number_gaps, recount
from tests.browsing import Visitor
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion
from tests.moderation.affairs import Affair, an_affair

MICROSECOND, DAY = timedelta(microseconds=1), timedelta(days=1)
TEXT = "Une phrase que personne ne doit perdre."


async def write(d: Discussion, who: Person, words: str = "Un texte") -> Contribution:
    return await publish_contribution(who.voice(), **d.place, section_id=d.section.id, title=words, body=TEXT)


async def told(work: Awaitable[Any]) -> str:
    """The code of what was refused, or "" for what was taken."""
    try:
        await work
    except Refused as error:
        return error.refusal.code
    return ""


class Held:
    """Somebody holds the consultation's lock; others wait for it until it is let go."""

    def __init__(self, d: Discussion) -> None:
        self.d = d
        self.taken, self.let_go = asyncio.Event(), asyncio.Event()

    async def hold(self) -> None:
        async with Action(SYSTEM, territory_id=self.d.territory.id) as action:
            await lock_consultation(action, self.d.consultation.id)
            action.record(AuthorshipRefreshed(territory_id=self.d.territory.id, consultation_id=self.d.consultation.id))
            self.taken.set()
            await self.let_go.wait()

    async def while_waiting(self, work: Awaitable[Any], meanwhile: Callable[[], None]) -> str:
        """Begin some work, let the clock go on while it waits for the lock, and say what came of it."""
        holder = asyncio.create_task(self.hold())
        await self.taken.wait()
        waiting = asyncio.create_task(told(work))
        await asyncio.sleep(0.1)
        assert not waiting.done(), "it waits for the lock"
        meanwhile()
        self.let_go.set()
        await holder
        return await waiting


@pytest.mark.parametrize(
    ("begun", "acts", "code"),
    [
        (-MICROSECOND, timedelta(), "round_closed"),
        (-DAY, timedelta(), "round_closed"),
        (-DAY, -MICROSECOND, ""),
    ],
)
async def test_the_clock_is_read_again_under_the_lock(db: str, begun: timedelta, acts: timedelta, code: str) -> None:
    """Whoever begins in time and waits for the lock until the end is late."""
    d = await a_discussion()
    closes_at, held = d.round.closes_at, Held(d)
    with clock.frozen(closes_at + begun, everywhere=True):
        later = clock.frozen(closes_at + acts, everywhere=True)
        try:
            assert await held.while_waiting(write(d, d.luc), lambda: later.__enter__()) == code
        finally:
            later.__exit__(None, None, None)


async def test_nobody_closes_a_period_by_the_clock_of_when_they_began(db: str) -> None:
    """The other way round: begun before the end, it has the lock after it, and may."""
    d = await a_discussion()
    mona, held = await a_person("Mona", moderator=d.territory), Held(d)
    values: dict[str, Any] = {**d.place, "round_id": d.round.id, "name": "x", "sequel": "La suite."}
    with clock.frozen(d.round.closes_at - MICROSECOND, everywhere=True):
        later = clock.frozen(d.round.closes_at, everywhere=True)
        try:
            work = close_period(mona.voice("moderator"), **values)
            assert await held.while_waiting(work, lambda: later.__enter__()) == ""
        finally:
            later.__exit__(None, None, None)


async def test_the_opening_instant_is_in_time_and_the_one_before_is_not(app: Starlette) -> None:
    d = await a_discussion()
    opens_at = clock.now().replace(microsecond=0) + DAY
    await Round.filter(id=d.round.id).update(opens_at=opens_at)
    with clock.frozen(opens_at - MICROSECOND, everywhere=True):
        assert await told(write(d, d.luc)) == "round_coming"
    with clock.frozen(opens_at, everywhere=True):
        assert await told(write(d, d.luc)) == ""
        shown = await Visitor(app, person=d.luc).get("/consultations/plan-velo/contributions/new")
        assert "Ouverte jusqu’" in shown.words


async def test_an_extension_is_seen_at_once_and_a_shortening_too(app: Starlette) -> None:
    """At the old instant people still write; at the new one they do not; kept pages say the same."""
    d = await a_discussion()
    luc = await a_person("Luc Administre", administrator=d.territory)
    closes_at, reader = d.round.closes_at, Visitor(app)

    async def to(asked: ClosingMove, at: datetime) -> None:
        where = {**d.place, "round_id": d.round.id}
        await move_closing(luc.voice("administrator"), **where, asked=asked, closes_at=at, reason="La neige.")

    with clock.frozen(closes_at - MICROSECOND, everywhere=True):
        await reader.get("/consultations/plan-velo")
        await to(ClosingMove.EXTEND, closes_at + DAY)
    with clock.frozen(closes_at, everywhere=True):
        assert await told(write(d, d.luc)) == ""
        assert "est maintenant fermée" not in (await reader.get("/consultations/plan-velo")).words
        await to(ClosingMove.SHORTEN, closes_at + timedelta(hours=1))
    with clock.frozen(closes_at + timedelta(hours=1), everywhere=True):
        assert await told(write(d, d.luc)) == "round_closed"
        assert "est maintenant fermée" in (await reader.get("/consultations/plan-velo")).words
        await to(ClosingMove.REOPEN, closes_at + DAY)
        assert await told(write(d, d.luc)) == ""


async def test_shortening_waits_its_turn_and_binds_whoever_comes_after(db: str) -> None:
    """Writers and the administrator press at once; what was taken was taken before the new closing, all of it."""
    d = await a_discussion()
    luc = await a_person("Luc Administre", administrator=d.territory)
    people = [await a_person(f"Personne {n}") for n in range(8)]
    new = clock.now() + timedelta(seconds=2)

    async def until_late(who: Person) -> int:
        for n in range(10_000):
            if await told(write(d, who, f"{who.id} {n}")):
                return n
            await asyncio.sleep(0.005)
        raise AssertionError("nobody said that it was over")

    shorter = move_closing(
        luc.voice("administrator"), **d.place, round_id=d.round.id, asked=ClosingMove.SHORTEN, closes_at=new,
        reason="La neige.",
    )  # fmt: skip
    *taken, _ = await asyncio.gather(*(until_late(one) for one in people), shorter)
    assert clock.now() >= new
    late = await Contribution.filter(published_at__gte=new).count()
    assert (late, await Contribution.all().count()) == (0, sum(taken) + 1)
    assert await recount() == []
    assert await number_gaps() == []


# ---------------------------------------------------------------- texts that a moderator reads first


async def _before(affair: Affair) -> None:
    await Consultation.filter(id=affair.d.consultation.id).update(moderation=ModerationTime.BEFORE)


async def test_a_text_held_in_time_is_published_after_the_end(app: Starlette) -> None:
    affair = await an_affair()
    d, awa = affair.d, await a_person("Awa")
    await _before(affair)
    with clock.frozen(d.round.closes_at - MICROSECOND, everywhere=True):
        held = await write(d, awa)
        argument = await d.argue(awa)
    assert (held.state, held.awaits_moderator, held.number) == ("waiting", True, None)
    with clock.frozen(d.round.closes_at + DAY, everywhere=True):
        assert await told(write(d, awa, "Trop tard")) == "round_closed"
        await affair.decide("keep", held)
        await affair.decide("keep", argument)
    for model, row in ((Contribution, held), (Argument, argument)):
        assert (await model.get(id=row.id)).state == "published"
    assert await recount() == []
    assert await number_gaps() == []


async def test_held_texts_race_the_closing_too(db: str) -> None:
    """What was acknowledged waits for its moderator, and is published after the end; what came late is nowhere."""
    affair = await an_affair()
    d = affair.d
    await _before(affair)
    people = [await a_person(f"Personne {n}") for n in range(8)]
    closes_at = clock.now() + timedelta(seconds=0.6)
    await Round.filter(id=d.round.id).update(closes_at=closes_at)
    taken: list[int] = []
    refused: list[tuple[str, bool]] = []

    async def until_late(who: Person) -> None:
        for n in range(10_000):
            try:
                taken.append((await write(d, who, f"{who.id} {n}")).id)
            except Refused as error:
                return refused.append((error.refusal.code, clock.now() >= closes_at))
            await asyncio.sleep(0.02)
        return None

    await asyncio.gather(*(until_late(one) for one in people))
    assert refused == [("round_closed", True)] * 8
    waiting = await Contribution.filter(state="waiting", awaits_moderator=True).values_list("id", flat=True)
    assert sorted(waiting) == sorted(taken)
    assert max(row.created_at for row in await Contribution.all()) < closes_at
    for key in taken[:5]:
        await affair.decide("keep", await Contribution.get(id=key))
    assert await Contribution.filter(state="published").count() == 1 + min(5, len(taken))
    assert await recount() == []
    assert await number_gaps() == []


# ---------------------------------------------------------------- what a browser is told


async def test_browsers_race_the_closing_and_each_is_told_the_truth(app: Starlette) -> None:
    """303: it is there. 422: it is not, and the whole text is on the page, with a way to keep it."""
    d = await a_discussion()
    people = [await a_person(f"Personne {n}") for n in range(6)]
    windows = [Visitor(app, person=one) for one in people]
    guards = [await guard_of(window) for window in windows]
    closes_at = clock.now() + timedelta(seconds=1)
    await Round.filter(id=d.round.id).update(closes_at=closes_at)

    async def until_late(place: int) -> list[str]:
        taken = []
        for n in range(25):  # thirty in five minutes are allowed
            words = f"Texte {place} fois {n} ; {TEXT}"
            common = {"csrf": guards[place], "once": f"essai-{place:02}-{n:04}", "body": words}
            path, more = (
                (f"{d.path}/arguments/new", {"side": Side.FOR.value}),
                ("/consultations/plan-velo/contributions/new",
                 {"title": words[:60], "section": str(d.section.id), "button": "publish"}),
            )[n % 2]  # fmt: skip
            answer = await windows[place].post(path, {**common, **more})
            if answer.status != 303:
                assert answer.status == 422
                assert clock.now() >= closes_at
                assert words in answer.text
                assert 'formaction="/keep-text"' in answer.text
                return taken
            taken.append(words)
            await asyncio.sleep(0.03)
        await asyncio.sleep(max(0.0, (closes_at - clock.now()).total_seconds()))
        return taken

    taken = [words for each in await asyncio.gather(*(until_late(n) for n in range(6))) for words in each]
    there = [
        row["body"]
        for table in ("contribution", "argument")
        for row in await execute(f"SELECT body FROM {table} WHERE body LIKE 'Texte %'")
    ]
    assert sorted(there) == sorted(taken)
    assert await recount() == []
