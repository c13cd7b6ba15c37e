"""The shape of what people type about organisations."""

from typing import Any

from wtforms.fields import BooleanField, HiddenField, RadioField, SelectField
from wtforms.widgets import EmailInput

from consult.accounts.rules import NOT_AN_ADDRESS, Address, read_address
from consult.core.language import N_
from consult.organisations.models import MemberRole, OrganisationKind
from consult.organisations.rules import (
    LONGEST_ADDRESS,
    LONGEST_PRESENTATION,
    LONGEST_REASON,
    read_facts,
    reason_refusal,
)
from consult.web.forms import Form, Line, Text, choices
from consult.web.language import gettext

KIND_WORDS = {
    OrganisationKind.ASSOCIATION: N_("Association"),
    OrganisationKind.COMPANY: N_("Entreprise"),
    OrganisationKind.PUBLIC_BODY: N_("Organisme public (commune, établissement, service)"),
    OrganisationKind.UNION: N_("Syndicat"),
    OrganisationKind.OTHER: N_("Autre (collectif, fondation, parti…)"),
}
KIND_SHOWN = {
    OrganisationKind.ASSOCIATION: N_("Association"),
    OrganisationKind.COMPANY: N_("Entreprise"),
    OrganisationKind.PUBLIC_BODY: N_("Organisme public"),
    OrganisationKind.UNION: N_("Syndicat"),
    OrganisationKind.OTHER: N_("Autre organisation"),
}
ROLE_WORDS = {MemberRole.OWNER: N_("Responsable"), MemberRole.MEMBER: N_("Membre")}


class _Counted(Text):
    """A text whose limit is said under the field, and counted there where scripts run."""

    def __init__(self, label: str, most: int, **options: Any) -> None:
        super().__init__(label, **options)
        self.flags.maxlength = most


class OrganisationForm(Form):
    """What an organisation says of itself."""

    name = Line(N_("Nom de l’organisation"))
    kind = RadioField(N_("Ce qu’elle est"), choices=[], validate_choice=False)
    number = Line(N_("Numéro SIREN, SIRET ou RNA"))
    no_number = BooleanField(N_("Elle n’a pas de numéro"))
    address = _Counted(N_("Adresse postale"), LONGEST_ADDRESS)
    site = Line(N_("Site internet"))
    presentation = _Counted(N_("Présentation"), LONGEST_PRESENTATION)
    shows_members = BooleanField(N_("Montrer le nom du membre qui a écrit, à côté de celui de l’organisation"))

    def offer(self) -> "OrganisationForm":
        """Fill in the kinds, in the language being spoken."""
        self.kind.choices = choices((kind.value, gettext(words)) for kind, words in KIND_WORDS.items())
        return self

    def facts(self) -> dict[str, Any]:
        """The values, as the actions take them."""
        return {
            "name": self.name.data or "",
            "kind": self.kind.data or "",
            "number": self.number.data or "",
            "address": self.address.data or "",
            "site": self.site.data or "",
            "presentation": self.presentation.data or "",
        }

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Ask the same rules as the action, so that everything wrong is said at once."""
        valid = bool(super().validate(*args, **kwargs))
        _, refusals = read_facts(**self.facts(), no_number=bool(self.no_number.data))
        for refusal in refusals:
            self.refuse(refusal)
        return valid and not refusals


class InviteForm(Form):
    """Inviting somebody into an organisation."""

    email = Line(N_("Adresse e-mail de la personne"), widget=EmailInput())
    role = SelectField(N_("Rôle"), choices=[], validate_choice=False)

    def offer(self) -> "InviteForm":
        """Fill in the roles; what is not one of them is a member's."""
        words = {
            MemberRole.MEMBER: N_("Membre : écrit au nom de l’organisation"),
            MemberRole.OWNER: N_("Responsable : gère aussi ses informations et ses membres"),
        }
        self.role.choices = choices((role.value, gettext(said)) for role, said in words.items())
        return self

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """The address is one."""
        valid = bool(super().validate(*args, **kwargs))
        found = read_address(self.email.data or "")
        if found is None:
            self.refuse(NOT_AN_ADDRESS)
        return valid and found is not None

    @property
    def address(self) -> Address:
        """The address, once the form is valid."""
        found = read_address(self.email.data or "")
        assert found is not None
        return found

    @property
    def chosen_role(self) -> MemberRole:
        """The role that was chosen."""
        return MemberRole.OWNER if self.role.data == MemberRole.OWNER.value else MemberRole.MEMBER


class ReasonForm(Form):
    """Why an organisation is refused."""

    reason = _Counted(N_("Pourquoi, et ce qu’il faudrait corriger"), LONGEST_REASON)
    revision = HiddenField()

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """A refusal has a reason."""
        valid = bool(super().validate(*args, **kwargs))
        refusal = reason_refusal(self.reason.data or "")
        if refusal is not None:
            self.refuse(refusal)
        return valid and refusal is None


class DecisionForm(Form):
    """The button that verifies; ``revision`` is of what was read."""

    revision = HiddenField()
