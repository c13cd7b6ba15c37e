"""What a sign-up sets off inside the room itself."""

from consult.accounts.actions import sweep
from consult.accounts.events import AccountCreated
from consult.core.events import effect


@effect(AccountCreated)
async def forget_what_is_over(event: AccountCreated, outbox_id: int) -> None:
    """Take the occasion to drop sessions, links and claims of other people that are long over."""
    await sweep()
