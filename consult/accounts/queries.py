"""Reads of accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consult.accounts.elsewhere import waiting_count
from consult.accounts.models import Account, LinkPurpose, MailLink, Role, Session
from consult.accounts.models import token_digest as token_digest  # asked for here by those who only read
from consult.core import clock
from consult.core.database import execute, instant


async def visitor_row(token: str, territory_id: int) -> dict[str, Any] | None:
    """Who holds a session, with their roles in a territory; one query, asked at every signed-in request."""
    rows = await execute(
        "SELECT s.id AS session_id, a.id AS account_id, a.public_name, a.language, a.confirmed_at, f.role,"
        " (SELECT MAX(r.until) FROM restriction r WHERE r.account_id = a.id AND r.territory_id = :territory"
        " AND r.lifted_at IS NULL AND r.until > :now) AS restricted_until"
        " FROM session s JOIN account a ON a.id = s.account_id"
        " LEFT JOIN staff f ON f.account_id = a.id AND f.territory_id = :territory"
        " WHERE s.digest = :digest AND s.expires_at > :now AND a.deleted_at IS NULL",
        territory=territory_id,
        digest=token_digest(token),
        now=clock.now(),
    )
    if not rows:
        return None
    roles = frozenset(row["role"] for row in rows if row["role"])
    return {**rows[0], "roles": roles, "restricted_until": instant(rows[0]["restricted_until"])}


@dataclass(frozen=True)
class Own:
    """An account as its own person sees it. ``email`` of a pending account is the address it claims.

    ``refused_since`` is since when the address refuses mail for good, as far as we know.
    """

    id: int
    public_name: str
    email: str
    email_key: str
    language: str
    confirmed: bool
    created_at: datetime
    password_hash: str | None
    password_changed_at: datetime | None
    notify_replies: bool
    notify_amendments: bool
    refused_since: datetime | None = None

    @property
    def has_password(self) -> bool:
        """Whether they can sign in without a mail."""
        return self.password_hash is not None


async def own_account(account_id: int) -> Own:
    """The account of the person who asks."""
    row = await Account.get(id=account_id).prefetch_related("identity")
    identity = row.identity if row.identity else None
    claimed = None if identity else await claim_of(account_id)
    return Own(
        id=row.id,
        public_name=row.public_name,
        email=identity.email if identity else (claimed.email if claimed else ""),
        email_key=identity.email_key if identity else (claimed.email_key if claimed else ""),
        language=row.language,
        confirmed=row.confirmed_at is not None,
        created_at=row.created_at,
        password_hash=identity.password_hash if identity else None,
        password_changed_at=identity.password_changed_at if identity else None,
        notify_replies=row.notify_replies,
        notify_amendments=row.notify_amendments,
        refused_since=await _refused_since(identity.email_key) if identity else None,
    )


async def _refused_since(email_key: str) -> datetime | None:
    """The room of mails keeps it; it stands above this one."""
    rows = await execute("SELECT since FROM undeliverable_address WHERE email_key = :key", key=email_key)
    return instant(rows[0]["since"]) if rows else None


async def claim_of(account_id: int) -> MailLink | None:
    """The link that a pending account's address was last written to."""
    return (
        await MailLink.filter(account_id=account_id, purpose__in=[LinkPurpose.CONFIRM, LinkPurpose.INVITE])
        .order_by("-id")
        .first()
    )


async def identity_of(email_key: str) -> dict[str, Any] | None:
    """Which account an address has: account_id, password_hash, public_name, confirmed_at, language."""
    rows = await execute(
        "SELECT i.account_id, i.email, i.password_hash, a.public_name, a.confirmed_at, a.language"
        " FROM identity i JOIN account a ON a.id = i.account_id WHERE i.email_key = :key AND a.deleted_at IS NULL",
        key=email_key,
    )
    return rows[0] if rows else None


@dataclass(frozen=True)
class LinkView:
    """A link as the page that it leads to, and the mail that carries it, need it.

    Attributes:
        asker: the name of the account that asked ("" when none did).
        known_id: the account that the address has at this moment, with its name.
        waiting: how many texts of a pending account wait.
    """

    id: int
    purpose: LinkPurpose
    email: str
    email_key: str
    territory_id: int | None
    account_id: int | None
    asker: str
    language: str
    next_path: str
    created_at: datetime
    expires_at: datetime
    good: bool
    known_id: int | None
    known_name: str
    waiting: int


async def link_view(link_id: int | None) -> LinkView | None:
    """Everything about a link, None when there is no such row."""
    row = await MailLink.get_or_none(id=link_id).prefetch_related("account") if link_id else None
    if row is None:
        return None
    asker = row.account if row.account else None
    known = await identity_of(row.email_key)
    pending = row.purpose in {LinkPurpose.CONFIRM, LinkPurpose.INVITE}
    settled = asker is not None and (asker.deleted_at is not None or (pending and asker.confirmed_at is not None))
    return LinkView(
        id=row.id,
        purpose=row.purpose,
        email=row.email,
        email_key=row.email_key,
        territory_id=row.territory_id,
        account_id=asker.id if asker else None,
        asker=asker.public_name if asker else "",
        language=str(known["language"]) if known else (asker.language if asker else ""),
        next_path=row.next_path,
        created_at=row.created_at,
        expires_at=row.expires_at,
        good=row.used_at is None and row.expires_at > clock.now() and not settled,
        known_id=known["account_id"] if known else None,
        known_name=str(known["public_name"]) if known else "",
        waiting=await waiting_count(asker.id) if asker and pending else 0,
    )


async def sessions_of(account_id: int) -> list[dict[str, Any]]:
    """The browsers in which somebody is signed in, the latest first."""
    return (
        await Session.filter(account_id=account_id, expires_at__gt=clock.now())
        .order_by("-id")
        .values("id", "browser", "created_at", "expires_at")
    )


async def session_began_at(session_id: int | None) -> datetime | None:
    """When the person last showed who they are."""
    row = await Session.get_or_none(id=session_id) if session_id else None
    return row.created_at if row else None


async def roles_of(account_id: int) -> list[dict[str, Any]]:
    """Every role of an account, with its territory's name."""
    return await execute(
        "SELECT f.territory_id, t.name AS territory, t.slug, f.role"
        " FROM staff f JOIN territory t ON t.id = f.territory_id"
        " WHERE f.account_id = :account ORDER BY t.name, f.role",
        account=account_id,
    )


async def staff_of(territory_id: int, *roles: Role) -> list[dict[str, Any]]:
    """A territory's staff: id (of the role's row), account_id, role, name, since; ``email`` of an open invitation only.

    Args:
        roles: only these, and only people who have followed their link (for effects that write to the staff).
    """
    rows = await execute(
        "SELECT f.id, f.account_id, f.role, f.created_at, a.public_name, a.confirmed_at,"
        " (SELECT l.email FROM mail_link l WHERE l.account_id = a.id AND l.purpose = 'invite'"
        "  AND a.confirmed_at IS NULL"
        "  ORDER BY l.id DESC LIMIT 1) AS email"
        " FROM staff f JOIN account a ON a.id = f.account_id WHERE f.territory_id = :territory"
        " ORDER BY a.public_name, a.id, f.id",
        territory=territory_id,
    )
    people = [{**row, "created_at": instant(row["created_at"]), "confirmed": bool(row["confirmed_at"])} for row in rows]
    return [one for one in people if not roles or (one["confirmed"] and one["role"] in roles)]
