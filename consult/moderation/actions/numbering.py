"""Drawing the reference of a report, a decision or an appeal that has none like it."""

from datetime import datetime

from consult.core.database import execute
from consult.moderation.rules.references import draw_reference

_TABLES = {"S": "report", "D": "decision", "R": "appeal"}


async def new_reference(letter: str, at: datetime) -> str:
    """A reference that nothing of its sort has yet. The column's own uniqueness stands behind it."""
    while True:
        drawn = draw_reference(letter, at)
        if not await execute(f"SELECT 1 FROM {_TABLES[letter]} WHERE reference = :drawn", drawn=drawn):
            return drawn
