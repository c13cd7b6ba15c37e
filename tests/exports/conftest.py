"""Each test has a folder of its own for the files it makes."""

from pathlib import Path

import pytest

from consult.settings import settings


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where ``CONSULT_FILES`` points to in this test, and in the processes that it starts."""
    folder = tmp_path / "files"
    monkeypatch.setattr(settings(), "files", folder)
    monkeypatch.setenv("CONSULT_FILES", str(folder))
    return folder
