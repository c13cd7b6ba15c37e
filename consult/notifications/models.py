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
    ``items`` are all that a digest speaks of, as (kind, key) pairs: it is written anew without those that have gone.
    ``mailing_id`` is the announcement that it is part of; ``unsubscribe`` is the path at which its reader can stop such
    mails in one click ("" for mails that one cannot refuse). ``is_bulk`` mails leave after all others, at a set rate.
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
    items: fields.Field[list[list[Any]]] = fields.JSONField(default=list)
    mailing_id = fields.BigIntField(null=True)
    unsubscribe = fields.CharField(max_length=300, default="")
    is_bulk = fields.BooleanField(default=False)
    state = fields.CharEnumField(MailState, max_length=10, default=MailState.WAITING)
    attempts = fields.IntField(default=0)
    next_try_at = fields.DatetimeField(null=True)
    error = fields.TextField(default="")
    created_at = fields.DatetimeField()
    sent_at = fields.DatetimeField(null=True)

    if TYPE_CHECKING:
        territory_id: int | None
        account_id: int | None

    class Meta:
        table = "mail"
        indexes = [
            ("territory_id", "id"),
            ("territory_id", "state", "id"),
            ("is_bulk", "next_try_at", "id"),
            ("account_id", "state"),
        ]


class Frequency(StrEnum):
    """How often somebody wants to hear of what they follow."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"
    NONE = "none"


class Follow(Model):
    """Somebody follows a consultation, a section or a contribution.

    ``kind`` and ``target_id`` name what is followed, ``consultation`` where it is. ``none`` is kept as a row, so that
    nobody is made to follow again what they no longer want to. ``told_until`` is up to when digests have told.
    """

    id = KeyField()
    account: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Account", related_name="follows")
    territory: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Territory", related_name="follows")
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "consult.Consultation", related_name="follows"
    )
    kind = fields.CharField(max_length=12)
    target_id = fields.BigIntField()
    frequency = fields.CharEnumField(Frequency, max_length=10, default=Frequency.DAILY)
    since = fields.DatetimeField()
    told_until = fields.DatetimeField()

    if TYPE_CHECKING:
        account_id: int
        territory_id: int
        consultation_id: int

    class Meta:
        table = "follow"
        unique_together = (("account", "kind", "target_id"),)
        indexes = [("kind", "target_id", "frequency", "account_id"), ("frequency", "told_until", "id")]


class Mailing(Model):
    """One announcement to many people, written down for them a batch at a time by the worker.

    ``key`` makes an event one mailing; each of its mails has the mailing and the reader in its own key. ``cursor`` is
    the last account written to, so that a worker that dies goes on where it was.
    """

    id = KeyField()
    key = fields.CharField(max_length=160, unique=True)
    territory: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Territory", related_name="mailings")
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "consult.Consultation", related_name="mailings"
    )
    template = fields.CharField(max_length=80)
    audience = fields.CharField(max_length=20)
    kind = fields.CharField(max_length=20, default="")
    target_id = fields.BigIntField(null=True)
    values: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    cursor = fields.BigIntField(default=0)
    written = fields.IntField(default=0)
    created_at = fields.DatetimeField()
    finished_at = fields.DatetimeField(null=True, db_index=True)

    if TYPE_CHECKING:
        territory_id: int
        consultation_id: int

    class Meta:
        table = "mailing"


class UndeliverableAddress(Model):
    """An address that refused a mail for good: nothing more is sent there until its owner confirms it again."""

    id = KeyField()
    email_key = fields.CharField(max_length=254, unique=True)
    since = fields.DatetimeField()
    reason = fields.CharField(max_length=300, default="")

    class Meta:
        table = "undeliverable_address"
