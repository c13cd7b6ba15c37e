"""The shape of what administrators type about consultations."""

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from wtforms.fields import DateField, HiddenField, RadioField, SelectField, SelectMultipleField, TimeField
from wtforms.validators import DataRequired, InputRequired, ValidationError

from consult.consultations.models import ModerationTime, Procedure
from consult.consultations.rules import SECTION_FLAG, Deed
from consult.consultations.rules.moderating import TIMES, delay_refusal
from consult.consultations.rules.organising import CHANGED_MEANWHILE, ROUND_ALLOWS_NOTHING, local_instant
from consult.consultations.rules.procedures import PROCEDURES, REMINDERS_WRONG, reminders_refusal
from consult.core.errors import Refusal
from consult.core.keys import parse_key
from consult.core.language import N_
from consult.core.text.cleaning import visible_length
from consult.web.forms import Form, Line, Text, choices
from consult.web.language import gettext, translate

DEED_LABELS = {
    Deed.CONTRIBUTE: N_("Écrire des contributions"),
    Deed.ARGUE: N_("Donner des arguments pour et contre"),
    Deed.SOURCE: N_("Ajouter des sources"),
    Deed.VOTE: N_("Voter"),
    Deed.AMEND: N_("Proposer des modifications"),
}
ACCEPTED_LABELS = {
    "accepts_contributions": N_("Des contributions"),
    "accepts_arguments": N_("Des arguments pour et contre"),
    "accepts_sources": N_("Des sources"),
    "accepts_votes": N_("Des votes"),
    "accepts_amendments": N_("Des propositions de modification"),
}
LONGEST_REASON = 1000


class AtMost:
    """Refuses what is longer, in the characters that a person sees; the browser counts but never cuts."""

    def __init__(self, most: int) -> None:
        self.field_flags = {"maxlength": most}
        self.most = most

    def __call__(self, form: Form, field: Any) -> None:
        """Say how long it is and how long it may be."""
        length = visible_length(field.data or "")
        if length > self.most:
            said = gettext(N_("%(length)s signes, c’est trop long : %(most)s au plus."))
            raise ValidationError(said % {"length": length, "most": self.most})


class Day(DateField):
    """A day, as a browser's calendar sends it or as people write it: 03/02/2026."""

    def __init__(self, label: str, missing: str, **options: Any) -> None:
        super().__init__(label, [InputRequired(missing)], format=["%Y-%m-%d", "%d/%m/%Y"], **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day, or say how to write one."""
        try:
            super().process_formdata([str(valuelist[0]).strip()] if valuelist else valuelist)
        except ValueError:
            raise ValueError(gettext(N_("Écrivez une date qui existe, par exemple 03/02/2026."))) from None


class Hour(TimeField):
    """An hour of the day, as a browser sends it or as people write it: 18 h 30."""

    def __init__(self, label: str, missing: str, **options: Any) -> None:
        formats = ["%H:%M", "%H:%M:%S", "%Hh%M", "%Hh"]
        super().__init__(label, [InputRequired(missing)], format=formats, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the hour, or say how to write one."""
        try:
            super().process_formdata(["".join(str(valuelist[0]).lower().split())] if valuelist else valuelist)
        except ValueError:
            raise ValueError(gettext(N_("Écrivez une heure de 0 h à 23 h 59, par exemple 18:00."))) from None


class WithReason(Form):
    """A form that may change the rules of a consultation that has been open."""

    reason = Text(N_("Raison du changement"), [AtMost(LONGEST_REASON)])
    base = HiddenField()

    def refuse_change(self, refusal: Refusal, now: str) -> None:
        """Say what the action said; whoever is told that the page has changed meanwhile may then send it again.

        Args:
            now: the fingerprint of what stands there now.
        """
        self.refuse(refusal)
        if refusal == CHANGED_MEANWHILE:
            self.base.data = now


class PresentationForm(WithReason):
    """What a consultation says of itself."""

    title = Line(N_("Titre"), [DataRequired(N_("Donnez un titre à la consultation.")), AtMost(200)])
    slug = Line(N_("Adresse"), [AtMost(80)])
    question = Text(N_("Question posée au public"), [AtMost(600)])
    presentation = Text(N_("Présentation"), [AtMost(20_000)])
    legal_basis = Text(N_("Cadre juridique"), [AtMost(6_000)])

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        return {
            "title": self.title.data or "",
            "slug": (self.slug.data or "").strip().lower(),
            "question": self.question.data or "",
            "presentation": self.presentation.data or "",
            "legal_basis": self.legal_basis.data or "",
        }


class FrameChoice(RadioField):
    """The legal frames to choose from, each with what it is for."""

    def __init__(self, label: str = "", **options: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **options)
        self.type = "RadioField"  # as components/field.html draws one

    def pre_validate(self, form: Any) -> None:
        """A frame that is none was typed by nobody: it is refused, and nothing is chosen in its place."""
        if self.data not in set(Procedure):
            raise ValidationError(gettext(N_("Choisissez un cadre dans la liste.")))

    def offer(self) -> None:
        """Fill the list in, in the language being spoken."""
        self.choices = choices(
            (procedure.value, f"{gettext(frame.label)}. {gettext(frame.gist)}")
            for procedure, frame in PROCEDURES.items()
        )


class NewConsultationForm(PresentationForm):
    """What a draft begins with."""

    procedure = FrameChoice(N_("Cadre de la consultation"), default=Procedure.FREE.value)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.procedure.offer()

    def values(self) -> dict[str, Any]:
        """What the action takes."""
        return {**super().values(), "procedure": Procedure(self.procedure.data)}


class ProcedureForm(WithReason):
    """The legal frame, and the days before a closing on which people are reminded of it."""

    procedure = FrameChoice(N_("Cadre de la consultation"))
    reminder_days = Line(N_("Rappels avant la fermeture, en jours"), [AtMost(60)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.procedure.offer()

    def days(self) -> list[int]:
        """The days as numbers."""
        return [int(one) for one in _DAYS.findall(self.reminder_days.data or "")]

    def validate_reminder_days(self, field: Any) -> None:
        """Numbers and what stands between them."""
        typed = _DAYS.sub("", field.data or "").strip(" ,;")
        refusal = REMINDERS_WRONG if typed.replace(",", "").replace(" ", "") else reminders_refusal(self.days())
        if refusal:
            raise ValidationError(translate(refusal))


class ModerationForm(WithReason):
    """Whether texts are read before they are published, and the delay that people are told."""

    moderation = RadioField(N_("Quand la modération lit les textes"), choices=[], validate_choice=False)
    moderation_hours = Line(N_("Délai annoncé, en heures"), [AtMost(3)])

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.moderation.choices = choices((time.value, gettext(words)) for time, words in TIMES.items())

    def hours(self) -> int:
        """The delay as a number; 0 when it is none."""
        typed = (self.moderation_hours.data or "").strip()
        return int(typed) if typed.isascii() and typed.isdecimal() else 0

    def validate_moderation(self, field: Any) -> None:
        """One of the two."""
        if field.data not in set(ModerationTime):
            raise ValidationError(gettext(N_("Choisissez l’un des deux.")))

    def validate_moderation_hours(self, field: Any) -> None:
        """A number of hours that can be promised."""
        refusal = delay_refusal(self.hours())
        if refusal:
            raise ValidationError(translate(refusal))


_DAYS = re.compile(r"\b\d{1,3}\b")


class SectionForm(WithReason):
    """A node of the outline."""

    title = Line(N_("Titre"), [DataRequired(N_("Donnez un titre à la rubrique.")), AtMost(200)])
    parent = SelectField(N_("Sous la rubrique"), choices=[], validate_choice=False)
    explanation = Text(N_("Texte d’explication"), [AtMost(20_000)])
    accepts = SelectMultipleField(N_("Ce que la rubrique accepte"), validate_choice=False)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.accepts.choices = choices((flag, gettext(label)) for flag, label in ACCEPTED_LABELS.items())

    def values(self) -> dict[str, Any]:
        """What the actions take."""
        return {
            "title": self.title.data or "",
            "parent_id": parse_key(self.parent.data or ""),
            "explanation": self.explanation.data or "",
            "accepts": frozenset(self.accepts.data or ()) & frozenset(SECTION_FLAG.values()),
        }


class RoundForm(WithReason):
    """A round: days and hours in the territory's time zone."""

    title = Line(N_("Nom de la période"), [DataRequired(N_("Donnez un nom à la période.")), AtMost(160)])
    opens_on = Day(N_("Jour d’ouverture"), N_("Indiquez le jour d’ouverture."))
    opens_hour = Hour(N_("Heure d’ouverture"), N_("Indiquez l’heure d’ouverture."))
    closes_on = Day(N_("Jour de fermeture"), N_("Indiquez le jour de fermeture."))
    closes_hour = Hour(N_("Heure de fermeture"), N_("Indiquez l’heure de fermeture."))
    may = SelectMultipleField(N_("Ce que l’on peut faire pendant cette période"), validate_choice=False)

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.may.choices = choices((deed.value, gettext(label)) for deed, label in DEED_LABELS.items())

    def validate_may(self, field: Any) -> None:
        """A round in which nothing may be done is none."""
        if not self.deeds():
            raise ValidationError(translate(ROUND_ALLOWS_NOTHING))

    def deeds(self) -> frozenset[Deed]:
        """What is ticked."""
        return frozenset(deed for deed in Deed if deed.value in (self.may.data or ()))

    def instants(
        self, zone: ZoneInfo, present: tuple[datetime | None, datetime | None] = (None, None)
    ) -> tuple[datetime, datetime] | None:
        """Opening and closing in that zone; None when the clocks change at one of them, which its field then says.

        Args:
            present: the instants that the form was filled in with.
        """
        found: list[datetime] = []
        for name, before in zip(("opens", "closes"), present, strict=True):
            day, hour = self[f"{name}_on"].data, self[f"{name}_hour"].data
            instant = _instant(day, hour, zone, f"{name}_hour", before)
            if isinstance(instant, Refusal):
                self.refuse(instant)
            else:
                found.append(instant)
        return (found[0], found[1]) if len(found) == 2 else None


class ClosingForm(WithReason):
    """Another closing for a round, and why."""

    closes_on = Day(N_("Nouveau jour de fermeture"), N_("Indiquez le jour de fermeture."))
    closes_hour = Hour(N_("Nouvelle heure de fermeture"), N_("Indiquez l’heure de fermeture."))

    def instant(self, zone: ZoneInfo, present: datetime) -> datetime | None:
        """The closing in that zone; None when the clocks change at it, which the field then says."""
        day, hour = self.closes_on.data, self.closes_hour.data
        if day is None or hour is None:
            return None
        found = _instant(day, hour, zone, "closes_hour", present)
        if isinstance(found, Refusal):
            self.refuse(found)
            return None
        return found


def _instant(day: date, hour: time, zone: ZoneInfo, field: str, present: datetime | None) -> datetime | Refusal:
    return local_instant(day, hour, zone, field=field, present=present)


class RemoveForm(Form):
    """Why something is taken away."""

    reason = Text(N_("Raison du changement"), [AtMost(LONGEST_REASON)])


class MoveForm(Form):
    """A button up or down; ``place`` is where the section stood, so that a button pressed twice moves once."""

    place = HiddenField()


class PublishForm(Form):
    """Nothing but the guard and the button."""
