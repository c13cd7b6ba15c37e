"""What a verification says: one line a check, where it failed, what was not checked, and the verdict."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

_MOST_PLACES = 10
_LONGEST_WORDS = 300


class Unreadable(Exception):
    """The file cannot be read as a package at all; the message is a sentence for people."""


def plain(text: object, longest: int = _LONGEST_WORDS) -> str:
    """What stands in a file, fit for a terminal: no control signs, not endless."""
    words = "".join(
        "�" if unicodedata.category(sign) in {"Cc", "Cf", "Cs"} else sign for sign in str(text)[: longest + 1]
    )
    return words if len(words) <= longest else words[:longest] + "…"


def day(at: object) -> str:
    """The day of an instant that an entry holds."""
    return plain(str(at)[:10])


@dataclass
class Check:
    """One check: what it is about, what was found, and the places where it fails.

    Attributes:
        name: one word or two, the same at every run.
        words: what was found, with counts; said when nothing is wrong.
        places: where it fails: file, line, contribution. The first ten are kept, all are counted.
    """

    name: str
    words: str = ""
    places: list[str] = field(default_factory=list)
    faults: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong."""
        return self.faults == 0

    def fault(self, words: str) -> None:
        """Something is wrong here."""
        self.faults += 1
        if len(self.places) < _MOST_PLACES:
            self.places.append(plain(words))


@dataclass
class Report:
    """All checks of a package, in the order in which they were made."""

    title: str = ""
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    subject: str = "package"

    @property
    def ok(self) -> bool:
        """Whether every check passed, and there was something to check."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    def add(self, name: str) -> Check:
        """Begin another check."""
        check = Check(name)
        self.checks.append(check)
        return check

    def lines(self) -> Iterator[str]:
        """The report as people read it."""
        if self.title:
            yield self.title
        for check in self.checks:
            if check.ok:
                yield f"✓ passed  {check.name}: {check.words}"
                continue
            yield f"✗ FAILED  {check.name}: " + (check.places[0] if check.faults == 1 else f"{check.faults} faults")
            if check.faults > 1:
                yield from (f"            {place}" for place in check.places)
            if check.faults > len(check.places):
                yield f"            … and {check.faults - len(check.places)} more"
        yield from (f"  note     {note}" for note in self.notes)
        yield from (f"  not checked: {words}" for words in self.unchecked)
        yield self.verdict()

    def verdict(self) -> str:
        """The last line."""
        if self.ok:
            return f"VERIFIED: all {len(self.checks)} checks passed."
        failed = [check.name for check in self.checks if not check.ok]
        if not failed:
            return "NOT VERIFIED: nothing could be checked."
        advice = f"Do not rely on this {self.subject}."
        if all("receipt" in name for name in failed):
            advice = f"The {self.subject} agrees with itself, not with this receipt: one of them is not what it claims."
        return f"NOT VERIFIED: {len(failed)} of {len(self.checks)} checks failed ({', '.join(failed)}). {advice}"
