"""The search index: FTS5 beside the table on SQLite, a generated tsvector with a GIN index on PostgreSQL.

Both hold the stemmed, folded words of ``contribution.stems`` (consult/core/text/stems.py), so both find the same things.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

POSTGRES = (
    "ALTER TABLE contribution ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', stems)) STORED",
    "CREATE INDEX contribution_search ON contribution USING gin (search)",
)
SQLITE = ("CREATE VIRTUAL TABLE contribution_search USING fts5(stems, tokenize = \"unicode61 remove_diacritics 0\")",)


async def make(apps, editor):
    statements = POSTGRES if editor.client.capabilities.dialect == "postgres" else SQLITE
    for statement in statements:
        await editor.client.execute_script(statement)


async def unmake(apps, editor):
    if editor.client.capabilities.dialect == "postgres":
        await editor.client.execute_script("ALTER TABLE contribution DROP COLUMN search")
    else:
        await editor.client.execute_script("DROP TABLE contribution_search")


class Migration(migrations.Migration):
    dependencies = [("consult", "0001_first_tables")]

    operations = [ops.RunPython(make, unmake)]
