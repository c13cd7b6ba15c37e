"""Reads of organisations."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.core import clock
from consult.core.database import execute, instant
from consult.organisations.models import MemberRole, Organisation, OrganisationKind, OrganisationState
from consult.organisations.rules import Standing, voice_refusal

_STANDING = (
    "SELECT o.id, o.territory_id, o.name, o.kind, o.state, m.role,"
    " NOT EXISTS (SELECT 1 FROM member w WHERE w.organisation_id = o.id AND w.role = 'owner') AS ownerless"
    " FROM organisation o"
)


def _standing(row: dict[str, Any]) -> Standing:
    return Standing(
        organisation_id=row["id"],
        territory_id=row["territory_id"],
        name=row["name"],
        kind=OrganisationKind(row["kind"]),
        state=OrganisationState(row["state"]),
        role=MemberRole(row["role"]) if row["role"] else None,
        ownerless=bool(row["ownerless"]),
    )


async def standing_of(organisation_id: int, account_id: int | None) -> Standing | None:
    """Where an account stands towards an organisation, now; None when there is no such organisation."""
    rows = await execute(
        f"{_STANDING} LEFT JOIN member m ON m.organisation_id = o.id AND m.account_id = :account"
        " WHERE o.id = :organisation",
        account=account_id or 0,
        organisation=organisation_id,
    )
    return _standing(rows[0]) if rows else None


async def voices_of(account_id: int, territory_id: int) -> list[dict[str, object]]:
    """The organisations that an account may speak for in a territory: id, name, kind."""
    rows = await execute(
        f"{_STANDING} JOIN member m ON m.organisation_id = o.id"
        " WHERE m.account_id = :account AND o.territory_id = :territory ORDER BY o.name, o.id",
        account=account_id,
        territory=territory_id,
    )
    return [
        {"id": one.organisation_id, "name": one.name, "kind": one.kind.value}
        for one in map(_standing, rows)
        if voice_refusal(one, territory_id) is None
    ]


async def organisation_in(territory_id: int, organisation_id: int) -> Organisation | None:
    """An organisation of a territory, in whatever state."""
    return await Organisation.get_or_none(id=organisation_id, territory_id=territory_id)


async def organisations_of(account_id: int, territory_id: int) -> list[dict[str, Any]]:
    """An account's organisations in a territory, with its role in them and what is going on."""
    rows = await execute(
        "SELECT o.id, o.name, o.kind, o.state, o.decision_reason, o.decided_at, o.asked_at, m.role,"
        " (SELECT COUNT(*) FROM member w WHERE w.organisation_id = o.id) AS members"
        " FROM member m JOIN organisation o ON o.id = m.organisation_id"
        " WHERE m.account_id = :account AND o.territory_id = :territory ORDER BY o.name, o.id",
        account=account_id,
        territory=territory_id,
    )
    return [{**row, "decided_at": instant(row["decided_at"]), "asked_at": instant(row["asked_at"])} for row in rows]


async def members_of(organisation_id: int) -> list[dict[str, Any]]:
    """Who belongs to an organisation, its owners first: id (of the row), account_id, role, name, since."""
    rows = await execute(
        "SELECT m.id, m.account_id, m.role, m.created_at, a.public_name, a.confirmed_at IS NOT NULL AS confirmed"
        " FROM member m JOIN account a ON a.id = m.account_id WHERE m.organisation_id = :organisation"
        " ORDER BY CASE WHEN m.role = 'owner' THEN 0 ELSE 1 END, m.created_at, m.id",
        organisation=organisation_id,
    )
    return [{**row, "created_at": instant(row["created_at"])} for row in rows]


async def owners_of(organisation_id: int) -> list[int]:
    """The accounts that are responsible for an organisation (whom mails about it go to)."""
    return [row["account_id"] for row in await members_of(organisation_id) if row["role"] == MemberRole.OWNER.value]


async def open_invitations_of(organisation_id: int) -> list[dict[str, Any]]:
    """The invitations that still wait, the latest first."""
    rows = await execute(
        "SELECT id, email, role, created_at, expires_at FROM invitation WHERE organisation_id = :organisation"
        " AND accepted_at IS NULL AND expires_at > :now ORDER BY id DESC",
        organisation=organisation_id,
        now=clock.now(),
    )
    return [{**row, "created_at": instant(row["created_at"]), "expires_at": instant(row["expires_at"])} for row in rows]


@dataclass(frozen=True)
class InvitationView:
    """An invitation as its page, and the mail that carries it, need it.

    Attributes:
        inviter: the public name of whoever invited ("" for somebody who has left).
        good: whether it can still be accepted.
    """

    id: int
    organisation_id: int
    organisation: str
    kind: OrganisationKind
    territory_id: int
    territory: str
    email: str
    role: MemberRole
    inviter: str
    created_at: datetime | None
    expires_at: datetime | None
    accepted: bool
    good: bool


async def invitation_view(invitation_id: int | None) -> InvitationView | None:
    """Everything about an invitation, None when there is no such row."""
    rows = await execute(
        "SELECT i.id, i.organisation_id, o.name, o.kind, o.territory_id, t.name AS territory, i.email, i.role,"
        " a.public_name, a.deleted_at, i.created_at, i.expires_at, i.accepted_at,"
        " (i.accepted_at IS NULL AND i.expires_at > :now) AS good"
        " FROM invitation i JOIN organisation o ON o.id = i.organisation_id"
        " JOIN territory t ON t.id = o.territory_id LEFT JOIN account a ON a.id = i.invited_by_id WHERE i.id = :key",
        now=clock.now(),
        key=invitation_id or 0,
    )
    if not rows:
        return None
    row = rows[0]
    return InvitationView(
        id=row["id"],
        organisation_id=row["organisation_id"],
        organisation=row["name"],
        kind=OrganisationKind(row["kind"]),
        territory_id=row["territory_id"],
        territory=row["territory"],
        email=row["email"],
        role=MemberRole(row["role"]),
        inviter="" if row["deleted_at"] else str(row["public_name"] or ""),
        created_at=instant(row["created_at"]),
        expires_at=instant(row["expires_at"]),
        accepted=row["accepted_at"] is not None,
        good=bool(row["good"]),
    )


_DESK_COLUMNS = "o.id, o.name, o.kind, o.number_kind, o.number, o.state, o.asked_at, o.decided_at, o.created_at"


async def waiting_organisations(territory_id: int) -> list[dict[str, Any]]:
    """What a territory has to decide: organisations, and changes to verified ones, the longest waiting first."""
    rows = await execute(
        f"SELECT {_DESK_COLUMNS} FROM organisation o WHERE o.territory_id = :territory"
        " AND (o.state = 'waiting' OR (o.state = 'verified' AND o.asked_at IS NOT NULL))"
        " ORDER BY COALESCE(o.asked_at, o.created_at), o.id",
        territory=territory_id,
    )
    return [_desk_row(row) for row in rows]


async def decided_organisations(territory_id: int) -> list[dict[str, Any]]:
    """The others, by name; ``ownerless`` ones are to be given somebody responsible."""
    rows = await execute(
        f"SELECT {_DESK_COLUMNS}, NOT EXISTS (SELECT 1 FROM member w WHERE w.organisation_id = o.id"
        " AND w.role = 'owner') AS ownerless FROM organisation o WHERE o.territory_id = :territory"
        " AND o.state <> 'waiting' AND o.asked_at IS NULL ORDER BY o.name, o.id LIMIT 500",
        territory=territory_id,
    )
    return [_desk_row(row) for row in rows]


def _desk_row(row: dict[str, Any]) -> dict[str, Any]:
    since = instant(row["asked_at"]) or instant(row["created_at"])
    return {**row, "since": since, "decided_at": instant(row["decided_at"])}


async def same_siren(territory_id: int, organisation_id: int, siren: str | None) -> list[dict[str, Any]]:
    """Other organisations of the territory with the same legal unit, for whoever verifies one."""
    if not siren:
        return []
    return await execute(
        "SELECT id, name, state, number FROM organisation WHERE territory_id = :territory AND id <> :own"
        " AND number_kind IN ('siren', 'siret') AND SUBSTR(number, 1, 9) = :siren ORDER BY id LIMIT 10",
        territory=territory_id,
        own=organisation_id,
        siren=siren,
    )


# ---------------------------------------------------------------- what is held about a person, for the person


async def memberships_of(account_id: int) -> list[dict[str, Any]]:
    """The organisations that a person belongs to, anywhere."""
    return await execute(
        "SELECT t.name AS territory, o.name AS organisation, m.role, m.created_at FROM member m"
        " JOIN organisation o ON o.id = m.organisation_id JOIN territory t ON t.id = o.territory_id"
        " WHERE m.account_id = :account ORDER BY m.id",
        account=account_id,
    )


async def invitations_by(account_id: int) -> list[dict[str, Any]]:
    """The invitations that a person sent; the addresses are other people's and stay out."""
    return await execute(
        "SELECT t.name AS territory, o.name AS organisation, i.role, i.created_at, i.expires_at, i.accepted_at"
        " FROM invitation i JOIN organisation o ON o.id = i.organisation_id JOIN territory t ON t.id = o.territory_id"
        " WHERE i.invited_by_id = :account ORDER BY i.id",
        account=account_id,
    )


async def decisions_by(account_id: int) -> list[dict[str, Any]]:
    """The organisations on which a person decided last, as an administrator."""
    return await execute(
        "SELECT t.name AS territory, o.name AS organisation, o.state, o.decided_at, o.decision_reason"
        " FROM organisation o JOIN territory t ON t.id = o.territory_id WHERE o.decided_by_id = :account ORDER BY o.id",
        account=account_id,
    )
