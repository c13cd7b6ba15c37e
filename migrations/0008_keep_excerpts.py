from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('consult', '0007_organisations_ask_again')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Contribution',
            name='excerpt',
            field=fields.CharField(default='', max_length=240),
        ),
    ]
