"""What an organisation is made of, who manages it, who speaks for it. Pure: everything is handed in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from consult.accounts.models import Role
from consult.accounts.rules import UNCONFIRMED
from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.text.cleaning import clean_line, clean_text, visible_length
from consult.core.text.links import safe_address
from consult.core.voice import Voice
from consult.organisations.models import MemberRole, OrganisationKind, OrganisationState
from consult.organisations.numbers import check_number

INVITATION_LIFE = timedelta(days=14)
LONGEST_NAME = 120
LONGEST_ADDRESS = 500
LONGEST_SITE = 500
LONGEST_PRESENTATION = 1_000
SHORTEST_REASON = 10
LONGEST_REASON = 2_000
# What the column holds, in code points: a character that a person sees may be made of several.
_NAME_COLUMN, _TEXT_COLUMN = 160, 10_000
_BARE_HOST = re.compile(r"[\w-]+(\.[\w-]+)*\.[^\W\d_]{2,}(/.*)?")
WITHOUT_NUMBER = frozenset({OrganisationKind.ASSOCIATION, OrganisationKind.UNION, OrganisationKind.OTHER})
WITHOUT_RNA = frozenset({OrganisationKind.COMPANY, OrganisationKind.PUBLIC_BODY})

NO_NAME = Refusal("no_name", N_("Donnez le nom de l’organisation"), field="name")
LONG_NAME = Refusal(
    "long_name", N_("Le nom est trop long : %(most)s signes au plus"), {"most": LONGEST_NAME}, field="name"
)
NO_KIND = Refusal("no_kind", N_("Choisissez ce qu’est l’organisation"), field="kind")
NO_NUMBER = Refusal(
    "no_number", N_("Donnez son numéro SIREN, SIRET ou RNA, ou cochez qu’elle n’en a pas"), field="number"
)
NUMBER_NEEDED = Refusal(
    "number_needed", N_("Une entreprise ou un organisme public a un SIREN ou un SIRET : donnez-le"), field="number"
)
NUMBER_WRONG = Refusal(
    "number_wrong",
    N_("Il y a une erreur dans ce numéro : relisez-le, un chiffre est faux ou deux sont inversés"),
    field="number",
)
NUMBER_SHAPE = Refusal(
    "number_shape",
    N_("Un SIREN a 9 chiffres, un SIRET 14 ; un numéro RNA a la lettre W suivie de 9 signes"),
    field="number",
)
NOT_RNA = Refusal(
    "not_rna", N_("Le RNA est le répertoire des associations : donnez ici un SIREN ou un SIRET"), field="number"
)
NUMBER_KNOWN = Refusal(
    "number_known",
    N_(
        "Une organisation avec ce numéro est déjà connue ici. Demandez à la personne qui s’en occupe de vous y inviter."
        " Si vous ne savez pas qui c’est, écrivez à l’administration du territoire"
    ),
    field="number",
)
NO_ADDRESS = Refusal(
    "no_address", N_("Sans numéro, donnez l’adresse postale : elle servira à vérifier l’organisation"), field="address"
)
LONG_ADDRESS = Refusal("long_address", N_("L’adresse est trop longue : 500 signes au plus"), field="address")
BAD_SITE = Refusal(
    "bad_site", N_("L’adresse du site doit commencer par http:// ou https://, et tenir en 500 signes"), field="site"
)
LONG_PRESENTATION = Refusal(
    "long_presentation", N_("La présentation est trop longue : 1 000 signes au plus"), field="presentation"
)
NO_REASON = Refusal("no_reason", N_("Dites pourquoi, et ce qu’il faudrait corriger"), field="reason")
LONG_REASON = Refusal("long_reason", N_("Le motif est trop long : 2 000 signes au plus"), field="reason")

NOT_MEMBER = Refusal(
    "not_your_voice", N_("Vous n’êtes pas ou plus membre de cette organisation : écrivez en votre nom"), field="voice"
)
NOT_VERIFIED = Refusal(
    "not_verified",
    N_("L’organisation n’est pas ou plus vérifiée : personne ne peut parler en son nom pour l’instant"),
    field="voice",
)
NOT_OWNER = Refusal("not_owner", N_("Seule une personne responsable de l’organisation peut le faire"))
NOT_ADMINISTRATOR = Refusal("not_administrator", N_("Seule l’administration du territoire décide de cela"))
LAST_OWNER = Refusal(
    "last_owner",
    N_("C’est la seule personne responsable de l’organisation. Donnez d’abord ce rôle à un autre membre"),
)
YOU_ARE_LAST_OWNER = Refusal(
    "last_owner",
    N_("Vous êtes la seule personne responsable de l’organisation. Donnez d’abord ce rôle à un autre membre"),
)
INVITATION_OVER = Refusal(
    "invitation_over", N_("Cette invitation n’est plus valable : elle a déjà servi, ou son délai est passé")
)
STALE_ORGANISATION = Refusal(
    "stale_organisation",
    N_("L’organisation a changé sa demande depuis que vous l’avez lue. Relisez-la avant de décider"),
)
NOTHING_ASKED = Refusal("nothing_asked", N_("Il n’y a plus de demande à examiner : elle a été retirée ou décidée"))


@dataclass(frozen=True)
class Standing:
    """Where an account stands towards an organisation.

    Attributes:
        role: None for somebody who is no member.
        ownerless: whether nobody is responsible for it any more.
    """

    organisation_id: int
    territory_id: int
    name: str
    kind: OrganisationKind
    state: OrganisationState
    role: MemberRole | None
    ownerless: bool = False

    @property
    def is_owner(self) -> bool:
        """Whether the account is responsible for the organisation."""
        return self.role is MemberRole.OWNER


def voice_refusal(standing: Standing | None, territory_id: int | None) -> Refusal | None:
    """Whoever speaks in the name of an organisation is its member, at this moment; the organisation is one of the
    territory where they speak, which holds it for verified at this moment. Nothing that was true when the page was
    opened, or when the text began to wait, counts.
    """
    if standing is None or standing.role is None or standing.territory_id != territory_id:
        return NOT_MEMBER
    return None if standing.state is OrganisationState.VERIFIED else NOT_VERIFIED


def manage_refusal(voice: Voice, standing: Standing) -> Refusal | None:
    """An owner manages the organisation: what it says of itself, its members, its invitations."""
    if standing.is_owner or voice.account_id is None:
        return None
    return NOT_OWNER


def people_refusal(voice: Voice, standing: Standing) -> Refusal | None:
    """The members of an organisation are its owners' business. When there is no owner left, the territory's
    administrators may name one, so that an organisation is not lost with a person.
    """
    if standing.ownerless and Role.ADMINISTRATOR in voice.roles:
        return None
    return manage_refusal(voice, standing)


def decision_refusal(voice: Voice) -> Refusal | None:
    """The territory's administrators decide whether an organisation is verified."""
    return None if voice.account_id is None or Role.ADMINISTRATOR in voice.roles else NOT_ADMINISTRATOR


def founding_refusal(voice: Voice) -> Refusal | None:
    """Whoever presents an organisation, or invites into it, has a confirmed address."""
    return None if voice.confirmed else UNCONFIRMED


def reason_refusal(reason: str) -> Refusal | None:
    """A refusal without a reason cannot be corrected."""
    if visible_length(reason) < SHORTEST_REASON:
        return NO_REASON
    return LONG_REASON if visible_length(reason) > LONGEST_REASON or len(reason) > _TEXT_COLUMN else None


@dataclass(frozen=True)
class Facts:
    """What an organisation says of itself, cleaned. ``name``, ``kind`` and the number are what is verified."""

    name: str
    kind: str
    number_kind: str
    number: str
    address: str = ""
    site: str = ""
    presentation: str = ""

    @property
    def identity(self) -> dict[str, Any]:
        """The part that is verified, as columns."""
        return {"name": self.name, "kind": self.kind, "number_kind": self.number_kind, "number": self.number}

    @property
    def rest(self) -> dict[str, Any]:
        """The part that its owners change as they like, as columns."""
        return {"address": self.address, "site": self.site, "presentation": self.presentation}


def read_facts(
    *, name: str, kind: str, number: str = "", number_kind: str = "", address: str = "", site: str = "",
    presentation: str = "", no_number: bool | None = None,
) -> tuple[Facts, list[Refusal]]:  # fmt: skip
    """Clean what was typed, and say everything that is wrong with it.

    Args:
        number_kind: "" reads a number of any kind: their shapes tell them apart.
        no_number: whether the person said that there is none; None takes an empty number for that.
    """
    said = Facts(
        clean_line(name), kind, "", "", clean_text(address), clean_line(site), clean_text(presentation)
    )  # fmt: skip
    refusals = [*_name_refusals(said), *([] if kind in set(OrganisationKind) else [NO_KIND])]
    number = clean_line(number)
    none_said = (no_number is None and not number) or bool(no_number and not number)
    if none_said:
        refusals += _without_number_refusals(said)
    else:
        read = check_number(number_kind or None, number)  # type: ignore[arg-type]
        if read is not None:
            said = replace(said, number_kind=read.kind, number=read.value)
        refusals += _number_refusals(said, number)
    return _with_site(said, refusals)


def _name_refusals(said: Facts) -> list[Refusal]:
    if not said.name:
        return [NO_NAME]
    return [LONG_NAME] if len(said.name) > _NAME_COLUMN or visible_length(said.name) > LONGEST_NAME else []


def _without_number_refusals(said: Facts) -> list[Refusal]:
    """Associations that no register knows, unions and collectives exist: they say so, and give an address."""
    if said.kind in set(OrganisationKind) and said.kind not in WITHOUT_NUMBER:
        return [NUMBER_NEEDED]
    return [] if said.address else [NO_ADDRESS]


def _number_refusals(said: Facts, typed: str) -> list[Refusal]:
    if not typed:
        return [NO_NUMBER]
    if not said.number:
        digits = sum(char.isdecimal() for char in typed)
        plain = not any(char.isalpha() for char in typed)
        return [NUMBER_WRONG if plain and digits in {9, 14} else NUMBER_SHAPE]
    return [NOT_RNA] if said.number_kind == "rna" and said.kind in WITHOUT_RNA else []


def _with_site(said: Facts, refusals: Sequence[Refusal]) -> tuple[Facts, list[Refusal]]:
    found = list(refusals)
    if len(said.address) > _TEXT_COLUMN or visible_length(said.address) > LONGEST_ADDRESS:
        found.append(LONG_ADDRESS)
    typed = f"https://{said.site}" if _BARE_HOST.fullmatch(said.site) else said.site
    site = safe_address(typed) if typed else ""
    if site is None or site.startswith("mailto:") or len(site) > LONGEST_SITE:
        found.append(BAD_SITE)
    if len(said.presentation) > _TEXT_COLUMN or visible_length(said.presentation) > LONGEST_PRESENTATION:
        found.append(LONG_PRESENTATION)
    return replace(said, site=site or ""), found
