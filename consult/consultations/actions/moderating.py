"""The verb that says whether texts are read before or after their publication, and the delay people are told."""

from consult.consultations.actions.locking import lock_rules, tell_rule_change
from consult.consultations.events import ConsultationEdited
from consult.consultations.models import Consultation, ModerationTime
from consult.consultations.rules.moderating import delay_refusal, moderation_values
from consult.consultations.rules.organising import changed_values, meanwhile_refusal
from consult.core.action import Action
from consult.core.errors import refuse
from consult.core.voice import Voice


async def edit_moderation(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    moderation: ModerationTime,
    moderation_hours: int,
    reason: str = "",
    base: str = "",
) -> Consultation:
    """Choose when texts are read, which is a rule, and the delay that their authors are told, which is none.

    What waits for a moderator goes on waiting when a consultation turns to publication at once: somebody decides it.

    Args:
        base: the ``fingerprint`` of what the person was shown.

    Raises:
        Refused: no such delay; or people could take part already and there is no reason for another rule.
    """
    refuse(delay_refusal(moderation_hours))
    async with Action(voice, territory_id=territory_id) as action:
        view = await lock_rules(action, consultation_id)
        row, old = view.row, moderation_values(view.row)
        before, after = changed_values(old, {"moderation": moderation.value, "moderation_hours": moderation_hours})
        if not after:
            action.nothing_to_do()
            return row
        refuse(meanwhile_refusal(base, old))
        if "moderation" in after:
            told = {"kind": "consultation", "name": row.title}
            await tell_rule_change(
                action,
                view,
                reason,
                before={**told, "values": {"moderation": before["moderation"]}},
                after={**told, "values": {"moderation": after["moderation"]}},
            )
        row.moderation, row.moderation_hours = moderation, moderation_hours
        await row.save(update_fields=["moderation", "moderation_hours"])
        edited = tuple(sorted(after))
        action.record(ConsultationEdited(territory_id=territory_id, consultation_id=row.id, fields=edited))
        return row
