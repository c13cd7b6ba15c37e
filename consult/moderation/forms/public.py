"""The forms that everybody meets: reporting an item, appealing against a decision, correcting one's text."""

from typing import Any

from wtforms.fields import EmailField, RadioField

from consult.arguments.forms import CorrectionForm as ArgumentCorrection
from consult.contributions.forms import Counted
from consult.contributions.rules import LONGEST_BODY, text_refusals
from consult.core.language import N_
from consult.core.voice import Voice
from consult.moderation.models import Kind
from consult.moderation.rules import appealing
from consult.moderation.rules.appealing import LONGEST_APPEAL
from consult.moderation.rules.reporting import LONGEST_REPORT, report_refusals
from consult.moderation.rules.words import CHARTER, GROUNDS, LAW
from consult.sources.forms import CorrectionForm as SourceCorrection
from consult.web.forms import Form, Line, choices
from consult.web.language import gettext


class _Email(EmailField):
    """An address as it is typed; spaces around it are no mistake."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0].strip()[:400] if valuelist and isinstance(valuelist[0], str) else ""


class ReportForm(Form):
    """What is wrong with an item. ``website`` is hidden from people: what fills it is no person."""

    ground = RadioField(N_("Ce qui ne va pas"), choices=[], validate_choice=False)
    text = Counted(N_("Expliquez en quelques mots"), LONGEST_REPORT)
    name = Line(N_("Votre nom"))
    email = _Email(N_("Votre adresse e-mail"))
    website = Line(N_("Laissez ce champ vide"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.voice: Voice | None = None
        self.groups = {"charter": _said(CHARTER), "law": _said(LAW)}
        self.ground.choices = choices(choice for group in self.groups.values() for choice in group)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask the same rule as the action, so that everything wrong is said at once."""
        valid = bool(super().validate(*args, **kwargs))
        values = (str(one.data or "") for one in (self.ground, self.text, self.name, self.email))
        wrong = report_refusals(self.voice, *values)
        for refusal in wrong:
            self.refuse(refusal)
        return valid and not wrong


def _said(grounds: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(str(ground), gettext(GROUNDS[ground]).capitalize()) for ground in grounds]


class AppealForm(Form):
    """Why a decision should be looked at again."""

    text = Counted(N_("Pourquoi la décision doit être revue"), LONGEST_APPEAL)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask the same rule as the action."""
        valid = bool(super().validate(*args, **kwargs))
        refusal = appealing.text_refusal(self.text.data or "")
        if refusal is not None:
            self.refuse(refusal)
        return valid and refusal is None


class ContributionCorrection(Form):
    """Another wording of a contribution."""

    title = Line(N_("Titre"))
    body = Counted(N_("Votre texte"), LONGEST_BODY)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask the same rule as the action, so that everything wrong is said at once."""
        valid = bool(super().validate(*args, **kwargs))
        wrong = text_refusals(self.title.data or "", self.body.data or "")
        for refusal in wrong:
            self.refuse(refusal)
        return valid and not wrong


CORRECTIONS: dict[str, type[Form]] = {
    Kind.ARGUMENT: ArgumentCorrection,
    Kind.CONTRIBUTION: ContributionCorrection,
    Kind.SOURCE: SourceCorrection,
}
"""By kind of item; an amendment is not corrected: its author may propose another one."""
