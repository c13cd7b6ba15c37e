"""Receipts: an entry, its place, the signed head above it and the way from one to the other, in one file to keep."""

import json
from typing import Any, Protocol

from consult.consultations.items import to_be_corrected
from consult.core.database import execute
from consult.moderation.queries.reported import public_item
from consult.register.checking import FORMAT
from consult.register.contents import WORDINGS
from consult.register.heads import head_covering, keys_of
from consult.register.models import RegisterEntry
from consult.register.tiles import prove_inclusion
from consult.register.wordings import CONTRIBUTION, KINDS, Wording, wordings_of
from consult.settings import settings


class Place(Protocol):
    """A territory, as its model has it and as pages know it."""

    @property
    def id(self) -> Any:
        """Its key."""

    @property
    def slug(self) -> Any:
        """Its short name."""

    @property
    def name(self) -> Any:
        """Its name."""


def receipt_name(slug: str, position: int) -> str:
    """The name of a receipt's file, downloaded or enclosed in a mail."""
    return f"recu-{slug}-{position}.json"


async def receipt_of(territory: Place, entry: RegisterEntry, *, account_id: int | None = None) -> dict[str, Any] | None:
    """The receipt of an entry; None while no signed head covers it.

    What was written, and the salt that shows that the entry commits to it, are in it while everybody may read the text;
    never for votes.

    Args:
        account_id: who asks: its author has the text until it is removed, even where it is no longer shown to others.
    """
    head = await head_covering(entry.territory_id, entry.position)
    if head is None:
        return None
    receipt: dict[str, Any] = {
        "format": FORMAT,
        "territory": {"slug": territory.slug, "name": territory.name},
        "register": f"{getattr(territory, 'address', '') or settings().base_url}/register",
        "position": entry.position,
        "entry": entry.entry,
    }
    if entry.salt is not None and entry.kind in WORDINGS and entry.item_kind in KINDS:
        wording = await _shown(entry, is_own=account_id is not None and account_id == entry.account_id)
        if wording is not None:
            slug = json.loads(entry.entry)["consultation"]
            receipt |= {"content": wording.content(slug), "salt": bytes(entry.salt).hex()}
    return receipt | {
        "head": head.note,
        "inclusion": [one.hex() for one in await prove_inclusion(entry.territory_id, entry.position, head.size)],
        "keys": await keys_of(head),
    }


async def _shown(entry: RegisterEntry, *, is_own: bool) -> Wording | None:
    """The wording that an entry speaks of, if this person may read it."""
    assert entry.item_id is not None
    found = (await wordings_of(entry.item_kind, [entry.item_id])).get(entry.item_id, [])
    wording = next((one for one in found if one.revision == entry.revision), None)
    if wording is None or wording.is_gone or wording.row["state"] != "published":
        return None
    if is_own or (
        await public_item(entry.territory_id, entry.item_kind, entry.item_id)
        and (wording.is_present or await _is_history(wording))
    ):
        return wording
    return None


async def _is_history(wording: Wording) -> bool:
    """Whether a past wording is still to be read in the item's history: no moderator has had it corrected."""
    table, number = (
        ("revision", "contribution_id")
        if wording.kind == CONTRIBUTION
        else (f"{wording.kind}_revision", f"{wording.kind}_id")
    )
    rows = await execute(
        f"SELECT r.id FROM {table} r JOIN {wording.kind} i ON i.id = r.{number} WHERE i.id = :key"
        f" AND r.number = :number AND NOT {to_be_corrected(wording.kind, 'i', 'r')}",
        key=wording.item_id,
        number=wording.revision,
    )
    return bool(rows)
