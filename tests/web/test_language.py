"""Two languages: no page mixes them, none is served in the place of the other, whoever chooses one keeps it."""

import re
from collections.abc import Iterator

import pytest
from babel.support import NullTranslations
from starlette.applications import Starlette

from consult.accounts.models import Account
from consult.web import language, render
from tests.browsing import Answer, Visitor
from tests.cast import Person
from tests.web.busy import CONTENT, Busy
from tests.web.walking import Walk, spoken

# Typical of French, and no English.
FRENCH = re.compile(
    r"[«»]|\b[ldnjsc]’[a-zà-ÿ]|\b(le|les|des|du|une|est|sont|vous|votre|vos|nous|pour|dans|avec|cette|qui|que|aucune?|par)\b"
)


async def walked(app: Starlette, busy: Busy, person: Person | None) -> dict[str, Answer]:
    """Every page somebody comes by, and what their empty forms are answered."""
    visitor = Visitor(app, person=person)
    visitor.client.cookies.set("language", "en")
    await Account.all().update(language="en")
    walk = Walk(visitor)
    starts = ["/", busy.path, "/sign-up", "/no-such-page", "/organisations/new", "/account"]
    pages = await walk.from_here(*starts, *(["/admin"] if person is busy.admin else []))
    return pages | {f"POST {path}": answer for path, answer in (await walk.send_forms_empty()).items()}


# ---------------------------------------------------------------- every word comes from the catalogue


class Mute(NullTranslations):
    """A catalogue that leaves no letter of a sentence but the values put into it."""

    def ugettext(self, text: str) -> str:  # type: ignore[override]
        return "".join(
            part if part.startswith(("%(", "{", "%%")) else re.sub(r"[^\W\d_]", "·", part)
            for part in re.split(r"(%\(\w+\)[sd]|\{\w+\}|%%)", text)
        )

    def ungettext(self, one: str, many: str, number: int) -> str:  # type: ignore[override]
        return self.ugettext(one if number == 1 else many)


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An English without words: what can still be read was never given to the catalogue."""
    monkeypatch.setattr(language, "catalogue", lambda spoken: Mute() if spoken == "en" else NullTranslations())
    render._words.cache_clear()
    yield
    render._words.cache_clear()


def words_of_nobody(answer: Answer) -> set[str]:
    """Words that neither people nor the catalogue said."""
    found: set[str] = set()
    for text in spoken(answer):
        text = re.sub(r"https?://\S+|\S+@\S+|/consultations/\S*|\bexample\.org\b", " ", text)
        text = re.sub(r"\b([A-Z][a-z]+day )?\d{1,2} [A-Z][a-z]+ \d{4}( at \d\d:\d\d| at)?|\bParis time\b", " ", text)
        found |= {word for word in re.findall(r"[^\W\d_]{2,}", text) if word.lower() not in CONTENT}
    return found


async def test_every_word_of_the_interface_goes_through_the_catalogue(app: Starlette, mute: None) -> None:
    busy = await Busy.make()
    offences: dict[str, set[str]] = {}
    for name, person in busy.people().items():
        for path, answer in (await walked(app, busy, person)).items():
            words = words_of_nobody(answer) - {"Français", "English", "SIREN", "SIRET", "RNA", "JSON"}
            if words:
                offences[f"{name} at {path}"] = words
    assert not offences, "\n".join(f"{place}: {sorted(words)}" for place, words in offences.items())[:6000]


# ---------------------------------------------------------------- and English pages are English


async def test_no_french_is_left_on_an_english_page(app: Starlette) -> None:
    busy = await Busy.make()
    offences: list[str] = []
    for name, person in busy.people().items():
        pages = await walked(app, busy, person)
        assert len(pages) > 12, f"{name} went somewhere"
        for path, answer in pages.items():
            assert answer.root is not None
            assert answer.root.get("lang") == "en", path
            offences += [f"{name} at {path}: {text.strip()[:90]!r}" for text in spoken(answer) if FRENCH.search(text)]
    assert not offences, "\n".join(offences[:40])
