"""What people follow: every news at once becomes one announcement; digests find theirs by themselves."""

from typing import Any

from consult.accounts.events import AccountConfirmed, EmailChanged, SignedIn
from consult.arguments.events import ArgumentPublished
from consult.contributions.events import AmendmentProposed, ContributionPublished, ContributionRevised
from consult.contributions.models import Amendment, Revision
from consult.core.events import effect
from consult.notifications.actions import trust_address
from consult.notifications.queries import amendment_for_mail, argument_for_mail, reader_of
from consult.notifications.queries.audiences import Audience, anybody_follows, sections_above
from consult.notifications.queries.news import Line, Named, lines_of
from consult.notifications.writing import contents as contents  # what announcements say is registered there
from consult.notifications.writing.mailings import Announcement, announce
from consult.sources.events import SourcePublished


@effect(ContributionPublished)
async def tell_of_contribution(event: ContributionPublished, outbox_id: int) -> None:
    """To those who follow the section, a section around it, or the consultation."""
    sections = await sections_above(event.section_id)
    targets = [*(("section", key) for key in sections), ("consultation", event.consultation_id)]
    await _tell(("contribution", event.contribution_id), targets)


@effect(ArgumentPublished)
async def tell_of_argument(event: ArgumentPublished, outbox_id: int) -> None:
    """To those who follow the contribution."""
    await _tell(("argument", event.argument_id), [("contribution", event.contribution_id)])


@effect(SourcePublished)
async def tell_of_source(event: SourcePublished, outbox_id: int) -> None:
    """To those who follow the contribution."""
    await _tell(("source", event.source_id), [("contribution", event.contribution_id)])


@effect(AmendmentProposed)
async def tell_of_amendment(event: AmendmentProposed, outbox_id: int) -> None:
    """To those who follow the contribution."""
    await _tell(("amendment", event.amendment_id), [("contribution", event.contribution_id)])


@effect(ContributionRevised)
async def tell_of_revision(event: ContributionRevised, outbox_id: int) -> None:
    """To those who follow the contribution; who proposed a wording that was adopted is told so in another mail."""
    row = await Revision.get_or_none(contribution_id=event.contribution_id, number=event.revision)
    if row is None:
        return
    adopted = await Amendment.get_or_none(id=event.amendment_id) if event.amendment_id else None
    but = [adopted.author_id] if adopted and adopted.author_id else []
    await _tell(("revision", row.id), [("contribution", event.contribution_id)], but)


async def _tell(named: Named, targets: list[Named], but: list[int] | None = None) -> None:
    """Announce something new, if anybody wants to hear of it at once. Nobody hears of their own act."""
    if not await anybody_follows(targets):
        return
    lines = await lines_of([named])
    if not lines:
        return
    line = lines[0]
    but = [*(but or []), *([line.author_id] if line.author_id else []), *await _told_otherwise(line)]
    await announce(
        Announcement(
            event=f"{line.kind}.{line.id}",
            template="news",
            audience=Audience.FOLLOWERS,
            territory_id=line.territory_id,
            consultation_id=line.consultation_id,
            about=named,
            targets=tuple(targets),
            since=line.at,
            but=tuple(but),
        )
    )


async def _told_otherwise(line: Line) -> list[int]:
    """Who hears of it as the author of what it stands under: one event, one mail."""
    choice = {"argument": "notify_replies", "amendment": "notify_amendments"}.get(line.kind)
    if choice is None:
        return []
    author = await _author_under(line)
    return [author] if author and author != line.author_id and await reader_of(author, choice) else []


async def _author_under(line: Line) -> int | None:
    """Who wrote the contribution, or the amendment, that something stands under."""
    item: dict[str, Any] | None
    if line.kind == "argument":
        item = await argument_for_mail(line.id)
        return (item["proposed_by"] if item["amendment_id"] else item["written_by"]) if item else None
    item = await amendment_for_mail(line.id)
    return item["written_by"] if item else None


@effect(SignedIn, AccountConfirmed, EmailChanged)
async def write_there_again(event: Any, outbox_id: int) -> None:
    """Who has followed a link sent to an address shows that mail arrives there."""
    if not isinstance(event, SignedIn) or event.by == "link":
        await trust_address(account_id=event.account_id)
