"""Entries as they are asked for: by place, by consultation, by item, by whose receipt they are."""

from consult.core.database import execute
from consult.core.paging import Page, cut, read_cursor, write_cursor
from consult.register.contents import WORDINGS
from consult.register.models import RegisterEntry

A_PAGE = 50
# What a vote's entry is about stands in its row's ``item_kind`` alone, for the voter: see ballots.py.
VOTED_ON = {"vote": "contribution", "vote_amend": "amendment", "support_arg": "argument", "support_src": "source"}


async def register_size(territory_id: int) -> int:
    """How many entries a territory's register has."""
    rows = await execute("SELECT size FROM register WHERE territory_id = :territory", territory=territory_id)
    return int(rows[0]["size"]) if rows else 0


async def entries_page(
    territory_id: int, *, consultation_id: int | None = None, after: str = ""
) -> Page[RegisterEntry]:
    """Entries of a territory, or of one of its consultations, the latest first."""
    found = RegisterEntry.filter(territory_id=territory_id)
    if consultation_id is not None:
        found = found.filter(consultation_id=consultation_id)
    cursor = read_cursor(after, int)
    if cursor is not None:
        found = found.filter(position__lt=cursor[0])
    rows = await found.order_by("-position").limit(A_PAGE + 1)
    return cut(rows, A_PAGE, lambda row: write_cursor(row.position), is_first=cursor is None)


async def entry_at(territory_id: int, position: int) -> RegisterEntry | None:
    """The entry at a place; None beyond the end."""
    if not 0 <= position < 1 << 63:
        return None
    return await RegisterEntry.get_or_none(territory_id=territory_id, position=position)


async def receipts_of(account_id: int, *, territory_id: int | None = None, after: str = "") -> Page[RegisterEntry]:
    """The entries of which a person has the receipt, the latest first."""
    found = RegisterEntry.filter(account_id=account_id)
    if territory_id is not None:
        found = found.filter(territory_id=territory_id)
    cursor = read_cursor(after, int)
    if cursor is not None:
        found = found.filter(id__lt=cursor[0])
    rows = await found.order_by("-id").limit(A_PAGE + 1)
    return cut(rows, A_PAGE, lambda row: write_cursor(row.id), is_first=cursor is None)


async def entry_of_item(
    territory_id: int, kind: str, item_id: int, revision: int | None = None
) -> RegisterEntry | None:
    """The entry of an item's wording, of the last one where no number is given; None while it is not entered."""
    found = RegisterEntry.filter(
        territory_id=territory_id, item_kind=kind, item_id=item_id, kind__in=WORDINGS, revision__isnull=False
    )
    if revision is not None:
        found = found.filter(revision=revision)
    return await found.order_by("-revision", "-position").first()
