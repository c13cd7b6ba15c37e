"""Opens a zip that a stranger made: known names only, each once, bounded sizes, nothing ever written to disk."""

import hashlib
import io
import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from consult.exports.verifying import layout
from consult.exports.verifying.checks import Unreadable
from consult.exports.verifying.words import at_line, plain
from consult.exports.verifying.words import gettext as _

_MOST_FILES = 100
_SMALL = 16 * 1024 * 1024
# Text of this kind packs to a tenth; what unpacks to more than this many times its size is a bomb.
_MOST_UNPACKED, _MOST_TIMES = 64 * 1024 * 1024, 100
LONGEST_LINE = 8 * 1024 * 1024
_CHUNK = 1 << 20
_DIRECTORY_SIZE, _LARGEST_DIRECTORY = 5, 256 * 1024
# Where the lengths of the name and of what else is said stand, in the header before each file. After a file there may
# be its size once more.
_LENGTHS_AT, _DESCRIPTOR = 26, 24
_SUM_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9_./-]{1,100})")
# What reading a broken or hostile zip may raise, and what it means is always the same.
BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError)


class Archive:
    """A package that is open for reading. Nothing that it holds is believed."""

    def __init__(self, path: Path) -> None:
        try:
            if path.exists() and not path.is_file():
                raise Unreadable(_("%(path)s ne peut pas être lu : ce n’est pas un fichier.", path=path))
            _measure_directory(path)
            self._zip = zipfile.ZipFile(path)
        except FileNotFoundError:
            raise Unreadable(_("Il n’y a pas de fichier %(path)s.", path=path)) from None
        except PermissionError as error:
            raise Unreadable(_("%(path)s ne peut pas être lu (%(error)s).", path=path, error=error.strerror)) from None
        except Unreadable:
            raise
        except BROKEN:
            raise Unreadable(
                _(
                    "%(path)s n’est pas un fichier zip, ou il lui manque la fin : le téléchargement a-t-il été"
                    " interrompu ? Téléchargez-le de nouveau.",
                    path=path,
                )
            ) from None
        except Exception as error:  # a directory of nonsense: struct.error, MemoryError on absurd sizes
            raise Unreadable(
                _(
                    "%(path)s ne peut pas être lu comme un fichier zip (%(error)s).",
                    path=path,
                    error=type(error).__name__,
                )
            ) from None
        try:
            self.members = self._examined(path.stat().st_size)
        except struct.error:
            self._zip.close()
            raise Unreadable(
                _("%(path)s n’est pas un fichier zip : sa liste de fichiers ne mène nulle part.", path=path)
            ) from None
        except BaseException:
            self._zip.close()
            raise

    def _examined(self, packed: int) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        if len(infos) > _MOST_FILES:
            raise Unreadable(
                _("Ce zip contient %(count)s fichiers ; un paquet en contient quelques dizaines.", count=len(infos))
            )
        members: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = info.filename
            if name in members:
                raise Unreadable(
                    _(
                        "Ce zip contient deux fois « %(name)s » : deux personnes pourraient lire deux fichiers"
                        " différents.",
                        name=plain(name),
                    )
                )
            if name not in layout.ABOVE + layout.EVIDENCE + (layout.SUMS,) and not layout.table_of(name):
                raise Unreadable(
                    _("Ce zip contient « %(name)s », qu’aucun paquet de Consult ne contient.", name=plain(name))
                )
            if info.orig_filename != name:
                raise Unreadable(
                    _("Ce zip contient un fichier sous deux noms : « %(name)s ».", name=plain(info.orig_filename))
                )
            if info.flag_bits & 0x1:
                raise Unreadable(_("%(file)s est chiffré ; aucun paquet ne l’est.", file=name))
            if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise Unreadable(_("%(file)s est compressé d’une manière qu’aucun paquet n’emploie.", file=name))
            members[name] = info
        _without_gaps(self._zip, infos)
        unpacked = sum(info.file_size for info in infos)
        if unpacked > max(_MOST_UNPACKED, _MOST_TIMES * packed):
            raise Unreadable(
                _(
                    "Ce zip de %(packed)s octets en donnerait %(unpacked)s une fois ouvert : il est fait pour nuire.",
                    packed=packed,
                    unpacked=unpacked,
                )
            )
        return members

    def close(self) -> None:
        """Let go of the file."""
        self._zip.close()

    def open(self, name: str) -> IO[bytes]:
        """One of its files, to be read piece by piece.

        Raises:
            Unreadable: it is not there, or broken.
        """
        if name not in self.members:
            raise Unreadable(_("%(file)s manque dans le paquet.", file=name))
        try:
            return self._zip.open(self.members[name])
        except BROKEN as error:
            raise _broken(name, error) from None

    def small(self, name: str) -> bytes:
        """A file that is read whole.

        Raises:
            Unreadable: it is not there, broken, or larger than such a file can be.
        """
        with self.open(name) as stream:
            try:
                content = stream.read(_SMALL + 1)
            except Exception as error:
                raise _broken(name, error) from None
        if len(content) > _SMALL:
            raise Unreadable(_("%(file)s est bien plus gros qu’un tel fichier ne peut l’être.", file=name))
        return content

    def text(self, name: str) -> str:
        """A small file as text.

        Raises:
            Unreadable: see :meth:`small`; or it is not UTF-8.
        """
        try:
            return self.small(name).decode()
        except UnicodeDecodeError as error:
            raise Unreadable(
                _("%(file)s n’est pas en UTF-8 (à l’octet %(byte)s).", file=name, byte=str(error.start))
            ) from None

    def lines(self, name: str) -> Iterator[str]:
        """A file line by line, line ends kept (only ``\\n`` ends a line); never a whole file in memory.

        Raises:
            Unreadable: it is not there, broken, not UTF-8, or has a line that no package has.
        """
        with self.open(name) as stream, io.BufferedReader(_Raw(stream), _CHUNK) as buffered:
            number, read = 0, buffered.readline
            while True:
                number += 1
                try:
                    line = read(LONGEST_LINE + 1)
                    decoded = line.decode()
                except UnicodeDecodeError:
                    raise Unreadable(_("%(place)s : ce n’est pas de l’UTF-8.", place=at_line(name, number))) from None
                except Exception as error:
                    raise _broken(name, error) from None
                if not line:
                    return
                if len(line) > LONGEST_LINE:
                    raise Unreadable(
                        _("%(place)s : aucune ligne d’un paquet n’est aussi longue.", place=at_line(name, number))
                    )
                yield decoded

    def sha256(self, name: str) -> str:
        """The SHA-256 of a file.

        Raises:
            Unreadable: it is not there, or broken.
        """
        digest = hashlib.sha256()
        with self.open(name) as stream:
            try:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
            except Exception as error:
                raise _broken(name, error) from None
        return digest.hexdigest()


def _without_gaps(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]) -> None:
    """Nothing lies between the files, before them or behind: programs that read a zip from its start would find it."""
    end, file = 0, archive.fp
    assert file is not None
    for info in sorted(infos, key=lambda info: info.header_offset):
        if not 0 <= info.header_offset - end <= (_DESCRIPTOR if end else 0):
            raise Unreadable(
                _("Ce zip contient autre chose que ses fichiers : deux personnes pourraient en lire deux différents.")
            )
        file.seek(info.header_offset + _LENGTHS_AT)
        lengths = file.read(4)
        end = info.header_offset + _LENGTHS_AT + 4 + sum(struct.unpack("<HH", lengths)) + info.compress_size
    if not 0 <= archive.start_dir - end <= (_DESCRIPTOR if end else 0) or archive.comment:
        raise Unreadable(
            _("Ce zip contient autre chose que ses fichiers : deux personnes pourraient en lire deux différents.")
        )


def _measure_directory(path: Path) -> None:
    """A zip's list of files is read whole before anything can be said about it: it may be made to be endless."""
    with path.open("rb") as file:
        # zipfile's own reading, zip64 included, or the size that is judged would not be the one that is read; it is
        # not public, hence attr-defined
        record = zipfile._EndRecData(file)  # type: ignore[attr-defined]
    if record is not None and record[_DIRECTORY_SIZE] > _LARGEST_DIRECTORY:
        raise Unreadable(
            _(
                "La liste des fichiers de ce zip est bien plus longue que celle d’un paquet : %(path)s n’en est pas"
                " un.",
                path=path,
            )
        )


class _Raw(io.RawIOBase):
    """A member of a zip as the raw stream that a buffered reader wants."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = self._stream.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


def _broken(name: str, error: BaseException) -> Unreadable:
    return Unreadable(
        _(
            "%(file)s ne peut pas être décompressé (%(error)s) : le zip a été abîmé ou modifié.",
            file=name,
            error=type(error).__name__,
        )
    )


def sums_of(text: str) -> dict[str, str]:
    """The digests that ``SHA256SUMS`` names.

    Raises:
        Unreadable: a line of it is not one that ``sha256sum`` writes, or names a file twice.
    """
    if not text.endswith("\n"):
        raise Unreadable(_("%(file)s ne se termine pas par une fin de ligne.", file=layout.SUMS))
    found: dict[str, str] = {}
    for number, line in enumerate(text[:-1].split("\n"), 1):
        parts = _SUM_LINE.fullmatch(line)
        if parts is None or parts.group(2) in found:
            raise Unreadable(
                _(
                    "%(place)s : « %(line)s » n’est pas une empreinte suivie d’un nom.",
                    place=at_line(layout.SUMS, number),
                    line=plain(line, 120),
                )
            )
        found[parts.group(2)] = parts.group(1)
    return found
