"""The verbs that write the outline: add, edit, move and remove sections."""

from typing import Any

from consult.consultations.actions.locking import lock_rules, tell_rule_change
from consult.consultations.events import SectionAdded, SectionEdited, SectionMoved, SectionRemoved
from consult.consultations.models import ConsultationState, Section
from consult.consultations.rules import SECTION_FLAG, RoundState
from consult.consultations.rules.organising import (
    DEEPEST,
    NO_SUCH_PARENT,
    SECTION_BELOW_ITSELF,
    SECTION_HOLDS_SECTIONS,
    SECTION_HOLDS_TEXTS,
    SECTION_IN_OPEN_ROUND,
    SECTION_TOO_DEEP,
    changed_values,
    meanwhile_refusal,
    section_values,
    told_section,
)
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, Refusal, refuse
from consult.core.keys import new_key
from consult.core.text.markdown import render_markdown
from consult.core.voice import Voice

FLAGS = tuple(SECTION_FLAG.values())


async def add_section(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    title: str,
    parent_id: int | None = None,
    explanation: str = "",
    accepts: frozenset[str] = frozenset(FLAGS),
    reason: str = "",
    once: str | None = None,
) -> Section:
    """Put a section last under its parent.

    Args:
        accepts: names among ``accepts_contributions``, ``accepts_arguments`` and so on; none for a mere heading.

    Raises:
        Refused: the parent is gone or too deep; or people could take part already and there is no reason.
    """
    async with Action(voice, territory_id=territory_id) as action:
        view = await lock_rules(action, consultation_id)
        made = await Section.get_or_none(once=once, consultation_id=consultation_id) if once else None
        if made is not None:
            action.nothing_to_do()
            return made
        sections = await _sections(consultation_id)
        refuse(_place_refusal(sections, None, parent_id))
        new = told_section(title, explanation, accepts, _title_of(sections, parent_id))
        await tell_rule_change(action, view, reason, before={}, after=_told(title, new))
        section = await Section.create(
            id=new_key(),
            consultation_id=consultation_id,
            parent_id=parent_id,
            position=max((one.position for one in sections.values()), default=0) + 1,
            once=once,
            **_columns(new),
        )
        action.record(SectionAdded(territory_id=territory_id, consultation_id=consultation_id, section_id=section.id))
        return section


async def edit_section(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    section_id: int,
    title: str,
    parent_id: int | None,
    explanation: str,
    accepts: frozenset[str],
    reason: str = "",
    base: str = "",
) -> Section:
    """Rewrite a section, change what it accepts, or put it under another one.

    Raises:
        NotFound: the consultation has no such section.
        Refused: it would stand under itself or too deep; or people could take part already and there is no reason.
    """
    async with Action(voice, territory_id=territory_id) as action:
        view = await lock_rules(action, consultation_id)
        sections = await _sections(consultation_id)
        section = _of(sections, section_id)
        old = section_values(section, _title_of(sections, section.parent_id))
        new = told_section(title, explanation, accepts, _title_of(sections, parent_id))
        before, after = changed_values(old, new)
        if not after and parent_id == section.parent_id:
            action.nothing_to_do()
            return section
        refuse(meanwhile_refusal(base, old))
        refuse(_place_refusal(sections, section, parent_id))
        await tell_rule_change(action, view, reason, before=_told(section.title, before), after=_told(title, after))
        columns = _columns(new)
        if parent_id != section.parent_id:
            last = max((one.position for one in sections.values()), default=0)
            columns |= {"parent_id": parent_id, "position": last + 1}
        await Section.filter(id=section.id).update(**columns)
        action.record(SectionEdited(territory_id=territory_id, consultation_id=consultation_id, section_id=section.id))
        return section.update_from_dict({**columns, "parent_id": parent_id})


async def move_section(
    voice: Voice, *, territory_id: int, consultation_id: int, section_id: int, up: bool, place: int | None = None
) -> None:
    """Let a section change places with the neighbour before or after it. The order is no rule: it needs no reason.

    Args:
        place: where it stood among its siblings, from 0, when the person pressed the button; a button pressed twice
            then moves once.

    Raises:
        NotFound: the consultation has no such section.
    """
    async with Action(voice, territory_id=territory_id) as action:
        await lock_rules(action, consultation_id)
        sections = await _sections(consultation_id)
        section = _of(sections, section_id)
        siblings = [one for one in sections.values() if one.parent_id == section.parent_id]
        here = siblings.index(section)
        there = here - 1 if up else here + 1
        if not 0 <= there < len(siblings) or place not in {None, here}:
            action.nothing_to_do()
            return
        siblings[here], siblings[there] = siblings[there], siblings[here]
        # positions may be equal or have gaps (imports): the siblings share theirs out anew, in order
        for position, one in zip(_distinct([one.position for one in siblings]), siblings, strict=True):
            if one.position != position:
                await Section.filter(id=one.id).update(position=position)
        action.record(SectionMoved(territory_id=territory_id, consultation_id=consultation_id, section_id=section.id))


async def remove_section(
    voice: Voice, *, territory_id: int, consultation_id: int, section_id: int, reason: str = ""
) -> None:
    """Take away an empty section. Drafts being written in it are kept, without a section.

    Raises:
        Refused: it holds sections or texts, or a round is open; or people could take part already and there is no
            reason.
    """
    async with Action(voice, territory_id=territory_id) as action:
        view = await lock_rules(action, consultation_id)
        sections = await _sections(consultation_id)
        section = sections.get(section_id)
        if section is None:
            action.nothing_to_do()
            return
        published = view.row.state is ConsultationState.PUBLISHED
        refuse(SECTION_IN_OPEN_ROUND if published and view.state(action.at) is RoundState.OPEN else None)
        refuse(SECTION_HOLDS_SECTIONS if any(one.parent_id == section.id for one in sections.values()) else None)
        held = await execute("SELECT 1 AS one FROM contribution WHERE section_id = :key LIMIT 1", key=section.id)
        refuse(SECTION_HOLDS_TEXTS if held else None)
        old = section_values(section, _title_of(sections, section.parent_id))
        await tell_rule_change(action, view, reason, before=_told(section.title, old), after={})
        await execute("UPDATE draft SET section_id = NULL WHERE section_id = :key", key=section.id)
        await Section.filter(id=section.id).delete()
        action.record(SectionRemoved(territory_id=territory_id, consultation_id=consultation_id, section_id=section.id))


async def _sections(consultation_id: int) -> dict[int, Section]:
    rows = await Section.filter(consultation_id=consultation_id).order_by("position", "id")
    return {one.id: one for one in rows}


def _of(sections: dict[int, Section], section_id: int) -> Section:
    if section_id not in sections:
        raise NotFound
    return sections[section_id]


def _title_of(sections: dict[int, Section], key: int | None) -> str:
    return sections[key].title if key in sections else ""


def _place_refusal(sections: dict[int, Section], section: Section | None, parent_id: int | None) -> Refusal | None:
    """Whether a section (None for a new one) may stand under that parent."""
    above, key = 0, parent_id
    while key is not None:
        if key not in sections:
            return NO_SUCH_PARENT
        if section is not None and key == section.id:
            return SECTION_BELOW_ITSELF
        above, key = above + 1, sections[key].parent_id
    return SECTION_TOO_DEEP if above + _height(sections, section) > DEEPEST else None


def _height(sections: dict[int, Section], section: Section | None) -> int:
    if section is None:
        return 1
    below = [one for one in sections.values() if one.parent_id == section.id]
    return 1 + max((_height(sections, one) for one in below), default=0)


def _distinct(positions: list[int]) -> list[int]:
    """The same positions in order, each greater than the one before."""
    found: list[int] = []
    for position in sorted(positions):
        found.append(max(position, found[-1] + 1) if found else position)
    return found


def _columns(new: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": new["title"],
        "explanation": new["explanation"],
        "explanation_html": render_markdown(new["explanation"]),
        **{flag: flag in new["accepts"] for flag in FLAGS},
    }


def _told(name: str, values: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "section", "name": name, "values": values}
