"""What contributions do when something happens to accounts and organisations."""

from typing import Any

from consult.accounts.events import AccountConfirmed, AccountDeleted, AccountsMerged, PublicNameChanged
from consult.contributions.actions import (
    publish_waiting_amendments,
    publish_waiting_contributions,
    refresh_authorship,
)
from consult.core.events import effect
from consult.organisations.events import OrganisationChanged


@effect(AccountConfirmed, AccountsMerged)
async def publish_what_waited(event: Any, outbox_id: int) -> None:
    """Publish what the account wrote before its address was confirmed; a second run finds nothing to do."""
    await publish_waiting_contributions(event.account_id)
    await publish_waiting_amendments(event.account_id)


@effect(PublicNameChanged, AccountDeleted)
async def show_the_name_anew(event: Any, outbox_id: int) -> None:
    """Have the pages made anew that print the account's name; a second run only makes them once more."""
    await refresh_authorship(account_id=event.account_id)


@effect(OrganisationChanged)
async def show_the_organisation_anew(event: Any, outbox_id: int) -> None:
    """The same for an organisation that is called otherwise, or that names its members, or no longer does."""
    await refresh_authorship(organisation_id=event.organisation_id)
