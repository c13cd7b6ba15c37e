"""The contributions of a consultation of the demonstration, with everything under them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from consult.arguments.actions import publish_argument, withdraw_argument
from consult.arguments.models import Argument, Side
from consult.contributions.actions import (
    adopt_amendment,
    decline_amendment,
    propose_amendment,
    publish_contribution,
    revise_contribution,
    save_draft,
    withdraw_contribution,
)
from consult.contributions.models import Amendment, Contribution
from consult.core import clock
from consult.core.voice import SYSTEM
from consult.demo.actions import Ballots, cast_ballots
from consult.demo.moderating import decide_on
from consult.demo.reading import Play, Table, texts
from consult.demo.stage import Stage
from consult.moderation.models import Effect, Kind
from consult.sources.actions import publish_source, withdraw_source
from consult.votes.actions import record_tally

QUARTER_DAY = timedelta(hours=6)
KEPT = "Le texte respecte la charte de participation."


@dataclass
class Written:
    """A contribution of the content and what has become of it."""

    table: Table
    row: Contribution | None = None
    amendments: list[Amendment] = field(default_factory=list)

    @property
    def made(self) -> Contribution:
        """Its row, once it is there."""
        assert self.row is not None
        return self.row


class Writer:
    """Plans everything that is written in one consultation."""

    def __init__(self, stage: Stage, play: Play) -> None:
        self.stage = stage
        self.play = play
        self.items: list[Written] = []
        self._ballots: list[Callable[[], Ballots]] = []

    @property
    def _where(self) -> dict[str, Any]:
        return {**self.stage.here, "consultation_id": self.stage.consultations[self.play.slug].id}

    def _under(self, one: Written) -> dict[str, Any]:
        return {**self._where, "contribution_id": one.made.id}

    def plan(self) -> None:
        """Plan the contributions, what waits or is held, what is only a draft, and at last the votes."""
        for table in self.play.contributions:
            one = Written(table)
            self.items.append(one)
            self._plan_contribution(one)
        for table in [*self.play.waiting, *self.play.held]:
            self.stage.plan_ago(table["days_ago"], partial(self._publish, Written(table)))
        for table in self.play.drafts:
            self.stage.plan_ago(table["days_ago"], partial(self._draft, table))
        if self._ballots:
            self.stage.plan(self._ballots_end(), self._cast_all)

    # --- contributions

    def _plan_contribution(self, one: Written) -> None:
        stage, table = self.stage, one.table
        stage.plan_ago(table["days_ago"], partial(self._publish, one))
        wordings = [*table.get("revisions", []), table]
        for place, past in enumerate(wordings[:-1]):
            stage.plan_ago(past["until_days_ago"], partial(self._reword, one, past, wordings[place + 1]))
        for place, amendment in enumerate(table.get("amendments", [])):
            self._plan_amendment(one, amendment, place)
        for argument in table.get("arguments", []):
            self._plan_argument(one, argument)
        for source in table.get("sources", []):
            stage.plan_ago(source["days_ago"], partial(self._source, one, source, None))
        for tally in table.get("tallies", []):
            stage.plan_ago(tally["days_ago"], partial(self._tally, one, tally))
        if "earlier_votes" in table:
            before = wordings[-2]
            began = wordings[-3]["until_days_ago"] if len(wordings) > 2 else table["days_ago"]
            middle = (began + before["until_days_ago"]) / 2
            stage.plan_ago(middle, partial(self._vote_early, one, stage.times.ago(began)))
        if "votes" in table:
            self._ballots.append(partial(self._votes, one))
        if table.get("state", "published") != "published":
            stage.plan_ago(table["state_days_ago"], partial(self._remove_contribution, one))

    async def _publish(self, one: Written) -> None:
        first = next(iter(one.table.get("revisions", [])), one.table)
        title, body = texts(first)
        section = self.stage.sections[self.play.slug, one.table["section"]]
        voice = self.stage.voice(one.table)
        one.row = await publish_contribution(voice, **self._where, section_id=section.id, title=title, body=body)
        self._known(Kind.CONTRIBUTION, one.row.id, one.table)
        if "kept_by" not in one.table:
            assert one.row.number == one.table.get("number"), "numbers follow the order of writing"
        if "number" in one.table:
            self.stage.items[f"{self.play.slug}/{one.table['number']}"] = (Kind.CONTRIBUTION, one.row.id)

    async def _reword(self, one: Written, past: Table, following: Table) -> None:
        row = await Contribution.get(id=one.made.id)
        voice, (title, body) = self.stage.voice(one.table), texts(following)
        adopted = one.amendments[past["amendment"] - 1] if "amendment" in past else None
        if adopted and adopted.base_revision == row.revision and (adopted.title, adopted.body) == (title, body):
            await adopt_amendment(voice, **self._under(one), amendment_id=adopted.id)
            return
        await revise_contribution(
            voice,
            **self._under(one),
            base_revision=row.revision,
            title=title,
            body=body,
            amendment_id=adopted.id if adopted else None,
        )

    async def _remove_contribution(self, one: Written) -> None:
        if one.table["state"] == "withdrawn":
            await withdraw_contribution(self.stage.voice(one.table), **self._under(one))
        elif "hidden_by" in one.table:
            await self._hide(Kind.CONTRIBUTION, one.made.id, one.table)

    def _known(self, kind: Kind, item_id: int, table: Table) -> None:
        """Remember an item by its key; where texts are read first, have it kept."""
        if "key" in table:
            self.stage.items[table["key"]] = (kind, item_id)
        if "kept_by" in table:
            verdict = {"by": table["kept_by"], "reason": KEPT}
            keep = partial(decide_on, self.stage, kind, item_id, verdict, effect=Effect.KEEP)
            self._later(table["kept_days_ago"], keep)

    async def _hide(self, kind: Kind, item_id: int, table: Table) -> None:
        await decide_on(self.stage, kind, item_id, {**table, "by": table["hidden_by"]}, effect=Effect.HIDE)

    async def _tally(self, one: Written, tally: Table) -> None:
        numbers = {choice: tally[choice] for choice in ("agree", "mixed", "disagree")}
        origin = f"demo-{one.table['number']}"
        await record_tally(SYSTEM, **self._under(one), origin=origin, origin_label=tally["origin"], **numbers)

    async def _draft(self, table: Table) -> None:
        title, body = texts(table)
        section = self.stage.sections[self.play.slug, table["section"]]
        await save_draft(self.stage.voice(table), **self._where, section_id=section.id, title=title, body=body)

    # --- what stands under them

    def _plan_amendment(self, one: Written, table: Table, place: int) -> None:
        self.stage.plan_ago(table["days_ago"], partial(self._amend, one, table))
        if table["state"] == "declined":
            self.stage.plan_ago(table["answered_days_ago"], partial(self._decline, one, place, table))
        if "votes" in table:
            end = table.get("answered_days_ago")
            at = self.stage.times.ago(end) - timedelta(minutes=5) if end else self._ballots_end()
            self.stage.plan(at, partial(self._vote_on_amendment, one, place, table))
        for argument in table.get("arguments", []):
            self._plan_argument(one, argument, place)

    async def _amend(self, one: Written, table: Table) -> None:
        row = await Contribution.get(id=one.made.id)
        made = await propose_amendment(
            self.stage.voice(table),
            **self._under(one),
            base_revision=row.revision,
            title=row.title,
            body=texts(table)[1],
            reason=table["reason"].strip(),
        )
        one.amendments.append(made)
        self._known(Kind.AMENDMENT, made.id, table)

    async def _decline(self, one: Written, place: int, table: Table) -> None:
        await decline_amendment(
            self.stage.voice(one.table),
            **self._under(one),
            amendment_id=one.amendments[place].id,
            reason=table["answer"].strip(),
        )

    def _plan_argument(self, one: Written, table: Table, place: int | None = None) -> None:
        self.stage.plan_ago(table["days_ago"], partial(self._argue, one, table, place))

    async def _argue(self, one: Written, table: Table, place: int | None) -> None:
        voice = self.stage.voice(table)
        row = await publish_argument(
            voice,
            **self._under(one),
            side=Side(table["side"]),
            body=texts(table)[1],
            amendment_id=None if place is None else one.amendments[place].id,
        )
        self._known(Kind.ARGUMENT, row.id, table)
        for source in table.get("sources", []):
            self._later(source["days_ago"], partial(self._source, one, source, row))
        if table.get("supports"):
            self._ballots.append(partial(self._supports, one, "argument_id", row.id, table))
        if table.get("state") == "withdrawn":
            drop = partial(withdraw_argument, voice, **self._where, argument_id=row.id)
            self._later(table["state_days_ago"], drop)
        elif "hidden_by" in table:
            self._later(table["state_days_ago"], partial(self._hide, Kind.ARGUMENT, row.id, table))

    async def _source(self, one: Written, table: Table, argument: Argument | None) -> None:
        voice = self.stage.voice(table)
        row = await publish_source(
            voice,
            **self._under(one),
            title=table["title"],
            link=table["url"],
            category=table["category"],
            note=table.get("note", "").strip(),
            argument_id=argument.id if argument else None,
        )
        self._known(Kind.SOURCE, row.id, table)
        if table.get("supports"):
            self._ballots.append(partial(self._supports, one, "source_id", row.id, table))
        if table.get("state") == "withdrawn":
            self._later(table["state_days_ago"], partial(withdraw_source, voice, **self._where, source_id=row.id))
        elif "hidden_by" in table:
            self._later(table["state_days_ago"], partial(self._hide, Kind.SOURCE, row.id, table))

    def _later(self, days: float, act: Callable[[], Awaitable[object]]) -> None:
        """Plan what follows from something that has just happened."""
        self.stage.plan_ago(days, act)

    # --- votes

    def _ballots_end(self) -> datetime:
        """The instant up to which votes are shown to have been cast: just now, or inside the last round with votes."""
        times = self.stage.times
        ends = [
            times.on(one["closes_in_days"], one["closes_at"]) for one in self.play.rounds if "vote" in one["allows"]
        ]
        return min(times.loaded_at - timedelta(minutes=2), max(ends) - QUARTER_DAY)

    async def _vote_early(self, one: Written, since: datetime) -> None:
        """Votes on the wording before the last, by other voters than those of today's."""
        row = await Contribution.get(id=one.made.id)
        skip = sum(one.table.get("votes", {}).values())
        await self._cast(
            Ballots(
                column="contribution_id",
                item_id=row.id,
                contribution_id=row.id,
                choices=one.table["earlier_votes"],
                seed=f"{self.play.slug}.{one.table['number']}",
                since=since,
                revision=row.revision,
                skip=skip,
            )
        )

    def _votes(self, one: Written) -> Ballots:
        past = one.table.get("revisions", [])
        return Ballots(
            column="contribution_id",
            item_id=one.made.id,
            contribution_id=one.made.id,
            choices=one.table["votes"],
            seed=f"{self.play.slug}.{one.table['number']}",
            since=self.stage.times.ago(past[-1]["until_days_ago"] if past else public_days(one.table)),
            revision=len(past) + 1,
        )

    async def _vote_on_amendment(self, one: Written, place: int, table: Table) -> None:
        amendment = one.amendments[place]
        await self._cast(
            Ballots(
                column="amendment_id",
                item_id=amendment.id,
                contribution_id=one.made.id,
                choices=table["votes"],
                seed=f"{self.play.slug}.{one.table['number']}.{place}",
                since=min(self.stage.times.ago(table["days_ago"]), clock.now()),
            )
        )

    def _supports(self, one: Written, column: str, item_id: int, table: Table) -> Ballots:
        return Ballots(
            column=column,
            item_id=item_id,
            contribution_id=one.made.id,
            choices={"support": table["supports"]},
            seed=f"{self.play.slug}.{one.table['number']}.{column}.{table['by']}.{table['days_ago']}",
            since=self.stage.times.ago(public_days(table)),
        )

    async def _cast(self, *ballots: Ballots) -> None:
        await cast_ballots(**self._where, voters=self.stage.voters, ballots=ballots)

    async def _cast_all(self) -> None:
        await self._cast(*(make() for make in self._ballots))


def public_days(table: Table) -> float:
    """How long ago an item became public: when it was written, or when a moderator had read it."""
    return float(table["kept_days_ago"] if "kept_days_ago" in table else table["days_ago"])
