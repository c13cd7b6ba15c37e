"""Writing migrations, for developers: what the models say that no migration does yet."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from tortoise.apps import Apps
from tortoise.context import TortoiseContext
from tortoise.migrations import writer as tortoise_writer
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.writer import ImportManager, MigrationWriter, format_migration_name

from consult.core.database.config import APP_LABEL, tortoise_config


class ConsultWriter(MigrationWriter):
    """Writes what Tortoise's own writer forgets."""

    def _render_field(self, field: Any, imports: ImportManager) -> str:
        path, args, kwargs = field.deconstruct()
        if path == "tortoise.fields.data.BigIntField" and field.pk and not field.generated:
            # Left out, it is read as a key that the database draws, and the next migration would make it anew.
            kwargs["generated"] = False
        return tortoise_writer._render_call(path, args, kwargs, imports)


@asynccontextmanager
async def _detected(config: dict[str, Any]) -> AsyncIterator[tuple[MigrationAutodetector, list[MigrationWriter]]]:
    async with TortoiseContext() as context:
        await context.init(config, init_connections=False)
        detector = MigrationAutodetector(cast("Apps", context.apps), config["apps"])
        yield detector, await detector.changes()


async def pending_model_changes(*, config: dict[str, Any] | None = None) -> list[str]:
    """What the models say and no migration does yet; empty in a tree that is ready to be released."""
    async with _detected(config or tortoise_config("sqlite://:memory:")) as (_, writers):
        return [operation.describe() for writer in writers for operation in writer.operations]


async def make_migration(name: str, *, empty: bool = False, config: dict[str, Any] | None = None) -> Path | None:
    """Write the migration that brings the tables to the models; None when there is nothing to write.

    Args:
        name: what it does, in a few words; the number comes before it.
        empty: write one without operations, to be filled by hand (RunSQL, RunPython).
    """
    chosen = config or tortoise_config("sqlite://:memory:")
    async with _detected(chosen) as (detector, writers):
        if not (empty or writers):
            return None
        written = ConsultWriter(
            format_migration_name(detector._next_number(APP_LABEL), name),
            APP_LABEL,
            [] if empty else writers[0].operations,
            dependencies=[(key.app_label, key.name) for key in detector._leaf_nodes(APP_LABEL)],
            initial=None if empty else writers[0].initial,
            migrations_module=chosen["apps"][APP_LABEL]["migrations"],
        )
        return Path(written.write())
