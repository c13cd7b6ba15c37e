"""Tables of notifications."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class MailState(StrEnum):
    """A mail waits, has been handed to the SMTP server, or was given up."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class Mail(Model):
    """One mail to one address about one event; ``key`` makes it at most one."""

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
    state = fields.CharEnumField(MailState, max_length=10, default=MailState.WAITING)
    attempts = fields.IntField(default=0)
    next_try_at = fields.DatetimeField(null=True, db_index=True)
    error = fields.TextField(default="")
    created_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mail"
