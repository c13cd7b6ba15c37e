"""Tortoise's migration executor, with the faults of its SQLite schema editor put right (ADR 0003).

- A table that SQLite must rebuild (a changed or removed column) lost its indexes and triggers: they are made again.
- SQL given by hand was cut at every semicolon, inside triggers too: it is cut where statements end.
- Rebuilding a table that a trigger or a view elsewhere speaks of failed: the rename is done the way SQLite's own
  documentation prescribes.
"""

from typing import Any

from tortoise.fields.relational import ManyToManyFieldInstance
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, BaseSchemaEditor, SqliteSchemaEditor

from consult.core.database.sqlite import statements

_ATTACHED = (
    "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL"
)


class ConsultSqliteEditor(SqliteSchemaEditor):
    """Changes a SQLite schema and loses nothing on the way."""

    async def _run_sql(self, sql: str) -> None:
        if self.collect_sql:
            await super()._run_sql(sql)
            return
        for statement in statements(sql):
            await self.client.execute_query(statement)

    async def _remake_table(
        self, model: Any, create_field: Any = None, delete_field: Any = None, alter_fields: Any = None
    ) -> None:
        if self.collect_sql:
            await super()._remake_table(model, create_field, delete_field, alter_fields)
            return
        attached = await self.client.execute_query_dict(_ATTACHED, [model._meta.db_table])
        await self.client.execute_query("PRAGMA legacy_alter_table=ON")
        try:
            await super()._remake_table(model, create_field, delete_field, alter_fields)
        finally:
            await self.client.execute_query("PRAGMA legacy_alter_table=OFF")
        gone = self._gone_columns(delete_field, alter_fields or [])
        for one in attached:
            if one["type"] == "index" and gone & await self._columns_named(one["sql"], gone):
                continue  # an index over a column that is no more
            await self.client.execute_query(one["sql"])

    @staticmethod
    def _gone_columns(delete_field: Any, alter_fields: list[tuple[Any, Any]]) -> set[str]:
        gone = set()
        if delete_field is not None and not isinstance(delete_field, ManyToManyFieldInstance):
            gone.add(delete_field.source_field or delete_field.model_field_name)
        for old, new in alter_fields:
            before = old.source_field or old.model_field_name
            if before != (new.source_field or new.model_field_name):
                gone.add(before)
        return gone

    @staticmethod
    async def _columns_named(sql: str, columns: set[str]) -> set[str]:
        words = set(sql.replace('"', " ").replace("(", " ").replace(")", " ").replace(",", " ").split())
        return words & columns

    async def _get_unique_constraint_names_from_db(
        self, table_name: str, column_names: list[str], schema: str | None = None
    ) -> list[str]:
        found = []
        for index in await self.client.execute_query_dict(f'PRAGMA index_list("{table_name}")'):
            if not index["unique"]:
                continue
            columns = await self.client.execute_query_dict(f'PRAGMA index_info("{index["name"]}")')
            if [column["name"] for column in columns] == column_names:
                found.append(index["name"])
        return found


class ConsultExecutor(MigrationExecutor):
    """Plans Tortoise's migrations; :func:`consult.core.database.migrate` decides in which transactions they run."""

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:
        editor = ConsultSqliteEditor if self.connection.capabilities.dialect == "sqlite" else AsyncpgSchemaEditor
        return editor(self.connection, atomic=atomic, collect_sql=collect_sql)
