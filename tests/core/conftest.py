"""A small database of orchards and trees, so that the database layer is tested without Consult's own tables."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from consult.core.database import database, tortoise_config

ORCHARD = ("tests.core.orchard",)
Package = Callable[..., Callable[[], dict[str, Any]]]
HEAD = """
from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from consult.core.fields import KeyField
"""
FIRST = """
class Migration(migrations.Migration):
    operations = [
        ops.CreateModel(
            name="Orchard",
            fields=[
                ("id", KeyField()),
                ("name", fields.CharField(max_length=100)),
                ("planted_at", fields.DatetimeField(null=True)),
                ("open", fields.BooleanField(default=True)),
                ("count", fields.IntField(default=0)),
            ],
            options={"table": "orchard", "app": "consult", "pk_attr": "id", "indexes": [Index(fields=["name", "id"])]},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="Tree",
            fields=[
                ("id", KeyField()),
                ("orchard", fields.ForeignKeyField("consult.Orchard", source_field="orchard_id", related_name="trees",
                                                   on_delete=OnDelete.CASCADE)),
                ("kind", fields.CharField(max_length=50)),
            ],
            options={"table": "tree", "app": "consult", "pk_attr": "id", "unique_together": (("orchard", "kind"),)},
            bases=["Model"],
        ),
        ops.RunSQL("CREATE UNIQUE INDEX one_open_orchard ON orchard (count) WHERE count > 0"),
    ]
"""


def orchard_config(url: str, migrations: str | None = None) -> dict[str, Any]:
    """Tortoise's configuration of the orchards."""
    return tortoise_config(url, modules=ORCHARD, migrations=migrations)


@pytest.fixture
async def orchards(empty_database_url: str) -> AsyncIterator[str]:
    """Open orchards, without rows."""
    async with database(empty_database_url, config=orchard_config(empty_database_url)) as context:
        await context.generate_schemas()
        yield empty_database_url


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_database_url: str) -> Package:
    """Writes a package of migrations; gives what makes a configuration with it (Tortoise reads it anew each time)."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    name = f"moves_{tmp_path.name}".replace("-", "_")
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").touch()

    def write(**migrations: str) -> Callable[[], dict[str, Any]]:
        for key, text in migrations.items():
            (folder / f"{key.removeprefix('m')}.py").write_text(HEAD + text)
        return lambda: orchard_config(empty_database_url, name)

    return write
