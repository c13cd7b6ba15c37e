"""The verbs that write accounts."""

from consult.accounts.actions.links import (
    ask_email_change,
    ask_sign_in_link,
    change_email,
    confirm_address,
    sign_in_by_link,
)
from consult.accounts.actions.profile import (
    change_name,
    choose_language,
    choose_notifications,
    delete_account,
    forget_notice,
    set_password,
)
from consult.accounts.actions.sessions import Browser, close_session, close_sessions, sign_in, sign_out
from consult.accounts.actions.sign_up import add_account, ask_confirmation, make_sign_in_link, sign_up
from consult.accounts.actions.staff import give_role, invite_to_staff, take_role
from consult.accounts.actions.sweeping import sweep

__all__ = [
    "Browser",
    "add_account",
    "ask_confirmation",
    "ask_email_change",
    "ask_sign_in_link",
    "change_email",
    "change_name",
    "choose_language",
    "choose_notifications",
    "close_session",
    "close_sessions",
    "confirm_address",
    "delete_account",
    "forget_notice",
    "give_role",
    "invite_to_staff",
    "make_sign_in_link",
    "set_password",
    "sign_in",
    "sign_in_by_link",
    "sign_out",
    "sign_up",
    "sweep",
    "take_role",
]
