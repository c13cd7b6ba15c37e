"""docs/package.md says how to write a verifier, and the one that it prints agrees with ours."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.core.database import database
from consult.exports.verifying import layout
from consult.territories.models import Territory
from tests.exports.bilingual import verify
from tests.exports.packages import Package, World, a_world, made
from tests.filled import REAL_SLUG
from tests.house.house import ROOT

pytestmark = pytest.mark.engine_free
DOCUMENT = ROOT / "docs" / "package.md"
Verifier = Callable[..., str]


@pytest.fixture
def printed() -> Verifier:
    """The verifier of the document."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {"__name__": "verify_package"}
    exec(compile(code, str(DOCUMENT), "exec"), names)
    found: Verifier = names["verify"]
    return found


@pytest.fixture
async def world(databases: Any, tmp_path: Path) -> World:
    url = databases.migrated()
    async with database(url):
        made_of = await a_world(tmp_path)
    databases.drop(url)
    return made_of


def test_the_printed_verifier_agrees_with_ours(world: World, printed: Verifier, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    for content in (world.final, world.early, world.neighbour):
        path.write_bytes(content)
        assert "texts as recorded" in printed(path)
        assert verify(path).ok
    package = Package.of(world.final)
    assert "7 texts as recorded" in printed(package.write(path), [package.key])
    changed = Package.of(world.final)
    changed.drop_contribution(5)
    with pytest.raises(AssertionError, match="was changed"):
        printed(changed.write(path))
    changed.tidy(tmp_path)
    with pytest.raises(AssertionError, match="not the one that was recorded"):
        printed(changed.write(path))
    changed.forge()
    with pytest.raises(AssertionError, match="left out"):
        printed(changed.write(path))
    with pytest.raises(AssertionError, match="not signed by this key"):
        printed(changed.write(path), [package.key])


def test_the_document_names_every_file_and_every_check(world: World, tmp_path: Path) -> None:
    text = DOCUMENT.read_text("utf-8")
    package = Package.of(world.final)
    for name in package.files:
        assert (layout.table_of(name) or name) in text, name
    for check in verify(package.write(tmp_path / "package.zip")).checks:
        assert f"| {check.name} |" in text


@pytest.mark.real_data
async def test_the_printed_verifier_on_the_real_consultation(
    real_consultation: Starlette, printed: Verifier, tmp_path: Path
) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(await made(tmp_path, await Territory.get(), REAL_SLUG))
    assert "3656 texts as recorded" in printed(path)
