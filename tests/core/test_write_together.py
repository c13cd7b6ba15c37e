"""Writes that do not depend on one another leave in one go: all of them, or none."""

import pytest
from tortoise.exceptions import IntegrityError

from consult.core import clock
from consult.core.action import Action
from consult.core.database import execute, in_transaction, write_together
from consult.core.database.together import MOST, _apart
from consult.core.keys import new_key
from consult.core.models import AuditEntry
from consult.core.voice import SYSTEM
from consult.territories.events import TerritoryPageChanged
from consult.territories.models import Territory
from tests.cast import a_territory

RENAME = "UPDATE territory SET name = :name WHERE id = :key"
HOST = "INSERT INTO territory_host (host, territory_id) VALUES (:name, :key)"
AUDIT = "INSERT INTO audit (id, at, event, details) VALUES (:key, :at, 'a_test', '{}')"


async def test_all_are_written(db: str) -> None:
    vallon, coteau = await a_territory(), await a_territory("coteau")
    async with in_transaction():
        await write_together([])
        await write_together([(RENAME, {"name": "Seul : le val", "key": vallon.id})])
        await write_together(
            [
                (RENAME, {"name": "Val d’Or", "key": vallon.id}),
                (HOST, {"name": "or.test", "key": vallon.id}),
                (RENAME, {"name": "Côte", "key": coteau.id}),
            ]
        )
    names = [row["name"] for row in await execute("SELECT name FROM territory ORDER BY id")]
    assert names == ["Val d’Or", "Côte"]
    assert len(await execute("SELECT host FROM territory_host WHERE host = 'or.test'")) == 1


async def test_more_than_fit_in_one_go(db: str) -> None:
    async with in_transaction():
        await write_together([(AUDIT, {"key": new_key(), "at": clock.now()}) for _ in range(250)])
    assert await AuditEntry.all().count() == 250


async def test_one_that_fails_undoes_the_action(db: str) -> None:
    vallon = await a_territory()
    told = TerritoryPageChanged(territory_id=vallon.id, page="legal")
    with pytest.raises(IntegrityError):  # noqa: PT012
        async with Action(SYSTEM) as action:
            action.write(RENAME, name="Autre", key=vallon.id)
            action.write(HOST, name="vallon.test", key=vallon.id)
            action.record(told)
    assert (await Territory.get(id=vallon.id)).name == "Commune de Vallon"
    assert await AuditEntry.all().count() == 0


async def test_nothing_to_do_writes_nothing(db: str) -> None:
    vallon = await a_territory()
    async with Action(SYSTEM) as action:
        action.write(RENAME, name="Autre", key=vallon.id)
        action.nothing_to_do()
    assert (await Territory.get(id=vallon.id)).name == "Commune de Vallon"


async def test_a_row_changed_twice_in_one_go_keeps_both_changes(db: str) -> None:
    vallon = await a_territory()
    more = "UPDATE territory SET changes = changes + :by WHERE id = :key"
    async with in_transaction():
        await write_together([(more, {"by": by, "key": vallon.id}) for by in (1, 10, 100)])
    rows = await execute("SELECT changes FROM territory WHERE id = :key", key=vallon.id)
    assert rows[0]["changes"] == 112


def test_no_journey_takes_more_than_the_driver_takes_values() -> None:
    statements = [(HOST, {"name": f"h{n}.test", "key": 1}) for n in range(2 * MOST + 1)]
    assert [len(group) for group in _apart(statements)] == [MOST, MOST, 1]
    assert [one for group in _apart(statements) for one in group] == statements, "in their order"
