"""Writing a decision: the row is the statement of reasons, and nothing in it changes afterwards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.core.action import Action
from consult.core.keys import new_key
from consult.moderation.actions.numbering import new_reference
from consult.moderation.events import DecisionMade
from consult.moderation.models import Case, Decision, Effect, Kind
from consult.moderation.rules.items import AnItem, contribution_id_of


@dataclass(frozen=True)
class Verdict:
    """A decision as it was written.

    Attributes:
        hidden_meanwhile: the item is out of sight until its author has corrected it.
        into: the number of the contribution that this one is reunited with.
    """

    effect: Effect
    ground: str
    reason: str
    until: datetime | None = None
    hidden_meanwhile: bool = False
    into: int | None = None


@dataclass(frozen=True)
class About:
    """What a decision is about, and to whom it is addressed."""

    kind: Kind
    item_id: int
    account_id: int | None
    organisation_id: int | None = None
    consultation_id: int | None = None
    contribution_id: int | None = None

    @classmethod
    def item(cls, row: AnItem, kind: Kind) -> "About":
        """An item, and whoever wrote it."""
        return cls(kind, row.id, row.author_id, row.organisation_id, row.consultation_id, contribution_id_of(row))


async def write_decision(
    action: Action,
    about: About,
    verdict: Verdict,
    *,
    case: Case | None = None,
    automated: bool = False,
    **columns: Any,
) -> Decision:
    """Write a decision of whoever acts, and record it.

    Args:
        automated: nobody decided: a threshold did.
        columns: other columns of the decision.
    """
    columns = {"opened_at": case.opened_at if case else action.at, **columns}
    decision = await Decision.create(
        id=new_key(),
        reference=await new_reference("D", action.at),
        territory_id=action.territory_id,
        consultation_id=about.consultation_id,
        case_id=case.id if case else None,
        kind=about.kind,
        item_id=about.item_id,
        account_id=about.account_id,
        organisation_id=about.organisation_id,
        effect=verdict.effect,
        ground=verdict.ground,
        reason=verdict.reason,
        automated=automated,
        found_by=case.reasons[0] if case and case.reasons else "",
        hidden_meanwhile=verdict.hidden_meanwhile,
        until=verdict.until,
        by_id=None if automated else action.voice.account_id,
        decided_at=action.at,
        **columns,
    )
    action.changed("decisions", action.territory_id or 0)
    action.record(
        DecisionMade(
            territory_id=action.territory_id,
            decision_id=decision.id,
            kind=about.kind.value,
            item_id=about.item_id,
            effect=verdict.effect.value,
            ground=verdict.ground,
            consultation_id=about.consultation_id,
            contribution_id=about.contribution_id,
            automated=automated,
            replaces=decision.replaces_id,
        )
    )
    return decision


async def in_force(kind: Kind, item_id: int) -> Decision | None:
    """The last decision on an item where it took something away and the next one will end it.

    A contribution that was reunited with another stays so whatever is decided about its text: only undoing that very
    decision parts them.
    """
    last = await Decision.filter(kind=kind, item_id=item_id).order_by("-id").first()
    return last if last is not None and last.effect not in {Effect.KEEP, Effect.MERGE} else None
