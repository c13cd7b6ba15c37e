"""What people do with their receipts. The register itself is written by reactions, see ``appending.py``."""

from consult.core.action import Action
from consult.core.errors import NotFound, Refusal, refuse
from consult.core.language import N_
from consult.core.voice import Voice
from consult.register.events import ReceiptAsked
from consult.register.heads import head_covering
from consult.register.models import RegisterEntry

NOT_YET = Refusal("receipt_not_ready", N_("Ce reçu sera complet dans moins d’une minute : redemandez-le alors."))


async def ask_receipt(voice: Voice, *, territory_id: int, position: int, once: str) -> None:
    """Have one's own receipt sent to one's address.

    Raises:
        NotFound: there is no such entry, or it is somebody else's.
        Refused: no signed head covers it yet.
    """
    async with Action(voice, territory_id=territory_id) as action:
        row = await RegisterEntry.get_or_none(territory_id=territory_id, position=position)
        if row is None or voice.account_id is None or row.account_id != voice.account_id:
            raise NotFound
        if await head_covering(territory_id, position) is None:
            refuse(NOT_YET)
        action.record(
            ReceiptAsked(territory_id=territory_id, account_id=voice.account_id, position=position, once=once)
        )
