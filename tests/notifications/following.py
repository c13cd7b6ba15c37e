"""People who follow, and the mails that come of it."""

from typing import Any

from consult.core.outbox import drain_all
from consult.notifications.actions import follow
from consult.notifications.models import Follow, Frequency, Mail
from consult.notifications.writing.mailings import write_all
from tests.cast import Person, a_person
from tests.discussion import Discussion


async def follows(
    d: Discussion, person: Person, kind: str = "contribution", frequency: Frequency = Frequency.IMMEDIATE
) -> Follow:
    """Somebody follows the discussion's contribution, its section or its consultation."""
    target = {"contribution": d.contribution.id, "section": d.section.id, "consultation": d.consultation.id}[kind]
    return await follow(person.voice(), territory_id=d.territory.id, kind=kind, target_id=target, frequency=frequency)


async def a_follower(d: Discussion, name: str = "Zoé Petit", **more: Any) -> Person:
    """Somebody who only reads, and follows."""
    person = await a_person(name)
    await follows(d, person, **more)
    return person


async def written(template: str = "") -> list[Mail]:
    """All that the reactions and the announcements have written, the oldest first."""
    await drain_all()
    await write_all()
    mails = await Mail.all().order_by("id")
    return [one for one in mails if not template or one.template == template]
