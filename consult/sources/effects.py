"""What sources do when something happens elsewhere."""

from typing import Any

from consult.accounts.events import AccountConfirmed
from consult.core.events import effect
from consult.sources.actions import publish_waiting_sources


@effect(AccountConfirmed)
async def publish_what_waited(event: Any, outbox_id: int) -> None:
    """Publish the sources given before the account's address was confirmed; a second run finds nothing to do."""
    await publish_waiting_sources(event.account_id)
