"""What every test may ask for."""

import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import structlog
from hypothesis import settings as hypothesis_settings
from starlette.applications import Starlette

from consult.app import create_app
from consult.core import changes, clock
from consult.territories.queries import forget_territories
from consult.web import limits
from tests.cast import NOON

# Before anybody reads the settings: no test leaves files of results in the folder of whoever runs it.
_FILES = tempfile.TemporaryDirectory(prefix="consult-tests-files-", ignore_cleanup_errors=True)
os.environ["CONSULT_FILES"] = _FILES.name

pytest_plugins = ["tests.databases", "tests.filled"]

# What these prove holds on one engine as on the other: the house, pure functions, what templates make of given values,
# the accessibility of pages and the making of documents, whose rows were read by queries that other tests run on both,
# and journeys made once more with scripts: on either engine they are made without.
_HERE = Path(__file__).parent
_ENGINE_FREE = [
    _HERE / name
    for name in ("house", "core/text", "components", "browser", "journeys/test_axe.py", "reports/test_real_report.py")
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what CI runs once instead of once an engine (``-m "not engine_free"``)."""
    for item in items:
        way = (
            item.callspec.params.get("way") if isinstance(item, pytest.Function) and hasattr(item, "callspec") else None
        )
        if any(item.path.is_relative_to(place) for place in _ENGINE_FREE) or getattr(way, "scripts", False):
            item.add_marker(pytest.mark.engine_free)


# Two suites and their browsers share two cores: how long one example took says nothing.
hypothesis_settings.register_profile("shared cores", deadline=None)
hypothesis_settings.load_profile("shared cores")


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command that was run in this process leaves its logs to a standard error that is closed since."""
    yield
    structlog.reset_defaults()


@pytest.fixture
async def app(db: str) -> Starlette:
    """The application on an open, empty, migrated database."""
    forget_territories()
    changes.forget_all()
    await limits.forget()
    return create_app(open_database=False)


@pytest.fixture
def frozen() -> Iterator[datetime]:
    """The clock held at noon of 10 March 2026 (UTC)."""
    with clock.frozen(NOON, everywhere=True):
        yield NOON
