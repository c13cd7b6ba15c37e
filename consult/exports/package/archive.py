"""A zip whose bytes depend on nothing but what is put into it: fixed order, one date, no owner, no machine."""

import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

_PERMISSIONS = 0o100644 << 16
_UNIX = 3
_LEVEL = 6
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20


class Writer:
    """Puts files into a new zip, each dated with the cut-off."""

    def __init__(self, path: Path, dated: datetime) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL, strict_timestamps=True)
        at = dated.astimezone(UTC).timetuple()[:6]
        # a zip knows no earlier year, and no later one either
        self._at = _EARLIEST if at < _EARLIEST or at[0] > 2107 else at

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def _info(self, name: str, size: int) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._at)
        info.create_system, info.external_attr = _UNIX, _PERMISSIONS
        info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, size
        return info

    def add(self, name: str, content: bytes) -> None:
        """A file from memory."""
        self._zip.writestr(self._info(name, len(content)), content, compresslevel=_LEVEL)

    def copy(self, name: str, source: Path) -> None:
        """A file from the disk, piece by piece."""
        info = self._info(name, source.stat().st_size)
        with source.open("rb") as reading, self._zip.open(info, "w") as writing:
            shutil.copyfileobj(reading, writing, _CHUNK)
