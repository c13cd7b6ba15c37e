"""What a territory watches for."""

from consult.core import clock
from consult.moderation.models import Watch


async def watch_of(territory_id: int) -> Watch:
    """The territory's settings; those that hold as long as nobody has chosen others, as a row that is not stored."""
    return await Watch.get_or_none(territory_id=territory_id) or Watch(
        territory_id=territory_id, updated_at=clock.now()
    )
