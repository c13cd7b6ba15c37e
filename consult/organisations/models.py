"""Tables of organisations."""

from enum import StrEnum

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
    """A body with members, in one territory."""

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
    shows_members = fields.BooleanField(default=False)
    state = fields.CharEnumField(OrganisationState, max_length=10, default=OrganisationState.WAITING)
    decided_at = fields.DatetimeField(null=True)
    decided_by: fields.ForeignKeyNullableRelation[Model] = fields.ForeignKeyField(
        "consult.Account", related_name="organisations_decided", null=True, on_delete=fields.SET_NULL
    )
    decision_reason = fields.TextField(default="")
    created_at = fields.DatetimeField()

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

    class Meta:
        table = "member"
        unique_together = (("organisation", "account"),)


class Invitation(Model):
    """A member invited by e-mail; accepted once, by whoever holds the link and signs in."""

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

    class Meta:
        table = "invitation"
