"""The forms in which contributions and amendments are written."""

from typing import Any

from wtforms.fields import HiddenField, SelectField

from consult.contributions.rules import LONGEST_BODY, LONGEST_REASON, NO_SECTION, reason_refusal, text_refusals
from consult.core.language import N_
from consult.organisations.voices import VoiceForm
from consult.web.forms import Form, Line, Text

UNFINISHED = {"no_title", "no_body"}


class Counted(Text):
    """A text whose limit is said under the field, and counted there where scripts run."""

    def __init__(self, label: str, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self.flags.maxlength = most


class WordingForm(VoiceForm):
    """A title and a text. What is unfinished is refused only when it is to be published, not when it is looked at."""

    title = Line(N_("Titre"))
    body = Counted(N_("Votre texte"), LONGEST_BODY)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask the same rule as the action, so that everything wrong is said at once."""
        valid = bool(super().validate(*args, **kwargs))
        wrong = [
            refusal
            for refusal in text_refusals(self.title.data or "", self.body.data or "")
            if self.button == "publish" or refusal.code not in UNFINISHED
        ]
        for refusal in wrong:
            self.refuse(refusal)
        return valid and not wrong


class ContributionForm(WordingForm):
    """A new contribution."""

    section = SelectField(N_("Rubrique"), choices=[], validate_choice=False)
    draft = HiddenField()

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """A section is chosen before anything is published; which ones there are is the action's to judge."""
        valid = super().validate(*args, **kwargs)
        if self.button != "publish" or self.section.data:
            return valid
        self.refuse(NO_SECTION)
        return False


class RevisionForm(WordingForm):
    """A new wording of one's own contribution; ``base`` is the number of the wording that it started from."""

    reason = Line(N_("Ce qui change"))
    base = HiddenField()
    amendment = HiddenField()

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """The author's own reason may be left out, and is short."""
        valid = super().validate(*args, **kwargs)
        refusal = reason_refusal(self.reason.data or "", needed=False)
        if refusal is not None:
            self.refuse(refusal)
        return valid and refusal is None


class AmendmentForm(WordingForm):
    """Another wording of somebody else's contribution."""

    reason = Counted(N_("Pourquoi ce changement ?"), LONGEST_REASON)
    base = HiddenField()

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Whoever proposes a wording says why."""
        valid = super().validate(*args, **kwargs)
        refusal = reason_refusal(self.reason.data or "")
        if refusal is None or (self.button != "publish" and refusal.code == "no_reason"):
            return valid
        self.refuse(refusal)
        return False


class DeclineForm(Form):
    """Why a proposed wording is not taken up."""

    reason = Counted(N_("Pourquoi ne pas la retenir ?"), LONGEST_REASON)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Whoever declines says why."""
        valid = bool(super().validate(*args, **kwargs))
        refusal = reason_refusal(self.reason.data or "")
        if refusal is not None:
            self.refuse(refusal)
        return valid and refusal is None
