"""The verbs that write contributions, their drafts and their amendments."""

from consult.contributions.actions.amend import (
    adopt_amendment,
    decline_amendment,
    propose_amendment,
    publish_waiting_amendments,
    withdraw_amendment,
)
from consult.contributions.actions.authorship import refresh_authorship
from consult.contributions.actions.drafts import discard_draft, save_draft
from consult.contributions.actions.publish import publish_contribution, publish_waiting_contributions
from consult.contributions.actions.revise import revise_contribution, withdraw_contribution

__all__ = [
    "adopt_amendment",
    "decline_amendment",
    "discard_draft",
    "propose_amendment",
    "publish_contribution",
    "publish_waiting_amendments",
    "publish_waiting_contributions",
    "refresh_authorship",
    "revise_contribution",
    "save_draft",
    "withdraw_amendment",
    "withdraw_contribution",
]
