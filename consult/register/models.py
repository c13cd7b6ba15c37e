"""Tables of the register. Rows are only ever added, and an entry, a whole tile and a head stay as they are.

What is written over: a register's size, the last tiles of each level, a salt and whose receipt it is (forgotten), a key
(retired, then its private half forgotten). One register a territory; its tree is that of RFC 9162, section 2.1.
"""

from typing import TYPE_CHECKING, Any

from tortoise import fields
from tortoise.models import Model

from consult.core.fields import KeyField


class Register(Model):
    """How far a territory's register has grown. This row is the lock under which entries get their positions."""

    id = KeyField()
    territory: fields.OneToOneRelation[Any] = fields.OneToOneField("consult.Territory", related_name="register")
    size = fields.BigIntField(default=0)
    updated_at = fields.DatetimeField()

    if TYPE_CHECKING:
        territory_id: int

    class Meta:
        table = "register"


class RegisterEntry(Model):
    """A public fact at its place. ``entry`` is its canonical form, the very bytes (UTF-8) that the leaf is a hash of.

    What people wrote is not in it, only a commitment to it: SHA-256 over ``salt`` and the canonical content. Without
    the salt nothing can be learnt from the commitment, so erasing the salt erases the text from the register, and every
    proof still holds. ``account`` is whose receipt this is, never public. ``once`` makes one entry of one fact, however
    often it is offered.
    """

    id = KeyField()
    territory: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Territory", related_name=False)
    position = fields.BigIntField()
    at = fields.DatetimeField()
    kind = fields.CharField(max_length=24)
    consultation_id = fields.BigIntField(null=True)
    item_kind = fields.CharField(max_length=12, default="")
    item_id = fields.BigIntField(null=True)
    revision = fields.IntField(null=True)
    account: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "consult.Account", related_name="register_entries", null=True
    )
    entry = fields.TextField()
    salt = fields.BinaryField(null=True)
    once = fields.CharField(max_length=80, unique=True)

    if TYPE_CHECKING:
        territory_id: int
        account_id: int | None

    class Meta:
        table = "register_entry"
        unique_together = (("territory", "position"),)
        indexes = [
            ("consultation_id", "position"),
            ("consultation_id", "kind", "position"),
            ("item_kind", "item_id", "revision"),
            ("account_id", "id"),
        ]


class RegisterTile(Model):
    """Up to 256 hashes side by side, 32 bytes each: of leaves at level 0, of whole tiles of the level below elsewhere.

    Only the last tile of a level may be short, and grows until it is full (C2SP tlog-tiles).
    """

    id = KeyField()
    territory: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Territory", related_name=False)
    level = fields.IntField()
    number = fields.BigIntField()
    hashes = fields.BinaryField()

    if TYPE_CHECKING:
        territory_id: int

    class Meta:
        table = "register_tile"
        unique_together = (("territory", "level", "number"),)


class RegisterKey(Model):
    """A key that signs heads (Ed25519). ``sealed`` is the private half, encrypted under the instance's secret.

    ``retired_at`` is set when another key took over; heads signed before stay good.
    """

    id = KeyField()
    territory: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Territory", related_name=False)
    name = fields.CharField(max_length=300)
    public = fields.CharField(max_length=64)
    sealed = fields.TextField()
    created_at = fields.DatetimeField()
    retired_at = fields.DatetimeField(null=True)

    if TYPE_CHECKING:
        territory_id: int

    class Meta:
        table = "register_key"
        unique_together = (("territory", "public"),)


class RegisterHead(Model):
    """A signed head: the size and root of the tree at an instant (``note`` is a C2SP tlog-checkpoint, whole).

    A quiet register is signed each day: several heads have its size then, and the first of them is the one that counts
    for receipts and packages.
    """

    id = KeyField()
    territory: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField("consult.Territory", related_name=False)
    size = fields.BigIntField()
    root = fields.CharField(max_length=64)
    at = fields.DatetimeField()
    note = fields.TextField()

    if TYPE_CHECKING:
        territory_id: int

    class Meta:
        table = "register_head"
        unique_together = (("territory", "size", "at"),)
