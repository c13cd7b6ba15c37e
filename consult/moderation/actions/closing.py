"""The verb that closes a round and is done with it: the figures are frozen, and people hear what comes next."""

from datetime import date

from consult.consultations.actions import lock_consultation
from consult.consultations.events import PeriodClosed
from consult.consultations.models import Consultation, ConsultationState, Snapshot
from consult.core.action import Action
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.voice import Voice
from consult.moderation.actions.left import left_in, participants_in
from consult.moderation.rules.closing import period_refusal
from consult.moderation.rules.deciding import moderator_refusal


async def close_period(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    round_id: int,
    name: str,
    sequel: str,
    sequel_on: date | None = None,
    once: str | None = None,
) -> Snapshot:
    """Freeze the figures of a round that is over, under a name; once for each of its closings.

    Judged and counted under the consultation's lock: whoever wrote in time has been counted, and nobody writes later.

    Args:
        sequel: what comes next, in the moderator's words; participants are written it.
        sequel_on: when.

    Raises:
        NotFound: that territory has no such public consultation, or it no such round.
        Refused: not a moderator; not over yet; closed already; nothing said of what comes next.
    """
    async with Action(voice, territory_id=territory_id) as action:
        refuse(moderator_refusal(voice))
        view = await lock_consultation(action, consultation_id)
        if view.row.territory_id != territory_id or view.row.state is not ConsultationState.PUBLISHED:
            raise NotFound
        one = next((each for each in view.rounds if each.id == round_id), None)
        if one is None:
            raise NotFound
        made = await Snapshot.get_or_none(once=once, consultation_id=consultation_id) if once else None
        if made is not None:
            action.nothing_to_do()
            return made
        earlier = await Snapshot.get_or_none(round_id=one.id, closes_at=one.closes_at)
        refuse(period_refusal(one, earlier.name if earlier else "", sequel, sequel_on, action.at))
        snapshot = await Snapshot.create(
            id=new_key(),
            consultation_id=consultation_id,
            round_id=one.id,
            account_id=voice.account_id,
            name=name.strip() or one.title,
            at=action.at,
            closes_at=one.closes_at,
            figures=await _figures(view.row),
            left=(await left_in(consultation_id, territory_id)).values(),
            sequel=sequel.strip(),
            sequel_on=sequel_on,
            once=once,
        )
        action.record(
            PeriodClosed(
                territory_id=territory_id, consultation_id=consultation_id, round_id=one.id, snapshot_id=snapshot.id
            )
        )
        return snapshot


async def _figures(row: Consultation) -> dict[str, int]:
    """The consultation's own counters, which every page shows, and how many people took part."""
    counters = ("contributions", "arguments", "sources", "votes", "amendments")
    figures = {name: int(getattr(row, f"{name}_count")) for name in counters}
    return {"participants": await participants_in(row.id), **figures}
