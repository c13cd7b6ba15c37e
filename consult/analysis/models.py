"""Tables of analysis: figures kept so that no visit has to count."""

from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class ConsultationFigures(Model):
    """A consultation's figures as they were counted from its rows at ``counted_at``.

    ``changes`` is the consultation's counter of changes in the same snapshot: when it has grown since, the worker
    counts again, not before ``next_at``. ``totals`` are whole numbers by name, ``days`` one ``[day, contributions,
    arguments, votes]`` for each local day on which anything happened, ``kinds`` and ``decisions`` numbers by kind and
    by effect.
    """

    id = KeyField()
    consultation: fields.OneToOneRelation[Any] = fields.OneToOneField("consult.Consultation", related_name="figures")
    changes = fields.BigIntField()
    counted_at = fields.DatetimeField()
    next_at = fields.DatetimeField()
    totals: fields.Field[dict[str, int]] = fields.JSONField()
    days: fields.Field[list[list[Any]]] = fields.JSONField()
    kinds: fields.Field[dict[str, list[int]]] = fields.JSONField()
    decisions: fields.Field[dict[str, int]] = fields.JSONField()
    results: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)

    if TYPE_CHECKING:
        consultation_id: int

    class Meta:
        table = "consultation_figures"
