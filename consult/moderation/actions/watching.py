"""Choosing what catches the moderators' eye in a territory."""

from consult.core.action import Action
from consult.core.errors import refuse
from consult.core.keys import new_key
from consult.core.voice import Voice
from consult.moderation.events import WatchChanged
from consult.moderation.models import Watch
from consult.moderation.rules.watching import watch_refusals, watched_lines
from consult.territories.models import Territory


async def set_watch(voice: Voice, *, territory_id: int, words: str, most_links: int, hide_after: int) -> Watch:
    """Write what is watched for in a territory; what is published from now on is looked at with it.

    Raises:
        Refused: neither a moderator nor an administrator, or something is out of bounds.
    """
    refuse(next(iter(watch_refusals(voice, words, most_links, hide_after)), None))
    lines = watched_lines(words)
    async with Action(voice, territory_id=territory_id) as action:
        await Territory.filter(id=territory_id).select_for_update().first()
        row = await Watch.get_or_none(territory_id=territory_id)
        if row is None:
            row = Watch(id=new_key(), territory_id=territory_id)
        elif (row.words, row.most_links, row.hide_after) == ("\n".join(lines), most_links, hide_after):
            action.nothing_to_do()
            return row
        row.words, row.most_links, row.hide_after = "\n".join(lines), most_links, hide_after
        row.updated_at = action.at
        await row.save()
        action.record(
            WatchChanged(territory_id=territory_id, most_links=most_links, hide_after=hide_after, words=len(lines))
        )
        return row
