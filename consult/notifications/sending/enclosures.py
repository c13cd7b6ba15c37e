"""What goes along with a mail: made when it leaves, so that it says no more than what is public at that moment."""

import json
from dataclasses import dataclass
from email.message import EmailMessage

from consult.notifications.models import Mail
from consult.register.models import RegisterEntry
from consult.register.receipts import receipt_name, receipt_of
from consult.territories.models import Territory

RECEIPT = "receipt"


@dataclass(frozen=True)
class _Place:
    """A territory as receipts name it."""

    id: int
    slug: str
    name: str
    address: str


async def enclose(message: EmailMessage, row: Mail, address: str) -> None:
    """Attach the receipt that a mail is about, if it is about one that is still this person's.

    Args:
        address: where the territory's permanent links lead.
    """
    if row.about_kind != RECEIPT or row.about_id is None or row.account_id is None:
        return
    entry = await RegisterEntry.get_or_none(id=row.about_id, account_id=row.account_id)
    territory = await Territory.get_or_none(id=row.territory_id)
    if entry is None or territory is None:
        return
    place = _Place(territory.id, territory.slug, territory.name, address)
    receipt = await receipt_of(place, entry, account_id=row.account_id)
    if receipt is not None:
        message.add_attachment(
            json.dumps(receipt, ensure_ascii=False).encode(),
            maintype="application",
            subtype="json",
            filename=receipt_name(territory.slug, entry.position),
        )
