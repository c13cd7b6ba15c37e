"""Where the files that are not Python live: beside the package in a checkout, inside it in an installed wheel."""

import sys
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


@lru_cache(maxsize=16)
def resource_folder(name: str) -> Path:
    """The folder of ``templates``, ``static``, ``locale`` or ``migrations``.

    Raises:
        FileNotFoundError: there is no such folder, neither in the package nor beside it.
    """
    for candidate in (PACKAGE / name, PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"no folder {name!r}, neither in {PACKAGE} nor beside it: the installation is incomplete")


@lru_cache(maxsize=1)
def migrations_module() -> str:
    """The import name of the migrations: ``consult.migrations`` in a wheel, ``migrations`` in a checkout.

    The database remembers a migration by app label and name, never by module, so both have one and the same history.

    Raises:
        ImportError: another package called ``migrations`` hides that of the checkout.
    """
    if (PACKAGE / "migrations").is_dir():
        return "consult.migrations"
    root = PACKAGE.parent
    if str(root) not in sys.path:
        sys.path.append(str(root))
    found = find_spec("migrations")
    if found is not None and found.origin and Path(found.origin).resolve().parent != root / "migrations":
        raise ImportError(f"another package called 'migrations' hides that of Consult: {found.origin}")
    return "migrations"
