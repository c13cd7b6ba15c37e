"""Tortoise's configuration, made from one database address."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tortoise.backends.base.config_generator import expand_db_url

import consult
from consult.resources import migrations_module

APP_LABEL = "consult"
CONNECTION = "default"
_POSTGRES_SCHEMES = ("postgres://", "postgresql://", "asyncpg://")


class DatabaseAddressError(ValueError):
    """CONSULT_DATABASE_URL cannot be understood."""


def _model_modules() -> tuple[str, ...]:
    package = Path(consult.__file__).parent
    single = {path.parent.name for path in package.glob("*/models.py")}
    split = {path.parent.parent.name for path in package.glob("*/models/__init__.py")}
    return tuple(sorted(f"consult.{room}.models" for room in single | split))


MODEL_MODULES: tuple[str, ...] = _model_modules()
"""Every room's models, found by file name, in the alphabet's order."""


@dataclass(frozen=True)
class SqliteAddress:
    """A ``sqlite://`` address taken apart. ``path`` is None for a database in memory."""

    path: Path | None
    options: dict[str, str]


def sqlite_address(url: str) -> SqliteAddress | None:
    """Take a SQLite address apart; None when it is another engine's.

    ``sqlite://./var/x.sqlite3`` and ``sqlite://var/x.sqlite3`` are relative, ``sqlite:///var/x.sqlite3`` is absolute.

    Raises:
        DatabaseAddressError: there is no path in it.
    """
    if not url.startswith("sqlite://"):
        return None
    path, _, query = url.removeprefix("sqlite://").partition("?")
    if not path:
        raise DatabaseAddressError("the SQLite address has no path: write sqlite://./var/consult.sqlite3")
    return SqliteAddress(None if path == ":memory:" else Path(path), dict(parse_qsl(query)))


def _sqlite_connection(address: SqliteAddress) -> dict[str, Any]:
    credentials: dict[str, Any] = {
        # WAL: readers never wait for the writer. NORMAL: a power cut may lose the last commits, never corrupt.
        "journal_mode": "WAL",
        "synchronous": "NORMAL",
        "busy_timeout": 10_000,
        "foreign_keys": "ON",
        "journal_size_limit": 67_108_864,
        "cache_size": -16_000,
        "temp_store": "MEMORY",
        **address.options,
        "file_path": str(address.path) if address.path else ":memory:",
    }
    return {"engine": "consult.core.database.sqlite", "credentials": credentials}


def _postgres_connection(url: str) -> dict[str, Any]:
    credentials = dict(expand_db_url(url)["credentials"])
    credentials.setdefault("min_size", 1)
    credentials.setdefault("max_size", 10)
    credentials["server_settings"] = {
        "application_name": credentials.pop("application_name", "consult"),
        "timezone": "UTC",
        # our queries are short: compiling them costs more than it saves
        "jit": "off",
    }
    return {"engine": "consult.core.database.postgres", "credentials": credentials}


def connection_config(url: str) -> dict[str, Any]:
    """The engine and the credentials of one address, as Tortoise wants them.

    Raises:
        DatabaseAddressError: the address is neither SQLite's nor PostgreSQL's.
    """
    if (address := sqlite_address(url)) is not None:
        return _sqlite_connection(address)
    if url.startswith(_POSTGRES_SCHEMES):
        return _postgres_connection(url)
    raise DatabaseAddressError("the database's address must begin with sqlite:// or postgres://")


def tortoise_config(
    url: str, *, modules: tuple[str, ...] = MODEL_MODULES, migrations: str | None = None
) -> dict[str, Any]:
    """Tortoise's configuration for an address; tests give modules and migrations of their own."""
    return {
        "connections": {CONNECTION: connection_config(url)},
        "apps": {
            APP_LABEL: {
                "models": list(modules),
                "default_connection": CONNECTION,
                "migrations": migrations or migrations_module(),
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }
