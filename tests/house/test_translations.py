"""The catalogue: every sentence of the source in it, each with its translation, the same placeholders, and no fuzz."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from tests.house.house import NEVER_READ, ROOT, told

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")
# A space that must not break stands before a French colon; in English it would be a fault.
FRENCH_SIGNS = re.compile("[«»]|[\u00a0\u202f ][:;!?]")
# A word of the source that a translator left: none of these is English.
FRENCH_WORDS = re.compile(
    r"\b(le|la|les|des|du|une|est|sont|vous|votre|vos|nous|pour|dans|avec|sur|cette|ces|qui|que|pas|et|ou|aucune?)\b",
    re.IGNORECASE,
)


@cache
def extracted() -> Catalog:
    """What the source says today, read as `make translations` reads it."""
    with (ROOT / "babel.cfg").open() as source:
        methods, options = parse_mapping_cfg(source, filename="babel.cfg")  # type: ignore[no-untyped-call]
    catalogue = Catalog()
    found = extract_from_dir(
        ROOT,
        methods,
        options,
        keywords={**DEFAULT_KEYWORDS, "N_": None},
        directory_filter=lambda path: Path(path).name not in NEVER_READ,
    )
    for place, line, text, _, _ in found:
        catalogue.add(text, locations=[(place, line)])
    return catalogue


@cache
def english() -> Catalog:
    """The catalogue that the application reads."""
    with (ROOT / "locale/en/LC_MESSAGES/consult.po").open("rb") as source:
        return read_po(source, locale="en")


def sentences(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    """The text, or its singular and plural."""
    return [text or ""] if text is None or isinstance(text, str) else list(text)


def pairs(catalogue: Catalog) -> Iterator[tuple[str, str]]:
    """A source with its translation, the plural with the plural."""
    for message in sentences(catalogue):
        yield from zip(forms(message.id), forms(message.string), strict=True)


def untranslated(source: Catalog, catalogue: Catalog) -> list[str]:
    """Sentences that the catalogue has no words for, or uncertain ones."""
    known = {forms(one.id)[0]: one for one in sentences(catalogue)}
    offences = []
    for message in sentences(source):
        first = forms(message.id)[0]
        if first not in known:
            offences.append(f"{first[:80]!r} is not in the catalogue: make translations")
        elif known[first].fuzzy or not all(forms(known[first].string)):
            offences.append(f"{first[:80]!r} has no English")
    return offences


def other_placeholders(catalogue: Catalog) -> list[str]:
    """Translations that name other values than their source."""
    offences = []
    for source, words in pairs(catalogue):
        wanted, there = sorted(PLACEHOLDER.findall(source)), sorted(PLACEHOLDER.findall(words))
        # « 1 text is waiting » may say its number in words, « One text »
        if words and wanted != there and [one for one in wanted if one != "%(num)s"] != there:
            offences.append(f"{source[:60]!r} holds {wanted}, its English {there}")
    return offences


def left_in_french(catalogue: Catalog) -> list[str]:
    """Translations with French signs or words in them."""
    return [
        f"{words[:80]!r} is not English"
        for _, words in pairs(catalogue)
        if FRENCH_SIGNS.search(words) or FRENCH_WORDS.search(words)
    ]


def test_every_sentence_has_its_english() -> None:
    assert sentences(extracted())
    offences = untranslated(extracted(), english())
    assert not offences, told(offences)


def test_translations_keep_their_placeholders() -> None:
    offences = other_placeholders(english())
    assert not offences, told(offences)


def test_no_french_is_left_in_the_english() -> None:
    offences = left_in_french(english())
    assert not offences, told(offences)


def test_plurals_have_two_forms() -> None:
    catalogue = english()
    assert catalogue.num_plurals == 2
    plurals = [message for message in sentences(catalogue) if not isinstance(message.id, str)]
    assert plurals
    assert not [message.id for message in plurals if len(forms(message.string)) != 2]


def test_nothing_in_the_catalogue_is_uncertain() -> None:
    assert not english().fuzzy, "the whole catalogue would not be read"
    assert not [message.id for message in english() if message.fuzzy]


def test_it_sees_what_is_missing_or_wrong() -> None:
    source, catalogue = Catalog(), Catalog(locale="en")
    for one in ("Bonjour", "Bonsoir", "Au revoir %(name)s", "Merci", "À demain"):
        source.add(one)
    source.add(("%(num)s vote", "%(num)s votes"))
    catalogue.add("Bonjour", "Hello")
    catalogue.add("Bonsoir", "Good evening", flags=["fuzzy"])
    catalogue.add("Au revoir %(name)s", "Goodbye %(nom)s")
    catalogue.add("Merci", "Merci : à vous")
    catalogue.add(("%(num)s vote", "%(num)s votes"), ("%(num)s vote", ""))
    assert [line.split("'")[1] for line in untranslated(source, catalogue)] == ["Bonsoir", "À demain", "%(num)s vote"]
    assert len(other_placeholders(catalogue)) == 1
    assert len(left_in_french(catalogue)) == 1


@pytest.mark.parametrize(("number", "words"), [(0, "0 votes"), (1, "1 vote"), (2, "2 votes")])
def test_english_counts_as_english_does(number: int, words: str) -> None:
    from consult.web import language

    before = language.current()
    language.use("en")
    try:
        assert language.ngettext("%(num)s vote", "%(num)s votes", number) % {"num": number} == words
    finally:
        language.use(before)
