"""A long story told at random: whatever is reported, decided, undone, appealed, corrected and taken back, in whatever
order, the counters, the record and what the public sees agree after every step.
"""

import os
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from consult.arguments.actions import withdraw_argument
from consult.consultations.models import Consultation, ModerationTime
from consult.contributions.actions import publish_contribution, withdraw_contribution
from consult.contributions.models import Contribution
from consult.contributions.search import match_clause, match_words
from consult.core import clock
from consult.core.database import execute
from consult.core.errors import NotFound, Refused
from consult.moderation.actions.appealing import appeal, hear_appeal
from consult.moderation.actions.correcting import reopen_overdue, send_correction
from consult.moderation.actions.undoing import decide_again
from consult.moderation.actions.watching import set_watch
from consult.moderation.models import Appeal, Case, Decision, Effect, Report, SealedText
from tests.attacks.recount import number_gaps, recount
from tests.cast import NOON, Person, a_person
from tests.moderation.affairs import REASON, Affair, an_affair

STEPS, SEEDS = int(os.environ.get("STEPS", 40)), int(os.environ.get("SEEDS", 6))
GROUNDS = {"keep": "", "hide_illegal": "hatred"}


class Story:
    """Some items, some people, and what may happen to them."""

    def __init__(self, affair: Affair, seed: int) -> None:
        self.a = affair
        self.chance = random.Random(seed)
        self.items: list[Any] = []
        self.people: list[Person] = []
        self.told: dict[int, dict[str, Any]] = {}

    async def begin(self) -> None:
        """Two contributions, and one thing of each kind beneath."""
        d = self.a.d
        self.people = [await a_person(f"Voisin {n}") for n in range(4)]
        second = await publish_contribution(
            self.a.rita.voice(), **d.place, section_id=d.section.id, title="Des bancs", body="Des bancs au soleil."
        )
        amendment = await d.amend(self.a.rita)
        argument = await d.argue(self.a.rita)
        beneath = await d.argue(self.people[0], body="Trop large.", amendment=amendment)
        sources = [await d.source(self.a.rita), await d.source(self.people[0], argument)]
        self.items = [d.contribution, second, amendment, argument, beneath, *sources]
        for person in self.people:
            await d.vote(person)
            await d.support(person, argument if person is not self.people[0] else sources[0])

    @property
    def one(self) -> Any:
        return self.chance.choice(self.items)

    async def report(self) -> None:
        await self.a.report(self.one, self.chance.choice(self.people), ground=self.chance.choice(["insult", "hatred"]))

    async def decide(self) -> None:
        effect = self.chance.choice(["keep", "hide", "hide_illegal", "correct", "merge"])
        await self.a.decide(
            effect,
            self.one,
            self.chance.choice([self.a.moderator, self.a.other]),
            ground=GROUNDS.get(effect, "insult"),
            merged_into_number=self.chance.choice([1, 2]) if effect == "merge" else None,
            hidden_meanwhile=self.chance.random() < 0.5,
        )

    async def decide_again(self) -> None:
        made = self.chance.choice(await Decision.all() or [None])
        if made is not None:
            voice = self.chance.choice([self.a.moderator, self.a.other])
            await decide_again(voice, **self.a.here, decision_id=made.id, reason=REASON)

    async def appeal(self) -> None:
        made = self.chance.choice(await Decision.all().select_related("account") or [None])
        if made is not None and made.account is not None:
            voice = Person(made.account, "", "").voice()
            await appeal(voice, **self.a.here, decision_id=made.id, text="Je n’ai insulté personne.")

    async def hear(self) -> None:
        made = self.chance.choice(await Appeal.filter(heard_at=None) or [None])
        if made is not None:
            voice = self.chance.choice([self.a.moderator, self.a.other])
            outcome = self.chance.choice(["upheld", "reversed"])
            await hear_appeal(voice, **self.a.here, appeal_id=made.id, outcome=outcome, reason=REASON)

    async def correct(self) -> None:
        made = self.chance.choice(await Decision.filter(effect=Effect.CORRECT).select_related("account") or [None])
        if made is not None and made.account is not None:
            words = {
                "title": "Un titre",
                "body": f"Plus poli, {self.chance.random()}.",
                "link": "https://example.org/x",
            }
            await send_correction(Person(made.account, "", "").voice(), **self.a.here, decision_id=made.id, **words)

    async def take_back(self) -> None:
        if self.chance.random() < 0.2:
            item = self.one
            voice = (self.a.d.luc if item.author_id == self.a.d.luc.id else self.a.rita).voice()
            if isinstance(item, Contribution):
                await withdraw_contribution(voice, **self.a.d.place, contribution_id=item.id)
            else:
                await withdraw_argument(voice, **self.a.d.place, argument_id=item.id)

    async def speak(self) -> None:
        person = self.chance.choice(self.people)
        self.items.append(await self.a.d.argue(person, body=f"Un avis, {self.chance.random()}."))
        await self.a.d.vote(person, self.chance.choice(["agree", "mixed", "disagree"]))

    async def wait(self) -> None:
        await reopen_overdue()

    def verbs(self) -> list[Callable[[], Awaitable[None]]]:
        often = [self.report, self.decide, self.decide, self.decide_again, self.appeal, self.hear, self.correct]
        return [*often, self.take_back, self.speak, self.wait]

    async def step(self) -> str:
        verb = self.chance.choice(self.verbs())
        try:
            await verb()
        except (Refused, NotFound) as error:
            return f"{verb.__name__}: {error}"
        return verb.__name__

    # ------------------------------------------------------------ what must always hold

    async def must_hold(self) -> None:
        assert await recount() == []
        assert await number_gaps() == []
        await self._nothing_is_rewritten()
        await self._cases_and_reports()
        for item in self.items:
            await item.refresh_from_db()
            await self._stands_where_the_record_says(item)

    async def _nothing_is_rewritten(self) -> None:
        rows = {row["id"]: row for row in await Decision.all().values()}
        for key, before in self.told.items():
            assert rows[key] == before
        self.told = rows
        replaced = [row["replaces_id"] for row in rows.values() if row["replaces_id"]]
        assert len(replaced) == len(set(replaced))

    async def _cases_and_reports(self) -> None:
        cases = await Case.all()
        opened = [(case.kind, case.item_id) for case in cases if case.is_open]
        assert len(opened) == len(set(opened))
        for case in cases:
            assert case.is_open == (case.open_key is not None) == (case.closed_at is None)
            if not case.is_open:
                assert not await Report.exists(case_id=case.id, answered_at=None)
        for heard in await Appeal.filter(heard_at__not_isnull=True).select_related("decision"):
            assert heard.heard_by_id != heard.decision.by_id
            assert (heard.outcome == "reversed") == (heard.new_decision_id is not None) or heard.decision.automated

    async def _stands_where_the_record_says(self, item: Any) -> None:
        replaced = {row["replaces_id"] for row in self.told.values()}
        standing = [
            row
            for row in self.told.values()
            if row["item_id"] == item.id and row["id"] not in replaced and row["effect"] != Effect.KEEP
        ]
        hiding = (Effect.HIDE, Effect.HIDE_ILLEGAL)
        hidden = [row for row in standing if row["effect"] in hiding or row["hidden_meanwhile"]]
        sealed = [row for row in standing if row["effect"] is Effect.HIDE_ILLEGAL]
        if item.state.value == "waiting":  # for a moderator: out of sight, whatever else was decided
            assert item.published_at is None
            assert not sealed
        elif item.state.value != "withdrawn":
            assert (item.state.value == "hidden") == bool(hidden), (item, standing)
        assert (item.sealed_at is not None) == bool(sealed)
        assert await SealedText.exists(item_id=item.id) == bool(sealed)
        assert bool(item.body or getattr(item, "title", "")) != bool(sealed)
        if isinstance(item, Contribution):
            assert (item.merged_into_id is not None) == any(row["effect"] is Effect.MERGE for row in standing)
            word = "banc" if item.number == 2 else "canal"
            if item.revision == 1 and item.merged_into_id is None:
                rows = await execute(
                    f"SELECT c.id FROM contribution c WHERE c.id = :key AND {match_clause()}",
                    key=item.id,
                    match=match_words([word]),
                )
                assert bool(rows) == (item.state.value == "published")


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_whatever_happens_everything_agrees(db: str, seed: int) -> None:
    with clock.frozen(NOON, everywhere=True):
        story = Story(await an_affair(), seed)
        await story.begin()
        await set_watch(story.a.moderator, **story.a.here, words="", most_links=3, hide_after=2 if seed % 2 else 0)
        if seed % 3 == 2:
            await Consultation.filter(id=story.a.d.consultation.id).update(moderation=ModerationTime.BEFORE)
        story.a.d.round.closes_at = NOON + timedelta(days=300)
        await story.a.d.round.save()
    happened = []
    at: datetime = NOON
    for _ in range(STEPS):
        at += timedelta(hours=story.chance.choice([1, 5, 60]))
        with clock.frozen(at, everywhere=True):
            happened.append(await story.step())
            await story.must_hold()
    assert await Decision.exists(), happened
