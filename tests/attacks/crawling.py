"""Every address of the application, filled in with whatever keys one gives it; and what the database holds."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from starlette.routing import Route
from tortoise import Tortoise

from consult.core.database import APP_LABEL, execute
from consult.routes import ROUTES
from tests.attacks.world import Place
from tests.browsing import Visitor

Rows = dict[str, dict[Any, dict[str, Any]]]
_PARAM = re.compile(r"{(\w+)(?::\w+)?}")


def addresses(method: str, values: Mapping[str, Sequence[Any]], *, only: str = "") -> Iterator[str]:
    """Every address of a method, once for each combination of the values of its parameters."""
    for route in ROUTES:
        assert isinstance(route, Route)
        if method not in (route.methods or set()) or not re.search(only, route.path):
            continue
        names = _PARAM.findall(route.path)
        for chosen in itertools.product(*(values.get(name, ("x",)) for name in names)):
            words = dict(zip(names, map(str, chosen), strict=True))
            yield _PARAM.sub(lambda found, words=words: words[found[1]], route.path)  # type: ignore[misc]


def keys_of(place: Place) -> list[int]:
    """Every key that an address could name."""
    named: Iterable[Any] = itertools.chain(
        place.amendments.values(), place.arguments.values(), place.sources.values(), place.organisations.values(),
        place.contributions.values(), (section for one in place.consultations.values() for section in one[2]),
        (one[1] for one in place.consultations.values()), [place.draft],
    )  # fmt: skip
    return [one.id for one in named if one is not None]


async def guard_of(visitor: Visitor) -> str:
    """A guard that this visitor's forms may be sent with."""
    return (await visitor.get("/language")).guard()["csrf"]


async def rows() -> Rows:
    """All that is stored, by table and key."""
    found: Rows = {}
    models = (Tortoise.apps or {})[APP_LABEL].values()
    for table in sorted({model._meta.db_table for model in models}):
        key = next(model._meta.db_pk_column for model in models if model._meta.db_table == table)
        found[table] = {row[key]: row for row in await execute(f"SELECT * FROM {table}")}
    return found


def changed(before: Rows, after: Rows) -> list[str]:
    """What was added, changed or taken away, in words."""
    said = []
    for table in before:
        for key in before[table].keys() | after[table].keys():
            old, new = before[table].get(key), after[table].get(key)
            if old != new:
                names = sorted(name for name in (old or new or {}) if (old or {}).get(name) != (new or {}).get(name))
                said.append(f"{table} {key}: {', '.join(names)}")
    return said
