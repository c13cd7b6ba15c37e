"""Where the rooms above keep what belongs to an account. They may not be imported, so their tables are named here.

Three things need the whole list: giving what a pending account wrote to another one, deleting an account, and handing a
person everything that we hold. A test compares the list with every relation to ``account`` in the models, so that a new
table cannot be forgotten.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tortoise import Tortoise
from tortoise.models import Model

from consult.accounts.rules import read_address
from consult.core.database import APP_LABEL, dialect, execute


class AtDeletion(StrEnum):
    """What becomes of the rows when the person leaves."""

    KEEP = "keep"
    DROP = "drop"
    DROP_WAITING = "drop_waiting"


@dataclass(frozen=True)
class Place:
    """A column that names an account.

    Attributes:
        moves: given along when a pending account turns out to be another one.
        once_per: the columns that, with the account, are unique: a row that the other account has already stays behind.
        hides: columns that are not the person's to read, or that say the same twice.
    """

    table: str
    column: str
    at_deletion: AtDeletion = AtDeletion.KEEP
    moves: bool = True
    once_per: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()


_ITEM = ("body_html", "once", "origin", "origin_key", "author_id")
PLACES = (
    Place("contribution", "author_id", AtDeletion.DROP_WAITING, hides=(*_ITEM, "stems", "shuffle", "changes")),
    Place("amendment", "author_id", AtDeletion.DROP_WAITING, hides=_ITEM),
    Place("argument", "author_id", AtDeletion.DROP_WAITING, hides=_ITEM),
    Place("source", "author_id", AtDeletion.DROP_WAITING, hides=_ITEM),
    Place("revision", "account_id", hides=("body_html",)),
    Place("draft", "account_id", AtDeletion.DROP, hides=("once",)),
    # a pending account may not vote, so there is nothing to move
    Place("vote", "account_id", moves=False),
    Place("support", "account_id", moves=False),
    Place("member", "account_id", AtDeletion.DROP, once_per=("organisation_id",)),
    Place("invitation", "invited_by_id", hides=("email",)),
    Place("organisation", "decided_by_id"),
    Place("rule_change", "account_id"),
    Place("snapshot", "account_id", moves=False),
    # moderation: who reported, decided and appealed stays in the record, under a name that is no longer there
    Place("restriction", "account_id", moves=False),
    Place("report", "account_id", once_per=("kind", "item_id"), hides=("once", "email", "name")),
    Place("decision", "account_id", hides=("once", "by_id")),
    Place("decision", "by_id", moves=False, hides=("once", "account_id")),
    Place("appeal", "account_id", hides=("once", "heard_by_id")),
    Place("appeal", "heard_by_id", moves=False, hides=("once", "account_id", "text")),
    Place("moderation_case", "assigned_to_id", moves=False, hides=("author_id",)),
    Place("moderation_note", "account_id", moves=False, hides=("once",)),
    Place("follow", "account_id", AtDeletion.DROP, once_per=("kind", "target_id")),
    # the register keeps the fact; whose receipt it was is dropped by clearing the column (register.effects)
    Place("register_entry", "account_id", hides=("once", "salt")),
    Place("export_notice", "account_id", AtDeletion.DROP, once_per=("set_id",)),
    # a mail holds the address, and perhaps a link
    Place("mail", "account_id", AtDeletion.DROP, moves=False, hides=("text", "html", "error", "key")),
)
ITEMS = tuple(place.table for place in PLACES if place.at_deletion is AtDeletion.DROP_WAITING)


async def waiting_count(account_id: int) -> int:
    """How many texts of an account wait for its address to be confirmed."""
    counts = " + ".join(
        f"(SELECT COUNT(*) FROM {table} WHERE author_id = :account AND state = 'waiting')" for table in ITEMS
    )
    rows = await execute(f"SELECT {counts} AS waiting", account=account_id)
    return int(rows[0]["waiting"])


async def move(from_account_id: int, to_account_id: int) -> None:
    """Give everything that one account holds to another (inside an action)."""
    for place in PLACES:
        if not place.moves:
            continue
        sql = f"UPDATE {place.table} SET {place.column} = :receiver WHERE {place.column} = :giver"
        if place.once_per:
            same = " AND ".join(f"other.{column} = {place.table}.{column}" for column in place.once_per)
            sql += (
                f" AND NOT EXISTS (SELECT 1 FROM {place.table} other WHERE other.{place.column} = :receiver AND {same})"
            )
        await execute(sql, receiver=to_account_id, giver=from_account_id)


async def forget(account_id: int, email_key: str) -> None:
    """Drop what must not outlive a deleted account, and every trace of its address (inside an action)."""
    for place in PLACES:
        sql = f"DELETE FROM {place.table} WHERE {place.column} = :account"
        if place.at_deletion is AtDeletion.DROP_WAITING:
            await execute(f"{sql} AND state = 'waiting'", account=account_id)
        elif place.at_deletion is AtDeletion.DROP:
            await execute(sql, account=account_id)
    if email_key:
        await execute("DELETE FROM mail WHERE LOWER(recipient) = :key", key=email_key)
        await execute("UPDATE invitation SET email = '' WHERE LOWER(email) = :key", key=email_key)
        await execute("DELETE FROM undeliverable_address WHERE email_key = :key", key=email_key)
        await execute("UPDATE report SET email = '', name = '' WHERE LOWER(email) = :key", key=email_key)
        await _forget_accented(email_key)


async def _forget_accented(email_key: str) -> None:
    """The same where SQL sees two addresses: SQLite lowers no É, and no engine knows a domain in its two writings."""
    beyond_ascii = (
        "OCTET_LENGTH({0}) > LENGTH({0})" if dialect() == "postgres" else "LENGTH(CAST({0} AS BLOB)) > LENGTH({0})"
    )
    for table, column in (("mail", "recipient"), ("invitation", "email"), ("report", "email")):
        rows = await execute(f"SELECT id, {column} AS email FROM {table} WHERE {beyond_ascii.format(column)}")
        same = [row["id"] for row in rows if (read := read_address(row["email"])) and read.key == email_key]
        if same and table == "mail":
            await execute("DELETE FROM mail WHERE id IN :keys", keys=same)
        elif same:
            await execute(f"UPDATE {table} SET email = '' WHERE id IN :keys", keys=same)


async def rows_of(place: Place, account_id: int) -> list[dict[str, Any]]:
    """What a table holds of an account, for the person to read."""
    rows = await _model(place.table).filter(**{place.column: account_id}).order_by("id").values()
    return [{name: value for name, value in row.items() if name not in place.hides} for row in rows]


def _model(table: str) -> type[Model]:
    """The model of a table, for its types: what a plain query gives is not the same on both engines."""
    models = (Tortoise.apps or {})[APP_LABEL].values()
    found: type[Model] = next(model for model in models if model._meta.db_table == table)
    return found
