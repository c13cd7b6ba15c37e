"""A small database of orchards and trees, so that the database layer is tested without Consult's own tables."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from consult.core.database import database, tortoise_config

ORCHARD = ("tests.core.orchard",)


def orchard_config(url: str, migrations: str | None = None) -> dict[str, Any]:
    """Tortoise's configuration of the orchards."""
    return tortoise_config(url, modules=ORCHARD, migrations=migrations)


@pytest.fixture
async def orchards(empty_database_url: str) -> AsyncIterator[str]:
    """Open orchards, without rows."""
    async with database(empty_database_url, config=orchard_config(empty_database_url)) as context:
        await context.generate_schemas()
        yield empty_database_url
