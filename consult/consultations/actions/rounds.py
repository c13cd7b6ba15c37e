"""The verbs that write rounds. Nobody bypasses a closed one: opening it again is a change of rules, with its reason."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from consult.consultations.actions.locking import ConsultationView, judge_calendar, lock_rules, tell_rule_change
from consult.consultations.events import (
    RoundAdded,
    RoundEdited,
    RoundExtended,
    RoundRemoved,
    RoundReopened,
    RoundShortened,
)
from consult.consultations.models import ConsultationState, Round
from consult.consultations.rules import Deed
from consult.consultations.rules.closing import ClosingMove, closing_move, move_refusal, unmoved_refusal
from consult.consultations.rules.organising import (
    ROUND_ALLOWS_NOTHING,
    ROUND_WAS_OPEN,
    calendar_refusal,
    changed_values,
    fingerprint,
    meanwhile_refusal,
    past_refusal,
    round_values,
    told_round,
)
from consult.consultations.rules.procedures import late_speech_refusal
from consult.core.action import Action
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.voice import Voice


async def add_round(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    may: frozenset[Deed],
    reason: str = "",
    once: str | None = None,
) -> Round:
    """Give a consultation a round ``[opens_at, closes_at)``.

    Raises:
        Refused: the dates are impossible or overlap another round's; or people could take part already and there is no
            reason.
    """
    async with Action(voice, territory_id=territory_id) as action:
        view = await lock_rules(action, consultation_id)
        made = await Round.get_or_none(once=once, consultation_id=consultation_id) if once else None
        if made is not None:
            action.nothing_to_do()
            return made
        new = told_round(title, opens_at.astimezone(UTC), closes_at.astimezone(UTC), may)
        _judge(view.rounds, None, new)
        if view.row.state is ConsultationState.PUBLISHED:
            refuse(past_refusal(None, *_instants(new), action.at))
        await judge_calendar(action, view, [*view.rounds, _as_it_would_be(new, None, action.at)])
        await tell_rule_change(action, view, reason, before={}, after=_told(title, new))
        one = await Round.create(id=new_key(), consultation_id=consultation_id, once=once, **_columns(new))
        action.record(RoundAdded(territory_id=territory_id, **_facts(consultation_id, one.id, new)))
        return one


async def edit_round(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    round_id: int,
    title: str,
    opens_at: datetime,
    closes_at: datetime,
    may: frozenset[Deed],
    reason: str = "",
    base: str = "",
) -> Round:
    """Change a round's name, dates or permissions. It never opens a closed round again: :func:`move_closing` does.

    Raises:
        NotFound: the consultation has no such round.
        Refused: as for a new round, and what has been cannot be made otherwise.
    """
    async with Action(voice, territory_id=territory_id) as action:
        view = await lock_rules(action, consultation_id)
        one = _of(view.rounds, round_id)
        new = told_round(title, opens_at.astimezone(UTC), closes_at.astimezone(UTC), may)
        return await _rewrite(action, view, one, new, reason, base, None)


async def move_closing(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    round_id: int,
    asked: ClosingMove,
    closes_at: datetime,
    reason: str = "",
    base: str = "",
) -> Round:
    """Extend a round, bring its closing forward, or open a closed one again; all else about it stays.

    Args:
        asked: which of these: a round that closed while somebody typed is not opened again by « extend ».

    Raises:
        NotFound: the consultation has no such round.
        Refused: as for :func:`edit_round`, and it would be something else than what was asked.
    """
    async with Action(voice, territory_id=territory_id) as action:
        view = await lock_rules(action, consultation_id)
        one = _of(view.rounds, round_id)
        new = {**round_values(one), "closes_at": closes_at.astimezone(UTC).isoformat()}
        return await _rewrite(action, view, one, new, reason, base, asked)


async def _rewrite(
    action: Action,
    view: ConsultationView,
    one: Round,
    new: dict[str, Any],
    reason: str,
    base: str,
    asked: ClosingMove | None,
) -> Round:
    """Give a round other values: the one place that judges, keeps and tells a change of rounds."""
    old = round_values(one)
    before, after = changed_values(old, new)
    if not after:
        # pressed twice, it is done; but whoever was shown this very closing and sends it back has moved nothing
        refuse(unmoved_refusal(asked) if asked and base == fingerprint(old) else None)
        action.nothing_to_do()
        return one
    refuse(meanwhile_refusal(base, old))
    _judge(view.rounds, one, new)
    opens_at, closes_at = _instants(new)
    published = view.row.state is ConsultationState.PUBLISHED
    if published:
        refuse(past_refusal(one, opens_at, closes_at, action.at))
        refuse(move_refusal(asked, one, closes_at, action.at))
        refuse(late_speech_refusal(view.row.procedure, one, Round(**_columns(new)), action.at))
    if after.keys() != {"title"}:
        others = [each for each in view.rounds if each.id != one.id]
        await judge_calendar(action, view, [*others, _as_it_would_be(new, one, action.at)])
    await tell_rule_change(action, view, reason, before=_told(one.title, before), after=_told(new["title"], after))
    await Round.filter(id=one.id).update(**_columns(new))
    facts = _facts(view.row.id, one.id, new)
    action.record(RoundEdited(territory_id=view.row.territory_id, **facts))
    move = closing_move(one.closes_at, closes_at, action.at) if published else None
    if move is not None:
        told = {"consultation_id": view.row.id, "round_id": one.id, "closed_at": old["closes_at"]}
        action.record(_MOVED[move](territory_id=view.row.territory_id, closes_at=new["closes_at"], **told))
    return one.update_from_dict(_columns(new))


_MOVED = {
    ClosingMove.EXTEND: RoundExtended,
    ClosingMove.SHORTEN: RoundShortened,
    ClosingMove.REOPEN: RoundReopened,
}


def _as_it_would_be(new: dict[str, Any], present: Round | None, at: datetime) -> Round:
    """A round with other values, for the rules to look at; one that is new is open to nobody before now."""
    one = Round(**_columns(new))
    if present is None or one.opens_at != present.opens_at:
        one.opens_at = max(one.opens_at, at)
    return one


async def remove_round(
    voice: Voice, *, territory_id: int, consultation_id: int, round_id: int, reason: str = ""
) -> None:
    """Take away a round that has never been open.

    Raises:
        Refused: it has been open; or people could take part in another one already and there is no reason.
    """
    async with Action(voice, territory_id=territory_id) as action:
        view = await lock_rules(action, consultation_id)
        one = next((one for one in view.rounds if one.id == round_id), None)
        if one is None:
            action.nothing_to_do()
            return
        begun = view.row.state is ConsultationState.PUBLISHED and one.opens_at <= action.at
        refuse(ROUND_WAS_OPEN if begun else None)
        await judge_calendar(action, view, [each for each in view.rounds if each.id != one.id])
        old = round_values(one)
        await tell_rule_change(action, view, reason, before=_told(one.title, old), after={})
        await Round.filter(id=one.id).delete()
        action.record(RoundRemoved(territory_id=territory_id, consultation_id=consultation_id, round_id=one.id))


def _of(rounds: Sequence[Round], round_id: int) -> Round:
    for one in rounds:
        if one.id == round_id:
            return one
    raise NotFound


def _judge(rounds: Sequence[Round], present: Round | None, new: dict[str, Any]) -> None:
    refuse(ROUND_ALLOWS_NOTHING if not new["may"] else None)
    others = [one for one in rounds if present is None or one.id != present.id]
    refuse(calendar_refusal(*_instants(new), others))


def _instants(new: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(new["opens_at"]), datetime.fromisoformat(new["closes_at"])


def _columns(new: dict[str, Any]) -> dict[str, Any]:
    """The same as the row has it."""
    return {
        "title": new["title"],
        "opens_at": datetime.fromisoformat(new["opens_at"]),
        "closes_at": datetime.fromisoformat(new["closes_at"]),
        **{f"may_{deed}": deed in new["may"] for deed in Deed},
    }


def _told(name: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "round", "name": name, "values": values}


def _facts(consultation_id: int, round_id: int, new: dict[str, Any]) -> dict[str, Any]:
    return {
        "consultation_id": consultation_id,
        "round_id": round_id,
        "opens_at": new["opens_at"],
        "closes_at": new["closes_at"],
    }
