"""Reads a house (this repository, or one invented by a test) so that the rules can be asked of it.

Every rule of the house is a function from a :class:`House` to a list of offences, each a sentence that begins with
the place. The real house must have none; a small invented one with a fault must have exactly that fault, which shows
that the rule can fail.
"""

import ast
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEVER_READ = {".venv", ".git", "node_modules", "var", "dist", "build", ".browsers", "__pycache__", ".hypothesis"}


@dataclass(frozen=True)
class Import:
    """One imported name: ``consult.core.clock`` whether it was written ``from consult.core import clock`` or not."""

    name: str
    line: int


def layer_of(name: str) -> str:
    """The layer that a name in a room stands for: a room with many pages has ``list_pages.py`` beside ``pages.py``."""
    last = name.rpartition("_")[2]
    return last if last in {"pages", "queries"} else name


@dataclass(frozen=True)
class Module:
    """One Python file of the house."""

    root: Path
    path: Path

    @property
    def place(self) -> str:
        """Where it is, from the root, for people to click."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def name(self) -> str:
        """Its import name."""
        return self.place.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def room(self) -> str:
        """The folder below ``consult/``; "" for what lies directly in it (app, routes, settings, cli)."""
        parts = self.path.relative_to(self.root).parts
        return parts[1] if len(parts) > 2 and parts[0] == "consult" else ""

    @property
    def layer(self) -> str:
        """What the file is inside its room: see :func:`layer_of`; for a folder inside a room, the folder's."""
        parts = self.path.relative_to(self.root).parts
        return layer_of((parts[2] if self.room else parts[-1]).removesuffix(".py"))

    @cached_property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, filename=str(self.path))

    @cached_property
    def imports(self) -> list[Import]:
        """All imports, those inside functions and behind TYPE_CHECKING included: knowing is knowing."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [Import(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                found += [Import(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
        return found


# cached_property writes into __dict__, which a frozen dataclass allows; it only forbids assignments
@dataclass(frozen=True)
class House:
    """A repository with ``consult/``, ``templates/``, ``docs/``."""

    root: Path

    def modules(self, folder: str = "consult") -> list[Module]:
        """The Python files below a folder."""
        if folder not in self._read:
            found = sorted((self.root / folder).rglob("*.py"))
            self._read[folder] = [
                Module(self.root, path) for path in found if not NEVER_READ & set(path.relative_to(self.root).parts)
            ]
        return self._read[folder]

    @cached_property
    def _read(self) -> dict[str, list[Module]]:
        """Parsed once: half of the house's tests look at all there is."""
        return {}

    @cached_property
    def rooms(self) -> set[str]:
        return {module.room for module in self.modules()} - {""}

    @cached_property
    def templates(self) -> dict[str, str]:
        """Name and source of every template."""
        base = self.root / "templates"
        return {
            path.relative_to(base).as_posix(): path.read_text(encoding="utf-8")
            for path in sorted(base.rglob("*"))
            if path.is_file()
        }

    def text(self, *names: str) -> str:
        """Several files in one string; one that is not there counts as empty."""
        paths = [self.root / name for name in names]
        return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.is_file())

    def tracked(self) -> list[Path]:
        """What git holds or would add; in an invented house, every file."""
        if (self.root / ".git").exists():
            command = [
                "git",
                "-c",
                f"safe.directory={self.root}",
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
            ]
            listed = subprocess.run(command, cwd=self.root, capture_output=True, check=True).stdout.decode()
            paths = [self.root / name for name in listed.split("\0") if name]
        else:
            paths = list(self.root.rglob("*"))
        return [path for path in paths if path.is_file() and not NEVER_READ & set(path.relative_to(self.root).parts)]


HERE = House(ROOT)


def invent(root: Path, files: dict[str, str]) -> House:
    """A small house with the given files, for showing that a rule can fail."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return House(root)


def told(offences: list[str]) -> str:
    """Offences as the message of a failed test."""
    return f"{len(offences)} against the house:\n" + "\n".join(f"  {one}" for one in offences)
