"""How large a file is, in words."""

from babel.numbers import format_decimal

from consult.core.language import N_
from consult.web.dates import NBSP, locale
from consult.web.language import gettext

UNITS = (N_("octets"), N_("Ko"), N_("Mo"), N_("Go"), N_("To"))


def size_words(size: int) -> str:
    """« 812 octets », « 1,2 Mo »."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    pattern = "#,##0" if unit == 0 or value >= 100 else "#,##0.#"
    return f"{format_decimal(value, format=pattern, locale=locale())}{NBSP}{gettext(UNITS[unit])}"
