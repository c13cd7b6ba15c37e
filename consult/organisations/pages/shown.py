"""What several pages of organisations share: numbers, registers and decisions in words."""

from consult.core.errors import Refusal
from consult.core.language import N_
from consult.organisations.numbers import OrganisationNumber, check_number

CHECKS = {
    "siren": N_("La clé de contrôle du SIREN est juste. Voyez si le nom et l’adresse sont bien ceux du répertoire."),
    "siret": N_("La clé de contrôle du SIRET est juste. Voyez si le nom et l’adresse sont bien ceux du répertoire."),
    "rna": N_("Le numéro RNA a la bonne forme. Il n’a pas de clé de contrôle : voyez s’il existe au répertoire."),
    "": N_("Pas de numéro : l’adresse et le site doivent suffire, ou demandez une pièce par un autre moyen."),
}


def status_of(refusal: Refusal) -> int:
    """The status of a form that is shown again."""
    return 429 if refusal.code == "too_often" else 422


def number_typed(value: str) -> str:
    """A stored number as people type it."""
    return str(check_number(None, value) or value).replace("\u00a0", " ") if value else ""


def registers(value: str) -> list[str]:
    """Where whoever verifies a number can look it up; addresses in plain text, to be copied."""
    number: OrganisationNumber | None = check_number(None, value) if value else None
    if number is None:
        return []
    if number.siren is not None:
        return [f"annuaire-entreprises.data.gouv.fr/entreprise/{number.siren}"]
    return [
        f"annuaire-entreprises.data.gouv.fr/rechercher?terme={number.value}",
        "journal-officiel.gouv.fr/pages/associations-recherche",
    ]
