"""Receipts that somebody has asked for by e-mail. The receipt itself is enclosed when the mail leaves."""

import json

from consult.core.events import effect
from consult.notifications.queries import reader_of
from consult.notifications.sending.enclosures import RECEIPT
from consult.notifications.writing import Letter, write
from consult.register.events import ReceiptAsked
from consult.register.models import RegisterEntry
from consult.register.rules import VOTES, sentence_of


@effect(ReceiptAsked)
async def mail_receipt(event: ReceiptAsked, outbox_id: int) -> None:
    """To whoever asked for it, once a form, as long as it is theirs."""
    row = await RegisterEntry.get_or_none(
        territory_id=event.territory_id, position=event.position, account_id=event.account_id
    )
    reader = await reader_of(event.account_id)
    if row is None or reader is None:
        return
    words, values = sentence_of(json.loads(row.entry))
    shown = {
        "words": words,
        "values": values,
        "at": row.at,
        "position": row.position,
        "path": f"/register/entries/{row.position}",
        "is_vote": row.kind in VOTES,
    }
    letter = Letter("receipt", reader, about=(RECEIPT, row.id), values=shown, event=f"receipt.{row.id}.{event.once}")
    await write(letter, territory_id=event.territory_id)
