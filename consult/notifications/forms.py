"""The shape of a choice about mails."""

from typing import Any

from wtforms.fields import RadioField
from wtforms.validators import DataRequired

from consult.core.language import N_
from consult.notifications.rules import FREQUENCIES
from consult.web.forms import Form, choices
from consult.web.language import gettext


class FollowForm(Form):
    """How often somebody wants to hear of what they follow."""

    frequency = RadioField(
        N_("Comment voulez-vous être prévenu ?"), [DataRequired(N_("Choisissez comment vous voulez être prévenu."))]
    )

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.frequency.choices = choices((value.value, gettext(words)) for value, words in FREQUENCIES.items())
