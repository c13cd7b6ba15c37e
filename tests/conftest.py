"""What every test may ask for."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from hypothesis import settings as hypothesis_settings
from starlette.applications import Starlette

from consult.app import create_app
from consult.core import changes, clock
from consult.territories.queries import forget_territories
from consult.web import limits
from tests.cast import NOON

pytest_plugins = ["tests.databases"]

# Two suites and their browsers share two cores: how long one example took says nothing.
hypothesis_settings.register_profile("shared cores", deadline=None)
hypothesis_settings.load_profile("shared cores")


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
