"""Supporting arguments and sources: one support per person and item, never of one's own."""

from dataclasses import dataclass

from consult.consultations.rules import Deed, deed_refusal
from consult.contributions.actions.rows import lock_below
from consult.contributions.rules import merged_refusal
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.voice import Voice
from consult.votes.actions.counting import page_changed
from consult.votes.events import SupportGiven, SupportWithdrawn
from consult.votes.rules import support_refusal, voter_refusal

_COLUMNS = (
    "SELECT i.contribution_id, c.merged_into_id, i.author_id, i.organisation_id, s.accepts_votes, a.outcome,"
    " own.id AS support_id,"
    " EXISTS (SELECT 1 FROM member m WHERE m.organisation_id = i.organisation_id AND m.account_id = :account)"
    " AS is_member"
)
_ABOVE = (
    " JOIN contribution c ON c.id = i.contribution_id AND c.state = 'published' JOIN section s ON s.id = c.section_id"
)
_ARGUMENT = (
    f"{_COLUMNS} FROM argument i{_ABOVE} LEFT JOIN amendment a ON a.id = i.amendment_id"
    " LEFT JOIN support own ON own.argument_id = i.id AND own.account_id = :account"
    " WHERE i.id = :key AND i.consultation_id = :consultation AND i.state = 'published'"
    " AND (i.amendment_id IS NULL OR a.state = 'published')"
)
_SOURCE = (
    f"{_COLUMNS} FROM source i{_ABOVE} LEFT JOIN argument g ON g.id = i.argument_id"
    " LEFT JOIN amendment a ON a.id = g.amendment_id"
    " LEFT JOIN support own ON own.source_id = i.id AND own.account_id = :account"
    " WHERE i.id = :key AND i.consultation_id = :consultation AND i.state = 'published'"
    " AND (i.argument_id IS NULL OR g.state = 'published') AND (g.amendment_id IS NULL OR a.state = 'published')"
)


@dataclass(frozen=True)
class _Item:
    """What is supported as it stands now, with the person's own support so far, if any."""

    contribution_id: int
    merged_into_id: int | None
    author_id: int | None
    organisation_id: int | None
    accepts_votes: bool
    outcome: str | None
    support_id: int | None
    is_member: bool


async def _item(voice: Voice, consultation_id: int, argument_id: int | None, source_id: int | None) -> _Item:
    rows = await execute(
        _ARGUMENT if argument_id is not None else _SOURCE,
        account=voice.account_id,
        key=argument_id if argument_id is not None else source_id,
        consultation=consultation_id,
    )
    if not rows:
        raise NotFound
    return _Item(**rows[0])


async def give_support(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    argument_id: int | None = None,
    source_id: int | None = None,
) -> None:
    """Support an argument or a source (one of the two is named). A second time changes nothing.

    Raises:
        NotFound: this territory has no such public argument or source.
        Refused: not confirmed, not open, not accepted here, or it is one's own.
    """
    refuse(voter_refusal(voice))
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id)
        item = await _item(voice, consultation_id, argument_id, source_id)
        refuse(
            support_refusal(
                voice,
                author_id=item.author_id,
                organisation_id=item.organisation_id,
                is_member=bool(item.is_member),
                rounds=rounds,
                section=item,
                outcome=item.outcome,
                at=action.at,
            )
        )
        refuse(merged_refusal(item.merged_into_id))
        if item.support_id is not None:
            action.nothing_to_do()
            return
        action.write(
            "INSERT INTO support (id, consultation_id, argument_id, source_id, account_id, created_at)"
            " VALUES (:key, :consultation, :argument, :source, :account, :at)",
            key=new_key(),
            consultation=consultation_id,
            argument=argument_id,
            source=source_id,
            account=voice.account_id,
            at=action.at,
        )
        await _count(action, item, argument_id, source_id, 1)
        action.record(
            SupportGiven(
                account_id=voice.account_id,
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=item.contribution_id,
                argument_id=argument_id,
                source_id=source_id,
            )
        )


async def withdraw_support(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    argument_id: int | None = None,
    source_id: int | None = None,
) -> None:
    """Take back one's support of an argument or a source; without one there is nothing to do.

    Raises:
        NotFound: this territory has no such public argument or source.
        Refused: not open any more.
    """
    refuse(voter_refusal(voice))
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id, adds=False)
        item = await _item(voice, consultation_id, argument_id, source_id)
        if item.support_id is None:
            action.nothing_to_do()
            return
        refuse(deed_refusal(Deed.VOTE, rounds, None, action.at))
        action.write("DELETE FROM support WHERE id = :key", key=item.support_id)
        await _count(action, item, argument_id, source_id, -1)
        action.record(
            SupportWithdrawn(
                account_id=voice.account_id,
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=item.contribution_id,
                argument_id=argument_id,
                source_id=source_id,
            )
        )


async def _count(action: Action, item: _Item, argument_id: int | None, source_id: int | None, by: int) -> None:
    action.write(
        f"UPDATE {'argument' if argument_id is not None else 'source'}"
        " SET supports = supports + :by, supports_total = supports_total + :by WHERE id = :key",
        by=by,
        key=argument_id if argument_id is not None else source_id,
    )
    await page_changed(action, item.contribution_id)
