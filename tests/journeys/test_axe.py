"""Every page of routes.py, asked by axe: nothing to find, for nobody, a citizen, an administrator; and a newcomer.

Each page is asked in the light scheme at a desk and in the dark one on a phone, everything unfolded. The same visit
sees that it fits a window of 320 px (a zoom of 400 %), has at most one primary button, and that the browser complains
of nothing. A new route that is read by people fails here until SAMPLES says where it can be seen.
"""

import hashlib
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from starlette.routing import Route

from consult.core.database import database
from consult.routes import ROUTES
from tests.browser.chromium import axe_faults
from tests.journeys.conftest import new_place
from tests.journeys.furnished import Furnished, furnish
from tests.journeys.samples import EMPTY, NEWCOMERS, SAMPLES
from tests.journeys.serving import Instance
from tests.journeys.walking import Walker, Way

pytestmark = pytest.mark.browser
in_session = pytest.mark.asyncio(loop_scope="session")
DESK = Way("desk", True, {"width": 1440, "height": 900})


class Gallery:
    """The furnished territory, with a window for each of its people."""

    def __init__(self, furnished: Furnished) -> None:
        self.furnished = furnished
        self.windows: dict[str, Walker] = {}
        self.asked: set[str] = set()

    async def window(self, name: str) -> Walker:
        """The window of one person, opened when it is first wanted."""
        if name not in self.windows:
            self.windows[name] = await self.furnished.place.walker(self.furnished.people[name])
        return self.windows[name]

    def address(self, path: str) -> str:
        """An address with its parts filled in."""
        return path.format(**self.furnished.here)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gallery(
    instance: Instance, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Gallery]:
    """Made once: pages are only read here."""
    async with database(instance.database_url):
        place = await new_place(instance, browser, DESK)
        furnished = await furnish(place, tmp_path_factory.mktemp("furnished"))
    one = Gallery(furnished)
    yield one
    for walker in one.windows.values():
        await walker.context.close()


def pages() -> list[Route]:
    """All routes that are read."""
    return [one for one in ROUTES if isinstance(one, Route) and "GET" in (one.methods or set())]


def gate_of(route: Route) -> str:
    gate = getattr(route.endpoint, "gate", None)
    return gate.name if gate else "anyone"


def visitors(route: Route) -> list[str]:
    """Who goes to see it."""
    gate = gate_of(route)
    names = ["citizen", "administrator"]
    if gate.startswith("staff"):
        names = [one for one in ("moderator", "administrator") if one in gate]
    if gate in {"anyone", "signed_out", "demo_only"}:
        names.insert(0, "nobody")
    return names + (["newcomer"] if route.path in NEWCOMERS else [])


def test_every_page_has_a_sample() -> None:
    forgotten = {route.path for route in pages()} ^ set(SAMPLES)
    assert not forgotten, f"SAMPLES does not say where these are seen, or they are gone: {sorted(forgotten)}"


@in_session
@pytest.mark.parametrize("route", [one for one in pages() if SAMPLES.get(one.path)], ids=lambda route: route.path)
async def test_axe_finds_nothing(gallery: Gallery, instance: Instance, route: Route) -> None:
    found: list[str] = []
    reached = 0
    for path in SAMPLES[route.path] or ():
        for name in visitors(route):
            walker = await gallery.window(name)
            response = await walker.page.goto(instance.address(walker.host) + gallery.address(path))
            reached += response is not None and response.status in {200, 410}
            found += [f"{name} at {path}: {fault}" for fault in await faults(gallery, walker)]
    assert not found, "\n".join(found)
    assert reached, f"nobody was shown {route.path}"
    assert not instance.failures()


@in_session
@pytest.mark.parametrize(("path", "sent"), EMPTY.items(), ids=EMPTY)
async def test_axe_finds_nothing_where_a_form_is_refused(
    gallery: Gallery, instance: Instance, path: str, sent: tuple[str, str]
) -> None:
    walker = await gallery.window(sent[0])
    await walker.page.set_viewport_size(DESK.size)
    await walker.go(gallery.address(path))
    await walker.press(sent[1], within=walker.page.get_by_role("main"))
    assert (await walker.title()).startswith("Erreur :")
    assert not await faults(gallery, walker)


async def faults(gallery: Gallery, walker: Walker) -> list[str]:
    """What is wrong on the page in the window. The same words in ``main`` are asked once, whoever reads them."""
    page = walker.page
    words = await page.locator("main").inner_html()
    print_of_it = hashlib.sha256(re.sub(r'name="(csrf|once)" value="[^"]*"|\d{9,}', "", words).encode())
    wrong, walker.watch.faults = walker.watch.faults, []
    if print_of_it.hexdigest() in gallery.asked:
        return wrong
    gallery.asked.add(print_of_it.hexdigest())
    await page.set_viewport_size({"width": 320, "height": 640})
    width = await page.evaluate("document.documentElement.scrollWidth")
    if width > 320:
        wrong.append(f"{width} px wide in a window of 320: {await page.evaluate(WIDEST)}")
    primary = page.locator(".button.primary, .button.danger").filter(visible=True)
    if await primary.count() > 1 and not page.url.endswith("/components"):
        wrong.append(f"{await primary.count()} primary buttons: {await primary.all_inner_texts()}")
    await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    for width, scheme in ((1440, "light"), (360, "dark")):
        await page.set_viewport_size({"width": width, "height": 900})
        await page.emulate_media(color_scheme=scheme)
        wrong += [f"({width} px, {scheme}) {fault}" for fault in await axe_faults(page)]
    wrong += walker.watch.faults
    walker.watch.faults = []
    return wrong


WIDEST = """() => [...document.querySelectorAll('body *')]
  .filter((one) => one.getBoundingClientRect().right > 321).map((one) => one.outerHTML.slice(0, 120)).slice(-2)"""
