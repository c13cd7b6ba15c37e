"""The forms in which arguments are written."""

from typing import Any

from wtforms.fields import HiddenField, RadioField

from consult.arguments.models import Side
from consult.arguments.rules import LONGEST_BODY, NO_SIDE, text_refusal
from consult.contributions.forms import Counted
from consult.core.language import N_
from consult.organisations.voices import VoiceForm
from consult.web.forms import Form, choices
from consult.web.language import gettext


class BodyForm(Form):
    """The text of an argument."""

    body = Counted(N_("Votre argument"), LONGEST_BODY)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask the same rule as the action."""
        valid = bool(super().validate(*args, **kwargs))
        refusal = text_refusal(self.body.data or "")
        if refusal is not None:
            self.refuse(refusal)
        return valid and refusal is None


class ArgumentForm(VoiceForm, BodyForm):
    """A new argument; ``amendment`` when it is about a proposed wording."""

    side = RadioField(N_("Votre argument est"), choices=[], validate_choice=False)
    amendment = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.side.choices = choices([(Side.FOR.value, gettext("Pour")), (Side.AGAINST.value, gettext("Contre"))])

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """An argument is for or against."""
        valid = super().validate(*args, **kwargs)
        if self.side.data in set(Side):
            return valid
        self.refuse(NO_SIDE)
        return False


class CorrectionForm(BodyForm):
    """Another wording of one's argument, within fifteen minutes."""
