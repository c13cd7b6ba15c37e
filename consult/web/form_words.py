"""What WTForms says of a field by itself, in our words; where we have no sentence, a general one, never its English."""

from consult.core.language import N_
from consult.web.language import gettext, ngettext

ANYTHING_ELSE = N_("Ce champ n’est pas rempli comme attendu. Vérifiez-le.")
_CHOICE = N_("Choisissez l’une des réponses proposées.")
_NEEDED = N_("Remplissez ce champ.")
_TIME = N_("Écrivez une date et une heure qui existent.")
WORDS = {
    "This field is required.": _NEEDED,
    "Not a valid choice.": _CHOICE,
    "Invalid Choice: could not coerce.": _CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOICE,
    "Not a valid datetime value.": _TIME,
    "Not a valid date value.": N_("Écrivez une date qui existe, par exemple 03/02/2026."),
    "Not a valid time value.": N_("Écrivez une heure de 0 h à 23 h 59, par exemple 18:00."),
    "Not a valid integer value.": N_("Écrivez un nombre entier, en chiffres."),
    "Not a valid decimal value.": N_("Écrivez un nombre, en chiffres."),
    "Not a valid float value.": N_("Écrivez un nombre, en chiffres."),
    "Number must be at least %(min)s.": N_("Écrivez un nombre à partir de %(min)s."),
    "Number must be at most %(max)s.": N_("Écrivez un nombre jusqu’à %(max)s."),
    "Number must be between %(min)s and %(max)s.": N_("Écrivez un nombre de %(min)s à %(max)s."),
    "Invalid URL.": N_("Écrivez une adresse qui commence par https://"),
    "Field must be between %(min)d and %(max)d characters long.": N_("Écrivez de %(min)d à %(max)d signes."),
}


class OurWords:
    """The translations of every form of ours, as WTForms takes them."""

    def gettext(self, text: str) -> str:
        """One of its sentences in ours, in the language being spoken."""
        return gettext(WORDS.get(text, ANYTHING_ELSE))

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The same, for the sentences that count."""
        if one.startswith("Field must be at least"):
            return ngettext("Écrivez au moins %(min)d signe.", "Écrivez au moins %(min)d signes.", number)
        if one.startswith("Field cannot be longer"):
            return ngettext("Écrivez %(max)d signe au plus.", "Écrivez %(max)d signes au plus.", number)
        if one.startswith("Field must be exactly"):
            return ngettext("Écrivez exactement %(max)d signe.", "Écrivez exactement %(max)d signes.", number)
        return gettext(_CHOICE)
