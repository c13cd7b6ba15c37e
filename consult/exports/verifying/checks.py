"""What a verification says: one line a check, where it failed, what was not checked, and the verdict."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from consult.core.language import N_
from consult.exports.verifying.words import current, listed, ngettext, plain, speaking
from consult.exports.verifying.words import gettext as _

_MOST_PLACES = 10
_LONGEST_FAULT = 800


class Unreadable(Exception):
    """The file cannot be read as a package at all; the message is a sentence for people."""


NAMES: dict[str, str] = {
    "key": N_("clé"),
    "zip": N_("fichier zip"),
    "reading": N_("lecture du paquet"),
    "files": N_("fichiers du paquet"),
    "signed head": N_("état signé du registre"),
    "register entries": N_("inscriptions du registre"),
    "record of the export": N_("inscription de l’export"),
    "description": N_("description du paquet"),
    "wordings": N_("mot à mot des textes"),
    "completeness": N_("intégralité"),
    "figures": N_("chiffres recomptés"),
    "receipt": N_("fichier du reçu"),
    "receipt, by itself": N_("reçu, pris seul"),
    "receipt in the package": N_("reçu dans le paquet"),
    "text of the receipt": N_("texte du reçu"),
}
"""The checks, and what they are called in the reader's language."""


@dataclass
class Check:
    """One check: what it is about, what was found, and the places where it fails.

    Attributes:
        name: one of ``NAMES``, the same in every language.
        words: what was found, with counts; said when nothing is wrong.
        places: where it fails: file, line, contribution. The first ten are kept, all are counted.
    """

    name: str
    words: str = ""
    places: list[str] = field(default_factory=list)
    faults: int = 0

    @property
    def title(self) -> str:
        """Its name in the reader's language."""
        return _(NAMES[self.name])

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return self.faults == 0

    def fault(self, words: str) -> None:
        """Something is wrong here."""
        self.faults += 1
        if len(self.places) < _MOST_PLACES:
            self.places.append(plain(words, _LONGEST_FAULT))


@contextmanager
def told(check: Check) -> Iterator[None]:
    """What cannot be read in here is a fault of the check, and the next thing is looked at."""
    try:
        yield
    except Unreadable as error:
        check.fault(str(error))


@dataclass
class Report:
    """All checks of a package, in the order in which they were made; it is read in the language it was written in."""

    title: str = ""
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    language: str = field(default_factory=current)

    @property
    def ok(self) -> bool:
        """Whether every check passed, and there was something to check."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    def add(self, name: str) -> Check:
        """Begin another check."""
        check = Check(name)
        self.checks.append(check)
        return check

    def lines(self) -> list[str]:
        """The report as people read it."""
        with speaking(self.language):
            return [
                *([self.title] if self.title else []),
                *(line for check in self.checks for line in _lines_of(check)),
                *(_("  remarque : %(words)s", words=note) for note in self.notes),
                *(_("  non contrôlé : %(words)s", words=words) for words in self.unchecked),
                self._verdict(),
            ]

    def verdict(self) -> str:
        """The last line."""
        return self.lines()[-1]

    def _verdict(self) -> str:
        if self.ok:
            return ngettext(
                "VÉRIFIÉ : le seul contrôle est concluant.",
                "VÉRIFIÉ : les %(num)s contrôles sont concluants.",
                len(self.checks),
            )
        failed = [check for check in self.checks if not check.ok]
        if not failed:
            return _("NON VÉRIFIÉ : rien n’a pu être contrôlé.")
        advice = _("Ne vous fiez pas à ce paquet.")
        if all("receipt" in check.name for check in failed):
            advice = _(
                "Le paquet s’accorde avec lui-même, mais pas avec ce reçu : ou bien le reçu est celui d’un autre"
                " paquet, ou bien l’un des deux n’est pas ce qu’il prétend être."
            )
        return ngettext(
            "NON VÉRIFIÉ : %(num)s contrôle sur %(all)s a échoué (%(names)s). %(advice)s",
            "NON VÉRIFIÉ : %(num)s contrôles sur %(all)s ont échoué (%(names)s). %(advice)s",
            len(failed), all=len(self.checks), names=listed(check.title for check in failed), advice=advice,
        )  # fmt: skip


def _lines_of(check: Check) -> Iterator[str]:
    if check.ok:
        yield _("✓ conforme  %(name)s : %(words)s", name=check.title, words=check.words)
        return
    several = ngettext("%(num)s faute", "%(num)s fautes", check.faults)
    yield _(
        "✗ EN ÉCHEC  %(name)s : %(words)s",
        name=check.title, words=check.places[0] if check.faults == 1 else several,
    )  # fmt: skip
    if check.faults > 1:
        yield from (f"            {place}" for place in check.places)
    if check.faults > len(check.places):
        yield "            " + _("… et %(count)s de plus", count=check.faults - len(check.places))
