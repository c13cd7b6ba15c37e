"""The forms in which sources are given."""

from typing import Any

from wtforms.fields import HiddenField, SelectField

from consult.contributions.forms import Counted
from consult.core.language import N_
from consult.organisations.voices import VoiceForm
from consult.sources.models import SourceCategory
from consult.sources.rules import CATEGORIES, LONGEST_NOTE, source_refusals
from consult.web.forms import Form, Line, choices
from consult.web.language import gettext


class SourceFields(Form):
    """A link with its title, its category and a note."""

    title = Line(N_("Titre du document"))
    link = Line(N_("Adresse"))
    category = SelectField(N_("Ce que c’est"), choices=[], validate_choice=False)
    body = Counted(N_("Ce que ce document apporte"), LONGEST_NOTE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(one.value, gettext(CATEGORIES[one])) for one in SourceCategory]
        self.category.choices = choices([("", gettext("Choisissez…")), *words])

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask the same rules as the action, so that everything wrong is said at once."""
        valid = bool(super().validate(*args, **kwargs))
        typed = (self.title.data, self.link.data, self.category.data, self.body.data)
        wrong = source_refusals(*(value or "" for value in typed))
        for refusal in wrong:
            self.refuse(refusal)
        return valid and not wrong


class SourceForm(VoiceForm, SourceFields):
    """A new source; ``argument`` when it stands under an argument."""

    argument = HiddenField()


class CorrectionForm(SourceFields):
    """Another wording of one's source, within fifteen minutes."""
