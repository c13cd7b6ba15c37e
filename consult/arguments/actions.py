"""The verbs that write arguments. Each moves the counters of the contribution in its own transaction."""

from collections.abc import Sequence
from typing import Any

from consult.arguments.events import (
    ArgumentCorrected,
    ArgumentHeld,
    ArgumentLeftWaiting,
    ArgumentPublished,
    ArgumentWithdrawn,
)
from consult.arguments.models import Argument, ArgumentRevision, Side
from consult.arguments.rules import amendment_refusal, correction_refusal, text_refusal, withdrawal_refusal
from consult.consultations.items import ItemState
from consult.consultations.models import Consultation, Round
from consult.consultations.rules import Deed, deed_refusal
from consult.contributions.actions.beneath import SectionFlags, move_counters
from consult.contributions.actions.recounting import counted_anew
from consult.contributions.actions.rows import add_row, lock_below, made_before
from consult.contributions.actions.waiting import hold, publish_waiting
from consult.contributions.rules import merged_refusal, reads_first
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, refuse
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

    That of an unconfirmed account waits, uncounted, and so does any where texts are read first. A form sent twice makes
    one row: the second time gives the first, also from a page that the browser went back to, whose form has another key
    but the same words.

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
        state=ItemState.WAITING,
        once=once,
    )
    async with Action(voice, territory_id=territory_id) as action:
        consultation, rounds = await lock_below(
            action, territory_id, consultation_id, arguments_count=int(voice.confirmed)
        )
        one = int(voice.confirmed and not reads_first(consultation))
        said = {"contribution_id": contribution_id, "amendment_id": amendment_id, "side": side.value, "body": body}
        made = await made_before(Argument, voice, once, **said)
        if made is None or once is None or made.once != once:  # words said before are judged; a form sent twice is not
            section = await count_argument(action, argument, one, totals=False)
            await _judge_amendment(argument)
            refuse(deed_refusal(Deed.ARGUE, rounds, section, action.at) or merged_refusal(section.merged_into_id))
        if made is not None:
            action.nothing_to_do()
            return made
        argument.created_at = action.at
        _say_whether_it_waits(action, consultation, argument)
        await add_row(action, argument)
        if argument.awaits_moderator:
            action.record(_held(territory_id, argument))
        elif voice.confirmed:
            action.record(_published(territory_id, argument))
        else:
            action.record(
                ArgumentLeftWaiting(
                    territory_id=territory_id,
                    consultation_id=consultation_id,
                    contribution_id=contribution_id,
                    argument_id=argument.id,
                )
            )
        return argument


async def count_argument(action: Action, argument: Argument, by: int, *, totals: bool = True) -> SectionFlags:
    """Move the counters by an argument more or less, with the sources that stand under it.

    Args:
        totals: False when the consultation's own counter was moved with its lock.
    """
    moves: dict[str, Any] = {"arguments_count": by, "sources_count": by * argument.sources_count}
    if argument.amendment_id is None:
        moves[f"arguments_{argument.side.value}"] = by
    return await move_counters(action, argument.consultation_id, argument.contribution_id, totals=totals, **moves)


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


def _say_whether_it_waits(action: Action, consultation: Consultation, argument: Argument) -> None:
    confirmed = action.voice.confirmed
    argument.awaits_moderator = confirmed and reads_first(consultation)
    if confirmed and not argument.awaits_moderator:
        argument.state, argument.published_at = ItemState.PUBLISHED, action.at


def _held(territory_id: int, argument: Argument) -> ArgumentHeld:
    return ArgumentHeld(
        territory_id=territory_id,
        consultation_id=argument.consultation_id,
        contribution_id=argument.contribution_id,
        argument_id=argument.id,
    )


def _published(territory_id: int | None, argument: Argument) -> ArgumentPublished:
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
        await reword_argument(action, row, body, html)
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


async def reword_argument(action: Action, row: Argument, body: str, html: str) -> None:
    """Give an argument its next wording, and keep the present one; a step of an action that holds the lock."""
    await ArgumentRevision.create(
        id=new_key(),
        argument_id=row.id,
        number=row.revision,
        body=row.body,
        created_at=row.edited_at or row.created_at,
    )
    row.body, row.body_html, row.edited_at, row.revision = body, html, action.at, row.revision + 1
    await row.save(update_fields=["body", "body_html", "edited_at", "revision"])


async def withdraw_argument(voice: Voice, *, territory_id: int, consultation_id: int, argument_id: int) -> Argument:
    """Withdraw one's argument: a mention without its text stays, and the sources under it are no longer shown.

    Raises:
        NotFound: there is no such argument here, or what it stands under is not public.
        Refused: not the author, or the round is over.
    """
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id, adds=False)
        row = await _argument_inside(consultation_id, argument_id)
        if row.state is ItemState.WITHDRAWN:
            action.nothing_to_do()
            return row
        refuse(withdrawal_refusal(voice, row, Deed.ARGUE, rounds, action.at))
        if row.state is ItemState.PUBLISHED:
            await _judge_amendment(row, unanswered=False)
            await count_argument(action, row, -1)
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
    """Publish what an account argued before its address was confirmed (see ``publish_waiting``); returns how many."""
    return await publish_waiting(Argument, account_id, _publish_waiting)


async def _publish_waiting(action: Action, row: Argument, consultation: Consultation, rounds: Sequence[Round]) -> None:
    held = reads_first(consultation)
    section = await count_argument(action, row, 0 if held else 1)
    await _judge_amendment(row)
    refuse(deed_refusal(Deed.ARGUE, rounds, section, action.at) or merged_refusal(section.merged_into_id))
    if held:
        await hold(row)
        action.record(_held(consultation.territory_id, row))
        return
    row.state, row.published_at = ItemState.PUBLISHED, action.at
    await row.save(update_fields=["state", "published_at"])
    action.record(_published(consultation.territory_id, row))


async def publish_held_argument(action: Action, row: Argument) -> None:
    """Publish an argument that waited for a moderator; a step of the moderation room's action, which holds the lock."""
    async with counted_anew(action, row.contribution_id):
        row.state, row.published_at, row.awaits_moderator = ItemState.PUBLISHED, action.at, False
        await row.save(update_fields=["state", "published_at", "awaits_moderator"])
    action.record(_published(action.territory_id, row))
