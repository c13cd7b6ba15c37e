"""What a set is made of: every table in every format, the workbooks, the package, and what rooms above have to add."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from consult.core.errors import ConsultError
from consult.core.language import N_
from consult.exports.formats import FORMATS, Written, file_name, write, write_whole
from consult.exports.formats.files import Progress
from consult.exports.package import write_package
from consult.exports.tables import TABLES, Scope

PACKAGE = "package"
WORKBOOK = "resultats"
# The French word of the files that are no table's own.
PACKAGE_BASE = "paquet"


class CannotMake(ConsultError):
    """This one file cannot be made here; the others of its set can, and do not wait for it."""


class WrittenLike(Protocol):
    """What a writer tells of the file it has written: see :class:`consult.exports.formats.Written`."""

    @property
    def rows(self) -> int | None: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...


class Make(Protocol):
    """Writes the file whole at ``path``, a temporary name that the caller renames; inside ``snapshot()``."""

    async def __call__(self, path: Path, scope: Any, *, progress: Progress) -> WrittenLike: ...


@dataclass(frozen=True)
class Product:
    """A file that is made with every set.

    Attributes:
        name: the base of its name, like ``rapport``; with :attr:`suffix` it makes ``rapport.pdf``.
        suffix: with its point, like ``.pdf``.
        title: a French source string, marked with ``N_``, as the page of exports shows it.
        make: writes it.
        format: the word of ``consult export --format``, when it is not the suffix without its point.
        table: the table that is in it; "" when it is more than one.
    """

    name: str
    suffix: str
    media_type: str
    title: str
    make: Make
    format: str = ""
    table: str = ""

    @property
    def word(self) -> str:
        """How it is asked for on the command line."""
        return self.format or self.suffix.lstrip(".")

    def file_name(self, *, provisional: bool) -> str:
        """The name under which it is made and served; it says when the results may still change."""
        return file_name(self.name, self.suffix, provisional)


_added: dict[str, Product] = {}


def add_product(product: Product) -> None:
    """Have a file made with every set of every consultation; the same name again replaces it."""
    _added[product.name + product.suffix] = product


def added_products() -> list[Product]:
    """What other rooms have added, in the order in which they did."""
    return list(_added.values())


def products(folder: Path | None = None) -> list[Product]:
    """All the files of a set, in the order in which they are made: people wait for the first ones only a moment.

    Args:
        folder: where the files made before are: the package takes the tables from there instead of reading them again.
    """
    made = [
        Product(table, one.suffix, one.media_type, one.title, _writes(one.name, table), one.name, table)
        for one in FORMATS.values()
        if not one.whole
        for table in TABLES
    ]
    made += [
        Product(WORKBOOK, one.suffix, one.media_type, one.title, _writes(one.name), one.name)
        for one in FORMATS.values()
        if one.whole
    ]
    return [*made, package(folder), *added_products()]


def package(folder: Path | None = None) -> Product:
    """Everything, with what it takes to check it."""
    return Product(PACKAGE_BASE, ".zip", "application/zip", N_("Le paquet vérifiable"), _packs(folder), PACKAGE)


def products_of(word: str, table: str | None = None) -> list[Product]:
    """The files of a format, for the command line; none when there is no such format, or no such table in it."""
    return [one for one in products() if one.word == word and table in {None, one.table}]


def words() -> list[str]:
    """Every format there is."""
    return list(dict.fromkeys(one.word for one in products()))


def media_type_of(name: str) -> str:
    """What a file of this name is served as."""
    kinds = {one.suffix: one.media_type for one in products()}
    fitting = [suffix for suffix in kinds if name.endswith(suffix)]
    return kinds[max(fitting, key=len)] if fitting else "application/octet-stream"


def _writes(format_name: str, table: str = "") -> Make:
    async def make(path: Path, scope: Scope, *, progress: Progress) -> Written:
        if table:
            return await write(FORMATS[format_name], path, TABLES[table], scope, progress=progress)
        return await write_whole(FORMATS[format_name], path, list(TABLES.values()), scope, progress=progress)

    return make


def _packs(folder: Path | None) -> Make:
    async def make(path: Path, scope: Scope, *, progress: Progress) -> WrittenLike:
        return await write_package(path, scope, folder, progress=progress)

    return make
