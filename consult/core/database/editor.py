"""Tortoise's schema editors, with what they forget put right (ADR 0003).

On both engines, a column added with an index got no index, and one that may not be empty could not be added to a table
that has rows: its default is written into them. On SQLite, where changing a column means making the table
anew and moving its rows:

- the table's indexes and triggers were lost, and so were the unique constraints over several columns: made again;
- views and triggers elsewhere that speak of the table made the renaming fail: it is done as SQLite's manual says;
- an index that was added to or taken off a column in passing was forgotten;
- SQL given by hand was cut at every semicolon, inside triggers too: it is cut where statements end.

What cannot be put right is refused: a table that would lose a column or a reference that the models do not know.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tortoise.fields.base import DB_DEFAULT_NOT_SET
from tortoise.fields.relational import ManyToManyFieldInstance
from tortoise.indexes import Index
from tortoise.migrations.constraints import UniqueConstraint
from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor, BaseSchemaEditor, SqliteSchemaEditor

from consult.core.database.sqlite import statements


class SchemaLossError(Exception):
    """Making a table anew would have lost something that no migration asks to lose."""


def _column(of: Any) -> str:
    return str(of.source_field or of.model_field_name)


def _indexed_alone(model: Any, field_name: str) -> str | None:
    """The column that an added field wants indexed, if it does (a unique one is indexed by its constraint)."""
    added = model._meta.fields_map[field_name]
    if isinstance(added, ManyToManyFieldInstance):
        return None
    key = model._meta.fields_map.get(added.source_field or field_name, added)
    return _column(key) if key.index and not key.unique and not key.pk else None


@contextmanager
def _written_into_rows(model: Any, field_name: str) -> Iterator[bool]:
    """An added field that may not be empty is, while it is added, one whose default the database knows."""
    added = model._meta.fields_map[field_name]
    plain = not isinstance(added, ManyToManyFieldInstance) and added.default is not None
    fills = plain and not added.null and not added.pk and not added.has_db_default()
    if fills:
        added.db_default = added.default() if callable(added.default) else added.default
    try:
        yield fills
    finally:
        if fills:
            added.db_default = DB_DEFAULT_NOT_SET


class ConsultPostgresEditor(AsyncpgSchemaEditor):
    """Changes a PostgreSQL schema."""

    async def add_field(self, model: Any, field_name: str) -> None:
        with _written_into_rows(model, field_name) as fills:
            await super().add_field(model, field_name)
        if fills:  # from now on the models say it
            table, filled = model._meta.db_table, _column(model._meta.fields_map[field_name])
            await self._run_sql(f"ALTER TABLE {self.quote(table)} ALTER COLUMN {self.quote(filled)} DROP DEFAULT")
        if column := _indexed_alone(model, field_name):
            await self.add_index(model, Index(fields=(column,)))


@dataclass
class _Table:
    """What there is to a table of SQLite besides its rows."""

    columns: set[str] = field(default_factory=set)
    references: set[tuple[str, ...]] = field(default_factory=set)
    constraints: list[tuple[str, ...]] = field(default_factory=list)
    indexes: dict[str, tuple[str, tuple[str | None, ...], bool]] = field(default_factory=dict)
    triggers: list[str] = field(default_factory=list)


class ConsultSqliteEditor(SqliteSchemaEditor):
    """Changes a SQLite schema and loses nothing on the way."""

    async def _run_sql(self, sql: str) -> None:
        if self.collect_sql:
            await super()._run_sql(sql)
            return
        for statement in statements(sql):
            await self.client.execute_query(statement)

    async def add_field(self, model: Any, field_name: str) -> None:
        with _written_into_rows(model, field_name):
            await super().add_field(model, field_name)
        if column := _indexed_alone(model, field_name):
            await self.add_index(model, Index(fields=(column,)))

    async def _alter_field(self, model: Any, old_field: Any, new_field: Any) -> None:
        await super()._alter_field(model, old_field, new_field)
        wanted, had = (one.index and not one.unique and not one.pk for one in (new_field, old_field))
        index = Index(fields=(_column(new_field),))
        if wanted and not had:
            await self.add_index(model, index)
        elif had and not wanted:
            name = self._index_name_for_model(model, index)
            await self._run_sql(f'DROP INDEX IF EXISTS "{name}"')

    async def remove_constraint(self, model: Any, constraint: Any) -> None:
        if isinstance(constraint, UniqueConstraint) and not self.collect_sql:
            columns = tuple(self._resolve_fields_to_columns(model, constraint.fields))
            if columns in (await self._table(model._meta.db_table)).constraints:
                # written in the table's own text: only a table made anew is without it
                await self._remake_table(model, dropped=columns)
                return
        await super().remove_constraint(model, constraint)

    async def _remake_table(
        self,
        model: Any,
        create_field: Any = None,
        delete_field: Any = None,
        alter_fields: Any = None,
        dropped: tuple[str, ...] | None = None,
    ) -> None:
        if self.collect_sql:
            await super()._remake_table(model, create_field, delete_field, alter_fields)
            return
        changes = alter_fields or []
        if any(_column(old) != _column(new) for old, new in changes):
            raise SchemaLossError("rename a column in one migration and change it in another")
        table = model._meta.db_table
        before = await self._table(table)
        await self.client.execute_query("PRAGMA legacy_alter_table=ON")
        try:
            await super()._remake_table(model, create_field, delete_field, alter_fields)
        finally:
            await self.client.execute_query("PRAGMA legacy_alter_table=OFF")
        gone = {_column(delete_field)} if delete_field is not None else set()
        no_longer_unique = {(_column(old),) for old, new in changes if old.unique and not new.unique} | {dropped}
        after = await self._table(table)
        self._refuse_losses(table, before, after, gone, {_column(old) for old, _ in changes})
        await self._make_again(model, before, after, gone, no_longer_unique)

    async def _make_again(
        self, model: Any, before: _Table, after: _Table, gone: set[str], no_longer_unique: set[tuple[str, ...] | None]
    ) -> None:
        for columns in before.constraints:
            if columns in after.constraints or columns in no_longer_unique or gone & set(columns):
                continue
            name = self._get_unique_constraint_name(model, list(columns))
            quoted = ", ".join(self.quote(column) for column in columns)
            await self._run_sql(f'CREATE UNIQUE INDEX "{name}" ON {self.quote(model._meta.db_table)} ({quoted})')
        for sql, of, unique in before.indexes.values():
            if not gone & set(of) and not (unique and of in no_longer_unique):
                await self._run_sql(sql)
        for sql in before.triggers:
            await self._run_sql(sql)

    @staticmethod
    def _refuse_losses(table: str, before: _Table, after: _Table, gone: set[str], changed: set[str]) -> None:
        if columns := before.columns - after.columns - gone:
            raise SchemaLossError(f"the table {table!r} would lose {', '.join(sorted(columns))}, unknown to the models")
        if lost := {one for one in before.references - after.references if one[0] not in gone | changed}:
            raise SchemaLossError(f"the table {table!r} would lose the reference of {sorted(lost)[0][0]!r}")

    async def _table(self, name: str) -> _Table:
        found = _Table()
        ask = self.client.execute_query_dict
        found.columns = {row["name"] for row in await ask(f'PRAGMA table_info("{name}")')}
        found.references = {
            (row["from"], row["table"], row["on_delete"]) for row in await ask(f'PRAGMA foreign_key_list("{name}")')
        }
        texts = {
            (row["type"], row["name"]): row["sql"]
            for row in await ask("SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ?", [name])
        }
        for row in await ask(f'PRAGMA index_list("{name}")'):
            of = tuple(one["name"] for one in await ask(f'PRAGMA index_info("{row["name"]}")'))
            if row["origin"] == "u":
                found.constraints.append(of)
            elif row["origin"] == "c":
                found.indexes[row["name"]] = (texts["index", row["name"]], of, bool(row["unique"]))
        found.triggers = [sql for (kind, _), sql in texts.items() if kind == "trigger"]
        return found

    async def _get_unique_constraint_names_from_db(
        self, table_name: str, column_names: list[str], schema: str | None = None
    ) -> list[str]:
        indexes = (await self._table(table_name)).indexes
        return [name for name, (_, of, unique) in indexes.items() if unique and of == tuple(column_names)]


class ConsultExecutor(MigrationExecutor):
    """Plans Tortoise's migrations; :func:`consult.core.database.migrate` decides in which transactions they run."""

    def _schema_editor(self, atomic: bool = True, collect_sql: bool = False) -> BaseSchemaEditor:
        sqlite = self.connection.capabilities.dialect == "sqlite"
        editor = ConsultSqliteEditor if sqlite else ConsultPostgresEditor
        return editor(self.connection, atomic=atomic, collect_sql=collect_sql)
