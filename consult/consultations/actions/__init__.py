"""The verbs that write consultations, and the lock that every writing action below one begins with."""

from consult.consultations.actions.consultation import create_consultation, edit_consultation, publish_consultation
from consult.consultations.actions.locking import lock_consultation
from consult.consultations.actions.moderating import edit_moderation
from consult.consultations.actions.outline import add_section, edit_section, move_section, remove_section
from consult.consultations.actions.procedure import edit_procedure
from consult.consultations.actions.rounds import add_round, edit_round, move_closing, remove_round

__all__ = [
    "add_round",
    "add_section",
    "create_consultation",
    "edit_consultation",
    "edit_moderation",
    "edit_procedure",
    "edit_round",
    "edit_section",
    "lock_consultation",
    "move_closing",
    "move_section",
    "publish_consultation",
    "remove_round",
    "remove_section",
]
