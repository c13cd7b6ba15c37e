"""What arguments do when something happens elsewhere."""

from typing import Any

from consult.accounts.events import AccountConfirmed
from consult.arguments.actions import publish_waiting_arguments
from consult.core.events import effect


@effect(AccountConfirmed)
async def publish_what_waited(event: Any, outbox_id: int) -> None:
    """Publish what the account argued before its address was confirmed; a second run finds nothing to do."""
    await publish_waiting_arguments(event.account_id)
