"""Counted votes with no voters behind them (paper, workshop): added to the voters', their origin always shown."""

from typing import Any

from consult.contributions.actions.rows import lock_below
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.text.cleaning import clean_line
from consult.core.voice import Voice
from consult.votes.actions.counting import move_amendment, move_contribution, page_changed
from consult.votes.events import TallyRecorded
from consult.votes.models import Tally
from consult.votes.rules import tally_refusal

_NUMBERS = ("agree", "mixed", "disagree", "supports")
# Where each item that can have a tally is, if it is public.
_PUBLIC = {
    "contribution_id": "SELECT c.id FROM contribution c WHERE c.id = :key AND c.id = :contribution"
    " AND c.consultation_id = :consultation AND c.state = 'published'",
    "amendment_id": "SELECT i.id FROM amendment i JOIN contribution c ON c.id = i.contribution_id"
    " WHERE i.id = :key AND i.state = 'published' AND c.id = :contribution AND c.consultation_id = :consultation"
    " AND c.state = 'published'",
    "argument_id": "SELECT i.id FROM argument i JOIN contribution c ON c.id = i.contribution_id"
    " WHERE i.id = :key AND i.state = 'published' AND c.id = :contribution AND c.consultation_id = :consultation"
    " AND c.state = 'published'",
    "source_id": "SELECT i.id FROM source i JOIN contribution c ON c.id = i.contribution_id"
    " WHERE i.id = :key AND i.state = 'published' AND c.id = :contribution AND c.consultation_id = :consultation"
    " AND c.state = 'published'",
}


async def record_tally(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    contribution_id: int,
    origin: str,
    origin_label: str,
    agree: int = 0,
    mixed: int = 0,
    disagree: int = 0,
    supports: int = 0,
    amendment_id: int | None = None,
    argument_id: int | None = None,
    source_id: int | None = None,
) -> Tally:
    """Add counted votes to those of a contribution, or of the amendment, argument or source named beside it.

    A second tally of the same origin on the same item replaces the first one: a count is put right, never doubled.
    ``supports`` is for arguments and sources, the three others for contributions and amendments.

    Args:
        origin: a short stable word for where they come from (``paper-march``).
        origin_label: the same in words for people ("Bulletins papier recueillis en mairie").

    Raises:
        NotFound: this territory has no such public item.
        Refused: not an administrator, or the numbers or the origin are not right.
    """
    named: dict[str, Any] = {"amendment_id": amendment_id, "argument_id": argument_id, "source_id": source_id}
    place, key = next(
        ((name, one) for name, one in named.items() if one is not None), ("contribution_id", contribution_id)
    )
    given: dict[str, int] = {"agree": agree, "mixed": mixed, "disagree": disagree, "supports": supports}
    origin, origin_label = clean_line(origin), clean_line(origin_label)
    refuse(tally_refusal(voice, origin, origin_label, list(given.values())))
    numbers = {
        name: by if (name == "supports") == (place in {"argument_id", "source_id"}) else 0 for name, by in given.items()
    }
    async with Action(voice, territory_id=territory_id) as action:
        await lock_below(action, territory_id, consultation_id)
        if not await execute(_PUBLIC[place], key=key, contribution=contribution_id, consultation=consultation_id):
            raise NotFound
        values: dict[str, Any] = {**numbers, "origin_label": origin_label, "at": action.at}
        item: dict[str, Any] = {place: key, "origin": origin}
        tally = await Tally.get_or_none(**item)
        before = {name: getattr(tally, name) if tally else 0 for name in _NUMBERS}
        if tally is None:
            tally = await Tally.create(id=new_key(), consultation_id=consultation_id, **item, **values)
        else:
            await tally.update_from_dict(values).save()
        await _count(
            action, place, key, consultation_id, contribution_id, {n: numbers[n] - before[n] for n in _NUMBERS}
        )
        action.record(
            TallyRecorded(
                territory_id=territory_id,
                consultation_id=consultation_id,
                contribution_id=contribution_id,
                origin=origin,
                **numbers,
                **named,
            )
        )
        return tally


async def _count(
    action: Action, place: str, key: int, consultation_id: int, contribution_id: int, by: dict[str, Any]
) -> None:
    """Move the item's counters by what the tally adds."""
    supports = by.pop("supports")
    if place == "contribution_id":
        moves = {f"tally_{name}": number for name, number in by.items()}
        await move_contribution(action, consultation_id, contribution_id, moves)
    elif place == "amendment_id":
        await move_amendment(action, contribution_id, key, {f"votes_{name}": number for name, number in by.items()})
    else:
        action.write(
            f"UPDATE {place.removesuffix('_id')} SET tally_supports = tally_supports + :by,"
            " supports_total = supports_total + :by WHERE id = :key",
            by=supports,
            key=key,
        )
        await page_changed(action, contribution_id)
