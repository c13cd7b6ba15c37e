"""The one way into the register: facts get their positions, in one transaction, under the lock of its row."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Fact:
    """Something public that happened, to be entered.

    Attributes:
        once: the key under which it is entered at most once.
        details: the public fields of its entry, beside ``v``, ``at``, ``kind`` and ``content``.
        content: what the entry commits to, and does not say.
        account_id: whose receipt it is; never in the entry.
    """

    at: datetime
    kind: str
    once: str
    consultation_id: int | None = None
    details: dict[str, Any] = field(default_factory=dict)
    item_kind: str = ""
    item_id: int | None = None
    revision: int | None = None
    content: dict[str, Any] | None = None
    account_id: int | None = None


async def append(territory_id: int, facts: Sequence[Fact]) -> list[int]:
    """Enter facts in order; returns their positions, the one it has for a fact that is there already.

    Not inside an action: the register has its own transaction, which holds a lock that all of a territory waits for.
    """
    raise NotImplementedError
