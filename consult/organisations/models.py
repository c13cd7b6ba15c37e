"""Tables of organisations."""

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class OrganisationKind(StrEnum):
    """What sort of body it is; also the kind of author of what it writes."""

    ASSOCIATION = "association"
    COMPANY = "company"
    PUBLIC_BODY = "public_body"
    UNION = "union"
    OTHER = "other"


class OrganisationState(StrEnum):
    """Whether the territory has verified it."""

    WAITING = "waiting"
    VERIFIED = "verified"
    REFUSED = "refused"


class MemberRole(StrEnum):
    """An owner manages the organisation and its members; a member speaks for it."""

    OWNER = "owner"
    MEMBER = "member"


class Organisation(Model):
    """A body with members, in one territory.

    Name, kind and number are what the territory verifies. What a verified organisation asks to change of them stands in
    ``asked`` until the territory has decided; ``asked_at`` is since when something waits, and ``revision`` counts what
    was asked, so that nobody decides on what they have not read. ``decided_*`` and ``decision_reason`` are of the last
    decision, ``verified_at`` of the last verification. An index of migration 0007 keeps a number to one organisation of
    a territory, refused ones left out (ADR 0015). ``once`` is the key of the form that made the row.
    """

    id = KeyField()
    territory: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "consult.Territory", related_name="organisations"
    )
    name = fields.CharField(max_length=160)
    kind = fields.CharEnumField(OrganisationKind, max_length=20)
    number_kind = fields.CharField(max_length=5, default="")
    number = fields.CharField(max_length=14, default="")
    address = fields.TextField(default="")
    site = fields.CharField(max_length=500, default="")
    presentation = fields.TextField(default="")
    shows_members = fields.BooleanField(default=False)
    state = fields.CharEnumField(OrganisationState, max_length=10, default=OrganisationState.WAITING)
    asked: fields.Field[dict[str, Any] | None] = fields.JSONField(null=True)
    asked_at = fields.DatetimeField(null=True)
    revision = fields.IntField(default=1)
    decided_at = fields.DatetimeField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "consult.Account", related_name="organisations_decided", null=True, on_delete=fields.SET_NULL
    )
    decision_reason = fields.TextField(default="")
    verified_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()
    once = fields.CharField(max_length=64, null=True, unique=True)

    if TYPE_CHECKING:  # the columns that the ORM makes of the relations
        territory_id: int
        decided_by_id: int | None

    class Meta:
        table = "organisation"
        indexes = [("territory_id", "state", "id")]


class Member(Model):
    """An account that may speak as the organisation."""

    id = KeyField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consult.Organisation", related_name="members"
    )
    account: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField("consult.Account", related_name="memberships")
    role = fields.CharEnumField(MemberRole, max_length=10, default=MemberRole.MEMBER)
    created_at = fields.DatetimeField()

    if TYPE_CHECKING:
        organisation_id: int
        account_id: int

    class Meta:
        table = "member"
        unique_together = (("organisation", "account"),)


class Invitation(Model):
    """A member invited by e-mail; accepted once, by whoever holds the link and signs in.

    An address has one open invitation to an organisation: inviting it again writes anew, with the same link. An
    invitation that is taken back expires at once. ``once`` is the key of the form that was last sent.
    """

    id = KeyField()
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "consult.Organisation", related_name="invitations"
    )
    email = fields.CharField(max_length=254)
    role = fields.CharEnumField(MemberRole, max_length=10, default=MemberRole.MEMBER)
    invited_by: fields.ForeignKeyRelation[Model] = fields.ForeignKeyField(
        "consult.Account", related_name="invitations_sent"
    )
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    accepted_at = fields.DatetimeField(null=True)
    once = fields.CharField(max_length=64, null=True, unique=True)

    if TYPE_CHECKING:
        organisation_id: int
        invited_by_id: int

    class Meta:
        table = "invitation"
