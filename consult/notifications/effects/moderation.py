"""Reports, decisions and appeals: receipts, statements of reasons, answers. None of them holds the text in question."""

from dataclasses import replace

from consult.accounts.models import Role
from consult.accounts.queries import staff_of
from consult.core.events import effect
from consult.moderation.actions.looking import able_to_hear, conflict_with
from consult.moderation.events import AppealHeard, AppealMade, DecisionMade, ItemReported
from consult.moderation.models import Appeal, Decision, Effect, Kind, Report
from consult.notifications.queries import Reader, reader_of
from consult.notifications.queries.moderation import Concerned, decided, reported
from consult.notifications.writing import Letter, write
from consult.organisations.queries import owners_of


@effect(ItemReported)
async def mail_receipt(event: ItemReported, outbox_id: int) -> None:
    """To whoever reported an item: the number of their report."""
    report = await Report.get_or_none(id=event.report_id)
    reader = await _reporter(report) if report else None
    if report is not None and reader is not None:
        values = {"report": report, "item": await reported(report)}
        await write(
            Letter("report_received", reader, values=values), territory_id=report.territory_id, outbox_id=outbox_id
        )


async def _reporter(report: Report) -> Reader | None:
    """Who reported: an account, or the address that somebody without one left."""
    if report.account_id is not None:
        return await reader_of(report.account_id)
    return Reader(report.email, report.language) if report.email else None


@effect(DecisionMade)
async def mail_reporters(event: DecisionMade, outbox_id: int) -> None:
    """To everybody who reported what was decided upon: what was decided."""
    decision = await Decision.get_or_none(id=event.decision_id)
    reports = await Report.filter(decision_id=event.decision_id).order_by("id") if decision else []
    outcome = await decided(decision) if decision and reports else None
    for report in reports:
        reader = await _reporter(report)
        if reader is not None and outcome is not None:
            values = {"report": report, "item": outcome}
            await write(
                Letter("report_answered", reader, values=values, event=f"report_answered.{report.id}"),
                territory_id=report.territory_id,
            )


@effect(DecisionMade)
async def mail_statement(event: DecisionMade, outbox_id: int) -> None:
    """To the author, and to those responsible for the organisation that spoke: the statement of reasons.

    A text that nobody had taken away and that stays says nothing to its author. What an appeal undoes is told by the
    answer to the appeal.
    """
    decision = await Decision.get_or_none(id=event.decision_id)
    if decision is None or await Appeal.exists(new_decision_id=decision.id):
        return
    item = await decided(decision)
    template = _template(decision, item)
    if template:
        about = (decision.kind.value, decision.item_id) if template == "item_published" else None
        letter = Letter(template, Reader("", ""), about=about, values={"decision": decision, "item": item})
        await _to_addressees(letter, decision, outbox_id)


def _template(decision: Decision, item: Concerned) -> str:
    if decision.effect is Effect.CORRECT:
        return "correction_asked"
    if decision.effect is not Effect.KEEP:
        return "statement"
    if decision.kind is Kind.ACCOUNT:
        return "account_restored"
    was_away = decision.replaces_id is not None or item.published_at == decision.decided_at
    return "item_published" if was_away else ""


async def _to_addressees(letter: Letter, decision: Decision, outbox_id: int) -> None:
    owners = await owners_of(decision.organisation_id) if decision.organisation_id else []
    for account_id in dict.fromkeys([decision.account_id, *owners]):
        reader = await reader_of(account_id)
        if reader is not None:
            await write(replace(letter, to=reader), territory_id=decision.territory_id, outbox_id=outbox_id)


@effect(AppealMade)
async def mail_appeal(event: AppealMade, outbox_id: int) -> None:
    """To the moderators who may hear an appeal; where there is none, to administrators and guarantors."""
    appeal = await Appeal.get_or_none(id=event.appeal_id).select_related("decision")
    if appeal is None or appeal.heard_at is not None:
        return
    for account_id in await _hearers(appeal):
        reader = await reader_of(account_id)
        if reader is not None:
            letter = Letter("appeal_received", reader, values={"appeal": appeal, "decision": appeal.decision})
            await write(letter, territory_id=appeal.territory_id, outbox_id=outbox_id)


async def _hearers(appeal: Appeal) -> list[int]:
    able = await able_to_hear(appeal.decision)
    if able:
        return sorted(able)
    found = []
    for one in await staff_of(appeal.territory_id, Role.ADMINISTRATOR, Role.GUARANTOR):
        conflict = await conflict_with(one["account_id"], appeal.decision)
        if not (conflict.wrote or conflict.reported or conflict.decided):
            found.append(one["account_id"])
    return list(dict.fromkeys(found))


@effect(AppealHeard)
async def mail_appeal_answer(event: AppealHeard, outbox_id: int) -> None:
    """To whoever appealed: whether the decision stands, and why."""
    appeal = await Appeal.get_or_none(id=event.appeal_id).select_related("decision")
    if appeal is None:
        return
    letter = Letter("appeal_answered", Reader("", ""), values={"appeal": appeal, "decision": appeal.decision})
    for account_id in dict.fromkeys([appeal.account_id, appeal.decision.account_id]):
        reader = await reader_of(account_id)
        if reader is not None:
            await write(replace(letter, to=reader), territory_id=appeal.territory_id, outbox_id=outbox_id)
