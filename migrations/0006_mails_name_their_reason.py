from tortoise import migrations
from tortoise.migrations import operations as ops
from consult.notifications.models import MailState
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('consult', '0005_forms_sent_once')]

    initial = False

    operations = [
        ops.AlterField(
            model_name='Mail',
            name='state',
            field=fields.CharEnumField(default=MailState.WAITING, description='WAITING: waiting\nSENT: sent\nFAILED: failed\nDROPPED: dropped', enum_type=MailState, max_length=10),
        ),
        ops.AddField(
            model_name='Mail',
            name='about_id',
            field=fields.BigIntField(null=True),
        ),
        ops.AddField(
            model_name='Mail',
            name='about_kind',
            field=fields.CharField(default='', max_length=20),
        ),
    ]
