"""Tables of sources."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from consult.consultations.items import Item
from consult.core.fields import KeyField


class SourceCategory(StrEnum):
    """What sort of document a source is."""

    WEBSITE = "website"
    PRESS = "press"
    LAW = "law"
    REPORT = "report"
    SCIENTIFIC_ARTICLE = "scientific_article"
    GUIDE = "guide"
    BLOG = "blog"
    AUDIOVISUAL = "audiovisual"
    MAP = "map"
    THESIS = "thesis"
    OTHER = "other"


class Source(Item):
    """A link with title, category and note (``body``), under a contribution, or under one of its arguments."""

    contribution: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "consult.Contribution", related_name="sources"
    )
    argument: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Argument", related_name="sources", null=True
    )
    title = fields.CharField(max_length=240)
    link = fields.CharField(max_length=2000)
    category = fields.CharEnumField(SourceCategory, max_length=20)
    supports = fields.IntField(default=0)
    tally_supports = fields.IntField(default=0)
    supports_total = fields.IntField(default=0)

    if TYPE_CHECKING:
        contribution_id: int
        argument_id: int | None

    class Meta:
        table = "source"
        unique_together = (("consultation", "origin", "origin_key"),)
        indexes = [("contribution_id", "supports_total", "id"), ("argument_id", "id"), ("author_id", "id")]


class SourceRevision(Model):
    """A past wording of a source, corrected by its author."""

    id = KeyField()
    source: fields.ForeignKeyRelation[Source] = fields.ForeignKeyField("consult.Source", related_name="revisions")
    number = fields.IntField()
    title = fields.CharField(max_length=240)
    link = fields.CharField(max_length=2000)
    category = fields.CharEnumField(SourceCategory, max_length=20)
    body = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        table = "source_revision"
        unique_together = (("source", "number"),)
