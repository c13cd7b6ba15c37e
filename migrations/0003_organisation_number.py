"""A number belongs to one organisation of a territory, except that a refused one keeps nobody from it (ADR 0015).

The ORM knows no partial unique index, so it is written by hand, the same on both engines.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

INDEX = (
    "CREATE UNIQUE INDEX organisation_number ON organisation (territory_id, number)"
    " WHERE number <> '' AND state <> 'refused'"
)


async def make(apps, editor):
    await editor.client.execute_script(INDEX)


async def unmake(apps, editor):
    await editor.client.execute_script("DROP INDEX organisation_number")


class Migration(migrations.Migration):
    dependencies = [("consult", "0002_search_tables")]

    operations = [ops.RunPython(make, unmake)]
