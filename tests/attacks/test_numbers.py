"""One number everywhere: every counter equals its rows, every page says the same, numbers have no gap and no double."""

import asyncio
import contextlib
import random
import re
from typing import Any

import pytest
from starlette.applications import Starlette
from tortoise.exceptions import DoesNotExist

from consult.arguments.actions import correct_argument, publish_argument, withdraw_argument
from consult.arguments.models import Argument, Side
from consult.contributions.actions import (
    adopt_amendment,
    decline_amendment,
    propose_amendment,
    publish_contribution,
    revise_contribution,
    withdraw_amendment,
    withdraw_contribution,
)
from consult.contributions.models import Amendment, Contribution
from consult.core.database import execute
from consult.core.errors import NotFound, Refused
from consult.core.voice import SYSTEM
from consult.sources.actions import publish_source, withdraw_source
from consult.sources.models import Source
from consult.votes.actions import cast_vote, give_support, record_tally, withdraw_support, withdraw_vote
from tests.attacks.recount import number_gaps, recount
from tests.browsing import Visitor
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion

STORM = 240


async def test_an_amendment_taken_back_after_its_contribution_is_counted_once(db: str) -> None:
    """The contribution took it out of the totals already."""
    d = await a_discussion()
    awa = await a_person("Awa")
    amendment = await d.amend(awa)
    await d.argue(awa, amendment=amendment)
    at = {**d.place, "contribution_id": d.contribution.id}
    await withdraw_contribution(d.luc.voice(), **at)
    with contextlib.suppress(Refused, NotFound):
        await withdraw_amendment(awa.voice(), **at, amendment_id=amendment.id)
    assert await recount() == []


class Storm:
    """People who do everything at once, on few things, so that they meet."""

    def __init__(self, discussion: Discussion, people: list[Person], seed: int) -> None:
        self.d, self.people, self.dice = discussion, people, random.Random(seed)

    async def one(self, number: int) -> str:
        """Do something at random; what is refused is refused."""
        who = self.dice.choice(self.people)
        verbs = (
            self.publish, self.withdraw, self.revise, self.vote, self.vote, self.unvote, self.argue, self.argue,
            self.unargue, self.correct, self.support, self.unsupport, self.source, self.unsource, self.amend,
            self.unamend, self.adopt, self.decline, self.vote_amendment, self.tally,
        )  # fmt: skip
        verb = self.dice.choice(verbs)
        try:
            await verb(who, number)
        except (Refused, NotFound, DoesNotExist) as error:
            return type(error).__name__
        return verb.__name__

    async def _any(self, model: Any) -> Any:
        rows = await model.filter(consultation_id=self.d.consultation.id)
        return self.dice.choice(rows) if rows else await model.get(id=0)

    async def _owner(self, row: Any) -> Any:
        return next((one.voice() for one in [*self.people, self.d.luc] if one.id == row.author_id), SYSTEM)

    async def publish(self, who: Person, n: int) -> None:
        await publish_contribution(
            who.voice(), **self.d.place, section_id=self.d.section.id, title=f"Titre {n}", body=f"Texte {n}"
        )

    async def withdraw(self, who: Person, n: int) -> None:
        row = await self._any(Contribution)
        if row.id != self.d.contribution.id or n > STORM * 0.8:
            await withdraw_contribution(await self._owner(row), **self.d.place, contribution_id=row.id)

    async def revise(self, who: Person, n: int) -> None:
        row = await self._any(Contribution)
        await revise_contribution(
            await self._owner(row), **self.d.place, contribution_id=row.id, base_revision=row.revision,
            title=f"Autre {n}", body=f"Autre texte {n}",
        )  # fmt: skip

    async def vote(self, who: Person, n: int) -> None:
        row = await self._any(Contribution)
        choice = self.dice.choice(("agree", "mixed", "disagree"))
        await cast_vote(who.voice(), **self.d.place, contribution_id=row.id, choice=choice)

    async def unvote(self, who: Person, n: int) -> None:
        row = await self._any(Contribution)
        await withdraw_vote(who.voice(), **self.d.place, contribution_id=row.id)

    async def vote_amendment(self, who: Person, n: int) -> None:
        row = await self._any(Amendment)
        choice = self.dice.choice(("agree", "mixed", "disagree"))
        at = {**self.d.place, "contribution_id": row.contribution_id, "amendment_id": row.id}
        await cast_vote(who.voice(), **at, choice=choice)

    async def argue(self, who: Person, n: int) -> None:
        side = self.dice.choice((Side.FOR, Side.AGAINST))
        if self.dice.random() < 0.4:
            about = await self._any(Amendment)
            at = {**self.d.place, "contribution_id": about.contribution_id, "amendment_id": about.id}
        else:
            at = {**self.d.place, "contribution_id": (await self._any(Contribution)).id}
        await publish_argument(who.voice(), **at, side=side, body=f"Raison {n}")

    async def unargue(self, who: Person, n: int) -> None:
        row = await self._any(Argument)
        await withdraw_argument(await self._owner(row), **self.d.place, argument_id=row.id)

    async def correct(self, who: Person, n: int) -> None:
        row = await self._any(Argument)
        await correct_argument(await self._owner(row), **self.d.place, argument_id=row.id, body=f"Mieux {n}")

    async def support(self, who: Person, n: int) -> None:
        model = self.dice.choice((Argument, Source))
        name = "argument_id" if model is Argument else "source_id"
        await give_support(who.voice(), **self.d.place, **{name: (await self._any(model)).id})

    async def unsupport(self, who: Person, n: int) -> None:
        await withdraw_support(who.voice(), **self.d.place, argument_id=(await self._any(Argument)).id)

    async def source(self, who: Person, n: int) -> None:
        under = await self._any(Argument) if self.dice.random() < 0.5 else None
        row = under or await self._any(Contribution)
        at = {"contribution_id": under.contribution_id if under else row.id, "argument_id": under.id if under else None}
        await publish_source(
            who.voice(), **self.d.place, **at, title=f"Rapport {n}", link=f"https://example.org/{n}", category="report"
        )

    async def unsource(self, who: Person, n: int) -> None:
        row = await self._any(Source)
        await withdraw_source(await self._owner(row), **self.d.place, source_id=row.id)

    async def amend(self, who: Person, n: int) -> None:
        row = await self._any(Contribution)
        await propose_amendment(
            who.voice(), **self.d.place, contribution_id=row.id, base_revision=row.revision, title=f"Titre {n}",
            body=f"Proposé {n}", reason="Parce que c’est mieux.",
        )  # fmt: skip

    async def _answered(self) -> dict[str, Any]:
        row = await self._any(Amendment)
        above = await Contribution.get(id=row.contribution_id)
        at = {**self.d.place, "contribution_id": above.id, "amendment_id": row.id}
        return {"voice": await self._owner(above), **at}

    async def unamend(self, who: Person, n: int) -> None:
        row = await self._any(Amendment)
        at = {**self.d.place, "contribution_id": row.contribution_id, "amendment_id": row.id}
        await withdraw_amendment(await self._owner(row), **at)

    async def adopt(self, who: Person, n: int) -> None:
        await adopt_amendment(**await self._answered())

    async def decline(self, who: Person, n: int) -> None:
        await decline_amendment(**await self._answered(), reason="Parce que ce n’est pas mieux.")

    async def tally(self, who: Person, n: int) -> None:
        row = await self._any(Contribution)
        numbers = {end: self.dice.randrange(9) for end in ("agree", "mixed", "disagree")}
        await record_tally(
            who.voice("administrator"), **self.d.place, contribution_id=row.id, origin=f"papier-{n % 3}",
            origin_label="Bulletins papier", **numbers,
        )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
async def test_counters_equal_their_rows_after_a_storm(app: Starlette, seed: int) -> None:
    """Everything that people do, all at once, a dozen at a time; then each counter is counted again."""
    d = await a_discussion()
    people = [await a_person(f"Personne {n}") for n in range(6)]
    storm, did = Storm(d, people, seed), []
    for begin in range(0, STORM, 12):
        did += await asyncio.gather(*(storm.one(begin + n) for n in range(12)))
    assert len(set(did) - {"Refused", "NotFound", "DoesNotExist"}) >= 15, f"the storm is a breeze: {set(did)}"
    assert await recount() == []
    assert await number_gaps() == []
    await _pages_say_the_same(Visitor(app), d)


async def _pages_say_the_same(somebody: Visitor, d: Discussion) -> None:
    """The consultation's page, the list and the rows agree on how many contributions there are."""
    there = (await execute("SELECT COUNT(*) AS n FROM contribution WHERE state = 'published'"))[0]["n"]
    listed, after = 0, ""
    while True:
        shown = await somebody.get("/consultations/plan-velo/contributions", params={"sort": "votes", "after": after})
        listed += len(set(re.findall(r'href="/consultations/plan-velo/contributions/(\d+)"', shown.text)))
        found = re.search(r"after=([\w%-]+)", shown.text)
        if found is None:
            break
        after = found[1]
    assert listed == there
    for address in ("/consultations/plan-velo", "/consultations/plan-velo/contributions", "/"):
        assert re.search(rf"\b{there}\b[^0-9]{{0,20}}contribution", (await somebody.get(address)).words), address


async def test_forty_people_publish_at_once_without_gap_or_double(db: str) -> None:
    d = await a_discussion()
    people = [await a_person(f"Personne {n}") for n in range(40)]

    async def publish(n: int, person: Person) -> int:
        made = await publish_contribution(
            person.voice(), **d.place, section_id=d.section.id, title=f"Titre {n}", body=f"Texte {n}"
        )
        if n % 5 == 0:  # what is withdrawn at once keeps its number
            await withdraw_contribution(person.voice(), **d.place, contribution_id=made.id)
        return int(made.number or 0)

    numbers = await asyncio.gather(*(publish(n, person) for n, person in enumerate(people)))
    assert sorted(numbers) == list(range(2, 42))
    assert await number_gaps() == []
    assert await recount() == []
