"""What changing a table must not lose: seen on a populated database, against what the ORM does by itself."""

from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from consult.core.database import MigrationError, database, execute, migrate
from tests.core.conftest import FIRST, Package
from tests.core.orchard import Orchard
from tests.databases import ENGINE


def change(*operations: str) -> str:
    body = "".join(f"        {operation},\n" for operation in operations)
    return (
        "class Migration(migrations.Migration):\n"
        '    dependencies = [("consult", "0001_first")]\n'
        f"    operations = [\n{body}    ]\n"
    )


async def after(url: str, package: Package, *operations: str) -> dict[str, Any]:
    """Make the tables, plant two trees, and change the tables."""
    await migrate(url, config=package(m0001_first=FIRST)())
    async with database(url, config=package()()):
        orchard = await Orchard.create(id=1, name="Pommiers")
        for key, kind in enumerate(("Reinette", "Boskoop")):
            await execute(
                "INSERT INTO tree (id, orchard_id, kind) VALUES (:id, :orchard, :kind)",
                id=key,
                orchard=orchard.id,
                kind=kind,
            )
    config = package(m0002_change=change(*operations))
    await migrate(url, config=config())
    return config()


async def columns_indexed(table: str) -> list[str]:
    """The columns of the table's indexes, each as ``a,b``; unique ones with an exclamation mark."""
    if ENGINE == "sqlite":
        found = []
        for index in await execute(f"PRAGMA index_list({table})"):
            of = [str(one["name"]) for one in await execute(f"PRAGMA index_info('{index['name']}')")]
            found.append(",".join(of) + "!" * index["unique"])
        return sorted(found)
    rows = await execute(
        "SELECT string_agg(a.attname, ',' ORDER BY k.ord) || CASE WHEN i.indisunique THEN '!' ELSE '' END AS of"
        " FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k(attnum, ord), pg_attribute a"
        " WHERE i.indrelid = :table::text::regclass AND a.attrelid = i.indrelid AND a.attnum = k.attnum"
        " GROUP BY i.indexrelid, i.indisunique",
        table=table,
    )
    return sorted(row["of"] for row in rows)


BEFORE = ["id!", "orchard_id,kind!"]


async def test_a_unique_constraint_outlives_the_change_of_its_column(empty_database_url: str, package: Package) -> None:
    """One vote per voter and item hangs on this; the ORM drops the constraint on SQLite without a word."""
    alter = 'ops.AlterField(model_name="Tree", name="kind", field=fields.CharField(max_length=80))'
    config = await after(empty_database_url, package, alter)
    async with database(empty_database_url, config=config):
        assert await columns_indexed("tree") == BEFORE
        with pytest.raises(IntegrityError):
            await execute("INSERT INTO tree (id, orchard_id, kind) VALUES (9, 1, 'Reinette')")


async def test_a_constraint_can_be_taken_off(empty_database_url: str, package: Package) -> None:
    remove = 'ops.RemoveConstraint(model_name="Tree", fields=["orchard", "kind"])'
    alter = 'ops.AlterField(model_name="Tree", name="kind", field=fields.CharField(max_length=80))'
    config = await after(empty_database_url, package, remove, alter)
    async with database(empty_database_url, config=config):
        assert await columns_indexed("tree") == ["id!"]
        await execute("INSERT INTO tree (id, orchard_id, kind) VALUES (9, 1, 'Reinette')")


async def test_an_added_column_gets_the_index_it_asks_for(empty_database_url: str, package: Package) -> None:
    add = (
        'ops.AddField(model_name="Tree", name="place", field=fields.CharField(max_length=9, null=True, db_index=True))'
    )
    refer = (
        'ops.AddField(model_name="Tree", name="twin", field=fields.ForeignKeyField("consult.Tree", null=True,'
        ' source_field="twin_id", related_name="twins", on_delete=OnDelete.SET_NULL, db_index=True))'
    )
    config = await after(empty_database_url, package, add, refer)
    async with database(empty_database_url, config=config):
        assert await columns_indexed("tree") == [*BEFORE, "place", "twin_id"]


async def test_an_added_column_that_may_not_be_empty_is_filled_in_the_rows_that_are_there(
    empty_database_url: str, package: Package
) -> None:
    operations = (
        'ops.AddField(model_name="Tree", name="grafted", field=fields.BooleanField(default=False))',
        'ops.AddField(model_name="Tree", name="height", field=fields.IntField(default=3))',
        'ops.AddField(model_name="Tree", name="note", field=fields.CharField(max_length=9, default="l’été"))',
        'ops.AddField(model_name="Tree", name="fruits", field=fields.JSONField(default=list))',
    )
    config = await after(empty_database_url, package, *operations)
    async with database(empty_database_url, config=config):
        rows = await execute("SELECT grafted, height, note, fruits FROM tree ORDER BY id")
        assert [(bool(row["grafted"]), row["height"], row["note"], row["fruits"]) for row in rows] == [
            (False, 3, "l’été", "[]")
        ] * 2


async def test_an_index_comes_and_goes_with_the_column_that_wants_it(empty_database_url: str, package: Package) -> None:
    want = 'ops.AlterField(model_name="Tree", name="kind", field=fields.CharField(max_length=80, db_index=True))'
    other = 'ops.AlterField(model_name="Tree", name="kind", field=fields.CharField(max_length=90, db_index=True))'
    config = await after(empty_database_url, package, want, other)
    async with database(empty_database_url, config=config):
        assert await columns_indexed("tree") == ["id!", "kind", "orchard_id,kind!"]
    config = package(
        m0003_again=change(
            'ops.AlterField(model_name="Tree", name="kind", field=fields.CharField(max_length=90))'
        ).replace("0001_first", "0002_change")
    )()
    await migrate(empty_database_url, config=config)
    async with database(empty_database_url, config=config):
        assert await columns_indexed("tree") == BEFORE


async def test_a_column_becomes_unique_and_ordinary_again(empty_database_url: str, package: Package) -> None:
    unique = 'ops.AlterField(model_name="Orchard", name="name", field=fields.CharField(max_length=90, unique=True))'
    plain = 'ops.AlterField(model_name="Orchard", name="name", field=fields.CharField(max_length=90))'
    config = await after(empty_database_url, package, unique)
    async with database(empty_database_url, config=config):
        assert await columns_indexed("orchard") == ["count!", "id!", "name!", "name,id"]
        with pytest.raises(IntegrityError):
            await Orchard.create(name="Pommiers")
    config = package(m0003_again=change(plain).replace("0001_first", "0002_change"))()
    await migrate(empty_database_url, config=config)
    async with database(empty_database_url, config=config):
        assert await columns_indexed("orchard") == ["count!", "id!", "name,id"]
        await Orchard.create(name="Pommiers")


async def test_removing_a_column_keeps_what_does_not_speak_of_it(empty_database_url: str, package: Package) -> None:
    config = await after(
        empty_database_url,
        package,
        'ops.RemoveField(model_name="Orchard", name="planted_at")',
        'ops.AddField(model_name="Tree", name="place", field=fields.CharField(max_length=9, null=True, db_index=True))',
        'ops.RemoveField(model_name="Tree", name="place")',
    )
    async with database(empty_database_url, config=config):
        assert await columns_indexed("orchard") == ["count!", "id!", "name,id"]
        assert await columns_indexed("tree") == BEFORE
        assert (await execute("SELECT COUNT(*) AS n FROM tree"))[0]["n"] == 2


@pytest.mark.skipif(ENGINE != "sqlite", reason="PostgreSQL makes no table anew")
async def test_a_column_that_the_models_do_not_know_is_not_thrown_away(
    empty_database_url: str, package: Package
) -> None:
    with pytest.raises(MigrationError, match="would lose stems"):
        await after(
            empty_database_url,
            package,
            'ops.RunSQL("ALTER TABLE tree ADD COLUMN stems TEXT")',
            'ops.AlterField(model_name="Tree", name="kind", field=fields.CharField(max_length=80))',
        )
