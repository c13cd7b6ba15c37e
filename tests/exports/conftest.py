"""Each test has a folder of its own for the files it makes, and makes those of this room; and a package to check."""

from pathlib import Path

import pytest

from consult.app import load_effects
from consult.core.database import database
from consult.exports.making import products
from consult.settings import settings
from tests.exports.packages import Package, World, a_world

_worlds: list[World] = []


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where ``CONSULT_FILES`` points to in this test, and in the processes that it starts."""
    folder = tmp_path / "files"
    monkeypatch.setattr(settings(), "files", folder)
    monkeypatch.setenv("CONSULT_FILES", str(folder))
    return folder


@pytest.fixture(autouse=True)
def this_rooms_files(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the documents that the room of reports adds, which take longer than all else; the real data has them."""
    load_effects()  # rooms register what they add when they are imported, which happens once
    if "real_data" not in request.keywords:
        monkeypatch.setattr(products, "_added", {})


@pytest.fixture
async def world(databases: object, tmp_path: Path) -> World:
    """Made once: what is checked afterwards is bytes alone."""
    if not _worlds:
        url = databases.migrated()  # type: ignore[attr-defined]
        async with database(url):
            _worlds.append(await a_world(tmp_path))
        databases.drop(url)  # type: ignore[attr-defined]
    return _worlds[0]


@pytest.fixture
def package(world: World) -> Package:
    """A good one, to be changed at will."""
    return Package.of(world.final)
