"""The shape of what a moderator types when a round is closed and done with."""

from typing import Any

from wtforms.fields import DateField, HiddenField
from wtforms.validators import DataRequired, Optional

from consult.consultations.forms import AtMost, Day
from consult.core.language import N_
from consult.moderation.rules.closing import LONGEST_SEQUEL
from consult.web.forms import Form, Line, Text


class DayOrNone(Day):
    """A day that may be left out."""

    def __init__(self, label: str, **options: Any) -> None:
        DateField.__init__(self, label, [Optional()], format=["%Y-%m-%d", "%d/%m/%Y"], **options)


class ClosePeriodForm(Form):
    """The name of the snapshot, and what comes next."""

    round = HiddenField()
    name = Line(N_("Nom de ces chiffres"), [DataRequired(N_("Donnez un nom à ces chiffres.")), AtMost(160)])
    sequel = Text(
        N_("Et maintenant ?"),
        [DataRequired(N_("Dites ce qui vient ensuite.")), AtMost(LONGEST_SEQUEL)],
    )
    sequel_on = DayOrNone(N_("Quand ?"))
