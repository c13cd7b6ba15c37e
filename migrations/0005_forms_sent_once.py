from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('consult', '0004_list_index')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Consultation',
            name='once',
            field=fields.CharField(null=True, unique=True, max_length=64),
        ),
        ops.AddField(
            model_name='Round',
            name='once',
            field=fields.CharField(null=True, unique=True, max_length=64),
        ),
        ops.AddField(
            model_name='Section',
            name='once',
            field=fields.CharField(null=True, unique=True, max_length=64),
        ),
    ]
