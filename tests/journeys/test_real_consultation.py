"""The real national consultation of 2015, imported by the command that the README names, read in the browser."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from consult.core.database import database, execute
from consult.imports.pages import WORDS
from tests.browser.chromium import axe_faults
from tests.imports.test_real_data import FOLDER
from tests.journeys.conftest import Place, new_place
from tests.journeys.serving import SETTINGS, STARTED, Instance
from tests.journeys.walking import WAYS, Way, spaces

pytestmark = [
    pytest.mark.browser,
    pytest.mark.real_data,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not FOLDER.is_dir(), reason="THE REAL DATA IS NOT HERE: ../shared/data/republique-numerique"),
]
HERE = "/consultations/republique-numerique"


def number(value: int) -> str:
    """« 63 640 », as pages write it, spaces made plain."""
    return f"{value:,}".replace(",", " ")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def republic(instance: Instance, browser: Browser) -> AsyncIterator[Place]:
    """A territory into which the command has imported it, while the server runs."""
    async with database(instance.database_url):
        one = await new_place(instance, browser, WAYS[0])
    command = [sys.executable, "-c", STARTED, "import", "cap-collectif", str(FOLDER / "opinions.jsonl.gz")]
    command += ["--territory", one.territory.slug, "--consultation", "republique-numerique"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CONSULT_")} | SETTINGS
    environment |= {"CONSULT_DATABASE_URL": instance.database_url, "CONSULT_BASE_URL": instance.address("localhost")}
    running = await asyncio.create_subprocess_exec(
        *command, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await running.communicate()
    assert running.returncode == 0, output.decode()[-3000:]
    yield one


@pytest.fixture
def figures() -> dict:
    """What must be reproduced."""
    return json.loads((FOLDER / "figures.json").read_text(encoding="utf-8"))


async def test_every_public_figure_stands_on_the_pages(republic: Place, way: Way, figures: dict) -> None:
    republic.way, public = way, figures["public"]
    reader = await republic.walker()
    await reader.go("/")
    await reader.follow("Republique numerique")
    await reader.reads(
        "La période de participation est maintenant fermée. Merci à tous d’avoir participé.",
        f"{public['opinions']} contributions",
        f"{number(public['arguments'])} arguments",
        f"{public['sources']} sources",
        f"{number(public['votes_total'])} votes",
    )
    assert await reader.page.locator("main .sections li").count() == figures["sections"]
    await reader.follow("D’où viennent ces données")
    rows = {}
    for row in await reader.page.get_by_role("row").all():
        cells = [spaces(text) for text in await row.locator("th, td").all_inner_texts()]
        rows[cells[0]] = cells[1:]
    for name, words in WORDS.items():
        shown = rows[spaces(words)]
        assert shown[0] == number(figures[name]), words
        if name in public:
            assert shown[1] == number(public[name]), words
    await republic.leave()
    republic.walkers.clear()


async def test_a_contribution_keeps_its_number_and_reads_like_the_original(republic: Place, way: Way) -> None:
    republic.way = way
    async with database(republic.instance.database_url):
        most, bare, hidden = await examples(republic)
    reader = await republic.walker()
    await reader.go(f"{HERE}/contributions/{most['number']}")
    await reader.reads(
        f"n° {most['number']}",
        f"{number(most['votes_total'])} votes",
        f"{number(most['arguments_for'])} arguments pour",
        f"{number(most['arguments_against'])} arguments contre",
        "La consultation est fermée",
    )
    await reader.go(f"{HERE}/contributions/{bare['number']}")
    await reader.reads(
        "Aucun argument pour", "Aucun argument contre", "Aucune source déposée", "La consultation est fermée"
    )
    await reader.go(f"{HERE}/contributions/{hidden['number']}")
    await reader.reads(f"n° {hidden['number']}", "Contribution masquée par décision")
    await reader.reads_not(hidden["title"])
    await republic.leave()
    republic.walkers.clear()


async def test_axe_finds_nothing_in_what_the_public_typed(republic: Place) -> None:
    republic.way = Way("scripts-phone", True, {"width": 320, "height": 740})
    async with database(republic.instance.database_url):
        rows = await execute(
            "SELECT i.number FROM contribution i JOIN consultation c ON c.id = i.consultation_id"
            " WHERE c.territory_id = :here AND i.state = 'published' ORDER BY LENGTH(i.body_html) DESC LIMIT 6",
            here=republic.territory.id,
        )
    reader = await republic.walker()
    found = []
    for path in [HERE, f"{HERE}/contributions", *(f"{HERE}/contributions/{row['number']}" for row in rows)]:
        await reader.go(path)
        await reader.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        width = await reader.page.evaluate("document.documentElement.scrollWidth")
        found += [f"{path}: {fault}" for fault in await axe_faults(reader.page)]
        found += [f"{path}: {width} px wide"] if width > 320 else []
    await republic.leave()
    republic.walkers.clear()
    assert not found, "\n".join(found)


async def examples(republic: Place) -> tuple[dict, dict, dict]:
    """The most argued contribution, one under which nothing was said, and the hidden one."""
    select = (
        "SELECT i.* FROM contribution i JOIN consultation c ON c.id = i.consultation_id"
        " WHERE c.territory_id = :here AND"
    )
    here = republic.territory.id
    most = await execute(f"{select} i.state = 'published' ORDER BY i.arguments_count DESC, i.id LIMIT 1", here=here)
    nothing = "i.state = 'published' AND i.arguments_count = 0 AND i.sources_count = 0"
    bare = await execute(f"{select} {nothing} ORDER BY i.id LIMIT 1", here=here)
    hidden = await execute(f"{select} i.state = 'hidden' LIMIT 1", here=here)
    return most[0], bare[0], hidden[0]


async def test_the_list_leads_to_each_public_contribution_once(republic: Place, figures: dict) -> None:
    republic.way = WAYS[0]
    reader = await republic.walker()
    await reader.go(f"{HERE}/contributions")
    seen: list[str] = []
    while True:
        links = await reader.page.get_by_role("main").get_by_role("heading", level=2).get_by_role("link").all()
        seen += [re.sub(r".*/", "", str(await link.get_attribute("href"))) for link in links]
        if not await reader.page.get_by_role("link", name="Suivant").count():
            break
        await reader.follow("Suivant")
    assert len(seen) == len(set(seen)) == figures["public"]["opinions"]
    await republic.leave()
    republic.walkers.clear()
