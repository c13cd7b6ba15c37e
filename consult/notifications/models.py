"""Tables of notifications."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class MailState(StrEnum):
    """A mail waits, was handed to the SMTP server, was given up, or was dropped because its reason has gone."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"


class Mail(Model):
    """One mail to one address about one event; ``key`` makes it at most one.

    ``about_kind`` and ``about_id`` name what it speaks of (a link, an item): looked at again when it is sent, because
    an item may have been hidden, and a link used, since it was written. ``next_try_at`` is None once it is over.
    """

    id = KeyField()
    key = fields.CharField(max_length=160, unique=True)
    territory: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Territory", related_name="mails", null=True
    )
    account: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Account", related_name="mails", null=True
    )
    template = fields.CharField(max_length=80)
    recipient = fields.CharField(max_length=254)
    subject = fields.CharField(max_length=250)
    text = fields.TextField()
    html = fields.TextField()
    about_kind = fields.CharField(max_length=20, default="")
    about_id = fields.BigIntField(null=True)
    state = fields.CharEnumField(MailState, max_length=10, default=MailState.WAITING)
    attempts = fields.IntField(default=0)
    next_try_at = fields.DatetimeField(null=True, db_index=True)
    error = fields.TextField(default="")
    created_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)

    if TYPE_CHECKING:
        territory_id: int | None
        account_id: int | None

    class Meta:
        table = "mail"
