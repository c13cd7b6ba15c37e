"""How Consult says no. A rule returns a refusal; an action raises it; a page prints it."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Refusal:
    """Why something may not be done, in words for the person who tried.

    Attributes:
        code: stable and machine-readable, for the API and for tests.
        text: a French source string, translated when shown; may hold ``%(name)s`` placeholders.
        params: values for the placeholders.
        field: the form field it is about, or "" for the whole form.
    """

    code: str
    text: str
    params: dict[str, Any] = field(default_factory=dict)
    field: str = ""


class ConsultError(Exception):
    """The root of the errors that Consult raises on purpose."""


class Refused(ConsultError):
    """A rule said no inside an action; everything the action wrote is rolled back."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.code}: {refusal.text}")
        self.refusal = refusal


class NotFound(ConsultError):
    """There is no such thing here, or this person may not know that there is."""


class Forbidden(ConsultError):
    """The person may see the thing but not do this to it."""


def refuse(refusal: Refusal | None) -> None:
    """Raise the refusal, if there is one.

    Raises:
        Refused: always when given a refusal.
    """
    if refusal is not None:
        raise Refused(refusal)
