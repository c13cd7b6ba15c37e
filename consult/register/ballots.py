"""Votes and supports as facts.

A vote's entry says that somebody voted in a consultation, and when; never who, on what, or what. With the item and the
instant one could follow a person through the table of votes, which gives the day alone for that reason. What it was is
committed to under a salt that never leaves the database: one would only have to guess three times.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from consult.core.database import batches, execute, instant
from consult.core.events import Owed
from consult.register.appending import Fact
from consult.register.contents import SUPERSEDED, Content, vote_content
from consult.register.queries import VOTED_ON
from consult.register.telling import Known, about, consultation_fact
from consult.votes.events import SupportGiven, SupportWithdrawn, VoteCast

# How the entry's row, which only its owner is shown, says what was voted on: no other query finds a vote by its item.
MARKS = {kind: mark for mark, kind in VOTED_ON.items()}
_KIND = {VoteCast: "voted", SupportGiven: "supported", SupportWithdrawn: "support_withdrawn"}
_CAST = (VoteCast, SupportGiven)
_AT_ONCE = 300
Ballot = tuple[str, int, int]
Found = dict[Ballot, dict[str, Any]]


async def ballots_of(events: Sequence[Owed]) -> Found:
    """The votes and supports as they stand now, by kind of item, item and voter."""
    found: Found = {}
    wanted: dict[str, set[tuple[int, int]]] = {}
    for one in events:
        if isinstance(one.event, _CAST) and one.event.account_id is not None:
            kind, key = about(one.event)
            wanted.setdefault(kind, set()).add((key, one.event.account_id))
    for kind, pairs in wanted.items():
        for some in batches(sorted(pairs), _AT_ONCE):
            for row in await _rows(kind, some):
                found[kind, row["item_id"], row["account_id"]] = row
    return found


async def _rows(kind: str, pairs: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    table, columns = (
        ("vote", "choice, revision, changed_at AS at")
        if kind in {"contribution", "amendment"}
        else ("support", "'support' AS choice, NULL AS revision, created_at AS at")
    )
    values = {f"{name}{place}": key for place, pair in enumerate(pairs) for name, key in zip("ia", pair, strict=True)}
    either = ", ".join(f"(CAST(:i{place} AS BIGINT), CAST(:a{place} AS BIGINT))" for place in range(len(pairs)))
    return await execute(
        f"SELECT id, {kind}_id AS item_id, account_id, {columns} FROM {table}"
        f" WHERE ({kind}_id, account_id) IN (VALUES {either})",
        values,
    )


def ballot_fact(owed: Owed, known: Known, ballots: Found) -> list[Fact]:
    """A vote or a support, given or taken back."""
    event = owed.event
    kind, key = about(event)
    details = {"again": True} if isinstance(event, VoteCast) and not event.first else {}
    content = None
    if isinstance(event, _CAST):
        row = ballots.get((kind, key, event.account_id)) if event.account_id is not None else None
        content = _content(kind, key, row, owed.at)
    return [
        Fact(
            at=fact.at,
            kind=fact.kind,
            once=fact.once,
            consultation_id=fact.consultation_id,
            details=fact.details,
            item_kind=MARKS[kind],
            item_id=key,
            content=content,
            account_id=event.account_id,
        )
        for fact in consultation_fact(owed, known, _KIND.get(type(event), "vote_withdrawn"), **details)
    ]


def _content(kind: str, key: int, row: dict[str, Any] | None, at: datetime) -> Content:
    """What was chosen; if the person has changed or taken back their vote since, only that it no longer counts."""
    changed_at = instant(row["at"]) if row else None
    if row is None or changed_at is None or changed_at > at:
        return SUPERSEDED
    return vote_content(key=row["id"], choice=row["choice"], kind=kind, item=key, revision=row["revision"])
