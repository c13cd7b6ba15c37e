"""Suspending an account for a stated time: it reads, and neither writes nor votes in this territory."""

from datetime import datetime

from consult.accounts.models import Restriction
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.core.text.cleaning import clean_text
from consult.core.voice import Voice
from consult.moderation.actions.looking import case_here, conflict_of, first_use, lock_account
from consult.moderation.actions.writing import About, Verdict, write_decision
from consult.moderation.models import Decision, Effect, Kind
from consult.moderation.rules.deciding import conflict_refusal, restriction_refusals

_WROTE_HERE = " UNION ALL ".join(
    f"SELECT 1 FROM {table} i JOIN consultation c ON c.id = i.consultation_id"
    " WHERE i.author_id = :account AND c.territory_id = :territory"
    for table in ("contribution", "amendment", "argument", "source")
)


async def _wrote_here(account_id: int, territory_id: int) -> bool:
    """Whether an account that is still there has written in this territory: of others nothing is known here."""
    return bool(
        await execute(
            f"SELECT 1 FROM account a WHERE a.id = :account AND a.deleted_at IS NULL AND EXISTS ({_WROTE_HERE})",
            account=account_id,
            territory=territory_id,
        )
    )


async def restrict_account(
    voice: Voice,
    *,
    territory_id: int,
    account_id: int,
    until: datetime | None,
    ground: str,
    reason: str,
    case_id: int | None = None,
    once: str | None = None,
) -> Decision:
    """Suspend an account in this territory until an instant. A case that led to it stays open: its item is decided too.

    Raises:
        NotFound: nobody of this account has written anything in this territory, or there is no such case.
        Refused: no moderator, oneself, no ground or reason, or too short or too long.
    """
    reason = clean_text(reason)
    async with Action(voice, territory_id=territory_id) as action:
        await lock_account(action, account_id)
        made = await Decision.get_or_none(once=once, kind=Kind.ACCOUNT, item_id=account_id) if once else None
        if made is not None:
            action.nothing_to_do()
            return made
        refuse(next(iter(restriction_refusals(voice, account_id, ground, reason, until, action.at)), None))
        if until is None or not await _wrote_here(account_id, territory_id):
            raise NotFound
        case = await case_here(territory_id, case_id) if case_id is not None else None
        if case is not None:
            about = (case.kind, case.item_id, case.author_id, case.organisation_id)
            refuse(conflict_refusal(await conflict_of(voice.account_id, *about)))
        decision = await write_decision(
            action,
            About(Kind.ACCOUNT, account_id, account_id),
            Verdict(Effect.RESTRICT, ground, reason, until),
            case=case,
            once=await first_use(Decision, once),
        )
        await Restriction.create(
            id=new_key(),
            territory_id=territory_id,
            account_id=account_id,
            decision_id=decision.id,
            since=action.at,
            until=until,
        )
        return decision
