"""Column types shared by all rooms."""

from typing import Any

from tortoise import fields

from consult.core.keys import new_key


class KeyField(fields.BigIntField):
    """A primary key drawn by :func:`consult.core.keys.new_key`, never by the database.

    A class rather than a plain ``BigIntField(generated=False)``, because the ORM's migration writer drops that flag.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "primary_key": True, "generated": False, "default": new_key})
