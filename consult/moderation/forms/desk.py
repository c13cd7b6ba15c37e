"""The shape of what moderators type."""

from typing import Any

from wtforms.fields import BooleanField, DateField, IntegerField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import NumberRange, Optional, ValidationError

from consult.core.language import N_
from consult.moderation.rules.deciding import LONGEST_NOTE, LONGEST_REASON
from consult.web.forms import Form, Text

LONGEST_WORDS = 10_000
DURATIONS = {3: N_("3 jours"), 7: N_("7 jours"), 30: N_("30 jours"), 90: N_("90 jours"), 180: N_("180 jours")}
CHOOSE = N_("Choisissez ce que vous décidez.")


class _Counted(Text):
    """A text whose limit is said under the field, and counted there where scripts run."""

    def __init__(self, label: str, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self.flags.maxlength = most


class JudgementForm(Form):
    """An effect, a ground and a reason: what every decision has. What may go together is for the rules to say."""

    effect = RadioField(N_("Votre décision"), choices=[], validate_choice=False)
    ground = SelectField(N_("Motif"), choices=[], validate_choice=False)
    reason = _Counted(N_("Explication, en une phrase"), LONGEST_REASON)

    def validate_effect(self, field: RadioField) -> None:
        """Nothing is decided by leaving all circles empty."""
        if not field.data:
            raise ValidationError(CHOOSE)


class DecisionForm(JudgementForm):
    """A decision about one item, with what only some effects need."""

    until = DateField(N_("À corriger au plus tard le"), validators=[Optional()])
    hidden_meanwhile = BooleanField(N_("Masquer en attendant la correction"))
    merged_into_number = IntegerField(
        N_("Numéro de la contribution à garder"), validators=[Optional(), NumberRange(1, 2_000_000_000)]
    )


class RestrictionForm(Form):
    """For how long an account may not write, on what ground, and why."""

    days = SelectField(N_("Pendant"), choices=[], validate_choice=False)
    ground = SelectField(N_("Motif"), choices=[], validate_choice=False)
    reason = _Counted(N_("Explication, en une phrase"), LONGEST_REASON)

    def validate_days(self, field: SelectField) -> None:
        """One of the durations offered."""
        if field.data not in {str(days) for days in DURATIONS}:
            raise ValidationError(N_("Choisissez une durée."))


class BulkForm(JudgementForm):
    """One decision for several items; ``case`` holds their keys."""

    case = SelectMultipleField(N_("Éléments choisis"), choices=[], validate_choice=False)


class NoteForm(Form):
    """What a moderator wants the others to know."""

    body = _Counted(N_("Votre note"), LONGEST_NOTE)


class AgainForm(Form):
    """Why a decision is undone."""

    reason = _Counted(N_("Pourquoi revenez-vous sur cette décision ?"), LONGEST_REASON)


class HearingForm(Form):
    """What becomes of an appeal, and why."""

    outcome = RadioField(N_("Votre réponse au recours"), choices=[], validate_choice=False)
    reason = _Counted(N_("Pourquoi"), LONGEST_REASON)

    def validate_outcome(self, field: RadioField) -> None:
        """Nothing is decided by leaving both circles empty."""
        if not field.data:
            raise ValidationError(CHOOSE)


class WatchForm(Form):
    """What moderators want their attention drawn to."""

    words = _Counted(N_("Mots surveillés"), LONGEST_WORDS)
    most_links = IntegerField(N_("Nombre de liens admis sans relecture"), validators=[NumberRange(0, 100)])
    hide_after = IntegerField(N_("Nombre de signalements qui masque provisoirement"), validators=[NumberRange(0, 1000)])
