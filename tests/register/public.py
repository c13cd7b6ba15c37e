"""A territory whose register has something to show: what the tests of its pages start from."""

from dataclasses import dataclass
from typing import Any

from consult.app import load_effects
from consult.core.outbox import drain_all
from consult.register.heads import sign_head
from consult.register.models import RegisterEntry
from tests.cast import Person, a_person
from tests.discussion import Discussion, a_discussion


@dataclass
class Entered:
    """Luc's contribution, Awa's argument, Omar's source and Awa's vote, entered and signed."""

    d: Discussion
    awa: Person
    omar: Person

    @property
    def territory_id(self) -> int:
        return int(self.d.territory.id)

    async def entry(self, **of: Any) -> RegisterEntry:
        """The last entry that is so."""
        found = await RegisterEntry.filter(territory_id=self.territory_id, **of).order_by("-position").first()
        assert found is not None, of
        return found

    async def enter(self, *, sign: bool = True) -> None:
        """What the worker does within a minute."""
        await drain_all()
        if sign:
            await sign_head(self.territory_id)


async def entered() -> Entered:
    """The territory (the database is open)."""
    load_effects()
    d = await a_discussion()
    made = Entered(d, await a_person("Awa Diallo"), await a_person("Omar Vallon"))
    await d.argue(made.awa)
    await d.source(made.omar)
    await d.vote(made.awa, "disagree")
    await made.enter()
    return made
