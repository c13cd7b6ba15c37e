"""The verb that chooses the legal frame of a consultation, and when people are reminded of its closings."""

from collections.abc import Sequence

from consult.consultations.actions.locking import judge_calendar, lock_rules, tell_rule_change
from consult.consultations.events import ConsultationEdited
from consult.consultations.models import Consultation, Procedure
from consult.consultations.rules.organising import changed_values, meanwhile_refusal
from consult.consultations.rules.procedures import procedure_values, reminders_refusal
from consult.core.action import Action
from consult.core.errors import refuse
from consult.core.voice import Voice


async def edit_procedure(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    procedure: Procedure,
    reminder_days: Sequence[int],
    reason: str = "",
    base: str = "",
) -> Consultation:
    """Choose the legal frame, which is a rule, and the days on which people are reminded, which are none.

    Args:
        base: the ``fingerprint`` of what the person was shown.

    Raises:
        Refused: the frame's article does not allow the calendar of a published consultation; or people could take
            part already and there is no reason for another frame.
    """
    async with Action(voice, territory_id=territory_id) as action:
        view = await lock_rules(action, consultation_id)
        row = view.row
        refuse(reminders_refusal(reminder_days))
        days = sorted(set(reminder_days), reverse=True)
        old = procedure_values(row)
        before, after = changed_values(old, {"procedure": procedure.value, "reminder_days": days})
        if not after:
            action.nothing_to_do()
            return row
        refuse(meanwhile_refusal(base, old))
        if "procedure" in after:
            await judge_calendar(action, view, view.rounds, procedure=procedure)
            told = {"kind": "consultation", "name": row.title}
            await tell_rule_change(
                action,
                view,
                reason,
                before={**told, "values": {"procedure": before["procedure"]}},
                after={**told, "values": {"procedure": after["procedure"]}},
            )
        row.procedure, row.reminder_days = procedure, days
        await row.save(update_fields=["procedure", "reminder_days"])
        edited = tuple(sorted(after))
        action.record(ConsultationEdited(territory_id=territory_id, consultation_id=row.id, fields=edited))
        return row
