"""Tables of moderation. Nothing in them is overwritten: what changes a decision is another decision."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class Kind(StrEnum):
    """What a report, a case or a decision is about."""

    CONTRIBUTION = "contribution"
    AMENDMENT = "amendment"
    ARGUMENT = "argument"
    SOURCE = "source"
    ACCOUNT = "account"


class Ground(StrEnum):
    """Why: an article of the charter, or the law. ``automatic`` stands for a threshold, until a person has looked."""

    OFF_TOPIC = "off_topic"
    INSULT = "insult"
    PERSONAL_DATA = "personal_data"
    ADVERTISING = "advertising"
    DUPLICATE = "duplicate"
    HATRED = "hatred"
    THREAT = "threat"
    DEFAMATION = "defamation"
    DISCRIMINATION = "discrimination"
    CHILD_ABUSE = "child_abuse"
    COPYRIGHT = "copyright"
    OTHER = "other"
    AUTOMATIC = "automatic"


class CaseReason(StrEnum):
    """Why an item is in the queue; it may have several reasons."""

    BEFORE = "before"
    REPORT = "report"
    MANY_REPORTS = "many_reports"
    WORDS = "words"
    LINKS = "links"
    SIMILAR = "similar"
    NEW_ACCOUNTS = "new_accounts"
    CORRECTED = "corrected"
    DEADLINE = "deadline"


class Report(Model):
    """Somebody says that an item breaks the charter or the law; once per person and item.

    ``reference`` is the number on the receipt. A reporter without an account leaves name and address (neither for child
    abuse). ``answered_at`` and ``decision`` say what became of it.
    """

    id = KeyField()
    reference = fields.CharField(max_length=20, unique=True)
    territory: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Territory", related_name="reports")
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Consultation", related_name=False)
    case: fields.ForeignKeyNullableRelation["Case"] = fields.ForeignKeyField(
        "consult.Case", related_name="reports", null=True
    )
    kind = fields.CharEnumField(Kind, max_length=12)
    item_id = fields.BigIntField()
    account: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Account", related_name="reports", null=True
    )
    name = fields.CharField(max_length=120, default="")
    email = fields.CharField(max_length=254, default="")
    language = fields.CharField(max_length=5, default="fr")
    ground = fields.CharEnumField(Ground, max_length=16)
    text = fields.TextField(default="")
    created_at = fields.DatetimeField()
    answered_at = fields.DatetimeField(null=True)
    decision: fields.ForeignKeyNullableRelation["Decision"] = fields.ForeignKeyField(
        "consult.Decision", related_name="reports", null=True
    )
    once = fields.CharField(max_length=64, null=True, unique=True)

    if TYPE_CHECKING:
        territory_id: int
        consultation_id: int
        case_id: int | None
        account_id: int | None
        decision_id: int | None

    class Meta:
        table = "report"
        unique_together = (("kind", "item_id", "account"),)
        indexes = [("account_id", "id"), ("case_id", "id")]


class Case(Model):
    """An item in the queue, from the moment something called for a look until somebody has decided.

    ``open_key`` (« argument:123 ») is unique and emptied when the case is decided: an item has one open case at most.
    ``opened_at`` orders the queue and never moves. ``reasons`` are :class:`CaseReason` values, ``ground`` the one most
    often reported ("" when nobody reported). ``author_id`` and ``organisation_id`` repeat the item's, so that a queue
    of any size knows without joins whose items a moderator may not decide. ``assigned_until`` lets go of an assignment.
    """

    id = KeyField()
    territory: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Territory", related_name="cases")
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Consultation", related_name="cases")
    kind = fields.CharEnumField(Kind, max_length=12)
    item_id = fields.BigIntField()
    contribution_id = fields.BigIntField()
    author_id = fields.BigIntField(null=True)
    organisation_id = fields.BigIntField(null=True)
    open_key = fields.CharField(max_length=40, null=True, unique=True)
    reasons: fields.Field[list[str]] = fields.JSONField(default=list)
    details: fields.Field[dict[str, Any]] = fields.JSONField(default=dict)
    ground = fields.CharField(max_length=16, default="")
    reports_count = fields.IntField(default=0)
    is_open = fields.BooleanField(default=True)
    opened_at = fields.DatetimeField()
    closed_at = fields.DatetimeField(null=True)
    assigned_to: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Account", related_name="cases_assigned", null=True
    )
    assigned_until = fields.DatetimeField(null=True)

    if TYPE_CHECKING:
        territory_id: int
        consultation_id: int
        assigned_to_id: int | None

    class Meta:
        table = "moderation_case"
        indexes = [
            ("territory_id", "is_open", "opened_at", "id"),
            ("territory_id", "is_open", "consultation_id", "opened_at", "id"),
            ("territory_id", "is_open", "kind", "opened_at", "id"),
            ("territory_id", "is_open", "ground", "opened_at", "id"),
            ("kind", "item_id"),
            ("author_id", "id"),
        ]


class Note(Model):
    """What moderators tell one another about a case; never shown to anybody else."""

    id = KeyField()
    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField("consult.Case", related_name="notes")
    account: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Account", related_name="moderation_notes")
    body = fields.TextField()
    created_at = fields.DatetimeField()
    once = fields.CharField(max_length=64, null=True, unique=True)

    if TYPE_CHECKING:
        case_id: int
        account_id: int

    class Meta:
        table = "moderation_note"
        indexes = [("case_id", "id")]


class Effect(StrEnum):
    """What a decision does. ``keep`` publishes what waited and puts back what was hidden."""

    KEEP = "keep"
    CORRECT = "correct"
    MERGE = "merge"
    HIDE = "hide"
    HIDE_ILLEGAL = "hide_illegal"
    RESTRICT = "restrict"


class Decision(Model):
    """A moderator's act on an item or an account: the statement of reasons of article 17 of the DSA is this record.

    ``account_id`` and ``organisation_id`` are those it is addressed to. ``until`` is the end of a restriction or the
    deadline of a correction. ``automated`` says that no person decided (a threshold hid it), ``found_by`` what brought
    the item up (a ``CaseReason``, "" for the moderator's own look), ``opened_at`` since when it waited. ``replaces`` is
    the decision that this one undoes. ``by`` is None for what was automatic.
    """

    id = KeyField()
    reference = fields.CharField(max_length=20, unique=True)
    territory: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Territory", related_name="decisions")
    consultation: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Consultation", related_name="decisions", null=True
    )
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField(
        "consult.Case", related_name="decisions", null=True
    )
    kind = fields.CharEnumField(Kind, max_length=12)
    item_id = fields.BigIntField()
    account: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Account", related_name="decisions_received", null=True
    )
    organisation_id = fields.BigIntField(null=True)
    effect = fields.CharEnumField(Effect, max_length=12)
    ground = fields.CharField(max_length=16, default="")
    reason = fields.TextField(default="")
    automated = fields.BooleanField(default=False)
    found_by = fields.CharField(max_length=16, default="")
    hidden_meanwhile = fields.BooleanField(default=False)
    until = fields.DatetimeField(null=True)
    merged_into_id = fields.BigIntField(null=True)
    by: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Account", related_name="decisions_made", null=True
    )
    opened_at = fields.DatetimeField()
    decided_at = fields.DatetimeField()
    replaces: fields.ForeignKeyNullableRelation["Decision"] = fields.ForeignKeyField(
        "consult.Decision", related_name="replaced_by", null=True
    )
    once = fields.CharField(max_length=80, null=True, unique=True)

    if TYPE_CHECKING:
        territory_id: int
        consultation_id: int | None
        case_id: int | None
        account_id: int | None
        by_id: int | None
        replaces_id: int | None

    class Meta:
        table = "decision"
        indexes = [
            ("territory_id", "decided_at", "id", "effect"),
            ("territory_id", "consultation_id", "decided_at", "id"),
            ("territory_id", "kind", "decided_at", "id"),
            ("territory_id", "ground", "decided_at", "id"),
            ("kind", "item_id", "id"),
            ("account_id", "id"),
            ("organisation_id", "id"),
            ("effect", "until"),
            ("case_id", "id"),
            ("replaces_id", "id"),
        ]


class AppealOutcome(StrEnum):
    """What became of an appeal."""

    UPHELD = "upheld"
    REVERSED = "reversed"


class Appeal(Model):
    """A request to look again at a decision, within six months, one per decision, heard by somebody else.

    ``new_decision`` is the decision that undid the first one, where the appeal succeeded.
    """

    id = KeyField()
    reference = fields.CharField(max_length=20, unique=True)
    territory: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Territory", related_name="appeals")
    decision: fields.OneToOneRelation[Decision] = fields.OneToOneField("consult.Decision", related_name="appeal")
    account: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Account", related_name="appeals")
    text = fields.TextField()
    made_at = fields.DatetimeField()
    heard_by: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Account", related_name="appeals_heard", null=True
    )
    heard_at = fields.DatetimeField(null=True)
    outcome = fields.CharField(max_length=10, default="")
    reason = fields.TextField(default="")
    new_decision: fields.ForeignKeyNullableRelation[Decision] = fields.ForeignKeyField(
        "consult.Decision", related_name="answered_appeal", null=True
    )
    once = fields.CharField(max_length=64, null=True, unique=True)

    if TYPE_CHECKING:
        territory_id: int
        decision_id: int
        account_id: int
        heard_by_id: int | None
        new_decision_id: int | None

    class Meta:
        table = "appeal"
        indexes = [("territory_id", "heard_at", "id"), ("territory_id", "made_at", "outcome"), ("account_id", "id")]


class SealedText(Model):
    """The texts of an item hidden as illegal: out of everybody's sight, kept for the legal period, then dropped.

    No page reads this table. ``texts`` holds the item's columns and its wordings, so that a reversal can put them back.
    """

    id = KeyField()
    kind = fields.CharEnumField(Kind, max_length=12)
    item_id = fields.BigIntField()
    decision: fields.ForeignKeyRelation[Decision] = fields.ForeignKeyField("consult.Decision", related_name="sealed")
    texts: fields.Field[dict[str, Any]] = fields.JSONField()
    sealed_at = fields.DatetimeField()
    keep_until = fields.DatetimeField(db_index=True)

    if TYPE_CHECKING:
        decision_id: int

    class Meta:
        table = "sealed_text"
        unique_together = (("kind", "item_id"),)


class Watch(Model):
    """What a territory wants its moderators' attention drawn to. Signals only queue an item, they never remove it.

    ``words`` are one a line. ``most_links`` is how many links a text may hold unremarked. ``hide_after`` is after how
    many reports an item is hidden until a person has looked (0: never).
    """

    id = KeyField()
    territory: fields.OneToOneRelation[Any] = fields.OneToOneField("consult.Territory", related_name="watch")
    words = fields.TextField(default="")
    most_links = fields.IntField(default=3)
    hide_after = fields.IntField(default=0)
    updated_at = fields.DatetimeField()

    if TYPE_CHECKING:
        territory_id: int

    class Meta:
        table = "moderation_watch"
