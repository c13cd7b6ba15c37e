"""What people follow, as pages show it: named when it is public, and not otherwise."""

from dataclasses import dataclass

from consult.core.database import execute
from consult.core.paging import Page, cut, read_cursor, write_cursor
from consult.notifications.models import Follow, Frequency
from consult.notifications.queries.news import Named

PAGE_SIZE = 50


@dataclass(frozen=True)
class Target:
    """Something public that one may follow.

    Attributes:
        title: its own; ``number`` of a contribution.
        consultation: the title of the consultation that it is in, "" for a consultation itself.
    """

    kind: str
    id: int
    territory_id: int
    consultation_id: int
    title: str
    path: str
    number: int | None = None
    consultation: str = ""


_TARGETS = {
    "consultation": "SELECT k.id, k.territory_id, k.id AS consultation_id, k.title, k.slug, NULL AS number,"
    " '' AS consultation FROM consultation k WHERE k.state = 'published'",
    "section": "SELECT s.id, k.territory_id, k.id AS consultation_id, s.title, k.slug, NULL AS number,"
    " k.title AS consultation FROM section s JOIN consultation k ON k.id = s.consultation_id"
    " WHERE k.state = 'published'",
    "contribution": "SELECT s.id, k.territory_id, k.id AS consultation_id, s.title, k.slug, s.number,"
    " k.title AS consultation FROM contribution s JOIN consultation k ON k.id = s.consultation_id"
    " WHERE k.state = 'published' AND s.state = 'published'",
}


async def targets_in(territory_id: int, named: list[Named]) -> dict[Named, Target]:
    """Those of these things that are public in a territory; one query a kind."""
    found: dict[Named, Target] = {}
    for kind, sql in _TARGETS.items():
        keys = [key for one, key in named if one == kind]
        if not keys:
            continue
        own = "k.id" if kind == "consultation" else "s.id"
        for row in await execute(
            f"{sql} AND k.territory_id = :territory AND {own} IN :keys", territory=territory_id, keys=keys
        ):
            home = f"/consultations/{row.pop('slug')}"
            if kind == "section":
                home += f"/contributions?section={row['id']}"
            elif kind == "contribution":
                home += f"/contributions/{row['number']}"
            found[kind, row["id"]] = Target(kind=kind, path=home, **row)
    return found


async def target_in(territory_id: int, kind: str, key: int) -> Target | None:
    """One thing that may be followed; None when it is not public here."""
    return (await targets_in(territory_id, [(kind, key)])).get((kind, key))


async def frequency_of(account_id: int | None, kind: str, key: int) -> Frequency | None:
    """How often somebody hears of it; None when they never said."""
    row = await Follow.get_or_none(account_id=account_id, kind=kind, target_id=key) if account_id else None
    return row.frequency if row else None


@dataclass(frozen=True)
class Followed:
    """A row of what somebody follows; ``target`` is None for what is no longer public."""

    id: int
    kind: str
    target_id: int
    frequency: Frequency
    target: Target | None


async def follows_of(account_id: int, territory_id: int, *, after: str = "") -> Page[Followed]:
    """A page of what somebody follows in a territory, the latest first; what they stopped is left out."""
    cursor = read_cursor(after, int)
    wanted = Follow.filter(account_id=account_id, territory_id=territory_id).exclude(frequency=Frequency.NONE)
    if cursor is not None:
        wanted = wanted.filter(id__lt=cursor[0])
    rows = await wanted.order_by("-id").limit(PAGE_SIZE + 1)
    targets = await targets_in(territory_id, [(row.kind, row.target_id) for row in rows])
    shown = [
        Followed(row.id, row.kind, row.target_id, row.frequency, targets.get((row.kind, row.target_id))) for row in rows
    ]
    return cut(shown, PAGE_SIZE, lambda one: write_cursor(one.id), is_first=cursor is None)


async def consultation_territory(kind: str, key: int) -> int | None:
    """The territory of something followed, public or not: a link to refuse mails works there for good."""
    table = {"consultation": "consultation", "section": "section", "contribution": "contribution"}[kind]
    of = "i.id" if kind == "consultation" else "i.consultation_id"
    rows = await execute(
        f"SELECT k.territory_id FROM {table} i JOIN consultation k ON k.id = {of} WHERE i.id = :key", key=key
    )
    return rows[0]["territory_id"] if rows else None
