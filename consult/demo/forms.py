"""A form that is never sent: it shows every kind of field on the living page of components."""

from wtforms import validators
from wtforms.fields import (
    BooleanField,
    DateTimeLocalField,
    EmailField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    URLField,
)

from consult.core.language import N_
from consult.web.forms import Form, Line, Text, choices

_REQUIRED = validators.DataRequired(N_("Ce champ est nécessaire."))
_FREE = validators.Optional()


class SpecimenForm(Form):
    """One field of each kind."""

    title = Line(N_("Titre"), [_REQUIRED, validators.Length(max=160)])
    body = Text(N_("Votre contribution"), [_FREE, validators.Length(max=8000)])
    section = SelectField(N_("Rubrique"), [_REQUIRED], choices=choices([("1", "Accueil"), ("2", "Réseau")]))
    email = EmailField(N_("Adresse e-mail"), [_FREE])
    password = PasswordField(N_("Mot de passe"), [_FREE])
    link = URLField(N_("Lien"), [_FREE])
    opens_at = DateTimeLocalField(N_("Ouverture"), [_FREE])
    voice = RadioField(
        N_("Au nom de"), [_REQUIRED], choices=choices([("me", "Jeanne Morel"), ("org", "Association Fil Rural")])
    )
    topics = SelectMultipleField(
        N_("Publics concernés"), choices=choices([("old", "Personnes âgées"), ("young", "Jeunes")])
    )
    charter = BooleanField(N_("J’ai lu la charte de participation et je la respecte."), [_REQUIRED])


def specimen_form() -> SpecimenForm:
    """The form, filled in badly, so that errors show too."""
    form = SpecimenForm(None, data={"body": "Un guichet dans chaque canton."})
    form.validate()
    return form
