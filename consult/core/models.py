"""Tables of the core: what happened (audit) and what is still to be done about it (outbox)."""

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class AuditEntry(Model):
    """One line a recorded event: who did what, when, in whose name. Never edited, never deleted.

    It is read by kind of event: nearly all lines are votes, and no page shows those.
    """

    id = KeyField()
    at = fields.DatetimeField()
    territory_id = fields.BigIntField(null=True)
    account_id = fields.BigIntField(null=True)
    organisation_id = fields.BigIntField(null=True)
    mandate_id = fields.BigIntField(null=True)
    event = fields.CharField(max_length=80)
    details: fields.Field[dict[str, object]] = fields.JSONField()

    class Meta:
        table = "audit"
        indexes = [("territory_id", "event", "at", "id"), ("account_id", "id")]


class OutboxRow(Model):
    """One reaction still owed to one event. Done rows are kept for a while, then swept."""

    id = KeyField()
    event = fields.CharField(max_length=80)
    payload: fields.Field[dict[str, object]] = fields.JSONField()
    effect = fields.CharField(max_length=120)
    created_at = fields.DatetimeField()
    next_try_at = fields.DatetimeField(null=True, db_index=True)
    attempts = fields.IntField(default=0)
    done_at = fields.DatetimeField(null=True)
    error = fields.TextField(default="")

    class Meta:
        table = "outbox"
