"""The tools of the journeys work, and can find a fault."""

import pytest

from tests.browser.chromium import axe_faults, chromium

pytestmark = pytest.mark.browser

SOUND = """<!doctype html><html lang="fr"><head><title>Une page</title></head>
<body><main><h1>Une page</h1><label>Nom <input></label></main></body></html>"""


async def test_axe_finds_a_fault_and_no_other() -> None:
    async with chromium() as browser:
        page = await browser.new_page()
        await page.set_content(SOUND)
        assert await axe_faults(page) == []
        await page.set_content(SOUND.replace("<label>Nom <input></label>", "<input>"))
        assert [fault.split(":")[0] for fault in await axe_faults(page)] == ["label"]


async def test_a_page_can_be_read_without_scripts() -> None:
    async with chromium() as browser:
        page = await browser.new_page(java_script_enabled=False)
        await page.set_content("<p>lu</p><script src=\"data:text/javascript,document.title='x'\"></script>")
        assert await page.inner_text("p") == "lu"
        assert await page.title() == ""
