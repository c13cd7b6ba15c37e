"""Tables of territories."""

from enum import StrEnum

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class TerritoryKind(StrEnum):
    """What sort of public body a territory is."""

    COMMUNE = "commune"
    INTERCOMMUNALITY = "intercommunality"
    DEPARTEMENT = "departement"
    REGION = "region"
    BODY = "body"


class Territory(Model):
    """A tenant: nothing of one is readable, writable, countable or guessable from another."""

    id = KeyField()
    slug = fields.CharField(max_length=60, unique=True)
    name = fields.CharField(max_length=200)
    kind = fields.CharEnumField(TerritoryKind, max_length=20, default=TerritoryKind.BODY)
    presentation = fields.TextField(default="")
    presentation_html = fields.TextField(default="")
    accent = fields.CharField(max_length=7, default="#1d4e89")
    timezone = fields.CharField(max_length=60, default="Europe/Paris")
    language = fields.CharField(max_length=5, default="fr")
    contact_email = fields.CharField(max_length=254, default="")
    changes = fields.BigIntField(default=1)
    created_at = fields.DatetimeField()

    class Meta:
        table = "territory"


class TerritoryHost(Model):
    """A host name under which a territory answers."""

    host = fields.CharField(max_length=253, primary_key=True)
    territory: fields.ForeignKeyRelation[Territory] = fields.ForeignKeyField("consult.Territory", related_name="hosts")

    class Meta:
        table = "territory_host"


class TerritoryPage(Model):
    """One of the texts every territory owes its public: accessibility, legal, privacy, charter."""

    id = KeyField()
    territory: fields.ForeignKeyRelation[Territory] = fields.ForeignKeyField("consult.Territory", related_name="pages")
    name = fields.CharField(max_length=20)
    body = fields.TextField()
    body_html = fields.TextField()
    updated_at = fields.DatetimeField()

    class Meta:
        table = "territory_page"
        unique_together = (("territory", "name"),)
