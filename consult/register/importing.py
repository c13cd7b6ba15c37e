"""What a consultation that was held elsewhere brings in, entered item by item."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

from consult.core.database import execute
from consult.register.appending import Fact
from consult.register.telling import wording_fact
from consult.register.wordings import KINDS, Row, Wording, wordings_of

_AT_ONCE = 500


async def imported(consultation_id: int, at: datetime) -> AsyncIterator[list[Fact]]:
    """The public items of a consultation as facts, in the wording that they came with, a batch at a time."""
    async for wordings in public_wordings(consultation_id):
        yield [wording_fact("imported", one, at) for one in wordings if one.is_present]


async def public_wordings(consultation_id: int) -> AsyncIterator[list[Wording]]:
    """All wordings of the public items, a batch of items at a time: contributions by number, then what is beneath."""
    for kind in KINDS:
        last: Any = 0
        while keys := await _keys(kind, consultation_id, last):
            found = await wordings_of(kind, [row["id"] for row in keys])
            yield [one for row in keys for one in found.get(row["id"], [])]
            last = keys[-1]["place"]


async def _keys(kind: str, consultation_id: int, last: int) -> list[Row]:
    place = "i.number" if kind == "contribution" else "i.id"
    under = (
        "" if kind == "contribution" else " JOIN contribution c ON c.id = i.contribution_id AND c.state = 'published'"
    )
    return await execute(
        f"SELECT i.id, {place} AS place FROM {kind} i{under} WHERE i.consultation_id = :consultation"
        f" AND i.state = 'published' AND {place} > :last ORDER BY {place} LIMIT :most",
        consultation=consultation_id,
        last=last,
        most=_AT_ONCE,
    )
