"""Tables of imports."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class Import(Model):
    """One successful import: from what, when, and the figures it counted. What it wrote bears its origin."""

    id = KeyField()
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "consult.Consultation", related_name="imports"
    )
    origin = fields.CharField(max_length=40)
    file_name = fields.CharField(max_length=200)
    sha256 = fields.CharField(max_length=64)
    figures: fields.Field[dict[str, Any]] = fields.JSONField()
    at = fields.DatetimeField()

    class Meta:
        table = "import"
