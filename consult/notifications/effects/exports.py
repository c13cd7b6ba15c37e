"""Files that somebody waited for."""

from consult.core.events import effect
from consult.exports.events import ExportsReady
from consult.exports.queries import set_in_words, waited_for
from consult.notifications.queries import reader_of
from consult.notifications.writing import Letter, write


@effect(ExportsReady)
async def mail_files_ready(event: ExportsReady, outbox_id: int) -> None:
    """To those who asked to hear of it, once: where the files are."""
    made = await set_in_words(event.set_id)
    for account_id in await waited_for(event.set_id) if made else []:
        reader = await reader_of(account_id)
        if reader is not None:
            letter = Letter("exports_ready", reader, values={"made": made}, event=f"exports_ready.{event.set_id}")
            await write(letter, territory_id=event.territory_id)
