"""Organisations ask again, and ask to change what was verified.

The ORM knows no partial unique index, so it is written by hand: a number belongs to one organisation of a territory,
except that a refused organisation does not keep anybody from the number (ADR 0015).
"""

from tortoise import migrations
from tortoise.migrations import operations as ops
from orjson import loads
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields

INDEX = (
    "CREATE UNIQUE INDEX organisation_number ON organisation (territory_id, number)"
    " WHERE number <> '' AND state <> 'refused'"
)
DATES = "UPDATE organisation SET verified_at = decided_at WHERE state = 'verified'"


async def make(apps, editor):
    for statement in (DATES, INDEX):
        await editor.client.execute_script(statement)


async def unmake(apps, editor):
    await editor.client.execute_script("DROP INDEX organisation_number")


class Migration(migrations.Migration):
    dependencies = [('consult', '0006_mails_name_their_reason')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Invitation',
            name='once',
            field=fields.CharField(null=True, unique=True, max_length=64),
        ),
        ops.AddField(
            model_name='Organisation',
            name='asked',
            field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads),
        ),
        ops.AddField(
            model_name='Organisation',
            name='asked_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name='Organisation',
            name='once',
            field=fields.CharField(null=True, unique=True, max_length=64),
        ),
        ops.AddField(
            model_name='Organisation',
            name='presentation',
            field=fields.TextField(default='', unique=False),
        ),
        ops.AddField(
            model_name='Organisation',
            name='revision',
            field=fields.IntField(default=1),
        ),
        ops.AddField(
            model_name='Organisation',
            name='verified_at',
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.RunPython(make, unmake),
    ]
