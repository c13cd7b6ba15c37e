"""The shape of what people type about their accounts."""

from typing import Any

from wtforms.fields import BooleanField, EmailField, HiddenField, PasswordField, RadioField, SelectField
from wtforms.validators import DataRequired, Optional, ValidationError

from consult.accounts.models import Role
from consult.accounts.rules import NOT_AN_ADDRESS, Address, name_refusal, password_refusal, read_address
from consult.core.language import N_
from consult.web.forms import Form, Line, choices
from consult.web.language import gettext, translate

NEEDED_EMAIL = N_("Saisissez votre adresse e-mail.")
ROLE_WORDS = {
    Role.ADMINISTRATOR: N_("Administration"),
    Role.MODERATOR: N_("Modération"),
    Role.RAPPORTEUR: N_("Synthèse"),
    Role.MEDIATOR: N_("Médiation numérique"),
    Role.DECISION_MAKER: N_("Décision"),
    Role.GUARANTOR: N_("Garante ou garant (lecture seule)"),
}


class _Email(EmailField):
    """An address as it is typed; spaces around it are no mistake."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0].strip()[:400] if valuelist and isinstance(valuelist[0], str) else ""


class _WithName(Form):
    """A form with a public name."""

    public_name = Line(N_("Nom public"), [DataRequired(N_("Choisissez le nom qui sera affiché avec vos textes."))])

    def validate_public_name(self, field: Any) -> None:
        """The name can be shown."""
        refusal = name_refusal(field.data)
        if refusal:
            raise ValidationError(translate(refusal))


class _WithEmail(Form):
    """A form with an address."""

    email = _Email(N_("Adresse e-mail"), [DataRequired(NEEDED_EMAIL)])

    def validate_email(self, field: Any) -> None:
        """The address is one."""
        if read_address(field.data) is None:
            raise ValidationError(translate(NOT_AN_ADDRESS))

    @property
    def address(self) -> Address:
        """The address, once the form is valid."""
        found = read_address(self.email.data or "")
        assert found is not None
        return found


class SignUpForm(_WithName, _WithEmail):
    """Opening an account. ``website`` is hidden from people: what fills it is no person."""

    charter = BooleanField(
        N_("J’accepte la charte de participation"),
        [DataRequired(N_("Pour participer, acceptez la charte de participation."))],
    )
    website = Line(N_("Laissez ce champ vide"))
    next = HiddenField()


class SignInForm(_WithEmail):
    """Signing in by password, or asking for a link."""

    password = PasswordField(N_("Mot de passe"))
    next = HiddenField()

    @property
    def asks_link(self) -> bool:
        """Most people have no password: whoever types none is sent a link, whichever button they press."""
        return self.button == "link" or not self.password.data


class LinkForm(Form):
    """The button of a link's page."""


class ConfirmForm(Form):
    """Confirming an address, with a password if one likes."""

    password = PasswordField(N_("Mot de passe"), [Optional()])


class InvitedForm(_WithName, ConfirmForm):
    """The same for somebody invited, who has no name yet."""


class NameForm(_WithName):
    """Another public name."""


class EmailForm(_WithEmail):
    """Another address."""


class PasswordForm(Form):
    """A password, and the present one where nothing else shows who asks. ``button=none`` does without."""

    current_password = PasswordField(N_("Mot de passe actuel"))
    password = PasswordField(N_("Nouveau mot de passe"))
    about: tuple[str, ...] = ()

    def validate_password(self, field: Any) -> None:
        """The password is a good one."""
        refusal = None if self.button == "none" else password_refusal(field.data or "", *self.about)
        if refusal:
            raise ValidationError(translate(refusal))


class NotificationsForm(Form):
    """Which mails are wanted."""

    replies = BooleanField(N_("Quand quelqu’un ajoute un argument à un de mes textes"))
    amendments = BooleanField(
        N_("Quand quelqu’un propose une modification d’une de mes contributions, ou répond à une des miennes")
    )


class LanguageForm(Form):
    """A language of the site."""

    language = RadioField(
        N_("Langue"),
        [DataRequired(N_("Choisissez une langue."))],
        choices=choices([("fr", "Français"), ("en", "English")]),
    )
    next = HiddenField()


class DeleteForm(Form):
    """Leaving: the present password where the session is not fresh."""

    current_password = PasswordField(N_("Mot de passe actuel"))


class StaffForm(_WithEmail):
    """Inviting somebody to the staff."""

    role = SelectField(N_("Rôle"), [DataRequired(N_("Choisissez un rôle."))])

    def offer(self) -> None:
        """Fill in the roles, in the language being spoken."""
        self.role.choices = choices((role.value, gettext(words)) for role, words in ROLE_WORDS.items())
