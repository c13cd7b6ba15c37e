"""The numbers by which the State knows a body: SIREN, SIRET, and RNA for associations.

SIREN and SIRET carry check digits (Luhn; La Poste's own establishments follow another sum). The RNA number has no
public check digits: only its shape can be checked, so a well-formed RNA number may still belong to nobody.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from stdnum.exceptions import ValidationError
from stdnum.fr import siren, siret

NumberKind = Literal["siren", "siret", "rna"]

_SEPARATORS = re.compile(r"[\s.\u00a0\u202f\u2007_/-]+")
# W, then the prefecture or sub-prefecture (751, 2A1, 9R1 overseas), then six digits.
_RNA = re.compile(r"W(?:[0-9]{3}|2[AB][0-9]|9[A-Z][0-9])[0-9]{6}")


@dataclass(frozen=True, slots=True)
class OrganisationNumber:
    """A number that passed its check: `value` has no spaces and is what is stored and compared."""

    kind: NumberKind
    value: str

    @property
    def siren(self) -> str | None:
        """The nine digits of the legal unit behind a SIREN or SIRET; associations known by RNA alone have none."""
        return None if self.kind == "rna" else self.value[:9]

    def __str__(self) -> str:
        """As it is written on paper: "552 008 443 00012"; "W751234567" stays as it is."""
        if self.kind == "rna":
            return self.value
        parts = [self.value[0:3], self.value[3:6], self.value[6:9], self.value[9:]]
        return "\u00a0".join(part for part in parts if part)


def check_number(kind: NumberKind | None, text: str) -> OrganisationNumber | None:
    """The number read in `text`, or None if it is not a valid number of that kind (of any kind, for None)."""
    value = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text[:60])).upper()
    for number in (_siren(value), _siret(value), _rna(value)):
        if number is not None and kind in (None, number.kind):
            return number
    return None


def _siren(value: str) -> OrganisationNumber | None:
    return OrganisationNumber("siren", value) if re.fullmatch("[0-9]{9}", value) and _passes(siren, value) else None


def _siret(value: str) -> OrganisationNumber | None:
    return OrganisationNumber("siret", value) if re.fullmatch("[0-9]{14}", value) and _passes(siret, value) else None


def _rna(value: str) -> OrganisationNumber | None:
    return OrganisationNumber("rna", value) if _RNA.fullmatch(value) else None


def _passes(module: object, value: str) -> bool:
    validate = siren.validate if module is siren else siret.validate
    try:
        validate(value)
    except ValidationError:
        return False
    return value.strip("0") != ""


def shown_number(kind: str, value: str) -> str:
    """A stored number as pages show it: "SIREN 552 008 443"; "" where there is none."""
    number = check_number(None, value) if value else None
    return f"{kind.upper()}\u00a0{number or value}" if value else ""
