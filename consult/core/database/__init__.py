"""The database, whichever of the two engines it is: opening, asking, streaming, migrating."""

from consult.core.database.batches import batches
from consult.core.database.config import APP_LABEL, MODEL_MODULES, DatabaseAddressError, sqlite_address, tortoise_config
from consult.core.database.drafting import make_migration, pending_model_changes
from consult.core.database.migrate import (
    MigrationError,
    MigrationReport,
    migrate,
    pending_migrations,
)
from consult.core.database.session import (
    columns_of,
    connection,
    database,
    dialect,
    execute,
    execute_script,
    in_transaction,
    instance,
    instances,
)
from consult.core.database.snapshot import SnapshotIsReadOnly, outside_snapshot, snapshot
from consult.core.database.sql import Dialect, instant
from consult.core.database.sqlite import TransactionEnded
from consult.core.database.stream import stream_batches, stream_rows
from consult.core.database.tasks import TaskInsideAction, forbid_tasks, guard_loop
from consult.core.database.together import write_together

__all__ = [
    "APP_LABEL",
    "MODEL_MODULES",
    "DatabaseAddressError",
    "Dialect",
    "MigrationError",
    "MigrationReport",
    "SnapshotIsReadOnly",
    "TaskInsideAction",
    "TransactionEnded",
    "batches",
    "columns_of",
    "connection",
    "database",
    "dialect",
    "execute",
    "execute_script",
    "forbid_tasks",
    "guard_loop",
    "in_transaction",
    "instance",
    "instances",
    "instant",
    "make_migration",
    "migrate",
    "outside_snapshot",
    "pending_migrations",
    "pending_model_changes",
    "snapshot",
    "sqlite_address",
    "stream_batches",
    "stream_rows",
    "tortoise_config",
    "write_together",
]
