"""Tables of arguments."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from consult.consultations.items import Item
from consult.core.fields import KeyField


class Side(StrEnum):
    """For or against."""

    FOR = "for"
    AGAINST = "against"


class Argument(Item):
    """For or against a contribution or an amendment (``contribution`` is set in both cases).

    ``supports`` counts voters, ``tally_supports`` what tallies add, ``supports_total`` both.
    """

    contribution: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "consult.Contribution", related_name="arguments"
    )
    amendment: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Amendment", related_name="arguments", null=True
    )
    side = fields.CharEnumField(Side, max_length=8)
    supports = fields.IntField(default=0)
    tally_supports = fields.IntField(default=0)
    supports_total = fields.IntField(default=0)
    sources_count = fields.IntField(default=0)

    if TYPE_CHECKING:
        contribution_id: int
        amendment_id: int | None

    class Meta:
        table = "argument"
        unique_together = (("consultation", "origin", "origin_key"),)
        indexes = [
            ("contribution_id", "side", "supports_total", "id"),
            ("author_id", "id"),
            ("organisation_id", "id"),
        ]


class ArgumentRevision(Model):
    """A past wording of an argument, corrected by its author."""

    id = KeyField()
    argument: fields.ForeignKeyRelation[Argument] = fields.ForeignKeyField("consult.Argument", related_name="revisions")
    number = fields.IntField()
    body = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "argument_revision"
        unique_together = (("argument", "number"),)
