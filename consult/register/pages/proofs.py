"""What programs read: the signed head, the public keys, tiles of the tree (C2SP tlog-tiles), proofs of consistency.

A whole tile never changes, and the beginning of a short one neither: all of them are kept for ever by whoever asked.
"""

import re
import struct

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from consult.core.errors import NotFound
from consult.register.heads import latest_head, public_keys
from consult.register.queries import register_size
from consult.register.showing import entry_texts, tile_of
from consult.register.tiles import WIDTH, prove_consistency
from consult.web.context import territory

FRESH = {"cache-control": "public, max-age=10"}
FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
# tile/<level>/<number>[.p/<width>], a number in groups of three digits: x001/x234/067
_TILE = re.compile(
    r"(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,5}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII
)


async def head(request: Request) -> Response:
    """``/register/head`` (and ``/register/checkpoint``): the latest signed head, a C2SP tlog-checkpoint.

    Raises:
        NotFound: nothing has been signed yet.
    """
    found = await latest_head(territory(request).id)
    if found is None:
        raise NotFound
    return PlainTextResponse(found.note, headers=FRESH)


async def key(request: Request) -> Response:
    """``/register/key``: every public key that ever signed a head here, the present one last, a line each."""
    keys = await public_keys(territory(request).id)
    return PlainTextResponse("".join(f"{one}\n" for one in keys), headers=FRESH)


async def tile(request: Request) -> Response:
    """``/register/tile/…``: hashes of the tree, or entries, 256 at a time.

    Raises:
        NotFound: it is no address of a tile, or the register has not reached it.
    """
    asked = _TILE.fullmatch(request.path_params["path"])
    if asked is None:
        raise NotFound
    number, width = int(re.sub("[x/]", "", asked[2])), int(asked[3] or WIDTH)
    if width > WIDTH or (asked[3] and width == WIDTH) or _tile_path(number) != asked[2]:
        raise NotFound
    here = territory(request).id
    if asked[1] == "entries":
        texts = await entry_texts(here, number, width)
        found = None if texts is None else b"".join(_framed(text.encode()) for text in texts)
    else:
        found = await tile_of(here, int(asked[1]), number, width)
    if found is None:
        raise NotFound
    return Response(found, media_type="application/octet-stream", headers=FOR_EVER)


async def proof(request: Request) -> Response:
    """``/register/proof?from=&to=``: that the register of one size begins with all of that of another."""
    old, new = (_size(request.query_params.get(name, "")) for name in ("from", "to"))
    size = await register_size(territory(request).id)
    if old is None or new is None or not 0 < old <= new <= size:
        words = f"from and to are sizes of the register: 0 < from <= to <= {size}"
        return JSONResponse({"error": words, "size": size}, status_code=400, headers={"cache-control": "no-store"})
    hashes = await prove_consistency(territory(request).id, old, new)
    found = {"from": old, "to": new, "proof": [one.hex() for one in hashes]}
    return JSONResponse(found, headers=FOR_EVER)


def _framed(entry: bytes) -> bytes:
    """An entry of a bundle: two bytes of length, then the entry."""
    return struct.pack(">H", len(entry)) + entry


def _size(text: str) -> int | None:
    return int(text) if _SIZE.fullmatch(text) else None


def _tile_path(number: int) -> str:
    """The number of a tile as addresses have it."""
    groups = f"{number % 1000:03}"
    while number := number // 1000:
        groups = f"x{number % 1000:03}/{groups}"
    return groups
