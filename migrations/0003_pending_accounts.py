from tortoise import migrations
from tortoise.migrations import operations as ops
from consult.accounts.models import LinkPurpose
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('consult', '0002_search_tables')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='MailLink',
            name='account',
            field=fields.ForeignKeyField('consult.Account', source_field='account_id', null=True, db_constraint=True, to_field='id', related_name='links', on_delete=OnDelete.CASCADE),
        ),
        ops.AlterField(
            model_name='MailLink',
            name='purpose',
            field=fields.CharEnumField(description='CONFIRM: confirm\nSIGN_IN: sign_in\nCHANGE_EMAIL: change_email\nINVITE: invite\nNOTICE: notice', enum_type=LinkPurpose, max_length=20),
        ),
        ops.AddField(
            model_name='MailLink',
            name='email_key',
            field=fields.CharField(default='', db_index=True, max_length=254),
        ),
    ]
