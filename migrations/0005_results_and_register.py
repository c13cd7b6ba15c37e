from tortoise import migrations
from tortoise.migrations import operations as ops
from consult.core.fields import KeyField
from consult.core.keys import new_key
from consult.exports.models import MakingState
from orjson import loads
from tortoise.fields.base import OnDelete
from tortoise.fields.data import JSON_DUMPS
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('consult', '0004_moderation_and_closing')]

    initial = False

    operations = [
        # what was counted by the former release lacks the results: the worker counts it again
        ops.RunSQL('UPDATE consultation_figures SET changes = 0, next_at = counted_at', ''),
        ops.CreateModel(
            name='Ballot',
            fields=[
                ('id', KeyField(primary_key=True, default=new_key, unique=True, db_index=True)),
                ('consultation', fields.ForeignKeyField('consult.Consultation', source_field='consultation_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('kind', fields.CharField(max_length=12)),
                ('item_id', fields.BigIntField()),
                ('voter', fields.CharField(max_length=24)),
                ('choice', fields.CharField(max_length=8)),
                ('revision', fields.IntField(null=True)),
                ('on', fields.DateField()),
            ],
            options={'table': 'ballot', 'app': 'consult', 'indexes': [Index(fields=['consultation_id', 'kind', 'item_id', 'voter'])], 'pk_attr': 'id', 'table_description': 'A vote or a support as it stood at the closing, by a voter whose identifier holds in this consultation only.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ExportSet',
            fields=[
                ('id', KeyField(primary_key=True, default=new_key, unique=True, db_index=True)),
                ('consultation', fields.ForeignKeyField('consult.Consultation', source_field='consultation_id', db_constraint=True, to_field='id', related_name='export_sets', on_delete=OnDelete.CASCADE)),
                ('changes', fields.BigIntField()),
                ('cut_off', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('provisional', fields.BooleanField()),
                ('state', fields.CharEnumField(default=MakingState.WAITING, description='WAITING: waiting\nMAKING: making\nREADY: ready\nFAILED: failed\nEXPIRED: expired', enum_type=MakingState, max_length=8)),
                ('steps_done', fields.IntField(default=0)),
                ('steps_total', fields.IntField(default=0)),
                ('rows_done', fields.BigIntField(default=0)),
                ('attempts', fields.IntField(default=0)),
                ('error', fields.TextField(default='', unique=False)),
                ('asked_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('lease_until', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('made_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'export_set', 'app': 'consult', 'unique_together': (('consultation', 'changes', 'provisional'),), 'indexes': [Index(fields=['state', 'asked_at'])], 'pk_attr': 'id', 'table_description': 'All the files of a consultation as it was at one value of its counter of changes.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ExportFile',
            fields=[
                ('id', KeyField(primary_key=True, default=new_key, unique=True, db_index=True)),
                ('set', fields.ForeignKeyField('consult.ExportSet', source_field='set_id', db_constraint=True, to_field='id', related_name='files', on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=120)),
                ('format', fields.CharField(max_length=20)),
                ('table', fields.CharField(default='', max_length=40)),
                ('size', fields.BigIntField()),
                ('sha256', fields.CharField(max_length=64)),
                ('rows', fields.BigIntField(null=True)),
                ('made_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'export_file', 'app': 'consult', 'unique_together': (('set', 'name'),), 'pk_attr': 'id', 'table_description': "A whole file of a set, under its name in the set's folder."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='ExportNotice',
            fields=[
                ('id', KeyField(primary_key=True, default=new_key, unique=True, db_index=True)),
                ('set', fields.ForeignKeyField('consult.ExportSet', source_field='set_id', db_constraint=True, to_field='id', related_name='notices', on_delete=OnDelete.CASCADE)),
                ('account', fields.ForeignKeyField('consult.Account', source_field='account_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
            ],
            options={'table': 'export_notice', 'app': 'consult', 'unique_together': (('set', 'account'),), 'pk_attr': 'id', 'table_description': 'Somebody who wants to hear when a set of files is ready.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='Register',
            fields=[
                ('id', KeyField(primary_key=True, default=new_key, unique=True, db_index=True)),
                ('territory', fields.OneToOneField('consult.Territory', source_field='territory_id', db_constraint=True, to_field='id', related_name='register', on_delete=OnDelete.CASCADE)),
                ('size', fields.BigIntField(default=0)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'register', 'app': 'consult', 'pk_attr': 'id', 'table_description': "How far a territory's register has grown. This row is the lock under which entries get their positions."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RegisterEntry',
            fields=[
                ('id', KeyField(primary_key=True, default=new_key, unique=True, db_index=True)),
                ('territory', fields.ForeignKeyField('consult.Territory', source_field='territory_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('position', fields.BigIntField()),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('kind', fields.CharField(max_length=24)),
                ('consultation_id', fields.BigIntField(null=True)),
                ('item_kind', fields.CharField(default='', max_length=12)),
                ('item_id', fields.BigIntField(null=True)),
                ('revision', fields.IntField(null=True)),
                ('account', fields.ForeignKeyField('consult.Account', source_field='account_id', null=True, db_constraint=True, to_field='id', related_name='register_entries', on_delete=OnDelete.CASCADE)),
                ('entry', fields.TextField(unique=False)),
                ('salt', fields.BinaryField(null=True)),
                ('once', fields.CharField(unique=True, max_length=80)),
            ],
            options={'table': 'register_entry', 'app': 'consult', 'unique_together': (('territory', 'position'),), 'indexes': [Index(fields=['consultation_id', 'position']), Index(fields=['consultation_id', 'kind', 'position']), Index(fields=['item_kind', 'item_id', 'revision']), Index(fields=['account_id', 'id'])], 'pk_attr': 'id', 'table_description': 'A public fact at its place. ``entry`` is its canonical form, the very bytes (UTF-8) that the leaf is a hash of.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RegisterHead',
            fields=[
                ('id', KeyField(primary_key=True, default=new_key, unique=True, db_index=True)),
                ('territory', fields.ForeignKeyField('consult.Territory', source_field='territory_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('size', fields.BigIntField()),
                ('root', fields.CharField(max_length=64)),
                ('at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('note', fields.TextField(unique=False)),
            ],
            options={'table': 'register_head', 'app': 'consult', 'unique_together': (('territory', 'size', 'at'),), 'pk_attr': 'id', 'table_description': 'A signed head: the size and root of the tree at an instant (``note`` is a C2SP tlog-checkpoint, whole).'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RegisterKey',
            fields=[
                ('id', KeyField(primary_key=True, default=new_key, unique=True, db_index=True)),
                ('territory', fields.ForeignKeyField('consult.Territory', source_field='territory_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('name', fields.CharField(max_length=300)),
                ('public', fields.CharField(max_length=64)),
                ('sealed', fields.TextField(unique=False)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('retired_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'register_key', 'app': 'consult', 'unique_together': (('territory', 'public'),), 'pk_attr': 'id', 'table_description': "A key that signs heads (Ed25519). ``sealed`` is the private half, encrypted under the instance's secret."},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='RegisterTile',
            fields=[
                ('id', KeyField(primary_key=True, default=new_key, unique=True, db_index=True)),
                ('territory', fields.ForeignKeyField('consult.Territory', source_field='territory_id', db_constraint=True, to_field='id', related_name=False, on_delete=OnDelete.CASCADE)),
                ('level', fields.IntField()),
                ('number', fields.BigIntField()),
                ('hashes', fields.BinaryField()),
            ],
            options={'table': 'register_tile', 'app': 'consult', 'unique_together': (('territory', 'level', 'number'),), 'pk_attr': 'id', 'table_description': 'Up to 256 hashes side by side, 32 bytes each: of leaves at level 0, of whole tiles of the level below elsewhere.'},
            bases=['Model'],
        ),
        ops.CreateModel(
            name='VoterSecret',
            fields=[
                ('id', KeyField(primary_key=True, default=new_key, unique=True, db_index=True)),
                ('consultation', fields.OneToOneField('consult.Consultation', source_field='consultation_id', db_constraint=True, to_field='id', related_name='voter_secret', on_delete=OnDelete.CASCADE)),
                ('secret', fields.CharField(null=True, max_length=64)),
                ('frozen_for', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('frozen_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'voter_secret', 'app': 'consult', 'pk_attr': 'id', 'table_description': "What voters' identifiers are drawn from while a consultation may still be voted on."},
            bases=['Model'],
        ),
        ops.AddField(
            model_name='ConsultationFigures',
            name='results',
            field=fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads),
        ),
    ]
