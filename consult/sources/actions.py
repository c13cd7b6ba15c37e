"""The verbs that write sources. Each moves the counters of the contribution in its own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from consult.arguments.rules import correction_refusal, withdrawal_refusal
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
from consult.core.text.cleaning import clean_line, clean_text
from consult.core.text.sanitising import plain_to_html
from consult.core.voice import Voice
from consult.sources.events import SourceCorrected, SourceHeld, SourceLeftWaiting, SourcePublished, SourceWithdrawn
from consult.sources.models import Source, SourceCategory, SourceRevision
from consult.sources.rules import source_refusals, web_address


@dataclass(frozen=True)
class SourceWording:
    """What a source says, cleaned and judged before the lock is taken."""

    title: str
    link: str
    category: SourceCategory
    body: str
    body_html: str

    @classmethod
    def of(cls, title: str, link: str, category: str, note: str) -> "SourceWording":
        """Clean and render what was typed.

        Raises:
            Refused: a field is missing or wrong.
        """
        title, link, note = clean_line(title), clean_line(link), clean_text(note)
        refuse(next(iter(source_refusals(title, link, category, note)), None))
        return cls(title, web_address(link) or "", SourceCategory(category), note, plain_to_html(note))

    def same_as(self, row: Source) -> bool:
        """Whether it says to the letter what the source says."""
        return (self.title, self.link, self.category, self.body) == (row.title, row.link, row.category, row.body)


async def publish_source(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    contribution_id: int,
    title: str,
    link: str,
    category: str,
    note: str = "",
    argument_id: int | None = None,
    once: str | None = None,
) -> Source:
    """Give a source under a contribution or under one of its arguments.

    That of an unconfirmed account waits, uncounted, and so does any where texts are read first. A form sent twice makes
    one row: the second time gives the first, also from a page that the browser went back to, whose form has another key
    but the same words.

    Raises:
        NotFound: this territory has no such public contribution or argument.
        Refused: a field is missing or wrong, or the rounds or the section do not allow it.
    """
    wording = SourceWording.of(title, link, category, note)
    source = Source(
        id=new_key(),
        consultation_id=consultation_id,
        contribution_id=contribution_id,
        argument_id=argument_id,
        author_id=voice.account_id,
        organisation_id=voice.organisation_id,
        author_kind=voice.kind,
        title=wording.title,
        link=wording.link,
        category=wording.category,
        body=wording.body,
        body_html=wording.body_html,
        state=ItemState.WAITING,
        once=once,
    )
    async with Action(voice, territory_id=territory_id) as action:
        consultation, rounds = await lock_below(action, territory_id, consultation_id)
        one = int(voice.confirmed and not reads_first(consultation))
        said = {"contribution_id": contribution_id, "argument_id": argument_id, "link": wording.link}
        made = await made_before(Source, voice, once, **said, title=wording.title, body=wording.body)
        if made is None or once is None or made.once != once:  # words said before are judged; a form sent twice is not
            section = await count_source(action, source, one)
            refuse(deed_refusal(Deed.SOURCE, rounds, section, action.at) or merged_refusal(section.merged_into_id))
        if made is not None:
            action.nothing_to_do()
            return made
        source.created_at = action.at
        _say_whether_it_waits(action, consultation, source)
        await add_row(action, source)
        if source.awaits_moderator:
            action.record(_held(territory_id, source))
        elif voice.confirmed:
            action.record(_published(territory_id, source))
        else:
            action.record(
                SourceLeftWaiting(
                    territory_id=territory_id,
                    consultation_id=consultation_id,
                    contribution_id=contribution_id,
                    source_id=source.id,
                )
            )
        return source


async def count_source(action: Action, source: Source, by: int) -> SectionFlags:
    """Move the counters by a source more or less; its argument, if it stands under one, must be public."""
    if source.argument_id is not None:
        there = await execute(
            "UPDATE argument SET sources_count = sources_count + :by WHERE id = :key AND state = 'published'"
            " AND contribution_id = :contribution AND (amendment_id IS NULL OR EXISTS"
            " (SELECT 1 FROM amendment a WHERE a.id = argument.amendment_id AND a.state = 'published')) RETURNING id",
            by=by,
            key=source.argument_id,
            contribution=source.contribution_id,
        )
        if not there:
            raise NotFound
    return await move_counters(action, source.consultation_id, source.contribution_id, sources_count=by)


def _say_whether_it_waits(action: Action, consultation: Consultation, source: Source) -> None:
    confirmed = action.voice.confirmed
    source.awaits_moderator = confirmed and reads_first(consultation)
    if confirmed and not source.awaits_moderator:
        source.state, source.published_at = ItemState.PUBLISHED, action.at


def _held(territory_id: int, source: Source) -> SourceHeld:
    return SourceHeld(
        territory_id=territory_id,
        consultation_id=source.consultation_id,
        contribution_id=source.contribution_id,
        source_id=source.id,
    )


def _published(territory_id: int | None, source: Source) -> SourcePublished:
    return SourcePublished(
        territory_id=territory_id,
        consultation_id=source.consultation_id,
        contribution_id=source.contribution_id,
        source_id=source.id,
        category=source.category.value,
        author_kind=source.author_kind,
        argument_id=source.argument_id,
    )


async def _source_inside(consultation_id: int, source_id: int) -> Source:
    """A source of the consultation whose lock is held, as it stands now."""
    row = await Source.get_or_none(id=source_id, consultation_id=consultation_id)
    if row is None:
        raise NotFound
    return row


async def correct_source(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    source_id: int,
    title: str,
    link: str,
    category: str,
    note: str = "",
) -> Source:
    """Correct a slip in one's source within fifteen minutes; the earlier wording is kept.

    Raises:
        NotFound: there is no such source here, or what it stands under is not public.
        Refused: not the author, too late, not open, or a field is missing or wrong.
    """
    wording = SourceWording.of(title, link, category, note)
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id)
        row = await _source_inside(consultation_id, source_id)
        await count_source(action, row, 0)
        refuse(correction_refusal(voice, row, Deed.SOURCE, rounds, action.at))
        if wording.same_as(row):
            action.nothing_to_do()
            return row
        await reword_source(action, row, wording)
        action.record(
            SourceCorrected(
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=row.contribution_id,
                source_id=row.id,
                revision=row.revision,
            )
        )
        return row


async def reword_source(action: Action, row: Source, wording: SourceWording) -> None:
    """Give a source its next wording, and keep the present one; a step of an action that holds the lock."""
    await SourceRevision.create(
        id=new_key(),
        source_id=row.id,
        number=row.revision,
        title=row.title,
        link=row.link,
        category=row.category,
        body=row.body,
        created_at=row.edited_at or row.created_at,
    )
    row.title, row.link, row.category = wording.title, wording.link, wording.category
    row.body, row.body_html = wording.body, wording.body_html
    row.edited_at, row.revision = action.at, row.revision + 1
    await row.save(update_fields=["title", "link", "category", "body", "body_html", "edited_at", "revision"])


async def withdraw_source(voice: Voice, *, territory_id: int, consultation_id: int, source_id: int) -> Source:
    """Withdraw one's source: a mention without its title and link stays.

    Raises:
        NotFound: there is no such source here, or what it stands under is not public.
        Refused: not the author, or the round is over.
    """
    async with Action(voice, territory_id=territory_id) as action:
        _, rounds = await lock_below(action, territory_id, consultation_id, adds=False)
        row = await _source_inside(consultation_id, source_id)
        if row.state is ItemState.WITHDRAWN:
            action.nothing_to_do()
            return row
        refuse(withdrawal_refusal(voice, row, Deed.SOURCE, rounds, action.at))
        if row.state is ItemState.PUBLISHED:
            await count_source(action, row, -1)
        row.state, row.removed_at = ItemState.WITHDRAWN, action.at
        await row.save(update_fields=["state", "removed_at"])
        action.record(
            SourceWithdrawn(
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=row.contribution_id,
                source_id=row.id,
                argument_id=row.argument_id,
            )
        )
        return row


async def publish_waiting_sources(account_id: int) -> int:
    """Publish the sources given before an account's address was confirmed (see ``publish_waiting``)."""
    return await publish_waiting(Source, account_id, _publish_waiting)


async def _publish_waiting(action: Action, row: Source, consultation: Consultation, rounds: Sequence[Round]) -> None:
    held = reads_first(consultation)
    section = await count_source(action, row, 0 if held else 1)
    refuse(deed_refusal(Deed.SOURCE, rounds, section, action.at) or merged_refusal(section.merged_into_id))
    if held:
        await hold(row)
        action.record(_held(consultation.territory_id, row))
        return
    row.state, row.published_at = ItemState.PUBLISHED, action.at
    await row.save(update_fields=["state", "published_at"])
    action.record(_published(consultation.territory_id, row))


async def publish_held_source(action: Action, row: Source) -> None:
    """Publish a source that waited for a moderator; a step of the moderation room's action, which holds the lock."""
    async with counted_anew(action, row.contribution_id):
        row.state, row.published_at, row.awaits_moderator = ItemState.PUBLISHED, action.at, False
        await row.save(update_fields=["state", "published_at", "awaits_moderator"])
    action.record(_published(action.territory_id, row))
