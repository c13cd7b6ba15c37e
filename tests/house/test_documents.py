"""Documents that cannot rot: every setting, event, command and decision is where a reader looks for it."""

import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.house.house import HERE, House, invent, told

HEADINGS = ["Context", "Decision", "Alternatives", "Consequences"]
SETTINGS = ("README.md", "docs/settings.md")
# Read by the tests and their scripts, not by Consult.
OF_TESTS = {"CONSULT_TEST_DATABASE", "CONSULT_TEST_POSTGRES", "CONSULT_TEST_CHROMIUM", "CONSULT_POSTGRES_DURABLE"}


def undocumented_settings(house: House, names: Iterable[str]) -> list[str]:
    """Settings that the documents leave out, and documented ones that are gone."""
    text = house.text("docs/settings.md")
    everywhere = house.text(*SETTINGS)
    names = set(names)
    offences = [f"docs/settings.md leaves out {name}" for name in sorted(names) if not re.search(rf"\b{name}\b", text)]
    said = set(re.findall(r"\bCONSULT_[A-Z_]+[A-Z]\b", everywhere)) - OF_TESTS
    return offences + [
        f"{' or '.join(SETTINGS)} speaks of {name}, which is no setting" for name in sorted(said - names)
    ]


def undocumented_commands(house: House, commands: Iterable[str]) -> list[str]:
    """Commands that the README leaves out."""
    text = re.sub(r"\s+", " ", house.text("README.md"))
    return [
        f"README.md leaves out `{command}`" for command in commands if not re.search(rf"\b{re.escape(command)}\b", text)
    ]


def outdated(house: House, place: str, wanted: str) -> list[str]:
    """A written-out document that is not what the code would write today."""
    return [] if house.text(place) == wanted else [f"{place} is out of date: run `make documents`"]


def malformed_decisions(house: House) -> list[str]:
    """Decisions without their number, status or one of the four headings."""
    offences, numbers = [], set()
    for path in sorted((house.root / "docs/decisions").glob("*.md")):
        place, text = path.relative_to(house.root).as_posix(), path.read_text(encoding="utf-8")
        named = re.fullmatch(r"(\d{4})-[a-z0-9-]+\.md", path.name)
        if not named:
            offences.append(f"{place} is not named NNNN-what-it-decides.md")
            continue
        if named.group(1) in numbers:
            offences.append(f"{place} takes a number that is taken")
        numbers.add(named.group(1))
        if not text.startswith(f"# {int(named.group(1))}. "):
            offences.append(f"{place} does not begin with '# {int(named.group(1))}. '")
        found = re.findall(r"^## (.+?)\s*$", text, re.MULTILINE)
        offences += [f"{place} has no '## {heading}'" for heading in HEADINGS if heading not in found]
    return offences


def broken_links(house: House) -> list[str]:
    """Links between documents that lead nowhere, anchors included."""
    offences = []
    for path in house.tracked():
        if path.suffix != ".md":
            continue
        text = re.sub(r"```.*?```|`[^`\n]*`", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)", text):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, anchor = unquote(target).partition("#")
            aim = (path.parent / file).resolve() if file else path
            place = path.relative_to(house.root).as_posix()
            if not aim.exists():
                offences.append(f"{place} links to {target}, which is not there")
            elif anchor and aim.suffix == ".md" and anchor not in anchors(aim.read_text(encoding="utf-8")):
                offences.append(f"{place} links to {target}: no such heading")
    return offences


def anchors(text: str) -> set[str]:
    """The anchors that headings get."""
    headings = re.findall(r"^#{1,6} (.+?)\s*$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def empty_changelog(house: House) -> list[str]:
    """A changelog that says nothing of what is coming."""
    text = house.text("CHANGELOG.md")
    section = re.search(r"^## \[?(Unreleased|\d)[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None or not re.search(r"^- \S", section.group(2), re.MULTILINE):
        return ["CHANGELOG.md has no entry under its first heading"]
    return []


def test_every_setting_is_documented() -> None:
    from consult.settings import Settings

    offences = undocumented_settings(HERE, [f"CONSULT_{name.upper()}" for name in Settings.model_fields])
    assert not offences, told(offences)


def test_every_command_is_documented() -> None:
    pytest.importorskip("consult.cli", reason="the command is not written yet")
    from scripts.documents import command_names

    offences = undocumented_commands(HERE, command_names())
    assert not offences, told(offences)


def test_every_event_is_documented() -> None:
    from scripts.documents import EVENTS, events_document

    offences = outdated(HERE, EVENTS, events_document())
    assert not offences, told(offences)


def test_decisions_have_their_headings() -> None:
    offences = malformed_decisions(HERE)
    assert not offences, told(offences)


def test_links_lead_somewhere() -> None:
    offences = broken_links(HERE)
    assert not offences, told(offences)


def test_the_changelog_says_something() -> None:
    offences = empty_changelog(HERE)
    assert not offences, told(offences)


# ---------------------------------------------------------------- each rule can fail


def test_it_sees_an_undocumented_and_a_gone_setting(tmp_path: Path) -> None:
    house = invent(tmp_path, {"docs/settings.md": "CONSULT_HOST_NAME and CONSULT_PORT", "README.md": ""})
    offences = undocumented_settings(house, ["CONSULT_HOST", "CONSULT_PORT"])
    assert offences == [
        "docs/settings.md leaves out CONSULT_HOST",
        "README.md or docs/settings.md speaks of CONSULT_HOST_NAME, which is no setting",
    ]


def test_it_sees_an_undocumented_command(tmp_path: Path) -> None:
    house = invent(tmp_path, {"README.md": "`consult import\n  cap-collectif` `consult served`"})
    assert undocumented_commands(house, ["consult import cap-collectif", "consult serve"]) == [
        "README.md leaves out `consult serve`"
    ]


def test_it_sees_an_outdated_document(tmp_path: Path) -> None:
    house = invent(tmp_path, {"docs/events.md": "old"})
    assert outdated(house, "docs/events.md", "new")
    assert not outdated(house, "docs/events.md", "old")


def test_it_sees_a_decision_without_alternatives(tmp_path: Path) -> None:
    whole = "# 7. A thing\n" + "".join(f"\n## {heading}\n\nText.\n" for heading in HEADINGS)
    house = invent(
        tmp_path,
        {
            "docs/decisions/0007-a-thing.md": whole,
            "docs/decisions/0008-a-thing.md": whole.replace("# 7.", "# 8.").replace("## Alternatives", "## Other"),
            "docs/decisions/0007-again.md": whole,
            "docs/decisions/thing.md": whole,
        },
    )
    assert len(malformed_decisions(house)) == 3


def test_it_sees_a_broken_link(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "README.md": "[a](docs/a.md) [b](docs/b.md) [c](docs/a.md#the-head) [d](docs/a.md#no) `[e](f.md)`",
            "docs/a.md": "# The head\n",
        },
    )
    assert len(broken_links(house)) == 2


def test_it_sees_an_empty_changelog(tmp_path: Path) -> None:
    assert empty_changelog(invent(tmp_path, {"CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n## [0.1.0]\n- x\n"}))
    assert not empty_changelog(invent(tmp_path, {"CHANGELOG.md": "# Changelog\n\n## [Unreleased]\n\n- x\n"}))
