"""Voters' identifiers: the same in all files of a consultation, of no use anywhere else, and leading to nobody.

While a consultation may still be voted on they are drawn from a secret of its own. Once its last round is over the
votes are copied under their identifiers into ``ballot``, and the secret is destroyed: from then on nobody can compute
them again, from no key and no account. A round that is reopened draws another secret, and so another set (ADR 0023).
"""

import hmac
import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from consult.consultations.models import Consultation
from consult.consultations.queries import rounds_of
from consult.consultations.rules import RoundState, consultation_state
from consult.core import clock
from consult.core.database import (
    connection,
    dialect,
    execute,
    in_transaction,
    instant,
    outside_snapshot,
    stream_batches,
)
from consult.core.keys import new_key
from consult.exports.tables.shape import Texts, day_in

IDENTIFIER_LENGTH = 24
BATCH = 2000
FREEZE_AT_ONCE = 20
_PRIME = 2_147_483_629  # below 2³¹: what is multiplied with it stays below 2⁶³
Row = dict[str, Any]

_VOTES = {
    "contribution": "contribution c JOIN vote v ON v.contribution_id = c.id",
    "amendment": ("contribution c JOIN amendment i ON i.contribution_id = c.id JOIN vote v ON v.amendment_id = i.id"),
    "argument": "contribution c JOIN argument i ON i.contribution_id = c.id JOIN support v ON v.argument_id = i.id",
    "source": "contribution c JOIN source i ON i.contribution_id = c.id JOIN support v ON v.source_id = i.id",
}


class BallotsNotFrozen(RuntimeError):
    """The consultation is over and its votes have not been frozen: call freeze_ballots before the snapshot."""


def identifiers(secret: str) -> Callable[[Any], str]:
    """From an account to its identifier in the consultation that has this secret."""
    key = bytes.fromhex(secret)

    def of(account: Any) -> str:
        return hmac.digest(key, str(account).encode(), "sha256").hex()[:IDENTIFIER_LENGTH]

    return of


def factor(secret: str) -> int:
    """What :func:`scrambled` multiplies with."""
    return 1 + int.from_bytes(hmac.digest(bytes.fromhex(secret), b"order", "sha256")[:8]) % (_PRIME - 1)


def scrambled(column: str) -> str:
    """An order of accounts that both engines can make and that tells nothing: neither who is older, nor who was first.

    The column itself only comes last, where two accounts share a place.
    """
    return f"(({column} % {_PRIME}) * :factor) % {_PRIME}, {column}"


async def secret_of(consultation_id: int) -> str:
    """The secret of a consultation that may still be voted on; drawn at first need, and anew after a reopening."""
    with outside_snapshot():
        rows = await execute("SELECT secret FROM voter_secret WHERE consultation_id = :key", key=consultation_id)
        if rows and rows[0]["secret"]:
            return str(rows[0]["secret"])
        async with in_transaction():
            await Consultation.select_for_update().get(id=consultation_id).only("id")
            return await _draw(consultation_id, None)


async def _draw(consultation_id: int, closing: datetime | None) -> str:
    """The secret, drawn if there is none, with ``closing`` as what the votes are being frozen for (under the lock)."""
    rows = await _kept(consultation_id)
    if not rows:
        await execute(
            "INSERT INTO voter_secret (id, consultation_id, secret, frozen_for) VALUES (:id, :key, :secret, :closing)",
            id=new_key(),
            key=consultation_id,
            secret=(secret := secrets.token_hex(32)),
            closing=closing,
        )
        return secret
    row = rows[0]
    secret = row["secret"] or secrets.token_hex(32)
    if row["secret"] is None or instant(row["frozen_for"]) != closing:
        # what was frozen, or was being frozen, was for another closing
        await execute("DELETE FROM ballot WHERE consultation_id = :key", key=consultation_id)
        await execute(
            "UPDATE voter_secret SET secret = :secret, frozen_for = :closing, frozen_at = NULL"
            " WHERE consultation_id = :key",
            secret=secret,
            closing=closing,
            key=consultation_id,
        )
    return str(secret)


async def _kept(consultation_id: int) -> list[Row]:
    return await execute(
        "SELECT secret, frozen_for, frozen_at FROM voter_secret WHERE consultation_id = :key", key=consultation_id
    )


async def _closing(consultation_id: int) -> datetime | None:
    """When the last round was over; None while one is open or ahead."""
    rounds = await rounds_of(consultation_id)
    if consultation_state(rounds, clock.now()) is not RoundState.CLOSED:
        return None
    return max(one.closes_at for one in rounds)


async def _is_frozen(consultation_id: int, closing: datetime) -> bool:
    rows = await _kept(consultation_id)
    return bool(rows) and rows[0]["frozen_at"] is not None and instant(rows[0]["frozen_for"]) == closing


async def check_frozen(consultation_id: int) -> None:
    """Whether the ballots are those of the last closing.

    Raises:
        BallotsNotFrozen: they are not, and somebody has voted.
    """
    closing = await _closing(consultation_id)
    if closing is not None and await _is_frozen(consultation_id, closing):
        return
    for rows in _VOTES.values():
        if await execute(f"SELECT 1 FROM {rows} WHERE c.consultation_id = :key LIMIT 1", key=consultation_id):
            raise BallotsNotFrozen("freeze_ballots(consultation) first, before the snapshot")


async def freeze_ballots(consultation_id: int) -> bool:
    """Copy the votes of a consultation that is over, and destroy its secret; whether there was something to do.

    Nobody votes any more, so the copying needs no long transaction: the lock is taken to begin, after which no vote can
    come, and at the end, where nothing may have been reopened meanwhile. Killed in between, it goes on the next time;
    two at once write the same rows.
    """
    closing = await _closing(consultation_id)
    if closing is None or await _is_frozen(consultation_id, closing):
        return False
    async with in_transaction():
        await Consultation.select_for_update().get(id=consultation_id).only("id")
        if await _closing(consultation_id) != closing or await _is_frozen(consultation_id, closing):
            return False
        secret = await _draw(consultation_id, closing)
    zone = await execute(
        "SELECT t.timezone FROM territory t JOIN consultation c ON c.territory_id = t.id WHERE c.id = :key",
        key=consultation_id,
    )
    for kind in _VOTES:
        await _copy(consultation_id, kind, secret, zone[0]["timezone"])
    async with in_transaction():
        await Consultation.select_for_update().get(id=consultation_id).only("id")
        if await _closing(consultation_id) != closing:
            return False  # reopened meanwhile: the next closing begins again
        await execute(
            "UPDATE voter_secret SET secret = NULL, frozen_at = :now WHERE consultation_id = :key AND secret = :secret",
            now=clock.now(),
            key=consultation_id,
            secret=secret,
        )
    return True


async def _copy(consultation_id: int, kind: str, secret: str, zone: str) -> None:
    voted = kind in ("contribution", "amendment")
    item = "c.id" if kind == "contribution" else "i.id"
    choice = "v.choice, v.revision" if voted else "'support', NULL"
    sql = (
        f"SELECT v.id, {item}, v.account_id, {choice},"
        f" {Texts(dialect()).minute('v.created_at')} FROM {_VOTES[kind]} WHERE c.consultation_id = :key"
    )
    identifier, key = identifiers(secret), bytes.fromhex(secret)
    # votes of what stands beneath may come twice where a row moves meanwhile: the same row makes the same ballot
    async for rows in stream_batches(sql, batch=BATCH, key=consultation_id):
        ballots = [
            [_ballot_key(key, kind, row[0]), consultation_id, kind, row[1], identifier(row[2]), row[3], row[4],
             _day(day_in(zone, row[5]))]
            for row in rows
        ]  # fmt: skip
        async with in_transaction():
            kept = await _kept(consultation_id)
            if not kept or kept[0]["secret"] != secret:
                return  # somebody else was quicker, or it was reopened
            await _insert(sorted(ballots))


def _ballot_key(key: bytes, kind: str, vote: int) -> int:
    """The same for the same vote, so that copying it twice makes one; after the secret's end nobody knows for which."""
    return int.from_bytes(hmac.digest(key, f"{kind} {vote}".encode(), "sha256")[:8]) >> 1


def _day(text: str) -> Any:
    return text if dialect() == "sqlite" else date.fromisoformat(text)


async def _insert(rows: Sequence[list[Any]]) -> None:
    places = ", ".join(f"${place}" if dialect() == "postgres" else "?" for place in range(1, 9))
    await connection().execute_many(
        'INSERT INTO ballot (id, consultation_id, kind, item_id, voter, choice, revision, "on")'
        f" VALUES ({places}) ON CONFLICT (id) DO NOTHING",
        list(rows),
    )


async def freeze_closed() -> int:
    """Freeze what has closed since; a chore of the worker, each minute."""
    rows = await execute(
        "SELECT c.id, r.closing, s.frozen_for, s.frozen_at FROM consultation c JOIN (SELECT consultation_id,"
        " MAX(closes_at) AS closing FROM round GROUP BY consultation_id) r ON r.consultation_id = c.id"
        " LEFT JOIN voter_secret s ON s.consultation_id = c.id WHERE c.state = 'published' AND r.closing <= :now"
        " AND (s.frozen_at IS NULL OR s.frozen_for IS NULL OR s.frozen_for <> r.closing) ORDER BY r.closing",
        now=clock.now(),
    )
    # SQLite may have written one instant in two ways
    due = [
        row["id"] for row in rows if row["frozen_at"] is None or instant(row["frozen_for"]) != instant(row["closing"])
    ]
    return sum([await freeze_ballots(key) for key in due[:FREEZE_AT_ONCE]])
