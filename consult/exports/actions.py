"""The verbs about files: asking for those of now, saying that they are ready, taking away what may not be read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from consult.consultations.models import Consultation, ConsultationState, Round
from consult.consultations.rules import RoundState, consultation_state
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound
from consult.core.keys import new_key
from consult.core.voice import SYSTEM, Voice
from consult.exports.events import ExportsAsked, ExportsExpired, ExportsReady
from consult.exports.models import ExportFile, ExportNotice, ExportSet, MakingState

# Files that are made within a request are left alone by the worker for so long.
AT_ONCE = timedelta(seconds=30)


async def ask_for_files(
    voice: Voice, *, territory_id: int, consultation_id: int, tell: bool = False, at_once: bool = False
) -> ExportSet:
    """Have the files of a published consultation made as it is now, unless they are there, or on their way.

    Args:
        tell: whether this account wants a mail when they are ready.
        at_once: whether whoever asks makes them: the worker leaves them alone for :data:`AT_ONCE`.

    Raises:
        NotFound: there is no such consultation in this territory, or it is a draft.
    """
    async with Action(voice, territory_id=territory_id) as action:
        # no change in the consultation: only its row is held, so that of two who ask at once the second finds the set
        row = await Consultation.select_for_update().get_or_none(id=consultation_id, territory_id=territory_id)
        if row is None or row.state is not ConsultationState.PUBLISHED:
            raise NotFound
        over = await _is_over(row.id, action.at)
        chosen = await _set_of(row, provisional=not over)
        asked = chosen is None
        if chosen is None:
            chosen = ExportSet(
                id=new_key(),
                consultation_id=row.id,
                changes=row.changes,
                cut_off=action.at,
                provisional=not over,
                asked_at=action.at,
            )
        if asked or chosen.state in {MakingState.FAILED, MakingState.EXPIRED}:
            asked, chosen.state, chosen.attempts, chosen.error = True, MakingState.WAITING, 0, ""
            chosen.lease_until = action.at + AT_ONCE if at_once else None
            await chosen.save()
        told = tell and chosen.state is not MakingState.READY and await _tell(chosen, voice)
        if asked or told:
            action.record(ExportsAsked(territory_id=territory_id, consultation_id=row.id, set_id=chosen.id))
        else:
            action.nothing_to_do()
    return chosen


async def _set_of(row: Consultation, *, provisional: bool) -> ExportSet | None:
    """The set of now; or one that nobody has begun, which will be of the moment when it is."""
    sets = ExportSet.filter(consultation_id=row.id, provisional=provisional)
    return await sets.get_or_none(changes=row.changes) or await sets.filter(state=MakingState.WAITING).first()


async def _is_over(consultation_id: int, at: datetime) -> bool:
    rounds: Sequence[Round] = await Round.filter(consultation_id=consultation_id)
    return consultation_state(rounds, at) is RoundState.CLOSED


async def _tell(chosen: ExportSet, voice: Voice) -> bool:
    if voice.account_id is None or await ExportNotice.exists(set_id=chosen.id, account_id=voice.account_id):
        return False
    await ExportNotice.create(id=new_key(), set_id=chosen.id, account_id=voice.account_id)
    return True


async def announce_ready(*, territory_id: int, set_id: int, attempts: int) -> bool:
    """Put a set in service, all of whose files are whole; False when somebody else holds it by now, or it expired."""
    async with Action(SYSTEM, territory_id=territory_id) as action:
        rows = await execute(
            "UPDATE export_set SET state = 'ready', made_at = :at, lease_until = NULL, error = ''"
            " WHERE id = :key AND attempts = :attempts AND state = 'making' RETURNING consultation_id, provisional",
            at=action.at,
            key=set_id,
            attempts=attempts,
        )
        if not rows:
            action.nothing_to_do()
            return False
        action.record(
            ExportsReady(
                territory_id=territory_id,
                consultation_id=rows[0]["consultation_id"],
                set_id=set_id,
                provisional=bool(rows[0]["provisional"]),
            )
        )
    return True


async def announce_again(*, territory_id: int, set_id: int) -> None:
    """Tell those who have just begun to wait for a set that it is in service already; others have had their mail."""
    async with Action(SYSTEM, territory_id=territory_id) as action:
        row = await ExportSet.get_or_none(id=set_id, state=MakingState.READY)
        if row is None:
            action.nothing_to_do()
            return
        action.record(
            ExportsReady(
                territory_id=territory_id,
                consultation_id=row.consultation_id,
                set_id=row.id,
                provisional=row.provisional,
            )
        )


async def expire_files(*, consultation_id: int) -> list[int]:
    """Take the files of a consultation out of service: they hold what is no longer public. Gives the keys of the sets.

    Those that were made since the consultation changed last stay. What was being made begins anew as another set, in a
    folder of its own: whoever was making it may not have heard yet.
    """
    where = await Consultation.get_or_none(id=consultation_id)
    if where is None:
        return []
    async with Action(SYSTEM, territory_id=where.territory_id) as action:
        old = ExportSet.filter(consultation_id=consultation_id, changes__lt=where.changes)
        found = await old.filter(state__in=[MakingState.READY, MakingState.MAKING]).select_for_update()
        if not found:
            action.nothing_to_do()
            return []
        for one in found:
            if one.state is MakingState.MAKING:
                await _begin_anew(one, where, action.at)
        keys = [one.id for one in found]
        await ExportSet.filter(id__in=keys).update(state=MakingState.EXPIRED, lease_until=None)
        await ExportFile.filter(set_id__in=keys).delete()
        action.record(ExportsExpired(territory_id=where.territory_id, consultation_id=consultation_id, sets=len(keys)))
    return keys


async def _begin_anew(one: ExportSet, where: Consultation, at: datetime) -> None:
    """Another set instead of one that was being made; whoever waits for that one waits for this."""
    moment = {"consultation_id": where.id, "changes": where.changes, "provisional": one.provisional}
    other = await ExportSet.get_or_none(**moment)
    if other is None:
        other = await ExportSet.create(id=new_key(), cut_off=at, asked_at=at, **moment)
    told = await ExportNotice.filter(set_id=other.id).values_list("account_id", flat=True)
    await ExportNotice.filter(set_id=one.id).exclude(account_id__in=list(told)).update(set_id=other.id)
