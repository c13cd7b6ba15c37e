"""The verbs that write organisations, their members and their invitations."""

from consult.organisations.actions.deciding import (
    refuse_organisation,
    take_back_verification,
    verify_organisation,
)
from consult.organisations.actions.founding import change_organisation, create_organisation
from consult.organisations.actions.inviting import accept_invitation, invite_member, take_back_invitation
from consult.organisations.actions.members import change_role, leave_organisation, remove_member
from consult.organisations.actions.standing import judge_voice

__all__ = [
    "accept_invitation",
    "change_organisation",
    "change_role",
    "create_organisation",
    "invite_member",
    "judge_voice",
    "leave_organisation",
    "refuse_organisation",
    "remove_member",
    "take_back_invitation",
    "take_back_verification",
    "verify_organisation",
]
