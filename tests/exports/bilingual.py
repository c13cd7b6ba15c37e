"""``consult verify`` in both languages at once: whatever a test has it say in English, it says in French as well."""

import re
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from consult.exports.verifying import command
from consult.exports.verifying.checks import Report
from consult.exports.verifying.words import speaking
from consult.web import language as spoken
from tests.house.test_translations import english, forms, sentences

# None of these is French, nor a word of the invented consultation.
ENGLISH_WORDS = re.compile(
    r"\b(the|is|are|was|were|been|of|this|that|these|which|its|has|have|had|with|by|and|there|says|said|recorded|nothing"
    r"|entry|missing|checked|passed|failed|wording|shown|hidden|withdrawn|published|row|rows|line|lines|keep|your|must)\b",
    re.IGNORECASE,
)
# What a file or a column is called, and what stands in one: the same in every language.
MACHINE = re.compile(r"«\s[^»]*\s»|\([^)]*\)|\S*[/._]\S*|\{.*\}|\[.*\]")


@cache
def known() -> frozenset[str]:
    """Every French source that the English catalogue has words for."""
    return frozenset(
        form for message in sentences(english()) for form in forms(message.id) if all(forms(message.string))
    )


def verify(path: Path, **more: Any) -> Report:
    """The report in English; the French one is held against it."""
    with speaking("en"):
        report = command.verify(path, **more)
    french = in_french(path, **more)
    assert [(one.name, one.faults) for one in french.checks] == [(one.name, one.faults) for one in report.checks]
    assert (len(french.notes), len(french.unchecked)) == (len(report.notes), len(report.unchecked))
    assert french.verdict().split("\u00a0")[0] == ("VÉRIFIÉ" if report.ok else "NON VÉRIFIÉ")
    assert report.verdict().split(":")[0] == ("VERIFIED" if report.ok else "NOT VERIFIED")
    return report


def in_french(path: Path, **more: Any) -> Report:
    """The report in French; every sentence in it has its English, and none of it is English."""
    used: set[str] = set()

    def noted(text: str, really: Any = spoken.set_in_type) -> str:
        used.add(text)
        return str(really(text))

    with speaking("fr"), patch.object(spoken, "set_in_type", noted):
        report = command.verify(path, **more)
        lines = report.lines()
    assert used <= known(), used - known()
    for line in lines[1:] if report.title else lines:
        assert not ENGLISH_WORDS.search(MACHINE.sub("", line)), line
    return report
