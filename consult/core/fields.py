"""Column types shared by all rooms."""

from typing import Any

from tortoise import fields

from consult.core.keys import new_key


def KeyField() -> Any:  # noqa: N802 - reads like the ORM's own field names
    """A primary key drawn by :func:`consult.core.keys.new_key`, never by the database."""
    return fields.BigIntField(primary_key=True, generated=False, default=new_key)
