"""Counts what is asked of the database, on either engine: pages may not ask more when there are more rows.

    with counted() as asked:
        await visitor.get("/consultations/plan-velo/contributions/1")
    assert len(asked) <= 8, asked

Every statement counts, those of the gate (territory, session) included; BEGIN and COMMIT do not.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from consult.core import changes
from consult.territories import queries as territories


class _Asked(logging.Handler):
    """Listens to the database client, which says each statement before it sends it."""

    def __init__(self, statements: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.statements = statements

    def emit(self, record: logging.LogRecord) -> None:
        said = record.args[0] if isinstance(record.args, tuple) and record.args else record.getMessage()
        self.statements.append(" ".join(str(said).split()))


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements sent while the block runs, in order.

    What a process remembers for a second it remembers for good here: a slow machine would ask for it again at random.
    """
    statements: list[str] = []
    listener = _Asked(statements)
    log = logging.getLogger("tortoise.db_client")
    level, passed_on = log.level, log.propagate
    log.addHandler(listener)
    log.setLevel(logging.DEBUG)
    log.propagate = False  # pytest would keep every one of them for its report
    try:
        with mock.patch.object(changes, "STALE_AFTER", 3600.0), mock.patch.object(territories, "RENEW_AFTER", 3600.0):
            yield statements
    finally:
        log.removeHandler(listener)
        log.setLevel(level)
        log.propagate = passed_on
