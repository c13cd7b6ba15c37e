"""Tables of votes. One per voter and item, by a constraint of the database."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class Choice(StrEnum):
    """A vote on a contribution or an amendment."""

    AGREE = "agree"
    MIXED = "mixed"
    DISAGREE = "disagree"


class Vote(Model):
    """One voter's choice. ``revision`` is the number of the wording that was voted on."""

    id = KeyField()
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Consultation", related_name=False)
    contribution: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Contribution", related_name="votes", null=True
    )
    amendment: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Amendment", related_name="votes", null=True
    )
    account: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Account", related_name="votes")
    choice = fields.CharEnumField(Choice, max_length=8)
    revision = fields.IntField()
    created_at = fields.DatetimeField()
    changed_at = fields.DatetimeField()

    class Meta:
        table = "vote"
        unique_together = (("contribution", "account"), ("amendment", "account"))


class Support(Model):
    """One person's support for an argument or a source."""

    id = KeyField()
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Consultation", related_name=False)
    argument: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Argument", related_name="support_rows", null=True
    )
    source: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Source", related_name="support_rows", null=True
    )
    account: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Account", related_name="supports")
    created_at = fields.DatetimeField()

    class Meta:
        table = "support"
        unique_together = (("argument", "account"), ("source", "account"))


class Tally(Model):
    """Counted votes with no voter rows behind them, always with their origin (imported, paper, workshop).

    ``supports`` is used for arguments and sources, the three others for contributions and amendments.
    """

    id = KeyField()
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "consult.Consultation", related_name="tallies"
    )
    contribution: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Contribution", related_name="tallies", null=True
    )
    amendment: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Amendment", related_name="tallies", null=True
    )
    argument: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Argument", related_name="tallies", null=True
    )
    source: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Source", related_name="tallies", null=True
    )
    origin = fields.CharField(max_length=40)
    origin_label = fields.CharField(max_length=200)
    agree = fields.IntField(default=0)
    mixed = fields.IntField(default=0)
    disagree = fields.IntField(default=0)
    supports = fields.IntField(default=0)
    at = fields.DatetimeField()

    class Meta:
        table = "tally"
        unique_together = (
            ("contribution", "origin"),
            ("amendment", "origin"),
            ("argument", "origin"),
            ("source", "origin"),
        )
