"""The files that pages need: one stylesheet made of the small ones, one script, images. Addresses carry a hash."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from consult.core.errors import NotFound
from consult.resources import resource_folder
from consult.settings import settings
from consult.web.context import territory

FOREVER = "public, max-age=31536000, immutable"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
_PACKED = ("text/", "image/svg+xml", "application/manifest+json", "application/json")


@dataclass(frozen=True)
class File:
    """A file as it is sent: plain, packed (when that helps), and a hash of its bytes."""

    body: bytes
    packed: bytes | None
    digest: str
    kind: str


def _parts(path: str) -> list[Path]:
    """What a file is made of; nothing when there is no such file, or it is outside of the folder."""
    folder = resource_folder("static").resolve()
    if path == "site.css":
        return sorted(folder.glob("css/**/*.css"))
    try:
        file = (folder / path).resolve()
        return [file] if folder in file.parents and file.is_file() else []
    except (OSError, ValueError):  # longer than names may be, or no name at all
        return []


@lru_cache(maxsize=200)
def _made(path: str, stamp: float) -> File:
    """One file, remembered as long as it is the same. What is not there is not remembered: anybody can invent names."""
    body = b"\n".join(part.read_bytes() for part in _parts(path))
    kind = KINDS.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    packed = gzip.compress(body, 9, mtime=0) if kind.startswith(_PACKED) else None
    return File(body, packed, hashlib.sha256(body).hexdigest()[:10], kind)


@lru_cache(maxsize=200)
def _release(path: str) -> File:
    """A file of a release: it never changes while the process runs.

    Raises:
        FileNotFoundError: there is no such file.
    """
    if not _parts(path):
        raise FileNotFoundError(f"static/{path}")
    return _made(path, 0)


def _file(path: str) -> File:
    """A file; in the demo as it is at this moment, so that somebody who writes a stylesheet sees it."""
    if not settings().demo:
        return _release(path)
    parts = _parts(path)
    if not parts:
        raise FileNotFoundError(f"static/{path}")
    return _made(path, max(part.stat().st_mtime for part in parts) + len(parts))


def static_url(path: str) -> str:
    """The address of a static file, with its hash, so that browsers may keep it for ever.

    Raises:
        FileNotFoundError: there is no such file; a template names something that does not exist.
    """
    return f"/static/{path}?v={_file(path).digest}"


async def static_file(request: Request) -> Response:
    """Answer ``/static/{path}``."""
    try:
        found = _file(request.path_params["path"])
    except FileNotFoundError:
        raise NotFound from None
    headers = {
        "cache-control": FOREVER if request.query_params.get("v") == found.digest else "public, max-age=60",
        "vary": "accept-encoding",
    }
    if found.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type=found.kind, headers={**headers, "content-encoding": "gzip"})
    return Response(found.body, media_type=found.kind, headers=headers)


async def theme(request: Request) -> Response:
    """Answer ``/theme.css``: the territory's accent colour as a custom property."""
    accent = territory(request).accent
    css = f":root{{--accent:{accent}}}" if _COLOUR.fullmatch(accent) else ""
    return Response(css, media_type="text/css", headers={"cache-control": "public, max-age=3600"})


async def robots(request: Request) -> Response:
    """Answer ``/robots.txt``."""
    lines = ["User-agent: *", "Disallow: /account", "Disallow: /admin", "Disallow: /report"]
    lines += ["Allow: /moderation/decisions", "Disallow: /moderation"]
    return PlainTextResponse("\n".join(lines) + "\n", headers={"cache-control": "public, max-age=3600"})


def static_folder() -> Path:
    """Where the files are (for tests)."""
    return resource_folder("static")
