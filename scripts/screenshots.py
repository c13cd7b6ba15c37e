"""Pictures of the demo's pages at the widths of a phone, a tablet and a desk: ``make screenshots``.

The demo is started in a temporary folder, photographed, and stopped. Everything goes to ``var/screenshots``; the few
pictures that the README shows also go to ``docs/pictures``. ``--address`` photographs an instance that runs already.
"""

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import Browser

from tests.browser.chromium import chromium

ROOT = Path(__file__).resolve().parents[1]
EVERYTHING = ROOT / "var" / "screenshots"
SHOWN = ROOT / "docs" / "pictures"
WIDTHS = {360: 780, 768: 1024, 1440: 1000}
PATIENCE = 120

PAGES = {
    "home": "/",
    "consultation": "/consultations/{slug}",
    "list": "/consultations/{slug}/contributions",
    "contribution": "/consultations/{slug}/contributions/{number}",
    "sign-in": "/sign-in",
    "components": "/components",
}
# What the README shows: the page, the width, the file, and how much of the page: as far as its arguments at a desk.
IN_README = {("contribution", 1440): ("contribution.png", 1760), ("contribution", 360): ("contribution-phone.png", 780)}


@contextmanager
def demo() -> Iterator[str]:
    """The demo, in a folder of its own, for the time of the pictures."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = int(one.getsockname()[1])
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="consult-screenshots-") as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CONSULT_")}
        environment |= {"CONSULT_PORT": str(port), "CONSULT_BASE_URL": address}
        command = [str(Path(sys.executable).parent / "consult"), "demo"]
        running = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
        try:
            wait_for(f"{address}/readyz", running)
            yield address
        finally:
            running.terminate()
            running.wait(timeout=30)


def wait_for(address: str, running: subprocess.Popen[bytes]) -> None:
    """Wait until it answers.

    Raises:
        SystemExit: it stopped, or patience did.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and running.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise SystemExit("the demo did not start: try `make demo`")


async def photograph(browser: Browser, address: str, name: str, path: str, scheme: str) -> list[Path]:
    """One page at every width."""
    made = []
    for width, height in WIDTHS.items():
        page = await browser.new_page(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            locale="fr-FR",
        )
        await page.goto(address + path)
        suffix = "-dark" if scheme == "dark" else ""
        target = EVERYTHING / f"{name}-{width}{suffix}.png"
        await page.screenshot(path=target, full_page=True)
        made.append(target)
        if (name, width) in IN_README and scheme == "light":
            file, depth = IN_README[name, width]
            await page.screenshot(
                path=SHOWN / file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": depth}
            )
        await page.close()
    return made


async def find_example(browser: Browser, address: str) -> dict[str, str]:
    """The first consultation on the home page and its first contribution in the list of the most argued."""
    page = await browser.new_page()
    await page.goto(address)
    link = await page.locator('a[href*="/consultations/"]').first.get_attribute("href") or ""
    slug = link.split("/consultations/", 1)[1].split("/")[0].split("?")[0]
    await page.goto(f"{address}/consultations/{slug}/contributions?sort=argued")
    links = await page.locator(f'a[href*="/consultations/{slug}/contributions/"]').evaluate_all(
        "all => all.map(a => a.pathname)"
    )
    await page.close()
    numbers = [one.rsplit("/", 1)[1] for one in links if one.rsplit("/", 1)[1].isdigit()]
    if not numbers:
        raise SystemExit(f"no contribution is listed in {slug}")
    return {"slug": slug, "number": numbers[0]}


async def main() -> None:
    """Photograph all pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", help="an instance that runs already; without it the demo is started")
    parser.add_argument("--dark", action="store_true", help="the dark scheme too")
    chosen = parser.parse_args()
    shutil.rmtree(EVERYTHING, ignore_errors=True)
    for folder in (EVERYTHING, SHOWN):
        folder.mkdir(parents=True, exist_ok=True)
    if chosen.address:
        await photograph_all(chosen.address.rstrip("/"), chosen.dark)
    else:
        with demo() as address:
            await photograph_all(address, chosen.dark)


async def photograph_all(address: str, dark: bool) -> None:
    """Every page, in the light scheme and perhaps in the dark one."""
    async with chromium() as browser:
        example = await find_example(browser, address)
        for name, path in PAGES.items():
            for scheme in ("light", "dark") if dark else ("light",):
                for made in await photograph(browser, address, name, path.format(**example), scheme):
                    print(made.relative_to(ROOT))


if __name__ == "__main__":
    asyncio.run(main())
