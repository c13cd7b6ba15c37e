"""Voting: agree, mixed or disagree, changeable and removable, one vote per person and item."""

from collections import Counter
from dataclasses import dataclass

from consult.consultations.rules import Deed, deed_refusal
from consult.contributions.actions.rows import lock_below
from consult.contributions.rules import merged_refusal
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.voice import Voice
from consult.votes.actions.counting import move_amendment, move_contribution
from consult.votes.events import VoteCast, VoteWithdrawn
from consult.votes.models import Choice
from consult.votes.rules import NO_CHOICE, vote_refusal, voter_refusal

_ON_CONTRIBUTION = (
    "SELECT c.revision, c.merged_into_id, s.accepts_votes, NULL AS outcome, v.id AS vote_id, v.choice,"
    " v.revision AS voted_on"
    " FROM contribution c JOIN section s ON s.id = c.section_id"
    " LEFT JOIN vote v ON v.contribution_id = c.id AND v.account_id = :account"
    " WHERE c.id = :contribution AND c.consultation_id = :consultation AND c.state = 'published'"
)
_ON_AMENDMENT = (
    "SELECT a.revision, c.merged_into_id, s.accepts_votes, a.outcome, v.id AS vote_id, v.choice, v.revision AS voted_on"
    " FROM amendment a JOIN contribution c ON c.id = a.contribution_id JOIN section s ON s.id = c.section_id"
    " LEFT JOIN vote v ON v.amendment_id = a.id AND v.account_id = :account"
    " WHERE a.id = :amendment AND a.state = 'published' AND c.id = :contribution"
    " AND c.consultation_id = :consultation AND c.state = 'published'"
)


@dataclass(frozen=True)
class _Ballot:
    """What is voted on as it stands now, with the voter's own vote so far, if any."""

    revision: int
    merged_into_id: int | None
    accepts_votes: bool
    outcome: str | None
    vote_id: int | None
    choice: str | None
    voted_on: int | None


async def _ballot(voice: Voice, consultation_id: int, contribution_id: int, amendment_id: int | None) -> _Ballot:
    params = {"account": voice.account_id, "contribution": contribution_id, "consultation": consultation_id}
    if amendment_id is not None:
        rows = await execute(_ON_AMENDMENT, {**params, "amendment": amendment_id})
    else:
        rows = await execute(_ON_CONTRIBUTION, params)
    if not rows:
        raise NotFound
    return _Ballot(**rows[0])


async def cast_vote(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    contribution_id: int,
    choice: str,
    amendment_id: int | None = None,
    revision: int | None = None,
) -> None:
    """Vote on a contribution or one of its amendments, or change one's vote. The same vote again changes nothing.

    Args:
        revision: the number of the wording that the voter read, when the page said it.

    Raises:
        NotFound: this territory has no such public contribution or amendment.
        Refused: not confirmed, not open, not accepted here, or the wording has changed since it was read.
    """
    refuse(voter_refusal(voice) or (None if choice in set(Choice) else NO_CHOICE))
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id)
        seen = await _ballot(voice, consultation_id, contribution_id, amendment_id)
        refuse(vote_refusal(rounds, seen, action.at, read=revision, present=seen.revision, outcome=seen.outcome))
        refuse(merged_refusal(seen.merged_into_id))
        if (seen.choice, seen.voted_on) == (choice, seen.revision):
            action.nothing_to_do()
            return
        _write(action, seen, consultation_id, contribution_id, amendment_id, choice)
        await _count(action, seen, consultation_id, contribution_id, amendment_id, choice)
        action.record(
            VoteCast(
                account_id=voice.account_id,
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=contribution_id,
                amendment_id=amendment_id,
                revision=seen.revision,
                first=seen.vote_id is None,
            )
        )


async def withdraw_vote(
    voice: Voice, *, territory_id: int, consultation_id: int, contribution_id: int, amendment_id: int | None = None
) -> None:
    """Take back one's vote, wherever it was cast on; without a vote there is nothing to do.

    Raises:
        NotFound: this territory has no such public contribution or amendment.
        Refused: not open any more.
    """
    refuse(voter_refusal(voice))
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id, adds=False)
        seen = await _ballot(voice, consultation_id, contribution_id, amendment_id)
        if seen.vote_id is None:
            action.nothing_to_do()
            return
        refuse(deed_refusal(Deed.VOTE, rounds, None, action.at))
        action.write("DELETE FROM vote WHERE id = :key", key=seen.vote_id)
        await _count(action, seen, consultation_id, contribution_id, amendment_id, None)
        action.record(
            VoteWithdrawn(
                account_id=voice.account_id,
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=contribution_id,
                amendment_id=amendment_id,
            )
        )


def _write(
    action: Action,
    seen: _Ballot,
    consultation_id: int,
    contribution_id: int,
    amendment_id: int | None,
    choice: str,
) -> None:
    """Write the voter's one row. An amendment's vote names the amendment alone: the contribution has its own."""
    if seen.vote_id is not None:
        action.write(
            "UPDATE vote SET choice = :choice, revision = :revision, changed_at = :at WHERE id = :key",
            choice=choice,
            revision=seen.revision,
            at=action.at,
            key=seen.vote_id,
        )
        return
    action.write(
        "INSERT INTO vote (id, consultation_id, contribution_id, amendment_id, account_id, choice, revision,"
        " created_at, changed_at) VALUES (:key, :consultation, :contribution, :amendment, :account, :choice,"
        " :revision, :at, :at)",
        key=new_key(),
        consultation=consultation_id,
        contribution=contribution_id if amendment_id is None else None,
        amendment=amendment_id,
        account=action.voice.account_id,
        choice=choice,
        revision=seen.revision,
        at=action.at,
    )


async def _count(
    action: Action,
    seen: _Ballot,
    consultation_id: int,
    contribution_id: int,
    amendment_id: int | None,
    choice: str | None,
) -> None:
    """Take the former choice out of where it was counted, and count the new one on the present wording."""
    moves: Counter[str] = Counter()
    if seen.choice is not None:
        moves[f"{'votes' if seen.voted_on == seen.revision else 'earlier'}_{seen.choice}"] -= 1
    if choice is not None:
        moves[f"votes_{choice}"] += 1
    if amendment_id is not None:
        await move_amendment(action, contribution_id, amendment_id, moves)
    else:
        await move_contribution(action, consultation_id, contribution_id, moves)
