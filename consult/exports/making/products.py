"""What rooms above have to add to a set of files: the documents to read, say. Each is registered once, by its room."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

Progress = Callable[[int], None]


class WrittenLike(Protocol):
    """What a writer tells of the file it has written: see :class:`consult.exports.formats.Written`."""

    @property
    def rows(self) -> int | None: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def sha256(self) -> str: ...  # noqa: D102


class Make(Protocol):
    """Writes the file whole at ``path``, a temporary name that the caller renames; inside ``snapshot()``."""

    async def __call__(self, path: Path, scope: Any, *, progress: Progress) -> WrittenLike: ...  # noqa: D102


@dataclass(frozen=True)
class Product:
    """A file that is made with every set.

    Attributes:
        name: the base of its name, like ``rapport``; with :attr:`suffix` it makes ``rapport.pdf``.
        format: the word of ``consult export --format``, when it is not the suffix without its point.
        suffix: with its point, like ``.pdf``.
        title: a French source string, marked with ``N_``, as the page of exports shows it.
    """

    name: str
    suffix: str
    media_type: str
    title: str
    make: Make
    format: str = ""

    @property
    def word(self) -> str:
        """How it is asked for on the command line."""
        return self.format or self.suffix.lstrip(".")


Step = Product
_registered: dict[str, Product] = {}


def register_step(product: Product) -> None:
    """Have a file made with every set of every consultation; the same name again replaces it."""
    _registered[product.name + product.suffix] = product


def registered() -> list[Product]:
    """What was registered, in the order of registration."""
    return list(_registered.values())
