"""What other rooms record is entered in the register, many events at a time, after their actions and never in them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from consult.accounts.events import AccountDeleted
from consult.arguments.events import ArgumentCorrected, ArgumentPublished, ArgumentWithdrawn
from consult.consultations.events import (
    ConsultationPublished,
    RoundExtended,
    RoundReopened,
    RoundShortened,
    RulesChanged,
)
from consult.contributions.events import (
    AmendmentProposed,
    AmendmentWithdrawn,
    ContributionPublished,
    ContributionRevised,
    ContributionWithdrawn,
)
from consult.core.database import batches, execute
from consult.core.events import Event, Owed, effect, effect_together
from consult.imports.events import ConsultationImported
from consult.moderation.events import AppealHeard, CorrectionSent, DecisionMade, SealedTextsDropped
from consult.register.appending import Fact, append
from consult.register.ballots import Found, ballot_fact, ballots_of
from consult.register.erasing import forget_account, forget_dropped, forget_withdrawn
from consult.register.importing import imported
from consult.register.telling import (
    Known,
    about,
    appeal_fact,
    calendar,
    decided,
    entered_already,
    heard,
    is_public,
    published,
    revised,
    tallied,
    withdrawn,
    wording_fact,
)
from consult.register.wordings import KINDS
from consult.sources.events import SourceCorrected, SourcePublished, SourceWithdrawn
from consult.votes.events import SupportGiven, SupportWithdrawn, TallyRecorded, VoteCast, VoteWithdrawn

PUBLISHED = (ContributionPublished, AmendmentProposed, ArgumentPublished, SourcePublished)
REVISED = (ContributionRevised, ArgumentCorrected, SourceCorrected)
WITHDRAWN = (ContributionWithdrawn, AmendmentWithdrawn, ArgumentWithdrawn, SourceWithdrawn)
VOTED = (VoteCast, VoteWithdrawn, SupportGiven, SupportWithdrawn)
CALENDAR = (ConsultationPublished, RoundExtended, RoundShortened, RoundReopened, RulesChanged)
DECIDED = (DecisionMade, CorrectionSent)
_TOLD: dict[tuple[type[Event], ...], Any] = {
    PUBLISHED: published,
    REVISED: revised,
    WITHDRAWN: withdrawn,
    CALENDAR: calendar,
    (TallyRecorded,): tallied,
    (DecisionMade,): decided,
}
_TELLS = {event: tell for events, tell in _TOLD.items() for event in events}


@effect_together(
    *PUBLISHED, *REVISED, *WITHDRAWN, *VOTED, *CALENDAR, *DECIDED, TallyRecorded, AppealHeard, ConsultationImported
)
async def enter(owed: Sequence[Owed]) -> None:
    """Enter what happened, in the order in which it was recorded; then forget the salts of what was withdrawn."""
    known = await _read(owed)
    decisions, ballots = await heard(owed), await ballots_of(owed)
    waiting: dict[int, list[Fact]] = {}
    for one in owed:
        territory_id = _territory_of(one, known, decisions)
        if territory_id is None:
            continue
        if isinstance(one.event, ConsultationImported):
            await _enter_all(waiting)
            async for facts in imported(one.event.consultation_id, one.at):
                await append(territory_id, facts)
        else:
            waiting.setdefault(territory_id, []).extend(_facts(one, known, decisions, ballots))
    await _enter_all(waiting)
    await _enter_left_out(owed, known)
    # of all that was looked at: another worker may have entered a withdrawal while this one entered the text
    for kind in KINDS:
        await forget_withdrawn(kind, [key for its, key in known.wordings if its == kind])


@effect(AccountDeleted)
async def let_go_of_receipts(event: AccountDeleted, outbox_id: int) -> None:
    """Whose receipts they were is nobody's to know once the person has left."""
    await forget_account(event.account_id)


@effect(SealedTextsDropped)
async def forget_what_was_sealed(event: SealedTextsDropped, outbox_id: int) -> None:
    """What was under seal and is no more cannot be found out from the register either."""
    await forget_dropped()


async def _read(owed: Sequence[Owed]) -> Known:
    events = [one.event for one in owed]
    items = [about(event) for event in events if isinstance(event, (*PUBLISHED, *REVISED, *WITHDRAWN, TallyRecorded))]
    items += [("contribution", event.contribution_id) for event in events if isinstance(event, ContributionRevised)]
    decided_on = [(event.kind, event.item_id) for event in events if isinstance(event, DECIDED) and event.kind in KINDS]
    known = await Known.reading(
        [getattr(event, "consultation_id", None) for event in events],
        [*items, *decided_on],
        [event.round_id for event in events if isinstance(event, RoundExtended | RoundShortened | RoundReopened)],
    )
    if decisions := sorted({event.decision_id for event in events if isinstance(event, DecisionMade)}):
        rows = await execute("SELECT id FROM decision WHERE id IN :keys AND hidden_meanwhile", keys=decisions)
        known.hiding = {row["id"] for row in rows}
    return known


async def _enter_left_out(owed: Sequence[Owed], known: Known) -> None:
    """Enter the wordings that a decision left in public or put back there, where they never were: a correction that
    waited out of sight, a text that was under seal when its turn came.
    """
    back = [
        (one, known.item(one.event.kind, one.event.item_id))
        for one in owed
        if isinstance(one.event, DECIDED)  # whatever its effect: « correct » and « merge » put back what was hidden too
    ]
    public = [(one, wording) for one, wording in back if wording is not None and is_public(wording)]
    there = await entered_already([wording for _, wording in public])
    waiting: dict[int, list[Fact]] = {}
    for one, wording in public:
        if (wording.kind, wording.item_id, wording.revision) not in there:
            once = f"{wording.kind}:{wording.item_id}:{wording.revision}:{one.outbox_id}"
            waiting.setdefault(wording.row["territory_id"], []).append(
                wording_fact("revised", wording, one.at, once=once)
            )
            there.add((wording.kind, wording.item_id, wording.revision))
    await _enter_all(waiting)


def _territory_of(one: Owed, known: Known, decisions: dict[int, dict[str, Any]]) -> int | None:
    """Where it happened; None for what the public does not see."""
    event = one.event
    if event.territory_id is not None:
        return int(event.territory_id)
    row = known.consultations.get(getattr(event, "consultation_id", None) or 0)
    row = row or decisions.get(getattr(event, "decision_id", 0))
    return int(row["territory_id"]) if row else None


def _facts(one: Owed, known: Known, decisions: dict[int, dict[str, Any]], ballots: Found) -> list[Fact]:
    event = one.event
    if isinstance(event, VOTED):
        return ballot_fact(one, known, ballots)
    if isinstance(event, AppealHeard):
        return [appeal_fact(one, decisions[event.decision_id])] if event.decision_id in decisions else []
    if isinstance(event, CorrectionSent):
        return []
    facts: list[Fact] = _TELLS[type(event)](one, known)
    return facts


async def _enter_all(waiting: dict[int, list[Fact]]) -> None:
    """Enter what has been told so far, nobody's if the person has left meanwhile."""
    people = {fact.account_id for facts in waiting.values() for fact in facts if fact.account_id is not None}
    here: set[int] = set()
    for some in batches(sorted(people)):
        rows = await execute("SELECT id FROM account WHERE deleted_at IS NULL AND id IN :keys", keys=some)
        here |= {row["id"] for row in rows}
    for territory_id, facts in waiting.items():
        await append(
            territory_id, [fact if fact.account_id in here else replace(fact, account_id=None) for fact in facts]
        )
    waiting.clear()
