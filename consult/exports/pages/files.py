"""``/consultations/{slug}/exports/{name}``: a file, whole, in part, or « you have it already »; and its digest."""

import asyncio
import base64
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from os import stat_result
from pathlib import Path

import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, MalformedRangeHeader, PlainTextResponse, Response

from consult.consultations.queries import find_consultation
from consult.consultations.rules import RoundState
from consult.core import clock
from consult.core.errors import NotFound
from consult.exports.making.files import set_folder
from consult.exports.making.products import media_type_of
from consult.exports.queries import FileView, file_named, removal_waits
from consult.web.context import territory

log = structlog.get_logger()
# A document that is read in the browser runs nothing and reaches nothing.
PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"


class WholeOrPart(FileResponse):
    """A range that cannot be made out is answered with the whole file (RFC 9110, 14.2), not with an error."""

    @classmethod
    def _parse_range_header(cls, http_range: str, file_size: int) -> list[tuple[int, int]]:
        try:
            return super()._parse_range_header(http_range, file_size)
        except MalformedRangeHeader:
            return []


async def export_file(request: Request) -> Response:
    """A file in service, looked up in the rows. ``ETag`` is its SHA-256: what was begun goes on with the same bytes."""
    file = await _file(request)
    path = set_folder(file.set_id) / file.name
    found = await asyncio.to_thread(_stat, path)
    if found is None or found.st_size != file.size:
        log.error("export_file_is_gone", set_id=file.set_id, file=file.name)
        raise NotFound
    headers = _headers(file)
    if _wants_other(request, file):
        return Response(status_code=412, headers=headers)
    if _has_it(request, file):
        return Response(status_code=304, headers=headers)
    is_page = file.name.endswith(".html")
    return WholeOrPart(
        path,
        headers=headers | ({"content-security-policy": PAGE_POLICY} if is_page else {}),
        media_type=media_type_of(file.name),
        filename=file.name,
        stat_result=found,
        content_disposition_type="inline" if is_page else "attachment",
    )


async def export_digest(request: Request) -> Response:
    """``….sha256``: a line that ``sha256sum --check`` reads."""
    file = await _file(request)
    return PlainTextResponse(f"{file.sha256}  {file.name}\n", headers={"cache-control": "no-cache"})


async def _file(request: Request) -> FileView:
    """The file that an address names, in the territory of the host.

    Raises:
        NotFound: there is none of that name in service, or the consultation is a draft, or elsewhere; or a text has
            just left public sight, and files without it are not made yet.
    """
    slug, here = request.path_params["slug"], territory(request)
    view = await find_consultation(here.id, slug)
    over = view is not None and view.state(clock.now()) is RoundState.CLOSED
    found = await file_named(here.id, slug, request.path_params["name"], over=over) if view else None
    if view is None or found is None or await removal_waits(view.row.id):
        raise NotFound
    return found


def _headers(file: FileView) -> dict[str, str]:
    """``identity``: bytes that are asked for in part, and compared by their digest, are packed by nobody on the way."""
    digest = base64.b64encode(bytes.fromhex(file.sha256)).decode()
    return {
        "etag": f'"{file.sha256}"',
        "last-modified": format_datetime(file.made_at.astimezone(UTC), usegmt=True),
        "repr-digest": f"sha-256=:{digest}:",
        "accept-ranges": "bytes",
        "cache-control": "no-cache",
        "content-encoding": "identity",
    }


def _wants_other(request: Request, file: FileView) -> bool:
    """Whether the one who asks goes on with bytes that are no longer these (``If-Match``; RFC 9110, 13.2.2)."""
    tags = request.headers.get("if-match")
    if tags is not None:
        return not _names(file, {one.strip() for one in tags.split(",")})
    since = _instant(request.headers.get("if-unmodified-since", ""))
    return since is not None and file.made_at.replace(microsecond=0) > since


def _has_it(request: Request, file: FileView) -> bool:
    """Whether the one who asks names these very bytes; the digest counts before the time (RFC 9110, 13.2.2)."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        return _names(file, {one.strip().removeprefix("W/") for one in tags.split(",")})
    since = _instant(request.headers.get("if-modified-since", ""))
    return since is not None and file.made_at.replace(microsecond=0) <= since


def _names(file: FileView, tags: set[str]) -> bool:
    return "*" in tags or f'"{file.sha256}"' in tags


def _instant(words: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(words)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _stat(path: Path) -> stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
