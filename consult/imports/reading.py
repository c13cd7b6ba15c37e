"""Reading a Cap Collectif export one line at a time: a folder of API answers, or a JSON Lines file, perhaps gzipped."""

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from consult.core.errors import ConsultError
from consult.imports.shapes import Answer, ArgumentShape, Opinion, SourceShape

MAX_LINE = 8 * 1024 * 1024
MAX_FAULTS = 20
Tell = Callable[[str, int], None]


class ImportFault(ConsultError):
    """The input cannot be imported; every fault found is named with its line. Nothing was written."""


@dataclass
class Figures:
    """What the input holds, counted while it is checked; written with the import, and compared after it."""

    opinions: int = 0
    arguments: int = 0
    arguments_for: int = 0
    arguments_against: int = 0
    sources: int = 0
    versions_counted: int = 0
    votes_ok: int = 0
    votes_mitige: int = 0
    votes_nok: int = 0
    votes_total: int = 0
    argument_votes: int = 0
    source_votes: int = 0
    trashed_opinions: int = 0
    sections: int = 0
    authors: int = 0
    first: datetime | None = None
    last: datetime | None = None
    sha256: str = ""
    lines: int = 0
    section_keys: set[int] = field(default_factory=set, repr=False)
    author_keys: set[str] = field(default_factory=set, repr=False)

    def count(self, opinion: Opinion) -> None:
        """Add one opinion and everything under it."""
        self.opinions += 1
        self.trashed_opinions += opinion.is_trashed
        self.versions_counted += opinion.versions_count
        self.votes_ok += opinion.votes_ok
        self.votes_mitige += opinion.votes_mitige
        self.votes_nok += opinion.votes_nok
        self.votes_total += opinion.votes_ok + opinion.votes_mitige + opinion.votes_nok
        self.arguments += len(opinion.arguments)
        self.arguments_for += sum(one.type for one in opinion.arguments)
        self.arguments_against += sum(1 - one.type for one in opinion.arguments)
        self.argument_votes += sum(one.votes_count for one in opinion.arguments)
        self.sources += len(opinion.sources)
        self.source_votes += sum(one.votes_count for one in opinion.sources)
        self.section_keys.add(opinion.type.id)
        items: list[Opinion | ArgumentShape | SourceShape] = [opinion, *opinion.arguments, *opinion.sources]
        for one in items:
            self.author_keys.add(one.author.uniqueId)
            self.first = min(self.first or one.created_at, one.created_at)
            self.last = max(self.last or one.created_at, one.created_at)
        self.sections, self.authors = len(self.section_keys), len(self.author_keys)

    def as_stored(self) -> dict[str, Any]:
        """The figures alone, as the table ``import`` keeps them."""
        hidden = {"section_keys", "author_keys", "sha256", "lines"}
        shown = {name: value for name, value in vars(self).items() if name not in hidden}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in shown.items()}


def raw_lines(path: Path) -> Iterator[tuple[str, bytes]]:
    """The input's objects as bytes, each with where it stands: ``line 12``, or a file's name.

    Lines end in ``\\n`` only: bodies contain other Unicode line separators.

    Raises:
        ImportFault: the file is not there, is damaged, or a line is longer than any answer could be.
    """
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix == ".json")
        if not files:
            raise ImportFault(f"{path}: no .json file in this folder")
        yield from ((one.name, one.read_bytes()) for one in files)
        return
    place = 0
    try:
        with _open(path) as source:
            while line := source.readline(MAX_LINE + 1):
                place += 1
                if len(line) > MAX_LINE:
                    raise ImportFault(f"line {place}: longer than {MAX_LINE} bytes")
                if line.strip():
                    yield f"line {place}", line
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ImportFault(f"line {place + 1}: the file is truncated or damaged ({error})") from error
    except OSError as error:
        raise ImportFault(f"{path}: {error.strerror or error}") from error


def count_lines(path: Path) -> int:
    """How many objects there are to read, for the progress bar."""
    return sum(1 for _ in raw_lines(path))


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def opinions(path: Path) -> Iterator[Opinion]:
    """The opinions of an input that :func:`check` has accepted."""
    for _, line in raw_lines(path):
        yield Answer.model_validate(json.loads(line)).opinion


def check(path: Path, tell: Tell | None = None) -> Figures:
    """Read the whole input once without writing anything.

    Returns:
        What it holds.

    Raises:
        ImportFault: lines that are not JSON, unknown or missing fields, dates without a zone, the same identifier
            twice; up to :data:`MAX_FAULTS` of them, each with its line.
    """
    figures, faults, seen = Figures(), list[str](), set[tuple[str, int]]()
    digest = hashlib.sha256()
    for where, line in raw_lines(path):
        digest.update(line)
        figures.lines += 1
        try:
            opinion = Answer.model_validate(json.loads(line)).opinion
        except ValidationError as error:
            faults += [f"{where}: {_words(one)}" for one in error.errors()]
        except ValueError as error:
            faults.append(f"{where}: not JSON ({error})")
        else:
            faults += [f"{where}: {kind} {key} is here twice" for kind, key in _keys(opinion) if (kind, key) in seen]
            seen.update(_keys(opinion))
            figures.count(opinion)
        if len(faults) >= MAX_FAULTS:
            break
        if tell:
            tell("check", figures.lines)
    if not figures.lines:
        faults.append(f"{path}: there is nothing in it")
    if faults:
        raise ImportFault("\n".join(faults[:MAX_FAULTS]))
    figures.sha256 = digest.hexdigest()
    return figures


def _words(error: ErrorDetails) -> str:
    where = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"unknown field {where}"
    if error["type"] == "timezone_aware":
        return f"{where}: the date has no time zone"
    return f"{where}: {error['msg']}"


def _keys(opinion: Opinion) -> list[tuple[str, int]]:
    return [
        ("opinion", opinion.id),
        *(("argument", one.id) for one in opinion.arguments),
        *(("source", one.id) for one in opinion.sources),
    ]
