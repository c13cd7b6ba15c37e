"""A zip whose bytes depend on nothing but what is put into it: fixed order, one date, no owner, no machine."""

import shutil
import zipfile
from datetime import datetime
from pathlib import Path

from consult.exports.formats.files import member

_LEVEL = 6
_CHUNK = 1 << 20


class Writer:
    """Puts files into a new zip, each dated with the cut-off."""

    def __init__(self, path: Path, dated: datetime) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL, strict_timestamps=True)
        self._dated = dated

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _info(self, name: str, size: int) -> zipfile.ZipInfo:
        info = member(name, self._dated)
        info.file_size = size
        return info

    def add(self, name: str, content: bytes) -> None:
        """A file from memory."""
        self._zip.writestr(self._info(name, len(content)), content, compresslevel=_LEVEL)

    def copy(self, name: str, source: Path) -> None:
        """A file from the disk, piece by piece."""
        info = self._info(name, source.stat().st_size)
        with source.open("rb") as reading, self._zip.open(info, "w") as writing:
            shutil.copyfileobj(reading, writing, _CHUNK)
