from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('consult', '0003_pending_accounts')]

    initial = False

    operations = [
        ops.RemoveIndex(
            model_name='Contribution',
            name=None,
            fields=['consultation_id', 'state', 'published_at', 'id'],
        ),
        ops.AddIndex(
            model_name='Contribution',
            index=Index(fields=['consultation_id', 'published_at', 'id']),
        ),
    ]
