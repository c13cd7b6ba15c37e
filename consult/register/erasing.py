"""Salts forgotten and receipts let go of. The entries stay as they are, and so does every proof."""

from collections.abc import Iterable

from consult.core.database import batches, execute
from consult.register.wordings import KINDS


async def forget_withdrawn(kind: str, keys: Iterable[int]) -> None:
    """Forget the salts of those of these items that their authors have withdrawn: what the register committed to can no
    longer be found out.
    """
    for some in batches(sorted(set(keys))):
        await execute(
            "UPDATE register_entry SET salt = NULL WHERE item_kind = :kind AND salt IS NOT NULL AND item_id IN"
            f" (SELECT i.id FROM {kind} i WHERE i.id IN :keys AND i.state = 'withdrawn')",
            kind=kind,
            keys=some,
        )


async def forget_dropped() -> None:
    """Forget the salts of items whose sealed texts were dropped."""
    for kind in KINDS:
        await execute(
            "UPDATE register_entry SET salt = NULL WHERE item_kind = :kind AND salt IS NOT NULL AND item_id IN ("
            f"SELECT i.id FROM {kind} i WHERE i.sealed_at IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM sealed_text s WHERE s.kind = :kind AND s.item_id = i.id))",
            kind=kind,
        )


async def forget_account(account_id: int) -> None:
    """Let go of a person's receipts: nothing in the register says any more that they were theirs."""
    await execute("UPDATE register_entry SET account_id = NULL WHERE account_id = :account", account=account_id)
