"""Databases that take long to fill, each filled once a run: the demonstration, and the real consultation of 2015."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.app import create_app, load_effects
from consult.core import changes
from consult.core.database import database
from consult.core.voice import SYSTEM
from consult.demo.loading import load
from consult.imports.actions import import_cap_collectif
from consult.notifications.writing import queue
from consult.territories.queries import forget_territories
from consult.web import limits
from tests.cast import a_territory

REAL_DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "republique-numerique"
REAL_SLUG = "republique-numerique"


async def _demonstration() -> None:
    load_effects()
    queue._told.clear()  # this process may have told the moderators of another database this morning
    await load()


async def _real_consultation() -> None:
    load_effects()
    await import_cap_collectif(
        SYSTEM,
        territory_id=(await a_territory()).id,
        slug=REAL_SLUG,
        title="République numérique",
        path=REAL_DATA / "opinions.jsonl.gz",
    )


@pytest.fixture
def demonstration_url(databases: Any) -> Iterator[str]:
    """A database with the demonstration in it, for this test alone."""
    url = databases.filled("demonstration", _demonstration)
    yield url
    databases.drop(url)


@pytest.fixture
def real_consultation_url(databases: Any) -> Iterator[str]:
    """A database with the real consultation in it, for this test alone; the test skips, loudly, without the data."""
    if not REAL_DATA.is_dir():
        pytest.skip("THE REAL DATA IS NOT HERE: ../shared/data/republique-numerique")
    url = databases.filled("real-consultation", _real_consultation)
    yield url
    databases.drop(url)


@pytest.fixture
async def demonstration(demonstration_url: str) -> AsyncIterator[Starlette]:
    """The application on a database with the demonstration."""
    async for app in _open(demonstration_url):
        yield app


@pytest.fixture
async def real_consultation(real_consultation_url: str) -> AsyncIterator[Starlette]:
    """The application on a database with the real consultation."""
    async for app in _open(real_consultation_url):
        yield app


async def _open(url: str) -> AsyncIterator[Starlette]:
    forget_territories()
    changes.forget_all()
    await limits.forget()
    async with database(url):
        yield create_app(open_database=False)
    forget_territories()
