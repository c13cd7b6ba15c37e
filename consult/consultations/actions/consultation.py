"""The verbs that make a consultation: begin a draft, rewrite it, publish it."""

from tortoise.exceptions import IntegrityError

from consult.consultations.actions.locking import judge_calendar, lock_rules, tell_rule_change
from consult.consultations.events import ConsultationCreated, ConsultationEdited, ConsultationPublished
from consult.consultations.models import Consultation, ConsultationState, Procedure, Section
from consult.consultations.rules.organising import (
    SLUG_TAKEN,
    administrator_refusal,
    changed_values,
    meanwhile_refusal,
    presentation_values,
    publish_refusals,
    slug_refusal,
    suggested_slug,
)
from consult.core.action import Action
from consult.core.errors import Refused, refuse
from consult.core.keys import new_key
from consult.core.text.markdown import render_markdown
from consult.core.voice import Voice

OF_THE_RULES = ("title", "question", "legal_basis")
"""What people took part on: once they could, it changes with a reason. The presentation may be completed freely."""


async def create_consultation(
    voice: Voice,
    *,
    territory_id: int,
    title: str,
    slug: str = "",
    question: str = "",
    presentation: str = "",
    legal_basis: str = "",
    procedure: Procedure = Procedure.FREE,
    once: str | None = None,
) -> Consultation:
    """Begin a draft, seen by administrators only.

    Args:
        slug: its address; one is made of the title when there is none.

    Raises:
        Refused: not an administrator, or the address is taken or is none.
    """
    try:
        async with Action(voice, territory_id=territory_id) as action:
            refuse(administrator_refusal(voice))
            made = await Consultation.get_or_none(once=once, territory_id=territory_id) if once else None
            if made is not None:
                action.nothing_to_do()
                return made
            free = slug or await _free_slug(territory_id, suggested_slug(title))
            refuse(slug_refusal(free))
            refuse(SLUG_TAKEN if await Consultation.exists(territory_id=territory_id, slug=free) else None)
            consultation = await Consultation.create(
                id=new_key(),
                territory_id=territory_id,
                slug=free,
                title=title,
                question=question,
                presentation=presentation,
                presentation_html=render_markdown(presentation),
                legal_basis=legal_basis,
                procedure=procedure,
                created_at=action.at,
                once=once,
            )
            action.record(ConsultationCreated(territory_id=territory_id, consultation_id=consultation.id))
            return consultation
    except (IntegrityError, Refused) as error:
        # another request made the same address, or was this very form, between one look and the next
        refusal = error.refusal if isinstance(error, Refused) else SLUG_TAKEN
        taken = refusal == SLUG_TAKEN and once
        made = await Consultation.get_or_none(once=once, territory_id=territory_id) if taken else None
        if made is None:
            raise Refused(refusal) from None
        return made


async def _free_slug(territory_id: int, wanted: str) -> str:
    like = await Consultation.filter(territory_id=territory_id, slug__startswith=wanted).values("slug")
    taken = {row["slug"] for row in like}
    number = 1
    while (slug := wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return slug


async def edit_consultation(
    voice: Voice,
    *,
    territory_id: int,
    consultation_id: int,
    title: str,
    slug: str,
    question: str,
    presentation: str,
    legal_basis: str,
    reason: str = "",
    base: str = "",
) -> Consultation:
    """Rewrite what a consultation says of itself.

    Args:
        base: the ``fingerprint`` of what the person was shown.

    Raises:
        Refused: the address is taken, or fixed since the publication; or people could take part already and there is
            no reason for a change of title, question or legal basis.
    """
    try:
        async with Action(voice, territory_id=territory_id) as action:
            view = await lock_rules(action, consultation_id)
            row = view.row
            new = {
                "title": title,
                "slug": slug,
                "question": question,
                "presentation": presentation,
                "legal_basis": legal_basis,
            }
            old = presentation_values(row)
            before, after = changed_values(old, new)
            if not after:
                action.nothing_to_do()
                return row
            refuse(meanwhile_refusal(base, old))
            refuse(slug_refusal(slug, row.slug, is_published=row.state is ConsultationState.PUBLISHED))
            if "slug" in after:
                refuse(SLUG_TAKEN if await Consultation.exists(territory_id=territory_id, slug=slug) else None)
            if any(name in after for name in OF_THE_RULES):
                await tell_rule_change(
                    action,
                    view,
                    reason,
                    before=_told(row.title, {name: before[name] for name in OF_THE_RULES if name in before}),
                    after=_told(title, {name: after[name] for name in OF_THE_RULES if name in after}),
                )
            await Consultation.filter(id=row.id).update(**new, presentation_html=render_markdown(presentation))
            action.record(
                ConsultationEdited(territory_id=territory_id, consultation_id=row.id, fields=tuple(sorted(after)))
            )
            row.update_from_dict(new)
            return row
    except IntegrityError:
        raise Refused(SLUG_TAKEN) from None


def _told(name: str, values: dict[str, str]) -> dict[str, object]:
    return {"kind": "consultation", "name": name, "values": values}


async def publish_consultation(voice: Voice, *, territory_id: int, consultation_id: int) -> Consultation:
    """Let the public see a draft, from now on and for good.

    Raises:
        Refused: something is missing; the first of ``publish_refusals``.
    """
    async with Action(voice, territory_id=territory_id) as action:
        view = await lock_rules(action, consultation_id)
        row = view.row
        if row.state is ConsultationState.PUBLISHED:
            action.nothing_to_do()
            return row
        sections = await Section.filter(consultation_id=row.id)
        # the rest first: a draft without rounds has no calendar to judge
        for refusal in publish_refusals(row.question, row.presentation, view.rounds, sections, action.at):
            refuse(refusal)
        await judge_calendar(action, view, view.rounds, since=action.at)
        row.state, row.published_at = ConsultationState.PUBLISHED, action.at
        await row.save(update_fields=["state", "published_at"])
        action.record(ConsultationPublished(territory_id=territory_id, consultation_id=row.id, slug=row.slug))
        return row
