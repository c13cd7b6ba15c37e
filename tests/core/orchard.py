"""Tables invented for the tests of the database layer."""

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class Orchard(Model):
    id = KeyField()
    name = fields.CharField(max_length=100)
    planted_at = fields.DatetimeField(null=True)
    open = fields.BooleanField(default=True)
    count = fields.IntField(default=0)

    trees: fields.ReverseRelation["Tree"]

    class Meta:
        table = "orchard"
        indexes = [("name", "id")]


class Tree(Model):
    id = KeyField()
    orchard: fields.ForeignKeyRelation[Orchard] = fields.ForeignKeyField("consult.Orchard", related_name="trees")
    kind = fields.CharField(max_length=50)

    class Meta:
        table = "tree"
        unique_together = [("orchard", "kind")]
