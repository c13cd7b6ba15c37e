"""Reporting an item: once per person, with a receipt; many reports may hide it until somebody has looked."""

from consult.accounts.rules import read_address
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.text.cleaning import clean_line, clean_text
from consult.core.voice import Voice
from consult.moderation.actions.cases import count_reports, put_in_queue
from consult.moderation.actions.deciding import hide_provisionally
from consult.moderation.actions.looking import conflict_of, consultation_of, first_use, hold_consultation, is_public
from consult.moderation.actions.numbering import new_reference
from consult.moderation.actions.standing import load_item
from consult.moderation.events import ItemReported
from consult.moderation.models import Case, CaseReason, Decision, Ground, Kind, Report, Watch
from consult.moderation.rules.items import AnItem
from consult.moderation.rules.reporting import report_refusal


async def report_item(
    voice: Voice,
    *,
    territory_id: int,
    kind: Kind,
    item_id: int,
    ground: str,
    text: str = "",
    name: str = "",
    email: str = "",
    language: str = "fr",
    once: str | None = None,
) -> Report:
    """Report an item to the moderators. Whoever has reported it already is given their first report back.

    Args:
        voice: who is signed in; without an account, ``name`` and ``email`` say who reports.

    Raises:
        NotFound: this territory has no such item, or it is not public.
        Refused: one's own text, no ground, not without an account, or a field is missing or too long.
    """
    text, name = clean_text(text), clean_line(name)
    address = read_address(clean_line(email)) if voice.account_id is None else None
    async with Action(voice, territory_id=territory_id) as action:
        consultation_id = await consultation_of(territory_id, kind, item_id)
        await hold_consultation(action, consultation_id)
        made = await _reported_before(voice, kind, item_id, address.email if address else "", once)
        if made is not None:
            action.nothing_to_do()
            return made
        row = await load_item(consultation_id, kind, item_id)
        if not await is_public(row, kind):
            raise NotFound
        conflict = await conflict_of(voice.account_id, kind, item_id, row.author_id, row.organisation_id)
        refuse(report_refusal(voice, conflict, ground, text, name, clean_line(email)))
        case, _ = await put_in_queue(action, row, kind, [CaseReason.REPORT])
        report = await Report.create(
            id=new_key(),
            reference=await new_reference("S", action.at),
            territory_id=territory_id,
            consultation_id=consultation_id,
            case_id=case.id,
            kind=kind,
            item_id=item_id,
            account_id=voice.account_id,
            name="" if voice.account_id else name,
            email=address.email if address else "",
            language=language,
            ground=Ground(ground),
            text=text,
            created_at=action.at,
            once=await first_use(Report, once),
        )
        await count_reports(case)
        action.record(
            ItemReported(
                territory_id=territory_id,
                report_id=report.id,
                consultation_id=consultation_id,
                kind=kind.value,
                item_id=item_id,
                ground=ground,
            )
        )
        await _hide_after_many(action, row, case)
        return report


async def _reported_before(voice: Voice, kind: Kind, item_id: int, email: str, once: str | None) -> Report | None:
    """The report that this form, this account or this address has made of the item already."""
    made = await Report.get_or_none(once=once, kind=kind, item_id=item_id) if once else None
    if made is None and voice.account_id is not None:
        made = await Report.get_or_none(kind=kind, item_id=item_id, account_id=voice.account_id)
    if made is None and email:
        made = await Report.filter(kind=kind, item_id=item_id, account_id=None, email__iexact=email).first()
    return made


async def _hide_after_many(action: Action, row: AnItem, case: Case) -> None:
    """Hide what enough different people have reported, until a person has looked; once a case.

    Only accounts with a confirmed address count: anybody can be as many strangers as they like.
    """
    watch = await Watch.get_or_none(territory_id=case.territory_id)
    if watch is None or not 0 < watch.hide_after <= case.reports_count:
        return
    counted = await execute(
        "SELECT COUNT(DISTINCT r.account_id) AS people FROM report r JOIN account a ON a.id = r.account_id"
        " WHERE r.case_id = :case AND a.confirmed_at IS NOT NULL AND a.deleted_at IS NULL",
        case=case.id,
    )
    if counted[0]["people"] >= watch.hide_after and not await Decision.exists(case_id=case.id, automated=True):
        await put_in_queue(action, row, case.kind, [CaseReason.MANY_REPORTS])
        await hide_provisionally(action, row, case)
