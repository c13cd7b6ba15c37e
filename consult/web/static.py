"""The files that pages need: one stylesheet made of the small ones, one script, images. Addresses carry a hash."""

import gzip
import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consult.core.errors import NotFound
from consult.resources import resource_folder
from consult.settings import settings
from consult.web.context import territory

FOREVER = "public, max-age=31536000, immutable"


def _read(path: str) -> bytes | None:
    folder = resource_folder("static").resolve()
    if path == "site.css":
        return b"\n".join(part.read_bytes() for part in sorted(folder.glob("css/**/*.css")))
    file = (folder / path).resolve()
    return file.read_bytes() if folder in file.parents and file.is_file() else None


@cache
def _kept(path: str) -> tuple[bytes, bytes, str] | None:
    body = _read(path)
    if body is None:
        return None
    return body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:10]


def _file(path: str) -> tuple[bytes, bytes, str] | None:
    if settings().demo:
        _kept.cache_clear()
    return _kept(path)


@cache
def _url(path: str) -> str:
    found = _kept(path)
    if found is None:
        raise FileNotFoundError(f"static/{path}")
    return f"/static/{path}?v={found[2]}"


def static_url(path: str) -> str:
    """The address of a static file, with its hash, so that browsers may keep it for ever.

    Raises:
        FileNotFoundError: there is no such file; a template names something that does not exist.
    """
    if settings().demo:
        _url.cache_clear()
        _kept.cache_clear()
    return _url(path)


async def static_file(request: Request) -> Response:
    """Answer ``/static/{path}``."""
    path = request.path_params["path"]
    found = _file(path) if len(path) < 200 else None
    if found is None:
        raise NotFound
    body, packed, digest = found
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    headers = {
        "cache-control": FOREVER if request.query_params.get("v") == digest else "public, max-age=60",
        "vary": "accept-encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=kind, headers={**headers, "content-encoding": "gzip"})
    return Response(body, media_type=kind, headers=headers)


async def theme(request: Request) -> Response:
    """Answer ``/theme.css``: the territory's accent colour as a custom property."""
    css = f":root{{--accent:{territory(request).accent}}}"
    return Response(css, media_type="text/css", headers={"cache-control": "public, max-age=3600"})


async def robots(request: Request) -> Response:
    """Answer ``/robots.txt``."""
    lines = ["User-agent: *", "Disallow: /account", "Disallow: /admin", "Disallow: /moderation"]
    return PlainTextResponse("\n".join(lines) + "\n", headers={"cache-control": "public, max-age=3600"})


def static_folder() -> Path:
    """Where the files are (for tests)."""
    return resource_folder("static")
