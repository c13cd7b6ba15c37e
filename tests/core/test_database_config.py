"""Addresses, discovery of models, and SQL written once for two engines."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from consult.core.database import MODEL_MODULES, DatabaseAddressError, instant, sqlite_address, tortoise_config
from consult.core.database.config import connection_config
from consult.core.database.sql import positional
from consult.core.database.sqlite import only_reads, statements
from consult.resources import migrations_module, resource_folder


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite://./var/consult.sqlite3", Path("var/consult.sqlite3")),
        ("sqlite://var/consult.sqlite3", Path("var/consult.sqlite3")),
        ("sqlite:///srv/consult.sqlite3", Path("/srv/consult.sqlite3")),
        ("sqlite:///srv/with space/consult.sqlite3?busy_timeout=50", Path("/srv/with space/consult.sqlite3")),
        ("sqlite://:memory:", None),
    ],
)
def test_a_sqlite_address_is_relative_or_absolute(url: str, path: Path | None) -> None:
    address = sqlite_address(url)
    assert address is not None
    assert address.path == path


def test_an_address_that_means_nothing_is_refused() -> None:
    for url in ("sqlite://", "mysql://localhost/consult", "consult.sqlite3"):
        with pytest.raises(DatabaseAddressError):
            connection_config(url)


def test_sqlite_waits_for_others_and_checks_references() -> None:
    credentials = connection_config("sqlite://./x.sqlite3?busy_timeout=70")["credentials"]
    assert (credentials["journal_mode"], credentials["synchronous"], credentials["foreign_keys"]) == (
        "WAL",
        "NORMAL",
        "ON",
    )
    assert credentials["busy_timeout"] == "70"


def test_postgres_takes_its_pool_and_schema_from_the_address() -> None:
    address = "postgres://consult:p%40ss@db.example.org:5433/consult?max_size=4&schema=participation"
    credentials = connection_config(address)["credentials"]
    assert (credentials["host"], credentials["port"], credentials["password"]) == ("db.example.org", 5433, "p@ss")
    assert (credentials["min_size"], credentials["max_size"], credentials["schema"]) == (1, 4, "participation")
    assert credentials["server_settings"]["timezone"] == "UTC"


def test_every_room_with_models_is_found_in_order() -> None:
    assert "consult.core.models" in MODEL_MODULES
    assert list(MODEL_MODULES) == sorted(set(MODEL_MODULES))
    config = tortoise_config("sqlite://:memory:")
    assert config["apps"]["consult"]["models"] == list(MODEL_MODULES)
    assert config["apps"]["consult"]["migrations"] == migrations_module()


def test_folders_are_found_beside_the_package_in_a_checkout() -> None:
    assert resource_folder("templates").is_dir()
    with pytest.raises(FileNotFoundError):
        resource_folder("no-such-folder")


def test_names_become_the_engines_own_placeholders() -> None:
    sql = "SELECT ':no', \"a:b\", x::text FROM t -- :no\n WHERE a = :a AND b IN :b AND c > :a /* :no */"
    params = {"a": 1, "b": [2, 3]}
    expected = "SELECT ':no', \"a:b\", x::text FROM t -- :no\n WHERE a = {} AND b IN ({}, {}) AND c > {} /* :no */"
    assert positional(sql, params, "sqlite") == (expected.format("?", "?", "?", "?"), [1, 2, 3, 1])
    assert positional(sql, params, "postgres") == (expected.format("$1", "$2", "$3", "$1"), [1, 2, 3])


def test_a_missing_or_superfluous_value_is_an_error() -> None:
    with pytest.raises(TypeError, match=":a"):
        positional("SELECT :a", {}, "sqlite")
    with pytest.raises(TypeError, match="b"):
        positional("SELECT :a", {"a": 1, "b": 2}, "sqlite")
    with pytest.raises(ValueError, match="empty"):
        positional("SELECT 1 WHERE 1 IN :a", {"a": []}, "sqlite")


def test_instants_go_in_and_come_out_in_utc() -> None:
    paris = datetime(2026, 2, 3, 18, tzinfo=timezone(timedelta(hours=1)))
    assert positional("SELECT :at", {"at": paris}, "sqlite")[1] == [datetime(2026, 2, 3, 17, tzinfo=UTC)]
    with pytest.raises(ValueError, match="zone"):
        positional("SELECT :at", {"at": datetime(2026, 2, 3)}, "sqlite")  # noqa: DTZ001
    assert instant("2026-02-03 17:00:00+00:00") == instant(paris) == datetime(2026, 2, 3, 17, tzinfo=UTC)
    assert instant(None) is None


def test_what_may_write_goes_to_the_writer() -> None:
    assert only_reads("  select 1")
    assert only_reads("WITH RECURSIVE n AS (SELECT 1) SELECT * FROM n")
    assert not only_reads("WITH n AS (SELECT 1) INSERT INTO t SELECT * FROM n")
    assert not only_reads("UPDATE t SET a = 1 RETURNING a")
    assert not only_reads("PRAGMA user_version = 3")


def test_a_script_is_cut_where_statements_end() -> None:
    trigger = "CREATE TRIGGER t AFTER INSERT ON a BEGIN INSERT INTO b VALUES (';'); UPDATE a SET x = 1; END;"
    assert statements(f"CREATE TABLE a (x); {trigger} -- the end;\nDELETE FROM a") == [
        "CREATE TABLE a (x);",
        trigger,
        "-- the end;\nDELETE FROM a",
    ]
