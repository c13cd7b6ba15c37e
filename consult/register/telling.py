"""Events in the register's words: which public facts they are, with what has to be read from the rows to say so.

What is not public is not told: drafts, texts that wait, accounts. A wording is entered under a key of its own, so that
of several events that bring it up one counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from consult.consultations.events import (
    ConsultationPublished,
    RoundExtended,
    RoundReopened,
    RoundShortened,
    RulesChanged,
)
from consult.core.database import execute, instant
from consult.core.events import Owed
from consult.moderation.events import AppealHeard, DecisionMade
from consult.register.appending import Fact
from consult.register.canonical import stamp
from consult.register.wordings import GONE, KINDS, Row, Wording, in_force, named, wordings_of
from consult.votes.events import TallyRecorded

MOVED: dict[type, str] = {RoundExtended: "extended", RoundShortened: "shortened", RoundReopened: "reopened"}
ITEM_IDS = {kind: f"{kind}_id" for kind in KINDS}
# effects that everybody sees where the item stands, or stood
_SEEN = frozenset({"hide", "hide_illegal", "merge"})


def about(event: Any) -> tuple[str, int]:
    """The item that an event is about: the innermost one that it names."""
    for kind in ("source", "argument", "amendment", "contribution"):
        key = getattr(event, ITEM_IDS[kind], None)
        if key is not None:
            return kind, key
    raise TypeError(f"{event.name} names no item")


@dataclass
class Known:
    """What a batch of events needs to be told, read at once.

    Attributes:
        consultations: those that the public sees, by key.
        wordings: of the items, by kind and key.
        hiding: decisions that hide an item until its author has corrected it.
    """

    consultations: dict[int, Row] = field(default_factory=dict)
    wordings: dict[tuple[str, int], list[Wording]] = field(default_factory=dict)
    rounds: dict[int, str] = field(default_factory=dict)
    hiding: set[int] = field(default_factory=set)

    @classmethod
    async def reading(
        cls, consultations: Iterable[int | None], items: Iterable[tuple[str, int]], rounds: Iterable[int] = ()
    ) -> "Known":
        """Read what is known of these."""
        known, by_kind = cls(), dict[str, set[int]]()
        keys = {key for key in consultations if key is not None}
        if keys:
            rows = await execute(
                "SELECT id, slug, territory_id FROM consultation WHERE id IN :keys AND state = 'published'",
                keys=sorted(keys),
            )
            known.consultations = {row["id"]: row for row in rows}
        for kind, key in items:
            by_kind.setdefault(kind, set()).add(key)
        for kind, wanted in by_kind.items():
            found = await wordings_of(kind, wanted)
            known.wordings |= {(kind, key): wordings for key, wordings in found.items()}
        if one := sorted(set(rounds)):
            known.rounds = {
                row["id"]: row["title"]
                for row in await execute("SELECT id, title FROM round WHERE id IN :keys", keys=one)
            }
        return known

    def item(self, kind: str, key: int) -> Wording | None:
        """The present wording of an item that has been public."""
        wordings = self.wordings.get((kind, key), [])
        return wordings[-1] if wordings and was_public(wordings[-1]) else None


def was_public(wording: Wording) -> bool:
    """Whether the item has ever been published."""
    return wording.row["published_at"] is not None and wording.row["number"] is not None


def wording_fact(kind: str, wording: Wording, at: datetime, *, once: str = "", **details: Any) -> Fact:
    """The fact that a wording is public. If its text has left meanwhile, nothing of it is ever committed to."""
    return Fact(
        at=at,
        kind=kind,
        once=once or f"{wording.kind}:{wording.item_id}:{wording.revision}",
        consultation_id=wording.row["consultation_id"],
        details={**wording.details, **details},
        item_kind=wording.kind,
        item_id=wording.item_id,
        revision=None if wording.is_gone else wording.revision,
        content=GONE if wording.is_gone else wording.content(),
        account_id=wording.account_id,
        gone=wording.is_gone,
    )


def published(owed: Owed, known: Known) -> list[Fact]:
    """An item became public, in the wording that it had then."""
    kind, key = about(owed.event)
    wording = in_force(known.wordings.get((kind, key), []), owed.at)
    return [wording_fact("published", wording, owed.at)] if wording and was_public(wording) else []


def revised(owed: Owed, known: Known) -> list[Fact]:
    """A public item got another wording; ``amendment`` is the one that was adopted."""
    event, adopted = owed.event, None
    if event.name == "contribution_revised":
        kind, key = "contribution", event.contribution_id
        adopted = str(event.amendment_id) if event.amendment_id is not None else None
    else:
        kind, key = about(event)
    found = [one for one in known.wordings.get((kind, key), []) if one.revision == event.revision and was_public(one)]
    # what was corrected before it was ever public is told when it becomes so
    return [wording_fact("revised", one, owed.at, amendment=adopted) for one in found if not _before(owed, one)]


def _before(owed: Owed, wording: Wording) -> bool:
    since = instant(wording.row["published_at"])
    return since is not None and owed.at < since


def withdrawn(owed: Owed, known: Known) -> list[Fact]:
    """An item was withdrawn by its author."""
    kind, key = about(owed.event)
    wording = known.item(kind, key)
    if wording is None:
        return []
    return [
        Fact(
            at=owed.at,
            kind="withdrawn",
            once=f"withdrawn:{kind}:{key}",
            consultation_id=wording.row["consultation_id"],
            details=named(kind, wording.row),
            item_kind=kind,
            item_id=key,
            account_id=wording.row["author_id"],
        )
    ]


def is_public(wording: Wording) -> bool:
    """Whether the item is public now, in the wording that it has."""
    return was_public(wording) and wording.row["state"] == "published" and not wording.is_gone


async def entered_already(wordings: Sequence[Wording]) -> set[tuple[str, int, int]]:
    """Which of these wordings an entry commits to: kind, item, number."""
    found: set[tuple[str, int, int]] = set()
    for kind in KINDS:
        keys = sorted({one.item_id for one in wordings if one.kind == kind})
        if keys:
            rows = await execute(
                "SELECT item_id, revision FROM register_entry WHERE item_kind = :kind AND item_id IN :keys"
                " AND revision IS NOT NULL",
                kind=kind,
                keys=keys,
            )
            found |= {(kind, row["item_id"], row["revision"]) for row in rows}
    return found


def consultation_fact(owed: Owed, known: Known, kind: str, **details: Any) -> list[Fact]:
    """A fact about a consultation that the public sees."""
    row = known.consultations.get(owed.event.consultation_id)
    if row is None:
        return []
    return [
        Fact(
            at=owed.at,
            kind=kind,
            once=f"event:{owed.outbox_id}",
            consultation_id=row["id"],
            details={"consultation": row["slug"], **details},
        )
    ]


def calendar(owed: Owed, known: Known) -> list[Fact]:
    """A consultation appeared, or its rounds or rules are not what they were."""
    event = owed.event
    if isinstance(event, ConsultationPublished):
        return consultation_fact(owed, known, "consultation_published")
    if isinstance(event, RulesChanged):
        return consultation_fact(owed, known, "rules_changed", id=str(event.rule_change_id))
    return consultation_fact(
        owed,
        known,
        MOVED[type(event)],
        round=str(event.round_id),
        title=known.rounds.get(event.round_id),
        closed_at=stamp(datetime.fromisoformat(event.closed_at)),
        closes_at=stamp(datetime.fromisoformat(event.closes_at)),
    )


def tallied(owed: Owed, known: Known) -> list[Fact]:
    """Counted votes without voters were added to an item's."""
    event: TallyRecorded = owed.event
    kind, key = about(event)
    wording = known.item(kind, key)
    counts = {name: getattr(event, name) for name in ("agree", "mixed", "disagree", "supports")}
    details = {name: number for name, number in counts.items() if number}
    if wording is None:
        return []
    return consultation_fact(owed, known, "tallied", **named(kind, wording.row), origin=event.origin, **details)


def decided(owed: Owed, known: Known) -> list[Fact]:
    """A moderator decided. The item is named where everybody sees what became of it, and nowhere else."""
    event: DecisionMade = owed.event
    hides = event.decision_id in known.hiding
    shows = hides or event.effect in _SEEN or event.replaces is not None
    wording = known.item(event.kind, event.item_id) if shows and event.kind in KINDS else None
    row = known.consultations.get(event.consultation_id) if event.consultation_id is not None else None
    details: dict[str, Any] = {
        "consultation": row["slug"] if row else None,
        "decision": str(event.decision_id),
        "effect": event.effect,
        "ground": event.ground or None,
        "automated": event.automated or None,
        "hidden": hides or None,
        "replaces": str(event.replaces) if event.replaces is not None else None,
    }
    fact = Fact(
        at=owed.at,
        kind="decided",
        once=f"decision:{event.decision_id}",
        consultation_id=row["id"] if row else None,
        details={**details, **(named(event.kind, wording.row) if wording else {})},
        item_kind=event.kind if wording else "",
        item_id=event.item_id if wording else None,
    )
    return [fact]


async def heard(events: Sequence[Owed]) -> dict[int, Row]:
    """The decisions that appeals were against, by key, with their consultation where the public sees it."""
    keys = sorted({one.event.decision_id for one in events if isinstance(one.event, AppealHeard)})
    if not keys:
        return {}
    rows = await execute(
        "SELECT d.id, d.territory_id, k.id AS consultation_id, k.slug FROM decision d LEFT JOIN consultation k"
        " ON k.id = d.consultation_id AND k.state = 'published' WHERE d.id IN :keys",
        keys=keys,
    )
    return {row["id"]: row for row in rows}


def appeal_fact(owed: Owed, decision: Row) -> Fact:
    """An appeal was heard."""
    event: AppealHeard = owed.event
    return Fact(
        at=owed.at,
        kind="appeal_heard",
        once=f"appeal:{event.appeal_id}",
        consultation_id=decision["consultation_id"],
        details={
            "consultation": decision["slug"],
            "decision": str(event.decision_id),
            "outcome": event.outcome,
            "new_decision": str(event.new_decision_id) if event.new_decision_id is not None else None,
        },
    )
