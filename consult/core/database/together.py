"""Several writes that do not depend on one another, sent in one go."""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from tortoise.exceptions import IntegrityError, OperationalError

from consult.core.database.session import connection, dialect, execute
from consult.core.database.sql import positional, renamed

_CHANGES = re.compile(r"\s*(?:UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.IGNORECASE)
Statement = tuple[str, Mapping[str, Any]]
MOST = 100
"""Statements in one round trip: PostgreSQL takes no more than some ten thousand values at a time."""


async def write_together(statements: Sequence[Statement]) -> None:
    """Run INSERTs, UPDATEs and DELETEs in one go, inside of a transaction.

    On SQLite that is one visit to the connection's thread, which costs more than a statement does; on PostgreSQL one
    round trip, each statement in a WITH of the last. There their order is not promised and a row changed twice would
    silently keep one change only, so two changes of one table never travel together; none may read what another writes.
    """
    if not statements:
        return
    if dialect() == "sqlite":
        await _in_one_visit(statements)
        return
    for group in _apart(statements):
        await _in_one_statement(group)


def _apart(statements: Sequence[Statement]) -> list[list[Statement]]:
    """Groups in the statements' order, none with two changes of the same table, none longer than :data:`MOST`."""
    groups: list[list[Statement]] = [[]]
    changed: set[str] = set()
    for statement in statements:
        found = _CHANGES.match(statement[0])
        table = found[1].lower() if found else ""
        if (table and table in changed) or len(groups[-1]) == MOST:
            groups.append([])
            changed = set()
        changed.add(table)
        groups[-1].append(statement)
    return groups


async def _in_one_statement(statements: Sequence[Statement]) -> None:
    texts: list[str] = []
    params: dict[str, Any] = {}
    for place, (sql, values) in enumerate(statements):
        texts.append(renamed(sql, f"w{place}_"))
        params |= {f"w{place}_{name}": value for name, value in values.items()}
    before = ", ".join(f"w{place} AS ({text})" for place, text in enumerate(texts[:-1]))
    await execute(f"WITH {before} {texts[-1]}" if before else texts[-1], params)


async def _in_one_visit(statements: Sequence[Statement]) -> None:
    client = connection()
    pairs = [positional(sql, values, "sqlite") for sql, values in statements]
    for query, values in pairs:
        client.log.debug("%s: %s", query, values)
    try:
        async with client.acquire_connection() as driver:
            await driver._execute(_run, driver._conn, pairs)
    except sqlite3.IntegrityError as error:
        raise IntegrityError(error) from error
    except sqlite3.OperationalError as error:
        raise OperationalError(error) from error


def _run(database: sqlite3.Connection, pairs: Sequence[tuple[str, Sequence[Any]]]) -> None:
    """Runs in the connection's thread."""
    for query, values in pairs:
        database.execute(query, values)
