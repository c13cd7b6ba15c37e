"""DCAT for harvesters: a consultation's files as a dataset, a territory's datasets as a catalogue (JSON-LD)."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from consult.consultations.queries import find_consultation
from consult.core.errors import NotFound
from consult.exports.pages.dcat import Publisher, as_catalogue, as_dataset, as_document
from consult.exports.queries import datasets_of
from consult.web.context import territory

# Read by programs on other sites, and public to the last word.
HEADERS = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}


async def dataset(request: Request) -> Response:
    """``/consultations/{slug}/exports/dcat.jsonld``: the files in service; provisional ones are said to be so."""
    here, slug = territory(request), request.path_params["slug"]
    if await find_consultation(here.id, slug) is None:
        raise NotFound
    found = await datasets_of(here.id, slug)
    if not found:
        raise NotFound
    return _answer(as_document(as_dataset(_publisher(request), found[0])))


async def catalogue(request: Request) -> Response:
    """``/catalog.jsonld``: everything of this territory that can be downloaded, and is final."""
    who = _publisher(request)
    described = [as_dataset(who, one) for one in await datasets_of(territory(request).id)]
    return _answer(as_document(as_catalogue(who, described)))


def _publisher(request: Request) -> Publisher:
    here = territory(request)
    return Publisher(here.name, here.address.rstrip("/"), here.language, here.contact_email)


def _answer(document: dict[str, Any]) -> Response:
    body = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    return Response(body, media_type="application/ld+json", headers=HEADERS)
