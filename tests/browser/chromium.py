"""The browser that journeys drive, and axe, which they ask on every page.

    async with chromium() as browser:
        page = await browser.new_page(java_script_enabled=False)
        await page.goto(address)
        assert not await axe_faults(page)

axe is a script: pages visited with scripts off are asked in a second context with scripts on.
"""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
# A browser in a test asks nobody for anything: no updates, no experiments, no first visit.
ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
PATIENCE = 120
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def executable() -> str:
    """The path of the browser, found as the Makefile finds it.

    Raises:
        FileNotFoundError: there is none; the message says what to do.
    """
    found = subprocess.run(
        [ROOT / "scripts" / "prepare", "--print-browser"], capture_output=True, text=True, check=False
    )
    if found.returncode:
        raise FileNotFoundError("no browser to drive: run `make browser`, or set CONSULT_TEST_CHROMIUM to its path")
    return found.stdout.strip()


@asynccontextmanager
async def chromium(**options: Any) -> AsyncIterator[Browser]:
    """A headless browser with an empty profile.

    Its sandbox is off because tests may run as root, and may be: it visits our own pages only.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=executable(), args=ARGUMENTS, chromium_sandbox=False, **options
        )
        try:
            yield browser
        finally:
            await browser.close()


@cache
def axe_source() -> str:
    """axe, as locked by package-lock.json.

    Raises:
        FileNotFoundError: it is not installed; the message says what to do.
    """
    path = HERE / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        raise FileNotFoundError("axe is not installed: run `make browser`")
    return path.read_text(encoding="utf-8")


async def axe_faults(page: Page, *, leave_out: tuple[str, ...] = ()) -> list[str]:
    """What axe finds wrong on the page that is open: rule, what it says, and where.

    It is evaluated through the browser's own protocol, which the page's Content-Security-Policy does not hinder.
    """
    if not await page.evaluate("typeof axe === 'object'"):
        await page.evaluate(axe_source())
    options = {
        "runOnly": {"type": "tag", "values": AXE_TAGS},
        "rules": {name: {"enabled": False} for name in leave_out},
        "resultTypes": ["violations"],
    }
    async with asyncio.timeout(PATIENCE):  # with scripts off it would never answer
        answer = await page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['id']}: {one['help']} — {', '.join(str(node['target'][0]) for node in one['nodes'][:3])}"
        for one in answer["violations"]
    ]
