"""What the verbs of this room look up under their lock: where an item is, whether it is public, who may not decide."""

from dataclasses import replace

from tortoise.models import Model

from consult.consultations.items import ItemState
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.action import Action
from consult.core.database import dialect, execute
from consult.core.errors import NotFound
from consult.moderation.models import Appeal, Case, Decision, Kind
from consult.moderation.rules.items import AnItem, open_key
from consult.moderation.rules.reporting import Conflict

_TABLES = {kind: kind.value for kind in Kind if kind is not Kind.ACCOUNT}
_PUBLIC = {
    Kind.CONTRIBUTION: "SELECT 1 FROM contribution i WHERE i.id = :key AND i.state = 'published'",
    Kind.AMENDMENT: "SELECT 1 FROM amendment i JOIN contribution c ON c.id = i.contribution_id"
    " WHERE i.id = :key AND i.state = 'published' AND c.state = 'published'",
    Kind.ARGUMENT: "SELECT 1 FROM argument i JOIN contribution c ON c.id = i.contribution_id"
    " LEFT JOIN amendment a ON a.id = i.amendment_id WHERE i.id = :key AND i.state = 'published'"
    " AND c.state = 'published' AND (i.amendment_id IS NULL OR a.state = 'published')",
    Kind.SOURCE: "SELECT 1 FROM source i JOIN contribution c ON c.id = i.contribution_id"
    " LEFT JOIN argument g ON g.id = i.argument_id LEFT JOIN amendment a ON a.id = g.amendment_id"
    " WHERE i.id = :key AND i.state = 'published' AND c.state = 'published'"
    " AND (i.argument_id IS NULL OR g.state = 'published') AND (g.amendment_id IS NULL OR a.state = 'published')",
}


async def consultation_of(territory_id: int, kind: Kind, item_id: int) -> int:
    """The consultation that an item is in.

    Raises:
        NotFound: this territory has no such item in a published consultation.
    """
    if kind not in _TABLES:
        raise NotFound
    rows = await execute(
        f"SELECT c.id FROM {_TABLES[kind]} i JOIN consultation c ON c.id = i.consultation_id"
        " WHERE i.id = :key AND c.territory_id = :territory AND c.state = 'published'",
        key=item_id,
        territory=territory_id,
    )
    if not rows:
        raise NotFound
    return int(rows[0]["id"])


async def hold_consultation(action: Action, consultation_id: int) -> None:
    """Take the consultation's lock without counting a change: nothing that the public sees is about to move."""
    lock = " FOR UPDATE" if dialect() == "postgres" else ""  # on SQLite an action is alone from its beginning
    await execute(f"SELECT id FROM consultation WHERE id = :key{lock}", key=consultation_id)
    action.at = clock.now()


async def is_public(row: AnItem, kind: Kind) -> bool:
    """Whether an item and all that it stands under are public."""
    return row.state is ItemState.PUBLISHED and bool(await execute(_PUBLIC[kind], key=row.id))


async def is_member(organisation_id: int | None, account_id: int | None) -> bool:
    """Whether an account is a member of an organisation today."""
    if organisation_id is None or account_id is None:
        return False
    sql = "SELECT 1 FROM member WHERE organisation_id = :organisation AND account_id = :account"
    return bool(await execute(sql, organisation=organisation_id, account=account_id))


async def conflict_of(
    account_id: int | None, kind: Kind, item_id: int, author_id: int | None, organisation_id: int | None
) -> Conflict:
    """What stands between an account and an item."""
    if account_id is None:
        return Conflict()
    reported = await execute(
        "SELECT 1 FROM report WHERE account_id = :account AND kind = :kind AND item_id = :item",
        account=account_id,
        kind=kind.value,
        item=item_id,
    )
    return Conflict(
        wrote=account_id == author_id or await is_member(organisation_id, account_id), reported=bool(reported)
    )


async def conflict_with_target(account_id: int | None, target: Contribution | None) -> Conflict:
    """What stands between an account and the contribution that another is reunited with."""
    if target is None:
        return Conflict()
    return await conflict_of(account_id, Kind.CONTRIBUTION, target.id, target.author_id, target.organisation_id)


async def case_here(territory_id: int, case_id: int) -> Case:
    """A case of this territory.

    Raises:
        NotFound: there is none.
    """
    case = await Case.get_or_none(id=case_id, territory_id=territory_id)
    if case is None:
        raise NotFound
    return case


async def decision_here(territory_id: int, decision_id: int) -> Decision:
    """A decision of this territory.

    Raises:
        NotFound: there is none.
    """
    decision = await Decision.get_or_none(id=decision_id, territory_id=territory_id)
    if decision is None:
        raise NotFound
    return decision


async def open_case_of(kind: Kind, item_id: int) -> Case | None:
    """The open case of an item, if there is one."""
    return await Case.get_or_none(open_key=open_key(kind, item_id))


async def is_replaced(decision_id: int) -> bool:
    """Whether another decision has undone or concluded this one."""
    return await Decision.exists(replaces_id=decision_id)


async def name_of(account_id: int | None) -> str:
    """An account's public name."""
    rows = await execute("SELECT public_name FROM account WHERE id = :key", key=account_id) if account_id else []
    return str(rows[0]["public_name"]) if rows else ""


async def lock_account(action: Action, account_id: int) -> None:
    """Take an account's lock: what is decided about it is decided one after the other."""
    lock = " FOR UPDATE" if dialect() == "postgres" else ""
    await execute(f"SELECT id FROM account WHERE id = :key{lock}", key=account_id)
    action.at = clock.now()


async def conflict_with(account_id: int | None, decision: Decision) -> Conflict:
    """What stands between an account and looking again at a decision; with a merge, who wrote either text."""
    found = await conflict_of(
        account_id, decision.kind, decision.item_id, decision.account_id, decision.organisation_id
    )
    target = await conflict_with_target(account_id, await _target_of(decision))
    decided = account_id is not None and account_id == decision.by_id
    return replace(found, wrote=found.wrote or target.wrote, decided=decided)


async def _target_of(decision: Decision) -> Contribution | None:
    """The contribution that a decision reunited another with."""
    return await Contribution.get_or_none(id=decision.merged_into_id) if decision.merged_into_id else None


async def has_pending_appeal(decision_id: int) -> bool:
    """Whether an appeal against a decision waits to be heard."""
    return await Appeal.exists(decision_id=decision_id, heard_at=None)


async def able_to_hear(decision: Decision) -> frozenset[int]:
    """The moderators of a decision's territory who could hear an appeal against it."""
    target = await _target_of(decision)
    rows = await execute(
        "SELECT s.account_id FROM staff s JOIN account a ON a.id = s.account_id WHERE s.territory_id = :territory"
        " AND s.role = 'moderator' AND a.deleted_at IS NULL AND s.account_id NOT IN :involved"
        " AND NOT EXISTS (SELECT 1 FROM member b WHERE b.account_id = s.account_id"
        " AND b.organisation_id IN :organisations) AND NOT EXISTS (SELECT 1 FROM report r WHERE"
        " r.account_id = s.account_id AND r.kind = :kind AND r.item_id = :item)",
        territory=decision.territory_id,
        involved=[decision.by_id or 0, decision.account_id or 0, (target and target.author_id) or 0],
        organisations=[decision.organisation_id or 0, (target and target.organisation_id) or 0],
        kind=decision.kind.value,
        item=decision.item_id,
    )
    return frozenset(row["account_id"] for row in rows)


async def first_use(model: type[Model], once: str | None) -> str | None:
    """A form's key for the row that it is about to make; None where it has made another one, of something else."""
    return None if once is None or await model.exists(once=once) else once
