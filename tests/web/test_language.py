"""Two languages: no page mixes them, none is served in the place of the other, whoever chooses one keeps it."""

import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from babel.support import NullTranslations
from starlette.applications import Starlette
from starlette.datastructures import FormData
from wtforms.fields import (
    DateField,
    DateTimeLocalField,
    DecimalField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TimeField,
    URLField,
)
from wtforms.validators import URL, InputRequired, Length, MacAddress, NumberRange

from consult.accounts.models import Account
from consult.app import load_effects
from consult.arguments.models import Side
from consult.core.outbox import drain_all
from consult.notifications.models import Mail
from consult.territories.models import Territory
from consult.territories.queries import forget_territories
from consult.web import language, render
from consult.web.form_words import ANYTHING_ELSE, WORDS
from consult.web.forms import Form, choices
from tests.browsing import Answer, Visitor
from tests.cast import Person, a_person, a_territory
from tests.discussion import a_discussion
from tests.web.busy import CONTENT, Busy
from tests.web.walking import Walk, spoken

# Typical of French, and no English.
FRENCH = re.compile(
    r"[«»]|\b[ldnjsc]’[a-zà-ÿ]|\b(le|les|des|du|une|est|sont|vous|votre|vos|nous|pour|dans|avec|cette|qui|que|aucune?|par)\b"
)


async def walked(app: Starlette, busy: Busy, person: Person | None, most: int = 2) -> dict[str, Answer]:
    """Every page somebody comes by, and what their empty forms are answered."""
    visitor = Visitor(app, person=person)
    visitor.client.cookies.set("language", "en")
    await Account.all().update(language="en")
    walk = Walk(visitor, most)
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
        pages = await walked(app, busy, person, most=1)
        assert len(pages) > 12, f"{name} went somewhere"
        for path, answer in pages.items():
            assert answer.root is not None
            assert answer.root.get("lang") == "en", path
            offences += [f"{name} at {path}: {text.strip()[:90]!r}" for text in spoken(answer) if FRENCH.search(text)]
    assert not offences, "\n".join(offences[:40])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", "Open until Monday 30 March 2026 at 14:00 (Paris time), 20 days left."),
        ("/", "Opens on Friday 13 March 2026 at 13:00 (Paris time), in 3 days."),
        ("/consultations/lorem", "3 contributions"),
        ("/consultations/lorem/contributions/1", "1 argument for"),
        ("/consultations/lorem/contributions/1", "No. 1"),
    ],
)
async def test_dates_and_numbers_are_said_as_the_english_do(
    app: Starlette, frozen: datetime, path: str, words: str
) -> None:
    await Busy.make()
    assert words in (await speaking(app, "en").get(path)).words


# ---------------------------------------------------------------- forms say what is wrong in the language of the page


class EveryField(Form):
    """A field of every kind whose own messages WTForms would give."""

    choice = RadioField("A", choices=choices([("a", "A")]))
    several = SelectMultipleField("B", choices=choices([("b", "B")]))
    whole = IntegerField("C", [NumberRange(1, 3)])
    number = DecimalField("D")
    day = DateField("E")
    hour = TimeField("F")
    instant = DateTimeLocalField("G")
    link = URLField("H", [URL()])
    short = StringField("I", [Length(min=2)])
    long = StringField("J", [Length(max=2)])
    exact = StringField("K", [Length(min=2, max=2)])
    between = StringField("L", [Length(min=2, max=3)])
    needed = StringField("M", [InputRequired()])
    strange = StringField("N", [MacAddress()])


@pytest.mark.parametrize("code", ["fr", "en"])
def test_wtforms_own_messages_are_said_in_our_words(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "current", lambda: code)
    typed = dict.fromkeys(EveryField(None)._fields, "x")
    form = EveryField(FormData({**typed, "long": "xxx", "needed": ""}))
    assert not form.validate()
    assert set(form.errors) == set(form._fields)
    said = [error for field in form for error in field.errors]
    ours = [language.gettext(text) for text in (*WORDS.values(), ANYTHING_ELSE)]
    counted = re.compile(r"(Écrivez|Write) .*[23] (signes|characters)")
    assert [text for text in said if text not in ours and not counted.match(text) and "1" not in text] == []
    assert not [text for text in said if "Not a valid" in text or "Field" in text or "%(" in text]
    if code == "en":
        assert not [text for text in said if FRENCH.search(text)]


# ---------------------------------------------------------------- who chooses a language keeps it


def speaking(app: Starlette, chosen: str = "", person: Person | None = None) -> Visitor:
    """Somebody who has chosen a language before, or has not."""
    visitor = Visitor(app, person=person)
    if chosen:
        visitor.client.cookies.set("language", chosen)
    return visitor


def lang(answer: Answer) -> str:
    """The language that a page says it is in."""
    assert answer.root is not None
    return answer.root.get("lang", "")


async def choose(visitor: Visitor, code: str, from_path: str = "/") -> Answer:
    """Follow the link at the foot of a page, and press the button."""
    page = await visitor.get(from_path)
    (link,) = [one for one in page.find(".//footer//a") if one.get("hreflang") == code]
    asked = await visitor.get(link.get("href", ""))
    checked = [one.get("value") for one in asked.find(".//input[@checked]")]
    fields = asked.hidden(action="/language")
    answer = await visitor.post("/language", {**fields, "language": checked[0] if checked else code})
    assert answer.status == 303
    return await visitor.get(answer.location)


async def test_a_stranger_reads_french_then_english_then_french(app: Starlette) -> None:
    await a_territory()
    stranger = Visitor(app)
    assert lang(await stranger.get("/")) == "fr"
    assert lang(await choose(stranger, "en")) == "en"
    assert lang(await stranger.get("/sign-in")) == "en"
    assert lang(await choose(stranger, "fr")) == "fr"


async def test_a_person_takes_the_language_to_another_browser(app: Starlette) -> None:
    await a_territory()
    awa = await a_person()
    assert lang(await choose(Visitor(app, person=awa), "en")) == "en"
    assert (await Account.get(id=awa.id)).language == "en"
    assert lang(await Visitor(app, person=awa).get("/account")) == "en"
    assert lang(await speaking(app, "fr", awa).get("/account")) == "en", "the account's choice goes before a cookie"
    assert lang(await Visitor(app).get("/")) == "fr", "nobody else's language has changed"


async def test_a_territory_may_speak_english_first(app: Starlette) -> None:
    territory = await a_territory()
    await Territory.filter(id=territory.id).update(language="en", changes=5)
    forget_territories()
    assert lang(await Visitor(app).get("/")) == "en"
    assert lang(await speaking(app, "fr").get("/")) == "fr"


async def test_a_language_is_offered_in_its_own_words(app: Starlette) -> None:
    await a_territory()
    stranger = Visitor(app)
    for code, question in (("en", "Keep this language"), ("fr", "Garder cette langue")):
        asked = await stranger.get(f"/language?to={code}")
        assert (lang(asked), question in asked.words) == (code, True)
        assert lang(await stranger.get("/")) == "fr", "asking changes nothing"
    assert lang(await stranger.get("/language?to=tlh")) == "fr"


async def test_a_language_that_we_do_not_speak_is_not_heeded(app: Starlette) -> None:
    await a_territory()
    assert lang(await speaking(app, "tlh").get("/")) == "fr"


async def test_a_kept_page_is_never_served_in_the_other_language(app: Starlette) -> None:
    busy = await Busy.make()
    for path in ("/", "/consultations/lorem", "/consultations/lorem/contributions", busy.path):
        for chosen in ("", "en", "fr", "en", "", "fr"):
            answer = await speaking(app, chosen).get(path)
            assert lang(answer) == (chosen or "fr"), f"{path} asked in {chosen or 'no language'}"
            assert ("Participation charter" in answer.words) is (chosen == "en")


async def test_a_browser_that_has_a_page_in_french_gets_the_english_one(app: Starlette) -> None:
    await a_territory()
    french = await Visitor(app).get("/")
    tag = {"if-none-match": french.headers["etag"]}
    assert (await Visitor(app).get("/", headers=tag)).status == 304
    english = await speaking(app, "en").get("/", headers=tag)
    assert (english.status, lang(english)) == (200, "en")
    assert "cookie" in english.headers["vary"]


# ---------------------------------------------------------------- what goes wrong, what is written by mail


async def test_errors_are_told_in_the_language_being_spoken(app: Starlette) -> None:
    await a_territory()
    assert "Page not found" in (await speaking(app, "en").get("/nothing-here")).words
    assert "Page introuvable" in (await Visitor(app).get("/nothing-here")).words
    refused = await speaking(app, "en").post("/sign-up", {"button": "publish"}, page="")
    assert refused.status == 422
    assert "Enter your email address." in refused.words
    assert "What you wrote is kept below." in refused.words


async def test_the_texts_of_a_territory_stay_as_they_were_written(app: Starlette) -> None:
    busy = await Busy.make()
    admin = speaking(app, person=busy.admin)
    await admin.post("/admin/pages/legal", {"body": "Éditeur : la commune."}, page="")
    english = await speaking(app, "en").get("/legal")
    assert "Éditeur : la commune." in english.words
    assert "Legal notice" in english.title


@pytest.mark.parametrize(
    ("code", "subject", "words"),
    [
        ("en", "An argument against: contribution 1", "gave an argument against your contribution 1"),
        ("fr", "Un argument contre : contribution n° 1", "a donné un argument contre votre contribution n° 1"),
    ],
)
async def test_a_mail_speaks_the_language_of_the_account_that_gets_it(
    app: Starlette, code: str, subject: str, words: str
) -> None:
    load_effects()
    d = await a_discussion()
    awa = await a_person()
    await Account.filter(id=d.luc.id).update(language=code)
    await Account.filter(id=awa.id).update(language="en" if code == "fr" else "fr")
    await d.argue(awa, Side.AGAINST)
    await drain_all()
    mail = await Mail.get()
    assert re.sub(r"\s", " ", mail.subject) == subject
    assert words in re.sub(r"\s", " ", mail.text)
    assert f'<html lang="{code}">' in mail.html


def test_words_of_forms_are_shown_as_they_were_given() -> None:
    shown = '{% from "components/field.html" import tr %}{{ tr(words) }}'
    said = render.environment().from_string(shown).render(words="100% de <b>oui</b>")
    assert said == "100% de &lt;b&gt;oui&lt;/b&gt;"
