"""The public numbers of reports (S-), decisions (D-) and appeals (R-): said on the telephone, copied from a letter."""

import secrets
from datetime import datetime

# Crockford's base 32: no I, L, O or U, which are misread for others or spell words.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 6


def draw_reference(letter: str, at: datetime) -> str:
    """« D-2026-7K3M9Q »: drawn at random, so that nobody counts the cases of others by their numbers."""
    return f"{letter}-{at.year}-{''.join(secrets.choice(ALPHABET) for _ in range(LENGTH))}"
