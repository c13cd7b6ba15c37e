"""Tables of what can be taken away: the files that are ready, and the votes under names that lead to nobody."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class VoterSecret(Model):
    """What voters' identifiers are drawn from while a consultation may still be voted on.

    ``secret`` is destroyed when the votes are frozen: ``frozen_for`` is the closing instant they were frozen for. A
    round that is reopened draws another secret, and another set of identifiers.
    """

    id = KeyField()
    consultation: fields.OneToOneRelation[Any] = fields.OneToOneField(
        "consult.Consultation", related_name="voter_secret"
    )
    secret = fields.CharField(max_length=64, null=True)
    frozen_for = fields.DatetimeField(null=True)
    frozen_at = fields.DatetimeField(null=True)

    if TYPE_CHECKING:
        consultation_id: int

    class Meta:
        table = "voter_secret"


class Ballot(Model):
    """A vote or a support as it stood at the closing, by a voter whose identifier holds in this consultation only."""

    id = KeyField()
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Consultation", related_name=False)
    kind = fields.CharField(max_length=12)
    item_id = fields.BigIntField()
    voter = fields.CharField(max_length=24)
    choice = fields.CharField(max_length=8)
    revision = fields.IntField(null=True)
    on = fields.DateField()

    class Meta:
        table = "ballot"
        indexes = [("consultation_id", "kind", "item_id", "voter")]


class MakingState(StrEnum):
    """Where the making of a set of files stands; an expired one held what is no longer public: its files are gone."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


class ExportSet(Model):
    """All the files of a consultation as it was at one value of its counter of changes.

    ``cut_off`` is the instant that the files speak of: the closing, or the last recorded fact while the consultation is
    open (``provisional``: a closing that passes by itself changes no counter, so there may be a set of either kind).
    ``steps_done`` of ``steps_total`` and ``rows_done`` tell the progress; a worker holds the set until ``lease_until``,
    and another goes on from the files that are whole. One that waits after a failure waits until then too.
    """

    id = KeyField()
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "consult.Consultation", related_name="export_sets"
    )
    changes = fields.BigIntField()
    cut_off = fields.DatetimeField()
    provisional = fields.BooleanField()
    state = fields.CharEnumField(MakingState, max_length=8, default=MakingState.WAITING)
    steps_done = fields.IntField(default=0)
    steps_total = fields.IntField(default=0)
    rows_done = fields.BigIntField(default=0)
    attempts = fields.IntField(default=0)
    error = fields.TextField(default="")
    asked_at = fields.DatetimeField()
    lease_until = fields.DatetimeField(null=True)
    made_at = fields.DatetimeField(null=True)

    if TYPE_CHECKING:
        consultation_id: int

    class Meta:
        table = "export_set"
        unique_together = (("consultation", "changes", "provisional"),)
        indexes = [("state", "asked_at")]


class ExportFile(Model):
    """A whole file of a set, under its name in the set's folder."""

    id = KeyField()
    set: fields.ForeignKeyRelation[ExportSet] = fields.ForeignKeyField("consult.ExportSet", related_name="files")
    name = fields.CharField(max_length=120)
    format = fields.CharField(max_length=20)
    table = fields.CharField(max_length=40, default="")
    size = fields.BigIntField()
    sha256 = fields.CharField(max_length=64)
    rows = fields.BigIntField(null=True)
    made_at = fields.DatetimeField()

    if TYPE_CHECKING:
        set_id: int

    class Meta:
        table = "export_file"
        unique_together = (("set", "name"),)


class ExportNotice(Model):
    """Somebody who wants to hear when a set of files is ready."""

    id = KeyField()
    set: fields.ForeignKeyRelation[ExportSet] = fields.ForeignKeyField("consult.ExportSet", related_name="notices")
    account: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Account", related_name=False)

    if TYPE_CHECKING:
        set_id: int
        account_id: int

    class Meta:
        table = "export_notice"
        unique_together = (("set", "account"),)
