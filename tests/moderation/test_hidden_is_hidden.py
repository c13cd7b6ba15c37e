"""Hidden is hidden: every address, file and mail is searched for the words of what was hidden by a decision.

One item of each kind is hidden by a moderator, and one of each is put under seal, each with words of its own, the
earlier wordings and all that stands beneath included. Before that the same crawl finds these words, which shows that it
looks in the right places.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette

from consult.analysis.keeping import keep_all_figures
from consult.app import load_effects, work_once
from consult.arguments.actions import correct_argument, publish_argument
from consult.arguments.models import Side
from consult.consultations.models import Consultation, Section
from consult.contributions.actions import propose_amendment, publish_contribution, revise_contribution
from consult.contributions.models import Contribution
from consult.core import outbox
from consult.core.database import execute
from consult.core.voice import Voice
from consult.moderation.actions.cases import open_case
from consult.moderation.actions.deciding import decide
from consult.moderation.models import Decision, Kind
from consult.notifications.actions import follow
from consult.notifications.models import Frequency, Mail
from consult.notifications.writing.mailings import write_all
from consult.organisations.models import Organisation
from consult.register.heads import sign_heads
from consult.register.queries import entry_of_item
from consult.settings import settings
from consult.sources.actions import correct_source, publish_source
from consult.territories.models import Territory
from tests.attacks.crawling import addresses
from tests.browsing import Visitor
from tests.cast import Person, a_consultation, a_person, a_territory, an_organisation
from tests.moderation.affairs import REASON, kind_of
from tests.notifications.postman import Postman, a_postman

HIDDEN, SEALED = "zzhidden", "zzsealed"
WROTE_BENEATH = {"awa", "luc"}
LIST = "/consultations/plan-velo/contributions"
# Where a moderator, or who may hear appeals, reads what is hidden and not sealed; the record is not among them.
STAFF_READS = ("/moderation/cases/", "/moderation/items/", "/moderation/appeals", "/moderation/decisions/")


@dataclass
class Scene:
    """A territory in which things will be hidden.

    Attributes:
        hidden: what a moderator hides, by name; ``sealed`` what is put under seal.
        beneath: what stands under a hidden or sealed contribution, and goes with it.
    """

    territory: Territory
    consultation: Consultation
    section: Section
    people: dict[str, Person]
    body: Organisation
    public: Contribution
    hidden: dict[str, Any] = field(default_factory=dict)
    sealed: dict[str, Any] = field(default_factory=dict)
    beneath: list[Any] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)

    @property
    def where(self) -> dict[str, Any]:
        return {"territory_id": self.territory.id, "consultation_id": self.consultation.id}

    def visitor(self, app: Starlette, who: str) -> Visitor:
        return Visitor(app, person=self.people[who] if who else None)

    async def contribute(self, voice: Voice, word: str) -> Contribution:
        """A contribution with an earlier wording, both marked."""
        row = await publish_contribution(
            voice, **self.where, section_id=self.section.id, title=f"Titre {word}first", body=f"Le texte {word}first."
        )
        return await revise_contribution(
            voice, **self.where, contribution_id=row.id, base_revision=1, title=f"Titre {word}title",
            body=f"Le texte {word}body.", reason=f"{word}because",
        )  # fmt: skip

    async def say_under(self, above: Contribution, voice: Voice, word: str) -> list[Any]:
        """An argument, a source and an amendment, each marked, the first two corrected once."""
        under = {**self.where, "contribution_id": above.id}
        argument = await publish_argument(voice, **under, side=Side.FOR, body=f"{word}argumentfirst")
        await correct_argument(voice, **self.where, argument_id=argument.id, body=f"{word}argument")
        given = {"link": f"https://example.org/{word}link", "category": "report"}
        source = await publish_source(voice, **under, title=f"{word}sourcefirst", note=f"{word}notefirst", **given)
        await correct_source(
            voice, **self.where, source_id=source.id, title=f"{word}source", note=f"{word}note", **given
        )
        amendment = await propose_amendment(
            voice, **under, base_revision=above.revision, title=f"{word}amended",
            body=f"{word}amendedbody", reason=f"{word}amendedreason",
        )  # fmt: skip
        about = await publish_argument(
            voice, **under, side=Side.AGAINST, body=f"{word}underabout", amendment_id=amendment.id
        )
        beside = await publish_source(
            voice,
            **under,
            argument_id=argument.id,
            title=f"{word}underbeside",
            note=f"{word}underbesidenote",
            link=f"https://example.org/{word}underlink",
            category="report",
        )
        self.beneath += [about, beside]
        return [argument, source, amendment]


async def a_scene() -> Scene:
    """Luc, and Omar for an association, wrote; Awa takes part and follows; Mona moderates."""
    territory = await a_territory()
    people = {name: await a_person(f"{name.title()} Vallon") for name in ("luc", "omar", "awa")}
    for role in ("moderator", "administrator", "guarantor"):
        people[role] = await a_person(f"{role.title()} Vallon", **{role: territory})
    body = await an_organisation(territory, people["omar"])
    consultation, _, (section,) = await a_consultation(territory)
    luc, omar = people["luc"].voice(), people["omar"].voice(organisation=body)
    public = await publish_contribution(
        people["awa"].voice(), territory_id=territory.id, consultation_id=consultation.id, section_id=section.id,
        title="Une piste le long du canal", body="Elle relierait la gare au lycée.",
    )  # fmt: skip
    scene = Scene(territory, consultation, section, people, body, public)
    for word, chosen, voice in ((HIDDEN, scene.hidden, omar), (SEALED, scene.sealed, luc)):
        chosen["contribution"] = await scene.contribute(voice, word)
        scene.beneath += await scene.say_under(chosen["contribution"], people["awa"].voice(), f"{word}under")
        argument, source, amendment = await scene.say_under(public, voice, word)
        chosen |= {"argument": argument, "source": source, "amendment": amendment}
    for kind, row in (("contribution", scene.hidden["contribution"]), ("contribution", public)):
        await follow(people["awa"].voice(), territory_id=territory.id, kind=kind, target_id=row.id,
                     frequency=Frequency.IMMEDIATE)  # fmt: skip
    await follow(people["awa"].voice(), territory_id=territory.id, kind="consultation", target_id=consultation.id,
                 frequency=Frequency.IMMEDIATE)  # fmt: skip
    return scene


async def decide_on(scene: Scene, rows: Iterable[Any], effect: str, ground: str) -> None:
    """Mona decides, by the ordinary way."""
    mona = scene.people["moderator"].voice("moderator")
    for row in rows:
        case = await open_case(mona, territory_id=scene.territory.id, kind=kind_of(row), item_id=row.id)
        scene.decisions.append(
            await decide(
                mona, territory_id=scene.territory.id, case_id=case.id, effect=effect, ground=ground, reason=REASON
            )
        )


async def hide_everything(scene: Scene) -> None:
    """What is on its own first: nothing is reported or decided under what has gone already."""
    for chosen, effect, ground in ((scene.hidden, "hide", "insult"), (scene.sealed, "hide_illegal", "hatred")):
        rows = [chosen[name] for name in ("argument", "source", "amendment", "contribution")]
        await decide_on(scene, rows, effect, ground)
    await write_mails()


async def pages_of(scene: Scene) -> list[str]:
    """Every address that is read, filled in with all that there is."""
    items = [*scene.hidden.values(), *scene.sealed.values(), *scene.beneath]
    cases = [row["id"] for row in await execute("SELECT id FROM moderation_case")]
    rounds = [row["id"] for row in await execute("SELECT id FROM round")]
    mails = [row["id"] for row in await execute("SELECT id FROM mail")]
    numbers = [scene.public.number, scene.hidden["contribution"].number, scene.sealed["contribution"].number]
    entries = [row["position"] for row in await execute("SELECT position FROM register_entry")]
    slug = {
        "slug": ["plan-velo"],
        "path": ["site.css", f"entries/000.p/{max(len(entries), 1)}"],
        "name": ["charter"],
        "member": [1],
        "invitation": [1],
    }
    beneath = {"id": [row.id for row in items if kind_of(row) is not Kind.CONTRIBUTION]}
    kinds = {"kind": [*Kind, "consultation", "section"], "id": [row.id for row in items] + [scene.section.id]}
    other = {"id": [*cases, *rounds, *mails, *(one.id for one in scene.decisions), scene.body.id, scene.section.id]}
    found = [*addresses("GET", {**slug, "n": numbers, **beneath}, only="{n:int}")]
    found += addresses("GET", {**slug, **kinds}, only="{kind}")
    found += addresses("GET", {"position": entries}, only="{position")
    found += addresses("GET", {**slug, **other}, only="^(?!.*{(n|kind|position)).*")
    found += [f"{LIST}{query}" for query in (f"?q={HIDDEN}", "?sort=votes", "?sort=argued", "?sort=contested",
              "?sort=random&seed=1", "?kind=association", f"?section={scene.section.id}", "?q=Titre")]  # fmt: skip
    found += [f"{LIST}/similar?title=Titre&body={word}body" for word in (HIDDEN, SEALED)]
    return list(dict.fromkeys(found))


async def receipts_of_hidden(scene: Scene) -> list[int]:
    """The places in the register of the present wordings of what will be hidden."""
    places = []
    for name, row in scene.hidden.items():
        entry = await entry_of_item(scene.territory.id, name, row.id)
        assert entry is not None
        places.append(entry.position)
    return places


async def own_receipts(scene: Scene, who: str) -> list[str]:
    """The receipts that belong to one of the people."""
    rows = await execute("SELECT position FROM register_entry WHERE account_id = :who", who=scene.people[who].id)
    return [f"/register/entries/{row['position']}/receipt.json" for row in rows]


async def answers(scene: Scene, visitor: Visitor) -> dict[str, str]:
    """What is answered at each address; the word that was searched for is nobody's."""
    found = {}
    for address in await pages_of(scene):
        answer = await visitor.client.get(address)
        assert answer.status_code < 500, address
        found[address] = re.sub(rf"{HIDDEN}(?![a-z])", "", answer.text)
    return found


def saying(word: str, answered: dict[str, str], *but: str) -> list[str]:
    """The addresses that answer with a word, those that may left out."""
    pattern = re.compile(word)
    return [address for address, text in answered.items() if pattern.search(text) and not address.startswith(but)]


@pytest.fixture
async def scene(db: str) -> Scene:
    """With the mails that were written about it, none of them sent yet."""
    load_effects()
    made = await a_scene()
    await write_mails()
    return made


async def write_mails() -> None:
    """What the worker does, but for sending: the register is entered and signed, figures are counted."""
    await outbox.drain_all()
    await write_all()
    await sign_heads()
    await keep_all_figures()


async def test_the_crawl_finds_what_is_public(app: Starlette, scene: Scene) -> None:
    """And once it is hidden it finds nothing, nor is a browser that has the page told that it still stands."""
    somebody = scene.visitor(app, "")
    found = saying(HIDDEN, await answers(scene, somebody))
    contribution, public = f"{LIST}/{scene.hidden['contribution'].number}", f"{LIST}/{scene.public.number}"
    for expected in (
        LIST, contribution, f"{contribution}/history", public, f"{public}/arguments/{scene.hidden['argument'].id}",
        f"{public}/amendments/{scene.hidden['amendment'].id}", f"/organisations/{scene.body.id}",
        f"/report/source/{scene.hidden['source'].id}", f"{LIST}?q={HIDDEN}", f"{LIST}?kind=association",
        *[f"/register/entries/{place}/receipt.json" for place in await receipts_of_hidden(scene)],
    ):  # fmt: skip
        assert expected in found, expected
    tags = {address: (await somebody.client.get(address)).headers.get("etag", "") for address in found}
    assert len([tag for tag in tags.values() if tag]) > 10
    await hide_everything(scene)
    for address, tag in tags.items():
        again = await somebody.client.get(address, headers={"if-none-match": tag} if tag else {})
        assert again.status_code != 304, address
        assert not re.search(rf"{HIDDEN}(?=[a-z])|{SEALED}(?=[a-z])", again.text), address
    assert saying(f"{HIDDEN}|{SEALED}", await answers(scene, somebody)) == []


async def test_who_followed_it_found_it_before(app: Starlette, scene: Scene) -> None:
    found = [*saying(HIDDEN, await answers(scene, scene.visitor(app, "awa")))]
    assert "/account/follows" in found
    assert f"{LIST}/{scene.hidden['contribution'].number}/arguments/new" in found


@pytest.mark.parametrize("who", ["awa", "luc", "administrator", "guarantor", "moderator"])
async def test_what_is_hidden_is_nowhere(app: Starlette, scene: Scene, who: str) -> None:
    """Those who decide or hear appeals read what is hidden where they do so, and nobody reads what is sealed.

    What stood beneath is hidden with it and under no seal; as everything that one wrote it is in one's own data, and
    in one's own receipts.
    """
    await hide_everything(scene)
    answered = await answers(scene, scene.visitor(app, who))
    own = ("/account/data", *await own_receipts(scene, who)) if who in WROTE_BENEATH else ()
    but = STAFF_READS if who in {"administrator", "guarantor", "moderator"} else ()
    assert saying(f"{HIDDEN}(?!under)", answered, *but) == []
    assert saying(f"({HIDDEN}|{SEALED})under", answered, *but, *own) == []
    assert saying(f"{SEALED}(?!under)", answered) == []


async def test_its_author_reads_it_in_the_statement_only(app: Starlette, scene: Scene) -> None:
    await hide_everything(scene)
    answered = await answers(scene, scene.visitor(app, "omar"))
    statements = {f"/account/decisions/{one.id}" for one in scene.decisions[:4]}
    found = set(saying(HIDDEN, answered))
    assert statements <= found
    # all that is held about oneself, by law; and the receipts of what is under no decision of its own
    beneath = set(saying(f"{HIDDEN}under", answered)) & set(await own_receipts(scene, "omar"))
    assert found - statements - beneath <= {"/account/data", "/account/data.json"}
    assert not saying(f"{HIDDEN}(?!under)", {address: answered[address] for address in beneath})
    assert saying(SEALED, answered) == []


async def test_no_row_keeps_a_word_of_what_is_sealed_but_the_seal(app: Starlette, scene: Scene) -> None:
    """Texts, wordings, search index: what is taken out is out."""
    await hide_everything(scene)
    ends = ("first", "title", "body", "because", "argument", "source", "note", "link", "amended")
    words = [f"{SEALED}{end}" for end in ends]
    for table, columns in (
        ("contribution", "title, body, body_html, excerpt, stems"), ("revision", "title, body, body_html, reason"),
        ("argument", "body, body_html"), ("argument_revision", "body"), ("source", "title, link, body, body_html"),
        ("source_revision", "title, link, body"), ("amendment", "title, body, body_html, reason"),
    ):  # fmt: skip
        text = str(await execute(f"SELECT {columns} FROM {table}"))
        assert not [word for word in words if word in text], table


async def test_no_mail_that_leaves_after_it_was_hidden_says_a_word_of_it(app: Starlette, scene: Scene) -> None:
    """Those written before and not sent are dropped, or say only what is public; those written after say nothing."""
    before = {mail.id for mail in await Mail.all()}
    assert [mail for mail in await Mail.all() if HIDDEN in mail.text + mail.subject], "there was something to hold back"
    await hide_everything(scene)
    with a_postman() as postman:
        await sent_by(postman)
    assert postman.arrived, "somebody is written to: the authors, of the decisions"
    for message in postman.arrived:
        parts = [part.get_content() for part in message.walk() if not part.is_multipart()]
        assert not re.search(f"{HIDDEN}|{SEALED}", str(message["Subject"]) + "".join(parts)), message["Subject"]
    for mail in await Mail.exclude(id__in=before):
        assert not re.search(f"{HIDDEN}|{SEALED}", mail.text + mail.html + mail.subject), mail.template


async def sent_by(postman: Postman) -> None:
    """The worker does all that is due, with this post."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONSULT_SMTP_URL", postman.url)
        settings.cache_clear()
        await work_once()
    settings.cache_clear()
