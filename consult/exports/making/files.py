"""The folder of the files. A file is written under another name and takes its own when it is whole: never half of one.

Each set has a folder of its own, found by its key: what is in service is never written to again.
"""

import asyncio
import errno
import os
import secrets
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from consult.core.errors import ConsultError
from consult.settings import settings

PART = ".part"
# What people are told of the system's own words, which begin with a number.
WORDS = {
    errno.ENOSPC: "no space is left on the device",
    errno.EDQUOT: "the quota of disk space is used up",
    errno.EFBIG: "the file is larger than the file system takes",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
    errno.ENOENT: "there is no such folder",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EISDIR: "it is a folder, not a file",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EPIPE: "whoever was reading has stopped",
}


class CannotWrite(ConsultError):
    """A file cannot be written where it should be; the message says which, and why."""


def cannot_write(path: Path | str, error: OSError) -> CannotWrite:
    """The error in plain words."""
    why = WORDS.get(error.errno or 0) or error.strerror or type(error).__name__
    return CannotWrite(f"cannot write {path}: {why}; nothing was left behind")


def sets_folder() -> Path:
    """Where the folders of all sets are."""
    return settings().files.absolute() / "exports"


def set_folder(key: int) -> Path:
    """Where the files of a set are, or will be."""
    return sets_folder() / str(key)


@asynccontextmanager
async def whole(target: Path) -> AsyncIterator[Path]:
    """A path to write to, beside the target; on leaving the block it is on the disk and takes the target's name.

    An exception removes it, and leaves the target as it was.

    Raises:
        CannotWrite: the folder or the disk refuses.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.{secrets.token_hex(4)}{PART}")
    try:
        yield draft
        await asyncio.to_thread(_settle, draft, target)
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _settle(draft: Path, target: Path) -> None:
    """First the bytes, then the name, then the folder that holds the name: a power cut leaves all or nothing."""
    _sync(draft)
    draft.replace(target)
    with suppress(OSError):  # some file systems have no folders to sync
        _sync(target.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def open_folder(key: int) -> Path:
    """The folder of a set, made if need be, without what a worker that died was writing.

    Raises:
        CannotWrite: the folder cannot be made.
    """
    folder = set_folder(key)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(".*"):  # ours begin with a letter; writers keep their unfinished things behind a point
            _drop(left)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


def _drop(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


async def drop_folder(key: int) -> None:
    """Remove a set's folder and all that is in it; whoever is reading one of its files reads it to the end."""
    await asyncio.to_thread(shutil.rmtree, set_folder(key), ignore_errors=True)


def is_there(key: int, name: str, size: int) -> bool:
    """Whether a file of a set stands in its folder as it was written."""
    try:
        return (set_folder(key) / name).stat().st_size == size
    except OSError:
        return False


def keys_on_disk() -> dict[int, float]:
    """The keys of the sets that have a folder, each with the time of its last change."""
    try:
        folders = [one for one in sets_folder().iterdir() if one.name.isdecimal()]
        return {int(one.name): one.stat().st_mtime for one in folders}
    except OSError:
        return {}
