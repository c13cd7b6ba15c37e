"""The verbs that write arguments. Each moves the counters of the contribution in its own transaction."""

from tortoise.exceptions import IntegrityError

from consult.accounts.models import Account
from consult.arguments.events import ArgumentCorrected, ArgumentLeftWaiting, ArgumentPublished, ArgumentWithdrawn
from consult.arguments.models import Argument, ArgumentRevision, Side
from consult.arguments.rules import amendment_refusal, correction_refusal, text_refusal, withdrawal_refusal
from consult.consultations.items import ItemState
from consult.consultations.rules import Deed, deed_refusal
from consult.contributions.actions.beneath import SectionFlags, move_counters
from consult.contributions.actions.rows import lock_below
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, Refused, refuse
from consult.core.keys import new_key
from consult.core.text.cleaning import clean_text
from consult.core.text.markdown import render_markdown
from consult.core.voice import Voice


async def publish_argument(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    contribution_id: int,
    side: Side,
    body: str,
    amendment_id: int | None = None,
    once: str | None = None,
) -> Argument:
    """Publish an argument for or against a contribution or one of its amendments.

    That of an unconfirmed account waits, uncounted. A form sent twice makes one row: the second time gives the first,
    also from a page that the browser went back to, whose form has another key but the same words.

    Raises:
        NotFound: this territory has no such public contribution or amendment.
        Refused: the text is empty or too long, or the rounds or the section do not allow it.
    """
    body = clean_text(body)
    refuse(text_refusal(body))
    argument = Argument(
        id=new_key(),
        consultation_id=consultation_id,
        contribution_id=contribution_id,
        amendment_id=amendment_id,
        author_id=voice.account_id,
        organisation_id=voice.organisation_id,
        author_kind=voice.kind,
        side=side,
        body=body,
        body_html=render_markdown(body),
        state=ItemState.PUBLISHED if voice.confirmed else ItemState.WAITING,
        once=once,
    )
    try:
        await _publish(voice, territory_id, argument)
    except _SaidAlready as said:
        return await Argument.get(id=said.key)
    except (IntegrityError, Refused):
        made = await Argument.get_or_none(once=once) if once else None
        if made is None:
            raise
        return made
    return argument


class _SaidAlready(Exception):
    """The same voice says the same in the same place: undo what was begun."""

    def __init__(self, key: int) -> None:
        self.key = key


async def _publish(voice: Voice, territory_id: int, argument: Argument) -> None:
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, argument.consultation_id)
        section = await _count(action, argument, 1 if voice.confirmed else 0)
        await _judge_amendment(argument)
        refuse(deed_refusal(Deed.ARGUE, rounds, section, action.at))
        await _judge_repetition(argument)
        argument.created_at = action.at
        argument.published_at = action.at if voice.confirmed else None
        await argument.save(force_create=True)
        if voice.confirmed:
            action.record(_published(territory_id, argument))
        else:
            action.record(
                ArgumentLeftWaiting(
                    territory_id=territory_id,
                    consultation_id=argument.consultation_id,
                    contribution_id=argument.contribution_id,
                    argument_id=argument.id,
                )
            )


async def _judge_repetition(argument: Argument) -> None:
    rows = await execute(
        "SELECT id FROM argument WHERE author_id = :author AND contribution_id = :contribution AND side = :side"
        " AND body = :body AND state IN ('published', 'waiting')"
        " AND COALESCE(amendment_id, 0) = :amendment AND COALESCE(organisation_id, 0) = :organisation",
        author=argument.author_id,
        contribution=argument.contribution_id,
        side=argument.side.value,
        body=argument.body,
        amendment=argument.amendment_id or 0,
        organisation=argument.organisation_id or 0,
    )
    if rows:
        raise _SaidAlready(rows[0]["id"])


async def _count(action: Action, argument: Argument, by: int) -> SectionFlags:
    """Move the counters by an argument more or less, with the sources that stand under it."""
    moves = {"arguments_count": by, "sources_count": by * argument.sources_count}
    if argument.amendment_id is None:
        moves[f"arguments_{argument.side.value}"] = by
    return await move_counters(action, argument.consultation_id, argument.contribution_id, **moves)


async def _judge_amendment(argument: Argument, *, unanswered: bool = True) -> None:
    """Whether the amendment that it speaks about is public, and (to say something new) still unanswered."""
    if argument.amendment_id is None:
        return
    rows = await execute(
        "SELECT outcome FROM amendment WHERE id = :key AND contribution_id = :contribution AND state = 'published'",
        key=argument.amendment_id,
        contribution=argument.contribution_id,
    )
    if not rows:
        raise NotFound
    refuse(amendment_refusal(rows[0]["outcome"]) if unanswered else None)


def _published(territory_id: int, argument: Argument) -> ArgumentPublished:
    return ArgumentPublished(
        territory_id=territory_id,
        consultation_id=argument.consultation_id,
        contribution_id=argument.contribution_id,
        argument_id=argument.id,
        side=argument.side.value,
        author_kind=argument.author_kind,
        amendment_id=argument.amendment_id,
    )


async def _argument_inside(consultation_id: int, argument_id: int) -> Argument:
    """An argument of the consultation whose lock is held, as it stands now."""
    row = await Argument.get_or_none(id=argument_id, consultation_id=consultation_id)
    if row is None:
        raise NotFound
    return row


async def correct_argument(
    voice: Voice, *, territory_id: int, consultation_id: int, argument_id: int, body: str
) -> Argument:
    """Correct a slip in one's argument within fifteen minutes; the earlier wording is kept.

    Raises:
        NotFound: there is no such argument here, or what it stands under is not public.
        Refused: not the author, too late, not open, or the text is empty or too long.
    """
    body = clean_text(body)
    refuse(text_refusal(body))
    html = render_markdown(body)
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id)
        row = await _argument_inside(consultation_id, argument_id)
        await move_counters(action, consultation_id, row.contribution_id)
        await _judge_amendment(row, unanswered=False)
        refuse(correction_refusal(voice, row, Deed.ARGUE, rounds, action.at))
        if row.body == body:
            action.nothing_to_do()
            return row
        await ArgumentRevision.create(
            id=new_key(),
            argument_id=row.id,
            number=row.revision,
            body=row.body,
            created_at=row.edited_at or row.created_at,
        )
        row.body, row.body_html, row.edited_at, row.revision = body, html, action.at, row.revision + 1
        await row.save(update_fields=["body", "body_html", "edited_at", "revision"])
        action.record(
            ArgumentCorrected(
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=row.contribution_id,
                argument_id=row.id,
                revision=row.revision,
            )
        )
        return row


async def withdraw_argument(voice: Voice, *, territory_id: int, consultation_id: int, argument_id: int) -> Argument:
    """Withdraw one's argument: a mention without its text stays, and the sources under it are no longer shown.

    Raises:
        NotFound: there is no such argument here, or what it stands under is not public.
        Refused: not the author, or the round is over.
    """
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id)
        row = await _argument_inside(consultation_id, argument_id)
        if row.state is ItemState.WITHDRAWN:
            action.nothing_to_do()
            return row
        refuse(withdrawal_refusal(voice, row, Deed.ARGUE, rounds, action.at))
        if row.state is ItemState.PUBLISHED:
            await _judge_amendment(row, unanswered=False)
            await _count(action, row, -1)
        row.state, row.removed_at = ItemState.WITHDRAWN, action.at
        await row.save(update_fields=["state", "removed_at"])
        action.record(
            ArgumentWithdrawn(
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=row.contribution_id,
                argument_id=row.id,
                side=row.side.value,
                amendment_id=row.amendment_id,
            )
        )
        return row


async def publish_waiting_arguments(account_id: int) -> int:
    """Publish what an account argued before its address was confirmed, in the order of writing; returns how many.

    What is too late, stands under what is no longer public, or speaks for an organisation that may not, goes on
    waiting; its author sees why.
    """
    if not await Account.exists(id=account_id, confirmed_at__isnull=False, deleted_at__isnull=True):
        return 0
    waiting = await execute(
        "SELECT i.id, i.consultation_id, c.territory_id, i.organisation_id, i.author_kind FROM argument i"
        " JOIN consultation c ON c.id = i.consultation_id"
        " WHERE i.author_id = :account AND i.state = 'waiting' ORDER BY i.id",
        account=account_id,
    )
    published = 0
    for one in waiting:
        voice = Voice(account_id=account_id, organisation_id=one["organisation_id"], kind=one["author_kind"])
        try:
            published += await _publish_waiting(voice, one["territory_id"], one["consultation_id"], one["id"])
        except (Refused, NotFound):
            continue
    return published


async def _publish_waiting(voice: Voice, territory_id: int, consultation_id: int, argument_id: int) -> int:
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id)
        row = await _argument_inside(consultation_id, argument_id)
        if row.state is not ItemState.WAITING:
            action.nothing_to_do()
            return 0
        section = await _count(action, row, 1)
        await _judge_amendment(row)
        refuse(deed_refusal(Deed.ARGUE, rounds, section, action.at))
        row.state, row.published_at = ItemState.PUBLISHED, action.at
        await row.save(update_fields=["state", "published_at"])
        action.record(_published(territory_id, row))
        return 1
