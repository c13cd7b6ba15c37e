"""What the rooms have no verb for, or none that is quick enough: thousands of votes."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from consult.accounts.models import Account
from consult.contributions.actions.rows import count_change, lock_below
from consult.core.action import Action
from consult.core.database import execute
from consult.core.keys import new_key
from consult.core.voice import SYSTEM
from consult.demo.events import DemoLoaded, DemoVotersAdded, DemoVotesCast
from consult.votes.actions.counting import move_amendment, move_contribution
from consult.votes.models import Support, Vote

ORIGIN = "demo"
MOST_VOTERS = 240


async def add_voters() -> list[int]:
    """Make the accounts that vote in the demonstration: no identity, and no name that would show."""
    async with Action(SYSTEM) as action:
        voters = [
            Account(
                id=new_key(),
                public_name=f"Votant {place}",
                origin=ORIGIN,
                origin_key=f"voter-{place}",
                confirmed_at=action.at,
                notify_replies=False,
                notify_amendments=False,
                created_at=action.at,
            )
            for place in range(1, MOST_VOTERS + 1)
        ]
        await Account.bulk_create(voters)
        action.record(DemoVotersAdded(count=len(voters)))
    return [one.id for one in voters]


@dataclass(frozen=True)
class Ballots:
    """Votes or supports to be cast on one item.

    Attributes:
        column: what the vote's row names: ``contribution_id``, ``amendment_id``, ``argument_id`` or ``source_id``.
        choices: how many of each choice; for supports « support ».
        seed: names the item in the content: the same voters come forward at every loading.
        since: the earliest instant at which one could have been cast.
        skip: how many of the shuffled voters have voted on this item already.
    """

    column: str
    item_id: int
    contribution_id: int
    choices: dict[str, int]
    seed: str
    since: datetime
    revision: int = 1
    skip: int = 0


async def cast_ballots(
    *, territory_id: int, consultation_id: int, voters: Sequence[int], ballots: Sequence[Ballots]
) -> None:
    """Write many votes and supports at once, with all their counters, each at an instant of its own."""
    async with Action(SYSTEM, territory_id=territory_id) as action:
        await lock_below(action, territory_id, consultation_id)
        votes: list[Vote] = []
        supports: list[Support] = []
        for one in ballots:
            made = list(_rows(one, consultation_id, voters, action.at))
            votes += [row for row in made if isinstance(row, Vote)]
            supports += [row for row in made if isinstance(row, Support)]
            await _count(action, consultation_id, one)
        await Vote.bulk_create(votes, batch_size=80)
        await Support.bulk_create(supports, batch_size=80)
        action.record(
            DemoVotesCast(
                territory_id=territory_id, consultation_id=consultation_id, votes=len(votes), supports=len(supports)
            )
        )


def _rows(one: Ballots, consultation_id: int, voters: Sequence[int], until: datetime) -> list[Vote | Support]:
    chosen, chance = list(voters), random.Random(one.seed)
    chance.shuffle(chosen)
    choices = [choice for choice, count in one.choices.items() for _ in range(count)]
    chosen = chosen[one.skip : one.skip + len(choices)]
    assert len(chosen) == len(choices), "no item takes more voters than there are"
    rows: list[Vote | Support] = []
    for account_id, choice in zip(chosen, choices, strict=True):
        at = one.since + (until - one.since) * chance.random()
        common = {"id": new_key(), "consultation_id": consultation_id, "account_id": account_id, "created_at": at}
        if choice == "support":
            rows.append(Support(**common, **{one.column: one.item_id}))
        else:
            named = {one.column: one.item_id, "choice": choice, "revision": one.revision, "changed_at": at}
            rows.append(Vote(**common, **named))
    return rows


async def _count(action: Action, consultation_id: int, one: Ballots) -> None:
    moves = {f"votes_{choice}": count for choice, count in one.choices.items()}
    if one.column == "contribution_id":
        await move_contribution(action, consultation_id, one.item_id, moves)
    elif one.column == "amendment_id":
        await move_amendment(action, one.contribution_id, one.item_id, moves)
    else:
        await execute(
            f"UPDATE {one.column.removesuffix('_id')}"
            " SET supports = supports + :by, supports_total = supports_total + :by WHERE id = :key",
            by=one.choices["support"],
            key=one.item_id,
        )
        await count_change(action, one.contribution_id)


async def finish(*, territory_id: int, contributions: int) -> None:
    """Say that everything is there: what stops before this is not the demonstration."""
    async with Action(SYSTEM, territory_id=territory_id) as action:
        action.record(DemoLoaded(territory_id=territory_id, contributions=contributions))
