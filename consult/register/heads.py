"""Signed heads: what a territory's register was at an instant, so that nobody can say later that it was otherwise."""

from datetime import timedelta

import structlog

from consult.core import clock
from consult.core.database import execute, in_transaction
from consult.core.errors import ConsultError
from consult.core.keys import new_key
from consult.register.appending import Fact, append_locked, lock_register, write_entry
from consult.register.models import RegisterHead, RegisterKey
from consult.register.notes import Head, parse_note, write_note
from consult.register.signing import SealedKeyError, current_key, draw_key, private_half, vkey_of
from consult.register.tiles import root_at
from consult.territories.models import Territory

log = structlog.get_logger()
A_DAY = timedelta(hours=24)


class BrokenRegisterError(ConsultError):
    """The register is no longer what was signed before: another head would contradict one that people hold."""

    def __init__(self, slug: str, before: int) -> None:
        super().__init__(
            f"The register of {slug} is not signed: it no longer begins with the {before} entries that were signed"
            " last. Its rows were changed or lost; restore the database from a backup that is whole."
        )


async def sign_head(territory_id: int) -> RegisterHead:
    """Sign the register as it stands; the head of the last day that is there already when nothing was entered since.

    The first head after a change of keys bears both signatures; then the former key's private half is forgotten.

    Raises:
        BrokenRegisterError: the tree does not begin with the one of the last head.
        SealedKeyError: the instance has another secret than when the key was drawn.
    """
    async with in_transaction():
        size = await lock_register(territory_id)
        there = await latest_head(territory_id)
        if there is not None and there.size == size and clock.now() - there.at < A_DAY:
            return there
        territory = await Territory.get(id=territory_id)
        root = await _root_after(territory, there, size)
        key = await current_key(territory)
        private, signers = private_half(key, territory.slug), []
        for former in await RegisterKey.filter(territory_id=territory_id, retired_at__isnull=False).exclude(sealed=""):
            try:
                signers.append((former.name, private_half(former, territory.slug)))
            except SealedKeyError:
                log.warning("former_key_cannot_sign", territory=territory.slug)
        signers.append((key.name, private))
        head = Head(key.name, size, root, clock.now())
        await RegisterKey.filter(territory_id=territory_id, retired_at__isnull=False).update(sealed="")
        return await RegisterHead.create(
            id=new_key(),
            territory_id=territory_id,
            size=size,
            root=head.root.hex(),
            at=head.at,
            note=write_note(head, signers),
        )


async def _root_after(territory: Territory, before: RegisterHead | None, size: int) -> bytes:
    """The root of the tree, once it is known to hold all that the last head held."""
    try:
        if before is None or (before.size <= size and (await root_at(territory.id, before.size)).hex() == before.root):
            return await root_at(territory.id, size)
    except LookupError:  # a tile is gone
        pass
    raise BrokenRegisterError(territory.slug, before.size if before else 0)


async def head_covering(territory_id: int, position: int) -> RegisterHead | None:
    """The first head that an entry stands under, always the same one; None while it is too young to have one."""
    return await RegisterHead.filter(territory_id=territory_id, size__gt=position).order_by("size", "at").first()


async def latest_head(territory_id: int) -> RegisterHead | None:
    """The last head that was signed."""
    return await RegisterHead.filter(territory_id=territory_id).order_by("-size", "-at").first()


async def public_keys(territory_id: int) -> list[str]:
    """All keys that this register has ever been signed with, the present one last; none before its first head."""
    keys = await RegisterKey.filter(territory_id=territory_id).order_by("created_at", "id")
    return [vkey_of(key) for key in keys]


async def keys_of(head: RegisterHead) -> list[str]:
    """The keys that signed a head, the present one of then last: two of them right after a change of keys."""
    known = {bytes.fromhex(key.split("+")[1]): key for key in await public_keys(head.territory_id)}
    return [known[one.key_id] for one in parse_note(head.note).signatures if one.key_id in known]


async def rotate_key(territory_id: int) -> str:
    """Have another key sign from now on; the public half of it.

    What was signed before stays good. The change is entered, and the head over it signed by both keys, so that whoever
    trusts the former one may trust the new one. If the former cannot be read any more, the new one signs alone.
    """
    async with in_transaction():
        size = await lock_register(territory_id)
        territory = await Territory.get(id=territory_id)
        former = await RegisterKey.get_or_none(territory_id=territory_id, retired_at=None)
        if former is not None:
            former.retired_at = clock.now()
            await former.save(update_fields=["retired_at"])
        key = await draw_key(territory)
        changed = Fact(
            at=key.created_at,
            kind="key_changed",
            once=f"key:{key.id}",
            details={"key": vkey_of(key), "former": vkey_of(former) if former else None},
        )
        await append_locked(territory_id, size, [write_entry(changed)])
    await sign_head(territory_id)
    return vkey_of(key)


async def sign_heads() -> int:
    """Sign every register that has grown since its last head, or whose last head is a day old; how many. A chore.

    One register that cannot be signed keeps no other waiting.
    """
    grown = await execute(
        "SELECT g.territory_id FROM register g WHERE g.size > 0 AND NOT EXISTS (SELECT 1 FROM register_head h"
        " WHERE h.territory_id = g.territory_id AND h.size = g.size AND h.at > :yesterday) ORDER BY g.id",
        yesterday=clock.now() - A_DAY,
    )
    signed = 0
    for row in grown:
        try:
            await sign_head(row["territory_id"])
            signed += 1
        except ConsultError as error:
            log.error("head_not_signed", territory=row["territory_id"], error=str(error))
    return signed
