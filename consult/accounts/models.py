"""Tables of accounts. Everything public about a person is in ``Account``; everything private in ``Identity``."""

import hashlib
from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class Role(StrEnum):
    """What a member of a territory's staff may do."""

    ADMINISTRATOR = "administrator"
    MODERATOR = "moderator"
    RAPPORTEUR = "rapporteur"
    MEDIATOR = "mediator"
    DECISION_MAKER = "decision_maker"
    GUARANTOR = "guarantor"


class Account(Model):
    """A person as the public knows them. Deleting an account empties this row's name and drops its identity.

    An account that signed up and has not followed its link yet is pending: it has no identity, only a link to the
    address that it claims (ADR 0010). ``origin_key`` of a sign-up is a digest of the form: a form makes one row.
    ``signed_up_from`` is a keyed digest of the network address, forgotten after thirty days: it tells moderators that
    several new accounts come from one place, and nothing else.
    """

    id = KeyField()
    identity: fields.BackwardOneToOneRelation["Identity"]
    public_name = fields.CharField(max_length=80)
    language = fields.CharField(max_length=5, default="fr")
    origin = fields.CharField(max_length=40, default="sign-up")
    origin_key = fields.CharField(max_length=200, null=True)
    confirmed_at = fields.DatetimeField(null=True)
    notify_replies = fields.BooleanField(default=True)
    notify_amendments = fields.BooleanField(default=True)
    signed_up_from = fields.CharField(max_length=32, default="", db_index=True)
    created_at = fields.DatetimeField()
    deleted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "account"
        unique_together = (("origin", "origin_key"),)


class Identity(Model):
    """Who the person is to us: address and password. Never shown, never exported, dropped at deletion."""

    id = KeyField()
    account_id: int
    account: fields.OneToOneRelation[Account] = fields.OneToOneField("consult.Account", related_name="identity")
    email = fields.CharField(max_length=254)
    email_key = fields.CharField(max_length=254, unique=True)
    password_hash = fields.CharField(max_length=200, null=True)
    password_changed_at = fields.DatetimeField(null=True)

    class Meta:
        table = "identity"


class Session(Model):
    """A signed-in browser. The cookie holds a random token; only its SHA-256 is stored."""

    id = KeyField()
    digest = fields.CharField(max_length=64, unique=True)
    account_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("consult.Account", related_name="sessions")
    browser = fields.CharField(max_length=120, default="")
    created_at = fields.DatetimeField()
    last_seen_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()

    class Meta:
        table = "session"


class LinkPurpose(StrEnum):
    """What a link sent by e-mail is good for. A notice is no link: only the address that a mail of ours goes to."""

    CONFIRM = "confirm"
    SIGN_IN = "sign_in"
    CHANGE_EMAIL = "change_email"
    INVITE = "invite"
    NOTICE = "notice"


class MailLink(Model):
    """A link of one use. Its token is the signed key of this row; following it shows a page, only a POST uses it.

    ``account`` is the one that asked; a link to sign in has none, because nobody looks whether the address is known
    before the mail is written (ADR 0010).
    """

    id = KeyField()
    account_id: int | None
    account: fields.ForeignKeyNullableRelation[Account] = fields.ForeignKeyField(
        "consult.Account", related_name="links", null=True
    )
    purpose = fields.CharEnumField(LinkPurpose, max_length=20)
    email = fields.CharField(max_length=254)
    email_key = fields.CharField(max_length=254, default="", db_index=True)
    territory_id = fields.BigIntField(null=True)
    next_path = fields.CharField(max_length=500, default="")
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "mail_link"


class Staff(Model):
    """A role of an account in a territory."""

    id = KeyField()
    territory_id: int
    territory: fields.ForeignKeyRelation["Model"] = fields.ForeignKeyField("consult.Territory", related_name="staff")
    account_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("consult.Account", related_name="staff")
    role = fields.CharEnumField(Role, max_length=20)
    created_at = fields.DatetimeField()

    class Meta:
        table = "staff"
        unique_together = (("territory", "account", "role"),)


class Restriction(Model):
    """An account that may not write or vote in a territory until ``until``, by a moderator's decision."""

    id = KeyField()
    territory_id: int
    territory: fields.ForeignKeyRelation["Model"] = fields.ForeignKeyField(
        "consult.Territory", related_name="restrictions"
    )
    account_id: int
    account: fields.ForeignKeyRelation[Account] = fields.ForeignKeyField("consult.Account", related_name="restrictions")
    decision_id = fields.BigIntField()
    since = fields.DatetimeField()
    until = fields.DatetimeField()
    lifted_at = fields.DatetimeField(null=True)

    class Meta:
        table = "restriction"
        indexes = [("account_id", "territory_id", "until")]


def token_digest(token: str) -> str:
    """What is stored of a session's token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
