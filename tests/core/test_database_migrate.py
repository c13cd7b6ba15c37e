"""Migrations lose nothing: tried on populated tables, on both engines."""

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from consult.core.database import (
    MigrationError,
    MigrationReport,
    database,
    execute,
    execute_script,
    make_migration,
    migrate,
    pending_migrations,
    pending_model_changes,
)
from consult.resources import migrations_module
from tests.core.conftest import FIRST, Package, orchard_config
from tests.core.orchard import Orchard, Tree
from tests.databases import ENGINE

TRIGGERS = {
    "sqlite": """
        CREATE TRIGGER tree_counted AFTER INSERT ON tree BEGIN
            UPDATE orchard SET open = 1 WHERE id = NEW.orchard_id AND NEW.kind <> ';';
            UPDATE orchard SET count = count + 1 WHERE id = NEW.orchard_id;
        END;
        CREATE TRIGGER orchard_named AFTER UPDATE OF name ON orchard BEGIN
            UPDATE tree SET kind = NEW.name || kind WHERE orchard_id = NEW.id; SELECT ';';
        END;
        CREATE VIEW open_orchards AS SELECT * FROM orchard WHERE open;
    """,
    "postgres": """
        CREATE FUNCTION count_tree() RETURNS trigger AS $$ BEGIN
            UPDATE orchard SET count = count + 1 WHERE id = NEW.orchard_id; RETURN NEW; END; $$ LANGUAGE plpgsql;
        CREATE TRIGGER tree_counted AFTER INSERT ON tree FOR EACH ROW EXECUTE FUNCTION count_tree();
    """,
}
WIDER = """
class Migration(migrations.Migration):
    dependencies = [("consult", "0002_triggers")]
    operations = [
        ops.AlterField(model_name="Orchard", name="name", field=fields.CharField(max_length=200)),
        ops.AlterField(model_name="Orchard", name="planted_at", field=fields.DatetimeField(null=True, db_index=True)),
    ]
"""
LOSES = """
class Migration(migrations.Migration):
    dependencies = [("consult", "{after}")]
    {allowed}
    operations = [ops.RunSQL("DELETE FROM tree WHERE kind = 'Reinette'")]
"""
ORPHANS = """
class Migration(migrations.Migration):
    dependencies = [("consult", "0001_first")]
    operations = [ops.RunSQL("UPDATE tree SET orchard_id = orchard_id + 1")]
"""


def triggers() -> str:
    sql = TRIGGERS[ENGINE]
    return f"""
class Migration(migrations.Migration):
    dependencies = [("consult", "0001_first")]
    operations = [ops.RunSQL({sql!r})]
"""


async def plant(url: str, config: dict[str, Any]) -> None:
    async with database(url, config=config):
        for name in ("Pommiers", "Poiriers"):
            orchard = await Orchard.create(name=name)
            for kind in ("Reinette", "Boskoop", "Conférence"):
                await Tree.create(orchard=orchard, kind=kind)
            await Orchard.filter(id=orchard.id).update(count=0)


def take_away(config: dict[str, Any], name: str) -> None:
    """Take a migration out of its package."""
    Path(sys.modules[f"{config['apps']['consult']['migrations']}.{name}"].__file__ or "").unlink()


def start_migrating(url: str, module: str) -> subprocess.Popen[str]:
    """Migrate in a process of its own."""
    code = (
        "import asyncio, sys\nfrom consult.core.database import migrate\n"
        "from tests.core.conftest import orchard_config\n"
        "print(asyncio.run(migrate(sys.argv[1], config=orchard_config(sys.argv[1], sys.argv[2]))).applied)"
    )
    command = [sys.executable, "-c", code, url, module]
    root = Path(__file__).parents[2]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


async def rows() -> tuple[int, int]:
    return await Orchard.all().count(), await Tree.all().count()


async def schema() -> set[tuple[str, str]]:
    """What is attached to tables: indexes, triggers, and what they say."""
    if ENGINE == "sqlite":
        found = await execute("SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'trigger', 'view')")
        return {(row["name"], row["sql"]) for row in found if row["sql"]}
    found = await execute(
        "SELECT indexname::text AS name, indexdef AS sql FROM pg_indexes WHERE schemaname = 'public' UNION ALL"
        " SELECT tgname::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
    )
    return {(row["name"], row["sql"]) for row in found}


async def test_a_fresh_database_gets_everything_once(empty_database_url: str, package: Package) -> None:
    config = package(m0001_first=FIRST, m0002_triggers=triggers())
    assert await pending_migrations(empty_database_url, config=config()) == ["0001_first", "0002_triggers"]
    told: list[str] = []
    report = await migrate(empty_database_url, config=config(), progress=told.append)
    assert report == MigrationReport(ENGINE, ("0001_first", "0002_triggers"), None)
    assert told == list(report.applied)
    assert await migrate(empty_database_url, config=config()) == MigrationReport(ENGINE)
    assert await pending_migrations(empty_database_url, config=config()) == []
    await plant(empty_database_url, config())


async def test_changing_a_parents_column_keeps_its_children(empty_database_url: str, package: Package) -> None:
    """The ORM's own ``migrate`` deletes every tree on SQLite, and says OK."""
    config = package(m0001_first=FIRST, m0002_triggers=triggers())
    await migrate(empty_database_url, config=config())
    await plant(empty_database_url, config())
    async with database(empty_database_url, config=config()):
        before = await schema()

    config = package(m0003_wider=WIDER)
    report = await migrate(empty_database_url, config=config())

    assert report.applied == ("0003_wider",)
    async with database(empty_database_url, config=config()):
        assert await rows() == (2, 6)
        after = await schema()
        assert before <= after, "indexes, triggers and views are what they were"
        assert len(after - before) == 1, "and the new index is there"
        orchard = await Orchard.get(name="Pommiers")
        await Tree.create(orchard=orchard, kind="Granny Smith")
        assert (await Orchard.get(id=orchard.id)).count == 1, "the trigger still counts"
        await Orchard.filter(id=orchard.id).delete()
        assert await rows() == (1, 3), "and references still cascade"


@pytest.mark.skipif(ENGINE != "sqlite", reason="copies are made of SQLite's files")
async def test_a_copy_is_kept_beside_a_file_that_has_something_to_lose(
    empty_database_url: str, package: Package
) -> None:
    config = package(m0001_first=FIRST, m0002_triggers=triggers())
    assert (await migrate(empty_database_url, config=config())).backup is None
    await plant(empty_database_url, config())
    config = package(m0003_wider=WIDER)
    report = await migrate(empty_database_url, config=config())
    assert report.backup is not None
    assert report.lines()[-1].endswith(str(report.backup))
    async with database(f"sqlite://{report.backup}", config=orchard_config(f"sqlite://{report.backup}")):
        assert await rows() == (2, 6)
        assert [row["name"] for row in await execute("SELECT name FROM tortoise_migrations ORDER BY name")] == [
            "0001_first",
            "0002_triggers",
        ]


@pytest.mark.skipif(ENGINE != "sqlite", reason="PostgreSQL deletes only what it is told to")
async def test_lost_rows_undo_everything_unless_the_migration_says_so(
    empty_database_url: str, package: Package
) -> None:
    await migrate(empty_database_url, config=package(m0001_first=FIRST)())
    config = package(m0002_triggers=triggers(), m0003_loses=LOSES.format(after="0002_triggers", allowed=""))
    await plant(empty_database_url, config())
    with pytest.raises(MigrationError, match=r"'tree' had 6 rows and would keep 4.*backup"):
        await migrate(empty_database_url, config=config())
    assert await pending_migrations(empty_database_url, config=config()) == ["0002_triggers", "0003_loses"]
    async with database(empty_database_url, config=config()):
        assert await rows() == (2, 6)

    # Python keeps a module it has read: the one that says so has another name
    take_away(config(), "0003_loses")
    config = package(m0004_loses=LOSES.format(after="0002_triggers", allowed='loses_rows = ("tree",)'))
    await migrate(empty_database_url, config=config())
    async with database(empty_database_url, config=config()):
        assert await rows() == (2, 4)


@pytest.mark.skipif(ENGINE != "sqlite", reason="PostgreSQL checks references itself")
async def test_a_broken_reference_undoes_everything(empty_database_url: str, package: Package) -> None:
    await migrate(empty_database_url, config=package(m0001_first=FIRST)())
    await plant(empty_database_url, orchard_config(empty_database_url))
    with pytest.raises(MigrationError, match=r"6 rows would refer to nothing.*'tree' to 'orchard'"):
        await migrate(empty_database_url, config=package(m0002_orphans=ORPHANS.replace("0002", "0001"))())


async def test_a_failing_migration_leaves_nothing_half_done(empty_database_url: str, package: Package) -> None:
    broken = (
        triggers().replace("0001_first", "0001_first")
        + "\n"
        + (
            'Migration.operations.append(ops.RunSQL("CREATE TABLE half (id INT)"))\n'
            'Migration.operations.append(ops.RunSQL("SELECT * FROM no_such_table"))\n'
        )
    )
    config = package(m0001_first=FIRST, m0002_broken=broken)
    with pytest.raises(MigrationError, match=r"0002_broken failed, and was undone.*no_such_table"):
        await migrate(empty_database_url, config=config())
    done = [] if ENGINE == "sqlite" else ["0001_first"]
    waiting = [name for name in ("0001_first", "0002_broken") if name not in done]
    assert await pending_migrations(empty_database_url, config=config()) == waiting
    async with database(empty_database_url, config=config()):
        # what is made now was not there
        await execute_script("CREATE TABLE half (id INT)")


async def test_a_database_of_a_newer_version_is_left_alone(empty_database_url: str, package: Package) -> None:
    config = package(m0001_first=FIRST, m0002_triggers=triggers())
    await migrate(empty_database_url, config=config())
    take_away(config(), "0002_triggers")
    with pytest.raises(MigrationError, match=r"0002_triggers.*newer"):
        await migrate(empty_database_url, config=config())


async def test_two_who_migrate_at_once_both_succeed(empty_database_url: str, package: Package) -> None:
    config = package(m0001_first=FIRST, m0002_triggers=triggers(), m0003_wider=WIDER)
    module = config()["apps"]["consult"]["migrations"]
    running = [start_migrating(empty_database_url, module) for _ in range(3)]
    answers = [await asyncio.to_thread(one.communicate) for one in running]
    assert [one.returncode for one in running] == [0, 0, 0], answers
    said = sorted(out.strip() for out, _ in answers)
    assert said == ["('0001_first', '0002_triggers', '0003_wider')", "()", "()"]


async def test_the_history_names_no_module(empty_database_url: str, package: Package) -> None:
    """So a database made in a checkout goes on in an installed wheel, where the module has another name."""
    config = package(m0001_first=FIRST)
    await migrate(empty_database_url, config=config())
    async with database(empty_database_url, config=config()):
        history = await execute("SELECT * FROM tortoise_migrations")
    assert [(row["app"], row["name"]) for row in history] == [("consult", "0001_first")]
    assert set(history[0]) == {"id", "app", "name", "applied_at"}


async def test_a_drafted_migration_leaves_nothing_pending(empty_database_url: str, package: Package) -> None:
    """The ORM's own writer forgets that we draw the keys, and drafts every table anew for ever."""
    config = package()
    assert await pending_model_changes(config=config()) == ["Create model Orchard", "Create model Tree"]
    written = await make_migration("first tables", config=config())
    assert written is not None
    assert written.name == "0001_first_tables.py"
    assert await pending_model_changes(config=config()) == []
    assert await make_migration("nothing", config=config()) is None
    by_hand = await make_migration("by hand", empty=True, config=config())
    assert by_hand is not None
    assert by_hand.name == "0002_by_hand.py"
    assert (await migrate(empty_database_url, config=config())).applied == ("0001_first_tables", "0002_by_hand")
    await plant(empty_database_url, config())


async def test_consults_own_migrations_make_what_its_models_say(empty_database_url: str) -> None:
    assert migrations_module() == "migrations"
    assert await pending_model_changes() == []
    await migrate(empty_database_url)
    assert await pending_migrations(empty_database_url) == []


@pytest.mark.skipif(ENGINE != "sqlite", reason="it is about files")
def test_a_database_made_in_a_checkout_is_up_to_date_in_an_installed_wheel(database_url: str, tmp_path: Path) -> None:
    """There, templates, static files and migrations are inside the package."""
    root = Path(__file__).parents[2]
    package = tmp_path / "consult"
    shutil.copytree(root / "consult", package, ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("migrations", "templates"):
        shutil.copytree(root / folder, package / folder, ignore=shutil.ignore_patterns("__pycache__"))
    code = (
        "import asyncio, sys\nfrom consult.core.database import pending_migrations, pending_model_changes\n"
        "from consult.resources import migrations_module, resource_folder\n"
        "print(migrations_module(), resource_folder('templates').parent.name)\n"
        "print(asyncio.run(pending_migrations(sys.argv[1])), asyncio.run(pending_model_changes()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, database_url], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines() == ["consult.migrations consult", "[] []"], done.stderr
