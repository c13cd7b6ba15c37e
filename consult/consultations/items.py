"""What all items (contribution, amendment, argument, source) share: an author, a text, a state, a tombstone."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class ItemState(StrEnum):
    """Only ``published`` items are public; ``withdrawn`` and ``hidden`` ones leave a tombstone without their text."""

    WAITING = "waiting"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    HIDDEN = "hidden"


TOMBSTONES = (ItemState.WITHDRAWN, ItemState.HIDDEN)


def to_be_corrected(kind: str, item: str, wording: str) -> str:
    """An SQL test: whether a past wording of an item was still in force, or past already, when a moderator asked for
    another one. Nobody reads it any more: what had to go from the text would still stand in its history.

    It is right again when that decision was undone, or the text was left as it was without a correction.

    Args:
        item: the alias of the item's row; ``wording`` that of the wording's.
    """
    return (
        f"EXISTS (SELECT 1 FROM decision asked WHERE asked.kind = '{kind}' AND asked.item_id = {item}.id"
        f" AND asked.effect = 'correct' AND asked.decided_at >= {wording}.created_at"
        " AND NOT EXISTS (SELECT 1 FROM decision kept WHERE kept.replaces_id = asked.id AND kept.effect = 'keep'"
        " AND NOT EXISTS (SELECT 1 FROM moderation_case m WHERE m.id = kept.case_id"
        " AND CAST(m.reasons AS TEXT) LIKE '%corrected%')))"
    )


class Item(Model):
    """An abstract row below a consultation.

    ``author_kind`` is the kind of the voice when it was written. ``shows_member`` says whether the person's name stands
    beside the organisation's. ``once`` is the key of the form that made the row: the same form makes one row.
    ``revision`` is the number of the present wording, from 1. What is ``waiting`` waits for its author's address to be
    confirmed, unless ``awaits_moderator``: then it waits for a moderator. ``sealed_at`` says that a decision took the
    text out of the row (see the moderation room's ``SealedText``).
    """

    id = KeyField()
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Consultation", related_name=False)
    author: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Account", related_name=False, null=True
    )
    organisation: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Organisation", related_name=False, null=True
    )
    author_kind = fields.CharField(max_length=20, default="citizen")
    state = fields.CharEnumField(ItemState, max_length=10, default=ItemState.PUBLISHED)
    awaits_moderator = fields.BooleanField(default=False)
    revision = fields.IntField(default=1)
    body = fields.TextField()
    body_html = fields.TextField()
    created_at = fields.DatetimeField()
    published_at = fields.DatetimeField(null=True)
    edited_at = fields.DatetimeField(null=True)
    removed_at = fields.DatetimeField(null=True)
    removed_ground = fields.CharField(max_length=200, default="")
    sealed_at = fields.DatetimeField(null=True)
    once = fields.CharField(max_length=64, null=True, unique=True)
    origin = fields.CharField(max_length=40, default="")
    origin_key = fields.CharField(max_length=80, null=True)

    if TYPE_CHECKING:  # the columns that the ORM makes of the relations
        consultation_id: int
        author_id: int | None
        organisation_id: int | None

    class Meta:
        abstract = True
