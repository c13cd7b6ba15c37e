"""``/register/entries/{position}``: one entry, its proof, its receipt to take away; and the way to it from an item."""

from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from consult.core.errors import NotFound
from consult.register.models import RegisterEntry
from consult.register.notes import fingerprint, groups, parse_note
from consult.register.pages.shown import entry_shown
from consult.register.queries import VOTED_ON, entry_at, entry_of_item
from consult.register.receipts import receipt_name, receipt_of
from consult.register.rules import VOTES
from consult.register.showing import Standing, consultations_entered, standing_of
from consult.web.context import territory, visitor
from consult.web.render import page, see_other
from consult.web.routing import path_key


async def entry(request: Request) -> Response:
    """The entry in words, where it stands in the tree, and its receipt, once a signed head covers it."""
    row, here = await access_entry(request), territory(request)
    titles = {one["slug"]: one["title"] for one in await consultations_entered(here.id)}
    receipt = await receipt_of(here, row, account_id=visitor(request).account_id)
    is_mine = visitor(request).signed_in and row.account_id == visitor(request).account_id
    standing = await _standing(here.id, row, is_mine=is_mine)
    return page(
        request,
        "register/entry.html",
        e=entry_shown(row.position, row.at, row.entry, titles),
        text=row.entry,
        item=standing.item,
        standing=standing,
        is_past_wording=None not in {row.revision, standing.revision} and row.revision != standing.revision,
        proof=_proof(receipt) if receipt else None,
        address=_address(request, row),
        is_mine=is_mine,
    )


async def receipt_file(request: Request) -> Response:
    """``…/receipt.json``: the receipt, a file to keep.

    Raises:
        NotFound: there is no such entry, or no signed head covers it yet.
    """
    row = await access_entry(request)
    receipt = await receipt_of(territory(request), row, account_id=visitor(request).account_id)
    if receipt is None:
        raise NotFound
    headers = {
        "content-disposition": f'attachment; filename="{receipt_name(territory(request).slug, row.position)}"',
        "cache-control": "private, no-cache",  # the text leaves the receipt on the day that it leaves the page
        "x-robots-tag": "noindex",
    }
    return JSONResponse(receipt, headers=headers)


async def entry_qr(request: Request) -> Response:
    """``…/qr.svg``: the address of the entry, as a drawing."""
    row = await access_entry(request)
    drawing = segno.make(_address(request, row), micro=False, error="m").svg_inline(border=2)
    svg = drawing.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Response(svg, media_type="image/svg+xml", headers={"cache-control": "private, max-age=3600"})


async def item(request: Request) -> Response:
    """``/register/items/{kind}/{id}``: on to the entry of the present wording; a moment's patience before there is one.

    Raises:
        NotFound: there is no such item here, or it is not public.
    """
    here, kind, key = territory(request).id, request.path_params["kind"], path_key(request)
    standing = await standing_of(here, kind, key)
    if standing.item is None:
        raise NotFound
    row = await entry_of_item(here, kind, key, standing.revision)
    if row is None:
        return page(request, "register/coming.html", item=standing.item)
    return see_other(f"/register/entries/{row.position}")


async def _standing(territory_id: int, row: RegisterEntry, *, is_mine: bool) -> Standing:
    """What became of what an entry is about; what a vote is about is for the voter alone to see."""
    kind = VOTED_ON.get(row.item_kind, "") if is_mine and row.kind in VOTES else row.item_kind
    return await standing_of(territory_id, kind, row.item_id) if row.item_id else Standing("gone")


async def access_entry(request: Request) -> RegisterEntry:
    """The entry that an address names by its place.

    Raises:
        NotFound: the register has not come to it.
    """
    found = await entry_at(territory(request).id, int(request.path_params["position"]))
    if found is None:
        raise NotFound
    return found


def _proof(receipt: dict[str, Any]) -> dict[str, Any]:
    head = parse_note(receipt["head"]).head
    return {
        "size": head.size,
        "at": head.at,
        "root": groups(head.root.hex()),
        "steps": [groups(one) for one in receipt["inclusion"]],
        "fingerprint": fingerprint(receipt["keys"][-1]) if receipt["keys"] else "",
        "has_text": "content" in receipt,
    }


def _address(request: Request, row: RegisterEntry) -> str:
    """The permanent address, the same for everybody."""
    return f"{territory(request).address}/register/entries/{row.position}"
