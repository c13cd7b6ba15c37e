"""The verbs of the queue: opening a case, taking it in hand, letting go of it, leaving a note on it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from consult.consultations.items import ItemState
from consult.core.action import Action
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.text.cleaning import clean_text
from consult.core.voice import SYSTEM, Voice
from consult.moderation.actions.looking import (
    case_here,
    conflict_of,
    consultation_of,
    first_use,
    hold_consultation,
    name_of,
    open_case_of,
)
from consult.moderation.actions.standing import load_item
from consult.moderation.events import CaseAssigned, CaseDropped, CaseOpened, CaseReleased, NoteWritten
from consult.moderation.models import Case, CaseReason, Decision, Kind, Note, Report
from consult.moderation.rules.deciding import (
    ASSIGNED_FOR,
    SEALED,
    decision_refusal,
    is_assigned,
    moderator_refusal,
    note_refusal,
)
from consult.moderation.rules.items import AnItem, contribution_id_of, open_key

Details = Mapping[str, Any]


async def open_case(
    voice: Voice,
    *,
    territory_id: int,
    kind: Kind,
    item_id: int,
    reasons: Iterable[CaseReason] = (),
    details: Details | None = None,
    once: str | None = None,
) -> Case:
    """Put an item in the queue, or add reasons to the case that is open about it.

    The system does so for what a signal has found; a moderator for what they have seen themselves, without a reason.

    Args:
        details: what was found: ``words``, ``links``, ``similar`` (numbers, or keys of arguments), ``new_accounts``.
        once: who found it; the same finder's second run adds nothing, also once the case has been decided.

    Raises:
        NotFound: this territory has no such item.
        Refused: the voice is no moderator's, or the item is sealed.
    """
    async with Action(voice, territory_id=territory_id) as action:
        refuse(None if voice.account_id is None else moderator_refusal(voice))
        consultation_id = await consultation_of(territory_id, kind, item_id)
        await hold_consultation(action, consultation_id)
        row = await load_item(consultation_id, kind, item_id)
        refuse(SEALED if row.sealed_at is not None else None)
        done = await _found_before(kind, item_id, once)
        if done is not None:
            action.nothing_to_do()
            return done
        found = {**(details or {}), **({"once": [once]} if once else {})}
        case, new = await put_in_queue(action, row, kind, reasons, found)
        if not new:
            action.nothing_to_do()
        return case


async def _found_before(kind: Kind, item_id: int, once: str | None) -> Case | None:
    if once is None:
        return None
    cases = await Case.filter(kind=kind, item_id=item_id).order_by("-id")
    return next((case for case in cases if once in case.details.get("once", ())), None)


async def put_in_queue(
    action: Action, row: AnItem, kind: Kind, reasons: Iterable[CaseReason], details: Details | None = None
) -> tuple[Case, bool]:
    """The open case about an item, with these reasons among its own; whether anything is new in it.

    A step of actions that hold the consultation's lock.
    """
    wanted = [reason.value for reason in reasons]
    case = await open_case_of(kind, row.id)
    if case is None:
        case = await Case.create(
            id=new_key(),
            territory_id=action.territory_id,
            consultation_id=row.consultation_id,
            kind=kind,
            item_id=row.id,
            contribution_id=contribution_id_of(row),
            author_id=row.author_id,
            organisation_id=row.organisation_id,
            open_key=open_key(kind, row.id),
            reasons=wanted,
            details=dict(details or {}),
            opened_at=action.at,
        )
    else:
        more = [reason for reason in wanted if reason not in case.reasons]
        merged = _with(case.details, details or {})
        if not more and merged == case.details:
            return case, False
        case.reasons, case.details = [*case.reasons, *more], merged
        await case.save(update_fields=["reasons", "details"])
    action.record(
        CaseOpened(
            territory_id=action.territory_id,
            case_id=case.id,
            consultation_id=row.consultation_id,
            kind=kind.value,
            item_id=row.id,
            reasons=case.reasons,
        )
    )
    return case, True


def _with(known: Details, found: Details) -> dict[str, Any]:
    """What was found, added to what was known: lists grow, figures keep the greater."""
    merged = dict(known)
    for name, value in found.items():
        before = merged.get(name)
        if isinstance(value, list):
            merged[name] = [*(before or []), *(one for one in value if one not in (before or []))]
        elif isinstance(value, int) and isinstance(before, int):
            merged[name] = max(before, value)
        else:
            merged[name] = value
    return merged


async def count_reports(case: Case) -> None:
    """Write on a case how many reports it has and which ground they name most; the oldest of equals."""
    grounds = await Report.filter(case_id=case.id).order_by("id").values_list("ground", flat=True)
    counted = Counter(str(ground) for ground in grounds)
    case.reports_count = len(grounds)
    case.ground = counted.most_common(1)[0][0] if counted else ""
    await case.save(update_fields=["reports_count", "ground"])


async def take_case(voice: Voice, *, territory_id: int, case_id: int) -> Case:
    """Take a case in hand for half an hour; one's own again, or one that somebody has let lapse.

    Raises:
        NotFound: this territory has no such case.
        Refused: no moderator, in conflict, decided meanwhile, or somebody else has it in hand.
    """
    async with Action(voice, territory_id=territory_id) as action:
        case = await hold_case(action, case_id)
        await judge(action, case)
        await assign(action, case)
        return case


async def release_case(voice: Voice, *, territory_id: int, case_id: int) -> Case:
    """Let go of a case that one has in hand.

    Raises:
        NotFound: this territory has no such case.
        Refused: the voice is no moderator's.
    """
    async with Action(voice, territory_id=territory_id) as action:
        refuse(moderator_refusal(voice))
        case = await hold_case(action, case_id)
        if case.assigned_to_id != voice.account_id:
            action.nothing_to_do()
            return case
        await _assign(case, None, None)
        action.record(CaseReleased(territory_id=territory_id, case_id=case.id, account_id=voice.account_id or 0))
        return case


async def write_note(voice: Voice, *, territory_id: int, case_id: int, body: str, once: str | None = None) -> Note:
    """Leave a note on a case for the other moderators, decided or not. A form sent twice leaves one.

    Raises:
        NotFound: this territory has no such case.
        Refused: the voice is no moderator's, or the note is empty or too long.
    """
    body = clean_text(body)
    refuse(moderator_refusal(voice) or note_refusal(body))
    async with Action(voice, territory_id=territory_id) as action:
        case = await hold_case(action, case_id)
        made = await Note.get_or_none(once=once, case_id=case.id) if once else None
        if made is not None:
            action.nothing_to_do()
            return made
        key = await first_use(Note, once)
        note = await Note.create(
            id=new_key(), case_id=case.id, account_id=voice.account_id, body=body, created_at=action.at, once=key
        )
        action.record(NoteWritten(territory_id=territory_id, case_id=case.id, note_id=note.id))
        return note


async def hold_case(action: Action, case_id: int) -> Case:
    """A case of the action's territory as it stands under its consultation's lock.

    Raises:
        NotFound: there is none.
    """
    if action.territory_id is None:
        raise NotFound
    case = await case_here(action.territory_id, case_id)
    await hold_consultation(action, case.consultation_id)
    await case.refresh_from_db()
    return case


async def judge(action: Action, case: Case) -> None:
    """Refuse whoever may not decide this case now; the lock is held.

    Raises:
        Refused: no moderator, in conflict, decided meanwhile, or somebody else has it in hand.
    """
    conflict = await conflict_of(action.voice.account_id, case.kind, case.item_id, case.author_id, case.organisation_id)
    decided = None if case.is_open else await Decision.filter(case_id=case.id, automated=False).order_by("-id").first()
    name = await name_of(case.assigned_to_id) if is_assigned(case, action.at) else ""
    refuse(
        decision_refusal(action.voice, case, conflict, action.at, decided=decided.effect if decided else "", name=name)
    )


async def assign(action: Action, case: Case) -> None:
    """Put a case in the hands of whoever acts, for half an hour from now."""
    await _assign(case, action.voice.account_id, action.at + ASSIGNED_FOR)
    action.record(
        CaseAssigned(territory_id=action.territory_id, case_id=case.id, account_id=action.voice.account_id or 0)
    )


async def _assign(case: Case, account_id: int | None, until: Any) -> None:
    case.assigned_to_id, case.assigned_until = account_id, until
    await case.save(update_fields=["assigned_to_id", "assigned_until"])


async def drop_case(case_id: int) -> bool:
    """Close a case that nobody needs to decide any more: its author has taken the text back, or deleted their account
    and the text that waited with it, and nobody had reported it. Reports are always answered, by a decision.
    """
    case = await Case.get_or_none(id=case_id, is_open=True)
    if case is None:
        return False
    async with Action(SYSTEM, territory_id=case.territory_id) as action:
        case = await hold_case(action, case_id)
        if not case.is_open or case.reports_count or not await _is_gone(case):
            action.nothing_to_do()
            return False
        case.is_open, case.open_key, case.closed_at = False, None, action.at
        await case.save(update_fields=["is_open", "open_key", "closed_at"])
        action.record(
            CaseDropped(territory_id=case.territory_id, case_id=case.id, kind=case.kind.value, item_id=case.item_id)
        )
    return True


async def _is_gone(case: Case) -> bool:
    try:
        row = await load_item(case.consultation_id, case.kind, case.item_id)
    except NotFound:
        return True
    return row.state is ItemState.WITHDRAWN
