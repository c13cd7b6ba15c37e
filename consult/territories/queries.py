"""Reads of territories."""

import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from consult.core import changes
from consult.core.database import execute
from consult.core.errors import NotFound
from consult.settings import settings
from consult.territories.models import Territory, TerritoryHost, TerritoryPage

RENEW_AFTER = 1.0
_COLUMNS = (
    "id", "slug", "name", "kind", "accent", "timezone", "language", "changes", "presentation_html", "contact_email",
)  # fmt: skip
_by_host: dict[str, tuple[dict[str, object] | None, float]] = {}


async def territory_row_by_host(host: str) -> dict[str, object] | None:
    """The territory that answers under a host name; with one territory on the instance, any host is its host.

    Kept in memory for a second, since every request asks.
    """
    known = _by_host.get(host)
    if known is not None and time.monotonic() - known[1] < RENEW_AFTER:
        return known[0]
    row = await _find(host)
    if len(_by_host) > 1000:
        _by_host.clear()
    _by_host[host] = (row, time.monotonic())
    return row


async def _find(host: str) -> dict[str, object] | None:
    named = await TerritoryHost.filter(host=host).first().values("territory_id")
    if named:
        return await _with_address(await Territory.get(id=named["territory_id"]).values(*_COLUMNS))
    few = await Territory.all().order_by("id").limit(2).values(*_COLUMNS)
    return await _with_address(few[0]) if len(few) == 1 else None


async def _with_address(row: dict[str, object]) -> dict[str, object]:
    hosts = await TerritoryHost.filter(territory_id=row["id"]).order_by("host").values_list("host", flat=True)
    return {**row, "address": base_address([str(host) for host in hosts])}


def base_address(hosts: Iterable[str]) -> str:
    """Where a territory's links lead: its own host, with CONSULT_BASE_URL's scheme and port; never a request's host.

    Whoever asks for a page chooses what they call us, and the page, or the mail, goes to others.
    """
    base, own = urlsplit(settings().base_url), list(hosts)
    if not own or base.hostname in own:
        return settings().base_url
    return f"{base.scheme}://{own[0]}" + (f":{base.port}" if base.port else "")


def forget_territories() -> None:
    """Read them again at the next request (after a change, and between tests)."""
    _by_host.clear()


async def territory_named(slug: str | None) -> Territory:
    """The territory of a command's ``--territory``, which may be left out where there is one only.

    Raises:
        NotFound: there is none of that name, or there are several and none was named.
    """
    if slug:
        found = await Territory.get_or_none(slug=slug)
        if found is None:
            raise NotFound(f"no territory is called {slug}")
        return found
    few = await Territory.all().limit(2)
    if len(few) != 1:
        raise NotFound("name the territory with --territory" if few else "there is no territory yet")
    return few[0]


async def territory_page(territory_id: int, name: str) -> TerritoryPage | None:
    """One of the territory's own texts."""
    return await TerritoryPage.get_or_none(territory_id=territory_id, name=name)


async def territory_pages(territory_id: int) -> list[TerritoryPage]:
    """All of them that are written."""
    return await TerritoryPage.filter(territory_id=territory_id)


async def _changes(key: int) -> int | None:
    rows = await execute("SELECT changes FROM territory WHERE id = :key", key=key)
    return rows[0]["changes"] if rows else None


changes.counted("territory", _changes)
