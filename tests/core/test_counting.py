"""The counter of statements counts each one once, on both engines, inside a transaction and outside."""

from consult.core.action import Action
from consult.core.database import execute
from consult.core.voice import SYSTEM
from consult.territories.models import Territory
from tests.cast import a_territory
from tests.counting import counted


async def test_each_statement_is_counted_once(db: str) -> None:
    territory = await a_territory()
    with counted() as asked:
        await execute("SELECT 1 AS one")
        await Territory.get(id=territory.id)
        await Territory.filter(id=territory.id).update(name="Autre")
        async with Action(SYSTEM) as action:
            await execute("UPDATE territory SET changes = changes + 1 WHERE id = :key", key=territory.id)
            action.nothing_to_do()
    assert len(asked) == 4, asked
    with counted() as nothing:
        pass
    assert nothing == []
