"""Tables of consultations, rounds and sections. Whether a round is open is never stored: see rules.py."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class ConsultationState(StrEnum):
    """A draft is seen by the territory's administrators only."""

    DRAFT = "draft"
    PUBLISHED = "published"


class Procedure(StrEnum):
    """The legal frame of a consultation: its shortest duration, and what must be published (see rules.procedures)."""

    FREE = "free"
    VOLUNTARY = "voluntary"
    CRPA_L132_1 = "crpa_l132_1"
    ENVIRONMENT_L123_19_1 = "environment_l123_19_1"
    PRIOR_CONCERTATION = "prior_concertation"


class ModerationTime(StrEnum):
    """Whether what people write is read by a moderator before it is published, or after."""

    BEFORE = "before"
    AFTER = "after"


def _reminders() -> list[int]:
    return [7, 2]


class Consultation(Model):
    """A question put to the public.

    ``changes`` grows with every write below the consultation, ``rules_changes`` only when its own presentation, rounds
    or sections change. ``last_number`` is the last contribution number given out; both are moved under the row's lock.
    The counters count what is public, by voters and by tallies together. ``once`` (here, in rounds and in sections) is
    the key of the form that made the row: the same form makes one row. ``moderation_hours`` is the delay that authors
    are told to expect from the moderators, ``reminder_days`` how many days before a closing people are reminded of it.
    """

    id = KeyField()
    territory: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "consult.Territory", related_name="consultations"
    )
    slug = fields.CharField(max_length=80)
    title = fields.CharField(max_length=200)
    question = fields.TextField(default="")
    presentation = fields.TextField(default="")
    presentation_html = fields.TextField(default="")
    legal_basis = fields.TextField(default="")
    state = fields.CharEnumField(ConsultationState, max_length=10, default=ConsultationState.DRAFT)
    origin = fields.CharField(max_length=40, default="")
    procedure = fields.CharEnumField(Procedure, max_length=24, default=Procedure.FREE)
    moderation = fields.CharEnumField(ModerationTime, max_length=8, default=ModerationTime.AFTER)
    moderation_hours = fields.IntField(default=48)
    reminder_days: fields.Field[list[int]] = fields.JSONField(default=_reminders)
    published_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    once = fields.CharField(max_length=64, null=True, unique=True)
    last_number = fields.IntField(default=0)
    changes = fields.BigIntField(default=1)
    rules_changes = fields.BigIntField(default=1)
    contributions_count = fields.IntField(default=0)
    arguments_count = fields.IntField(default=0)
    sources_count = fields.IntField(default=0)
    votes_count = fields.IntField(default=0)
    amendments_count = fields.IntField(default=0)

    if TYPE_CHECKING:  # the columns that the ORM makes of the relations
        territory_id: int

    class Meta:
        table = "consultation"
        unique_together = (("territory", "slug"),)


class Round(Model):
    """A dated stage ``[opens_at, closes_at)`` that says what may be done in it."""

    id = KeyField()
    consultation: fields.ForeignKeyRelation[Consultation] = fields.ForeignKeyField(
        "consult.Consultation", related_name="rounds"
    )
    title = fields.CharField(max_length=160)
    opens_at = fields.DatetimeField()
    closes_at = fields.DatetimeField()
    may_contribute = fields.BooleanField(default=True)
    may_argue = fields.BooleanField(default=True)
    may_source = fields.BooleanField(default=True)
    may_vote = fields.BooleanField(default=True)
    may_amend = fields.BooleanField(default=True)
    once = fields.CharField(max_length=64, null=True, unique=True)

    if TYPE_CHECKING:
        consultation_id: int

    class Meta:
        table = "round"
        indexes = [("consultation_id", "opens_at")]


class Section(Model):
    """A node of the consultation's outline; a leaf or an inner node may accept contributions."""

    id = KeyField()
    consultation: fields.ForeignKeyRelation[Consultation] = fields.ForeignKeyField(
        "consult.Consultation", related_name="sections"
    )
    parent: fields.ForeignKeyNullableRelation["Section"] = fields.ForeignKeyField(
        "consult.Section", related_name="children", null=True
    )
    position = fields.IntField(default=0)
    title = fields.CharField(max_length=200)
    explanation = fields.TextField(default="")
    explanation_html = fields.TextField(default="")
    accepts_contributions = fields.BooleanField(default=True)
    accepts_arguments = fields.BooleanField(default=True)
    accepts_sources = fields.BooleanField(default=True)
    accepts_votes = fields.BooleanField(default=True)
    accepts_amendments = fields.BooleanField(default=True)
    contributions_count = fields.IntField(default=0)
    origin_key = fields.CharField(max_length=80, null=True)
    once = fields.CharField(max_length=64, null=True, unique=True)

    if TYPE_CHECKING:
        consultation_id: int
        parent_id: int | None

    class Meta:
        table = "section"
        unique_together = (("consultation", "origin_key"),)
        indexes = [("consultation_id", "position")]


class RuleChange(Model):
    """A change to the rules of an open round: what, by whom, why. Shown on the consultation's page."""

    id = KeyField()
    consultation: fields.ForeignKeyRelation[Consultation] = fields.ForeignKeyField(
        "consult.Consultation", related_name="rule_changes"
    )
    account: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "consult.Account", related_name="rule_changes", null=True
    )
    at = fields.DatetimeField()
    reason = fields.TextField()
    before: fields.Field[dict[str, Any]] = fields.JSONField()
    after: fields.Field[dict[str, Any]] = fields.JSONField()

    class Meta:
        table = "rule_change"


class Snapshot(Model):
    """The figures of a consultation, frozen under a name when a moderator declares a round closed and done with.

    ``figures`` are the consultation's counters and the participants at ``at``; ``left`` says what was still undone then
    (items in the queue, appeals, texts that wait); ``sequel`` is what comes next, in the moderator's words, and
    ``sequel_on`` when. ``once`` is the key of the form that made the row.
    """

    id = KeyField()
    consultation: fields.ForeignKeyRelation[Consultation] = fields.ForeignKeyField(
        "consult.Consultation", related_name="snapshots"
    )
    round: fields.ForeignKeyRelation[Round] = fields.ForeignKeyField("consult.Round", related_name="snapshots")
    account: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "consult.Account", related_name="snapshots", null=True
    )
    name = fields.CharField(max_length=160)
    at = fields.DatetimeField()
    closes_at = fields.DatetimeField()
    figures: fields.Field[dict[str, Any]] = fields.JSONField()
    left: fields.Field[dict[str, Any]] = fields.JSONField()
    sequel = fields.TextField(default="")
    sequel_on = fields.DateField(null=True)
    once = fields.CharField(max_length=64, null=True, unique=True)

    if TYPE_CHECKING:
        consultation_id: int
        round_id: int

    class Meta:
        table = "snapshot"
        unique_together = (("round", "closes_at"),)
