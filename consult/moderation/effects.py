"""What moderation does when something is published, reworded or taken back elsewhere. Signals never remove anything."""

from typing import Any

from consult.accounts.events import AccountDeleted
from consult.arguments.events import ArgumentCorrected, ArgumentHeld, ArgumentPublished, ArgumentWithdrawn
from consult.contributions.events import (
    AmendmentHeld,
    AmendmentProposed,
    AmendmentWithdrawn,
    ContributionHeld,
    ContributionPublished,
    ContributionRevised,
    ContributionWithdrawn,
)
from consult.core import clock
from consult.core.errors import NotFound, Refused
from consult.core.events import effect
from consult.core.voice import SYSTEM
from consult.moderation.actions.cases import drop_case, open_case
from consult.moderation.actions.correcting import note_revision
from consult.moderation.models import Case, CaseReason, Kind
from consult.moderation.queries.signals import (
    NEW_ACCOUNTS,
    Looked,
    accounts_from_one_place,
    close_texts,
    looked_at,
    watch_of,
)
from consult.moderation.rules.watching import found_words, links_count, watched_lines
from consult.sources.events import SourceCorrected, SourceHeld, SourcePublished, SourceWithdrawn


@effect(ContributionPublished, ContributionHeld, ContributionRevised)
async def look_at_contribution(event: Any, outbox_id: int) -> None:
    """Queue a contribution that has something about it; a second run adds nothing."""
    if isinstance(event, ContributionRevised):
        await note_revision(event.territory_id or 0, Kind.CONTRIBUTION, event.contribution_id)
    await look(event.territory_id, Kind.CONTRIBUTION, event.contribution_id, outbox_id)


@effect(AmendmentProposed, AmendmentHeld)
async def look_at_amendment(event: Any, outbox_id: int) -> None:
    """The same for an amendment."""
    await look(event.territory_id, Kind.AMENDMENT, event.amendment_id, outbox_id)


@effect(ArgumentPublished, ArgumentHeld, ArgumentCorrected)
async def look_at_argument(event: Any, outbox_id: int) -> None:
    """The same for an argument."""
    if isinstance(event, ArgumentCorrected):
        await note_revision(event.territory_id or 0, Kind.ARGUMENT, event.argument_id)
    await look(event.territory_id, Kind.ARGUMENT, event.argument_id, outbox_id)


@effect(SourcePublished, SourceHeld, SourceCorrected)
async def look_at_source(event: Any, outbox_id: int) -> None:
    """The same for a source."""
    if isinstance(event, SourceCorrected):
        await note_revision(event.territory_id or 0, Kind.SOURCE, event.source_id)
    await look(event.territory_id, Kind.SOURCE, event.source_id, outbox_id)


@effect(ContributionWithdrawn)
async def drop_case_of_contribution(event: Any, outbox_id: int) -> None:
    """Nobody needs to decide about what its author took back, unless somebody had reported it."""
    await _drop_cases(kind=Kind.CONTRIBUTION, item_id=event.contribution_id)


@effect(AmendmentWithdrawn)
async def drop_case_of_amendment(event: Any, outbox_id: int) -> None:
    """The same for an amendment."""
    await _drop_cases(kind=Kind.AMENDMENT, item_id=event.amendment_id)


@effect(ArgumentWithdrawn)
async def drop_case_of_argument(event: Any, outbox_id: int) -> None:
    """The same for an argument."""
    await _drop_cases(kind=Kind.ARGUMENT, item_id=event.argument_id)


@effect(SourceWithdrawn)
async def drop_case_of_source(event: Any, outbox_id: int) -> None:
    """The same for a source."""
    await _drop_cases(kind=Kind.SOURCE, item_id=event.source_id)


@effect(AccountDeleted)
async def drop_cases_of_account(event: Any, outbox_id: int) -> None:
    """What waited went with its author; there is nothing left of it to decide."""
    await _drop_cases(author_id=event.account_id)


async def _drop_cases(**whose: Any) -> None:
    for case in await Case.filter(is_open=True, **whose).order_by("id"):
        await drop_case(case.id)


async def look(territory_id: int | None, kind: Kind, item_id: int, outbox_id: int) -> None:
    """Open a case about an item when it waits for a moderator, or was reworded where texts are read first, or when a
    signal has found something in it.

    What a moderator has read in this very wording is left in peace.
    """
    looked = await looked_at(territory_id or 0, kind, item_id)
    if looked is None or looked.decided:
        return
    reasons, details = await signals(territory_id or 0, looked)
    if looked.held:
        reasons = [CaseReason.BEFORE, *reasons]
    elif looked.reworded:  # where texts are read first, nobody has read this wording
        reasons = [CaseReason.CORRECTED, *reasons]
    if not reasons:
        return
    try:
        await open_case(
            SYSTEM,
            territory_id=territory_id or 0,
            kind=kind,
            item_id=item_id,
            reasons=reasons,
            details=details,
            once=str(outbox_id),
        )
    except (NotFound, Refused):
        return  # gone or sealed since it was read


async def signals(territory_id: int, looked: Looked) -> tuple[list[CaseReason], dict[str, Any]]:
    """What there is to say about an item, and what exactly was found."""
    watch = await watch_of(territory_id)
    links = links_count(looked.body, looked.body_html)
    found: list[tuple[CaseReason, str, Any]] = [
        (CaseReason.WORDS, "words", found_words(watched_lines(watch.words), looked.words)),
        (CaseReason.LINKS, "links", links if links > watch.most_links else 0),
        (CaseReason.SIMILAR, "similar", await close_texts(looked)),
    ]
    accounts = await accounts_from_one_place(looked.author_id, clock.now())
    found.append((CaseReason.NEW_ACCOUNTS, "new_accounts", accounts if accounts >= NEW_ACCOUNTS else 0))
    found = [one for one in found if one[2]]
    return [reason for reason, _, _ in found], {name: what for _, name, what in found}
