"""The demonstration as a list of moments: what is done at which instant of its past, by the rooms' own actions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any

from consult.consultations.models import Consultation, Section
from consult.core import clock, outbox
from consult.core.voice import Voice
from consult.demo.reading import Content, Table, Times
from consult.moderation.models import Kind
from consult.notifications.writing.mailings import write_all
from consult.organisations.models import Organisation
from consult.territories.models import Territory

Act = Callable[[], Awaitable[object]]
Tell = Callable[[int, int], None]


@dataclass(order=True)
class Moment:
    """Something done at an instant; of the same instant, in the order of the content."""

    at: datetime
    place: int
    act: Act = field(compare=False)


class Stage:
    """What has been made so far, by the content's own names, and what is still to happen."""

    def __init__(self, content: Content, times: Times) -> None:
        self.content = content
        self.times = times
        self.territory: Territory
        self.people: dict[str, Voice] = {}
        self.organisations: dict[str, Organisation] = {}
        self.consultations: dict[str, Consultation] = {}
        self.sections: dict[tuple[str, str], Section] = {}
        self.voters: list[int] = []
        self.items: dict[str, tuple[Kind, int]] = {}
        self.appeals: dict[str, int] = {}
        self._moments: list[Moment] = []
        self._planned = 0

    @property
    def here(self) -> dict[str, Any]:
        """The territory, as every action asks for it."""
        return {"territory_id": self.territory.id}

    def plan(self, at: datetime, act: Act) -> None:
        """Have something done at an instant; never later than the loading itself."""
        latest = self.times.loaded_at - timedelta(seconds=30)
        self._planned += 1
        heappush(self._moments, Moment(min(at, latest), self._planned, act))

    def plan_ago(self, days: float, act: Act) -> None:
        """The same, so many days before the loading."""
        self.plan(self.times.ago(days), act)

    def voice(self, table: Table) -> Voice:
        """Who an item is by, and in whose name (``by`` and ``as``)."""
        person = self.people[table["by"]]
        body = self.organisations[table["as"]] if "as" in table else None
        return Voice(
            account_id=person.account_id,
            organisation_id=body.id if body else None,
            confirmed=person.confirmed,
            kind=body.kind.value if body else "citizen",
            roles=person.roles,
        )

    async def perform(self, tell: Tell | None = None) -> None:
        """Do everything in the order of time, each at its instant, and what follows from it (mails) at that instant."""
        done = 0
        while self._moments:
            moment = heappop(self._moments)
            with clock.frozen(moment.at):
                await moment.act()
                await outbox.drain_all()
                await write_all()
            done += 1
            if tell:
                tell(done, self._planned)
