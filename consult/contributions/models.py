"""Tables of contributions. Counters are moved by actions under the consultation's lock and count what is public."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from consult.consultations.items import Item
from consult.core.fields import KeyField
from consult.core.text.markdown import plain_excerpt
from consult.core.text.sanitising import html_to_text
from consult.core.text.stems import stems

EXCERPT = 220


class Contribution(Item):
    """A numbered proposal or opinion in a section: ``#2906``.

    ``number`` is given at publication, without gaps, and stays when the item is withdrawn or hidden. ``votes_*`` count
    the voters' choices on the present wording, ``earlier_*`` those cast on an earlier wording, ``tally_*`` what tallies
    add (imported, paper, workshop). ``votes_total`` is all of them together; ``contested`` is the smaller of all agree
    and all disagree. ``shuffle`` is a fixed random place for the random order. ``stems`` feeds the search,
    ``excerpt`` is the beginning of the text, as lists show it. ``merged_into`` is the contribution of which a moderator
    found this one to be a duplicate: it stays readable with all that stands beneath it, and takes nothing new.
    """

    section: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "consult.Section", related_name="contributions", on_delete=fields.RESTRICT
    )
    merged_into: fields.ForeignKeyNullableRelation["Contribution"] = fields.ForeignKeyField(
        "consult.Contribution", related_name="merged", null=True
    )
    number = fields.IntField(null=True)
    title = fields.CharField(max_length=240)
    stems = fields.TextField(default="")
    excerpt = fields.CharField(max_length=EXCERPT + 20, default="")
    explanation_html = fields.TextField(default="")
    annexes: fields.Field[list[dict[str, str]]] = fields.JSONField(default=list)
    shuffle = fields.IntField(default=0)
    changes = fields.BigIntField(default=1)
    votes_agree = fields.IntField(default=0)
    votes_mixed = fields.IntField(default=0)
    votes_disagree = fields.IntField(default=0)
    earlier_agree = fields.IntField(default=0)
    earlier_mixed = fields.IntField(default=0)
    earlier_disagree = fields.IntField(default=0)
    tally_agree = fields.IntField(default=0)
    tally_mixed = fields.IntField(default=0)
    tally_disagree = fields.IntField(default=0)
    votes_total = fields.IntField(default=0)
    contested = fields.IntField(default=0)
    arguments_for = fields.IntField(default=0)
    arguments_against = fields.IntField(default=0)
    arguments_count = fields.IntField(default=0)
    sources_count = fields.IntField(default=0)
    amendments_count = fields.IntField(default=0)
    imported_versions = fields.IntField(default=0)

    if TYPE_CHECKING:
        section_id: int
        merged_into_id: int | None

    class Meta:
        table = "contribution"
        unique_together = (("consultation", "number"), ("consultation", "origin", "origin_key"))
        indexes = [
            ("consultation_id", "published_at", "id"),
            ("consultation_id", "state", "votes_total", "id"),
            ("consultation_id", "state", "arguments_count", "id"),
            ("consultation_id", "state", "contested", "id"),
            ("consultation_id", "state", "shuffle", "id"),
            ("section_id", "state", "id"),
            ("merged_into_id", "number"),
            ("author_id", "id"),
            ("organisation_id", "id"),
        ]


class Revision(Model):
    """A past wording of a contribution by its own author; all are kept. Number 1 is the first wording.

    The present wording has its row here too, so that the history reads from one table.
    """

    id = KeyField()
    contribution: fields.ForeignKeyRelation[Contribution] = fields.ForeignKeyField(
        "consult.Contribution", related_name="revisions"
    )
    number = fields.IntField()
    title = fields.CharField(max_length=240)
    body = fields.TextField()
    body_html = fields.TextField()
    account: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Account", related_name=False, null=True
    )
    amendment: fields.ForeignKeyNullableRelation["Amendment"] = fields.ForeignKeyField(
        "consult.Amendment", related_name="revisions", null=True
    )
    reason = fields.CharField(max_length=300, default="")
    created_at = fields.DatetimeField()

    if TYPE_CHECKING:
        contribution_id: int
        account_id: int | None
        amendment_id: int | None

    class Meta:
        table = "revision"
        unique_together = (("contribution", "number"),)


class AmendmentOutcome(StrEnum):
    """What the contribution's author made of a proposed wording."""

    PENDING = "pending"
    ADOPTED = "adopted"
    DECLINED = "declined"


class Amendment(Item):
    """Somebody else's proposed wording of a contribution, shown as a diff with its reason (``body`` is the wording)."""

    contribution: fields.ForeignKeyRelation[Contribution] = fields.ForeignKeyField(
        "consult.Contribution", related_name="amendments"
    )
    base_revision = fields.IntField()
    title = fields.CharField(max_length=240)
    reason = fields.TextField()
    outcome = fields.CharEnumField(AmendmentOutcome, max_length=10, default=AmendmentOutcome.PENDING)
    outcome_at = fields.DatetimeField(null=True)
    outcome_reason = fields.TextField(default="")
    votes_agree = fields.IntField(default=0)
    votes_mixed = fields.IntField(default=0)
    votes_disagree = fields.IntField(default=0)

    if TYPE_CHECKING:
        contribution_id: int

    class Meta:
        table = "amendment"
        indexes = [("contribution_id", "state", "id"), ("author_id", "id")]


class Draft(Model):
    """A text being written, kept on the server until it is published or thrown away by its author."""

    id = KeyField()
    account: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Account", related_name="drafts")
    consultation: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Consultation", related_name=False)
    section: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Section", related_name=False, null=True
    )
    organisation: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Organisation", related_name=False, null=True
    )
    title = fields.CharField(max_length=240, default="")
    body = fields.TextField(default="")
    once = fields.CharField(max_length=64, null=True, unique=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()

    if TYPE_CHECKING:
        account_id: int
        consultation_id: int
        section_id: int | None
        organisation_id: int | None

    class Meta:
        table = "draft"
        indexes = [("account_id", "updated_at")]


def excerpt_of(body_html: str) -> str:
    """The beginning of a text on one line, made once, when it is written: a list shows twenty of them.

    The column counts code points, a person counts characters, and one emoji may be ten of the former.
    """
    length = EXCERPT
    while len(excerpt := plain_excerpt(body_html, length)) > EXCERPT + 20:
        length //= 2
    return excerpt


def search_stems(title: str, body_html: str) -> str:
    """What a contribution is found by: the stems of its title and of its text."""
    return stems(f"{title}\n{html_to_text(body_html)}")
