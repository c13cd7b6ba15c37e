"""The shape of what administrators type about their territory."""

from typing import Any

from wtforms.validators import DataRequired, ValidationError

from consult.core.language import N_
from consult.core.text.cleaning import visible_length
from consult.web.forms import Form, Text
from consult.web.language import gettext

LONGEST_TEXT = 40_000


class TextForm(Form):
    """One of the texts that a territory owes its public."""

    body = Text(N_("Texte"), [DataRequired(N_("Écrivez le texte de cette page."))])

    def validate_body(self, field: Any) -> None:
        """A page of text, not a book."""
        length = visible_length(field.data or "")
        if length > LONGEST_TEXT:
            said = gettext(N_("%(length)s signes, c’est trop long : %(most)s au plus."))
            raise ValidationError(said % {"length": length, "most": LONGEST_TEXT})
