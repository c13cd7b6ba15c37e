"""Passwords: argon2id, 19 MiB, two passes, one lane (about 50 ms), computed beside the event loop.

Called by pages, before the action: an action starts no thread and keeps its transaction short.
"""

import asyncio
import unicodedata

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)
# Of a random password that nobody kept: verified when there is no account or no password, so that it takes as long.
DUMMY = "$argon2id$v=19$m=19456,t=2,p=1$Lwdxt6OhHo+rTbxc5/DPCw$giJ7deZP8lDlT9HPjjx3O55vqU70/1IOAr+J3rwoht8"


def _plain(password: str) -> bytes:
    """The same bytes whichever keyboard composed the accents."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


async def make_hash(password: str) -> str:
    """What is stored of a password."""
    return await asyncio.to_thread(HASHER.hash, _plain(password))


async def is_right(stored: str | None, password: str) -> bool:
    """Whether a password is the stored one. Without a stored one it takes as long, and is wrong."""
    right = await asyncio.to_thread(_verify, stored or DUMMY, _plain(password))
    return right and stored is not None


def _verify(stored: str, password: bytes) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with parameters that we have left behind; it is then made anew at sign-in."""
    return HASHER.check_needs_rehash(stored)
