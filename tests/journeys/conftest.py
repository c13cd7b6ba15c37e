"""What journeys ask for: one server and one browser a session, a territory and fresh windows a test.

Each test has a territory of its own at a host of its own (``….localhost`` is always this machine), so that tests leave
each other alone on one database. Through the same database the test makes what is there when the journey begins.
"""

import secrets
from collections.abc import AsyncIterator, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from consult.core.database import database
from consult.territories.models import Territory, TerritoryHost
from tests.browser.chromium import chromium
from tests.cast import Person, a_territory
from tests.journeys.serving import Instance, serving
from tests.journeys.walking import WAYS, Walker, Way, a_walker
from tests.notifications.postman import a_postman


@pytest.fixture(scope="session")
def instance(databases: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """The server of this session, with a territory that is nobody's, so that every territory is found by its host."""
    url = databases.migrated()
    with a_postman() as postman, serving(url, postman, Path(tmp_path_factory.mktemp("journeys"))) as running:
        yield running
    databases.drop(url)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser of this session."""
    async with chromium() as one:
        yield one


@dataclass
class Place:
    """A territory for one test, and whoever walks in it."""

    instance: Instance
    browser: Browser
    way: Way
    territory: Territory
    host: str
    walkers: list[Walker] = field(default_factory=list)

    async def walker(self, person: Person | None = None, **options: Any) -> Walker:
        """Somebody with a window of their own; signed in when they are named."""
        one = await a_walker(self.browser, self.instance, self.host, self.way, **options)
        self.walkers.append(one)
        return await one.be(person) if person else one

    async def leave(self, *, quietly: bool = False) -> None:
        """Close the windows, and say what went wrong in them or on the server."""
        faults = [fault for one in self.walkers for fault in one.watch.faults]
        for one in self.walkers:
            await one.context.close()
        failures = self.instance.failures()
        if quietly:
            print("\n".join([*faults, *failures]))
            return
        assert not faults, "in the browser:\n" + "\n".join(faults)
        assert not failures, "on the server:\n" + "\n".join(failures)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Remember whether the test itself failed, so that its windows can be described."""
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


async def describe(walkers: list[Walker]) -> None:
    """Print what stands in each window, beside the traceback of the test that failed there."""
    for number, one in enumerate(walkers):
        print(f"--- window {number}: {one.page.url} « {await one.page.title()} »\n{(await one.text())[:3000]}")


async def new_place(instance: Instance, browser: Browser, way: Way) -> Place:
    """A territory that nobody else uses (the database is open)."""
    slug = f"v{secrets.token_hex(4)}"
    territory = await a_territory(slug)
    host = f"{slug}.localhost"
    await TerritoryHost.filter(territory=territory).delete()
    await TerritoryHost.create(host=host, territory=territory)
    return Place(instance, browser, way, territory, host)


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """Without scripts on a phone, and with scripts at a desk."""
    made: Way = request.param
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def place(request: pytest.FixtureRequest, instance: Instance, browser: Browser, way: Way) -> AsyncIterator[Place]:
    """A territory of this test's own; the database is open for the time of the test."""
    async with database(instance.database_url):
        one = await new_place(instance, browser, way)
        yield one
        failed = request.node.stash.get(FAILED, False)
        if failed:
            await describe(one.walkers)
        await one.leave(quietly=failed)


@pytest_asyncio.fixture(loop_scope="session")
async def anybody(place: Place) -> Walker:
    """Somebody who is not signed in."""
    return await place.walker()
