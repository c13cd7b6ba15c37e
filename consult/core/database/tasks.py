"""No task is started inside an action.

A task copies its starter's context, and with it the action's connection. One that outlives the action would go on
writing on a connection that is no longer its own: on SQLite such rows were reported written, and lost. Two guards: the
transaction itself refuses statements once it is over (sqlite.py, postgres.py); and here, starting a task inside of an
action fails at once, where the mistake is.
"""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import FrameType
from typing import Any

_forbidden: ContextVar[bool] = ContextVar("tasks_forbidden", default=False)
# Drivers and the ORM start tasks of their own inside a transaction, and wait for them.
_DRIVERS = ("asyncpg", "aiosqlite", "tortoise")
_OURS = ("consult", "tests")


class TaskInsideAction(RuntimeError):
    """A task was started inside an action. Do it after the action, or leave it to a reaction in the outbox."""


@contextmanager
def forbid_tasks() -> Iterator[None]:
    """Make ``create_task``, ``gather``, ``wait_for`` and the like fail while the block runs, in this task only."""
    guard_loop(asyncio.get_running_loop())
    token = _forbidden.set(True)
    try:
        yield
    finally:
        _forbidden.reset(token)


def guard_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Have the loop ask us before it starts a task; done once a loop."""
    before = loop.get_task_factory()
    if getattr(before, "consult_guard", False):
        return

    def start(on: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> Any:
        if _forbidden.get() and _started_by_us():
            coroutine.close()
            raise TaskInsideAction(
                "a task may not be started inside an action: do it after the action, or as a reaction in the outbox"
            )
        if before is not None:
            return before(on, coroutine, **options)
        return asyncio.Task(coroutine, loop=on, **options)

    start.consult_guard = True  # type: ignore[attr-defined]
    loop.set_task_factory(start)


def _started_by_us() -> bool:
    """Whether the nearest caller outside of asyncio is our code and not a driver's."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        package = str(frame.f_globals.get("__name__", "")).partition(".")[0]
        if package in _DRIVERS:
            return False
        if package in _OURS:
            return True
        frame = frame.f_back
    return False
