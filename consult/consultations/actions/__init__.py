"""The verbs that write consultations, and the lock that every writing action below one begins with."""

from consult.consultations.actions.consultation import create_consultation, edit_consultation, publish_consultation
from consult.consultations.actions.locking import lock_consultation
from consult.consultations.actions.outline import add_section, edit_section, move_section, remove_section
from consult.consultations.actions.rounds import add_round, edit_round, remove_round

__all__ = [
    "add_round",
    "add_section",
    "create_consultation",
    "edit_consultation",
    "edit_round",
    "edit_section",
    "lock_consultation",
    "move_section",
    "publish_consultation",
    "remove_round",
    "remove_section",
]
