"""Each test has a folder of its own for the files it makes, and makes those of this room."""

from pathlib import Path

import pytest

from consult.app import load_effects
from consult.exports.making import products
from consult.settings import settings


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
