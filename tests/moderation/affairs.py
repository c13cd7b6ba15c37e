"""What the tests of moderation begin with: a discussion, a team of moderators, and a case to decide."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from consult.core import clock
from consult.core.database import execute
from consult.core.errors import Refused
from consult.core.voice import Voice
from consult.moderation.actions.cases import open_case
from consult.moderation.actions.deciding import decide
from consult.moderation.actions.reports import report_item
from consult.moderation.models import Case, Decision, Kind, Report
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion

REASON = "Ce texte ne respecte pas la charte."
STRANGER = Voice(account_id=None, kind="citizen")


@dataclass
class Affair:
    """A discussion with the people who look after it: Mona and Omar moderate, Rita reports."""

    d: Discussion
    mona: Person
    omar: Person
    rita: Person

    @property
    def here(self) -> dict[str, Any]:
        """The territory, as every action takes it."""
        return {"territory_id": self.d.territory.id}

    @property
    def moderator(self) -> Voice:
        return self.mona.voice("moderator")

    @property
    def other(self) -> Voice:
        return self.omar.voice("moderator")

    async def report(self, item: Any, person: Person | None = None, ground: str = "insult", **more: Any) -> Report:
        """Rita reports, unless somebody else does."""
        voice = (person or self.rita).voice()
        return await report_item(voice, **self.here, kind=kind_of(item), item_id=item.id, ground=ground, **more)

    async def case(self, item: Any = None, **more: Any) -> Case:
        """A case about an item, opened by Mona's own look."""
        item = item or self.d.contribution
        return await open_case(self.moderator, **self.here, kind=kind_of(item), item_id=item.id, **more)

    async def decide(self, effect: str, item: Any = None, voice: Voice | None = None, **more: Any) -> Decision:
        """Mona decides about an item, in a case of its own."""
        case = await self.case(item)
        values: dict[str, Any] = {"reason": REASON, "ground": "" if effect == "keep" else "insult", **more}
        if effect == "hide_illegal" and "ground" not in more:
            values["ground"] = "hatred"
        if effect == "correct" and "until" not in more:
            values["until"] = clock.now() + timedelta(days=7)
        return await decide(voice or self.moderator, **self.here, case_id=case.id, effect=effect, **values)


def kind_of(item: Any) -> Kind:
    """The kind of a row."""
    return Kind(item._meta.db_table)


async def an_affair(**options: Any) -> Affair:
    """A discussion and its team."""
    d = await a_discussion(**options)
    return Affair(
        d,
        await a_person("Mona Petit", moderator=d.territory),
        await a_person("Omar Riviere", moderator=d.territory),
        await a_person("Rita Morel"),
    )


async def refused(work: Any) -> str:
    """The code of the refusal that an action ends in."""
    with pytest.raises(Refused) as caught:
        await work
    return caught.value.refusal.code


async def state_of(item: Any) -> str:
    """Where an item stands now."""
    await item.refresh_from_db()
    return str(item.state.value)


async def events_named(name: str) -> list[dict[str, Any]]:
    """What the audit says of an event, in order."""
    return await execute("SELECT * FROM audit WHERE event = :name ORDER BY id", name=name)
