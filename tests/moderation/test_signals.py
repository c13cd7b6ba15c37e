"""Signals: they only queue an item, say what was found, and find it once."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.accounts.models import Account
from consult.arguments.actions import correct_argument
from consult.consultations.models import Consultation, ModerationTime
from consult.contributions.actions import publish_contribution, revise_contribution
from consult.contributions.models import Contribution
from consult.core import clock, outbox
from consult.core.database import execute
from consult.moderation import effects
from consult.moderation.actions.cases import drop_case
from consult.moderation.actions.watching import set_watch
from consult.moderation.models import Case, Decision, Watch
from consult.moderation.rules.watching import found_words, links_count, watched_lines
from tests.attacks.recount import recount
from tests.cast import NOON, Person, a_person, a_territory
from tests.moderation.affairs import Affair, an_affair, events_named, refused, state_of

assert effects  # loaded: what is published is looked at


@pytest.fixture
async def a(db: str, frozen: object) -> Affair:
    """Everybody in place, and nothing found in Luc's contribution."""
    affair = await an_affair()
    await looked_again()
    assert not await Case.exists()
    return affair


async def looked_again(*, twice: bool = True) -> None:
    """Run the reactions, and once more as if the first run had not been remembered."""
    await outbox.drain_all()
    if twice:
        await execute("UPDATE outbox SET done_at = NULL, next_try_at = :now, attempts = 0", now=clock.now())
        await outbox.drain_all()


async def watch(a: Affair, words: str = "", most_links: int = 3, hide_after: int = 0) -> Watch:
    """Mona chooses what is watched for."""
    return await set_watch(a.moderator, **a.here, words=words, most_links=most_links, hide_after=hide_after)


async def written(a: Affair, person: Person | None = None, **changed: Any) -> Contribution:
    """A contribution of Rita's."""
    values = {"title": "Des bancs sur la place", "body": "Il faut des bancs à l’ombre des platanes.", **changed}
    return await publish_contribution((person or a.rita).voice(), **a.d.place, section_id=a.d.section.id, **values)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("line", "text", "found"),
    [
        ("arnaque", "Quelle ARNAQUE !", True),
        ("arnaque", "Des arnaques, encore", True),
        ("arnaque", "Du narnaquois", False),
        ("éolienne", "les eoliennes", True),
        ("con", "un contrat avec mon conseil", False),
        ("con", "Quel con.", True),
        ("crédit gratuit", "un Crédit, gratuit ce mois", True),
        ("crédit gratuit", "gratuit ou à crédit", False),
        ("œuvre", "les oeuvres", True),
        ("—", "une phrase — coupée", False),
        ("le", "le pont", True),
    ],
)
def test_a_word_is_found_whole_or_by_its_stem(line: str, text: str, found: bool) -> None:
    assert found_words([line], text) == ([line] if found else [])


@given(st.text(max_size=80), st.text(max_size=200))
def test_whatever_is_watched_for_is_looked_for(words: str, text: str) -> None:
    lines = watched_lines(words)
    assert set(found_words(lines, text)) <= set(lines)


@pytest.mark.parametrize(
    ("body", "html", "links"),
    [
        ("rien", "<p>rien</p>", 0),
        ("[a](https://a.fr) https://b.fr", '<p><a href="https://a.fr">a</a> <a href="https://b.fr">b</a></p>', 2),
        ("www.a.fr et www.b.fr", "<p>www.a.fr et www.b.fr</p>", 2),
    ],
)
def test_links_are_counted_as_they_stand(body: str, html: str, links: int) -> None:
    assert links_count(body, html) == links


async def test_a_watched_word_opens_a_case_and_removes_nothing(a: Affair) -> None:
    await watch(a, "arnaque\ngratuit")
    row = await written(a, title="Une arnaque", body="Tout est gratuit, paraît-il.")
    await looked_again()
    case = await Case.get()
    assert (case.item_id, case.reasons, case.details["words"]) == (row.id, ["words"], ["arnaque", "gratuit"])
    assert len(await events_named("case_opened")) == 1
    assert await state_of(row) == "published"
    assert not await Decision.exists()


async def test_words_are_looked_for_in_all_that_people_read(a: Affair) -> None:
    await watch(a, "arnaque")
    argument = await a.d.argue(a.rita, body="Quelle arnaque.")
    source = await a.d.source(a.rita, title="Histoire d’une arnaque")
    linked = await a.d.source(a.rita, link="https://arnaque.example/")
    amendment = await a.d.amend(a.rita)
    await looked_again()
    found = set(await Case.all().values_list("item_id", flat=True))
    assert found == {argument.id, source.id, linked.id}
    assert amendment.id not in found


async def test_the_words_of_a_neighbour_are_not_watched_for(a: Affair) -> None:
    neighbour = await an_affair(territory=await a_territory("coteau"))
    await watch(neighbour, "bancs")
    await written(a)
    await looked_again()
    assert not await Case.exists()


async def test_many_links_are_a_reason_to_look(a: Affair) -> None:
    few = await written(a, body=" ".join(f"https://site{n}.example/" for n in range(3)))
    many = await written(a, title="Liens", body=" ".join(f"https://site{n}.example/" for n in range(4)))
    await looked_again()
    case = await Case.get()
    assert (case.item_id, case.reasons, case.details["links"]) == (many.id, ["links"], 4)
    assert few.id != many.id


# ---------------------------------------------------------------- the same again


BENCHES = (
    "Il faudrait installer des bancs à l’ombre des platanes, sur la place du marché, pour que les personnes âgées "
    "puissent s’y asseoir en attendant l’autobus de la gare."
)


async def test_a_near_duplicate_is_a_reason_to_look(a: Affair) -> None:
    first = await written(a, body=BENCHES)
    other = await written(a, await a_person("Jo Blanc"), title="Bancs", body=BENCHES + " Merci !")
    await looked_again()
    case = await Case.get()
    assert (case.item_id, case.reasons, case.details["similar"]) == (other.id, ["similar"], [first.number])


async def test_the_same_subject_is_no_duplicate(a: Affair) -> None:
    await written(a, body=BENCHES)
    await written(
        a,
        await a_person("Jo Blanc"),
        body="Les bancs de la place gênent les poussettes : déplaçons-les au parc du lycée.",
    )
    await looked_again()
    assert not await Case.exists()


async def test_an_argument_is_a_duplicate_only_in_the_same_words(a: Affair) -> None:
    first = await a.d.argue(a.rita, body="C’est plus sûr.")
    second = await a.d.argue(a.omar, body="C'EST  plus sûr.")
    await a.d.argue(a.mona, body="C’est plus sûr pour tous.")
    await looked_again()
    case = await Case.get(item_id=second.id)
    assert (case.reasons, case.details["similar"]) == (["similar"], [first.id])
    assert await Case.all().count() == 1  # the first to say it is no duplicate


# ---------------------------------------------------------------- accounts


async def test_several_new_accounts_from_one_place_are_a_reason_to_look(a: Affair) -> None:
    people = [await a_person(f"Nouveau {n}") for n in range(3)]
    await Account.filter(id__in=[one.id for one in people[:2]]).update(signed_up_from="digest")
    await a.d.argue(people[0], body="Un avis.")
    await looked_again(twice=False)
    assert not await Case.exists()
    await Account.filter(id=people[2].id).update(signed_up_from="digest")
    await a.d.argue(people[2], body="Un autre avis.")
    await looked_again(twice=False)
    case = await Case.get()
    assert (case.reasons, case.details["new_accounts"], case.author_id) == (["new_accounts"], 3, people[2].id)


async def test_accounts_of_the_day_before_are_old(a: Affair) -> None:
    people = [await a_person(f"Nouveau {n}") for n in range(4)]
    await Account.filter(id__in=[one.id for one in people]).update(signed_up_from="digest")
    await Account.filter(id=people[0].id).update(created_at=NOON - timedelta(hours=25))
    await a.d.argue(people[0], body="Un avis.")
    await looked_again()
    assert not await Case.exists()
    await a.d.argue(people[1], body="Un avis encore.")
    await looked_again()
    assert (await Case.get()).details["new_accounts"] >= 3


# ---------------------------------------------------------------- before publication, and after a decision


async def held(a: Affair) -> Contribution:
    """Rita writes where everything is read first."""
    await Consultation.filter(id=a.d.consultation.id).update(moderation=ModerationTime.BEFORE)
    return await written(a)


async def test_what_waits_for_a_moderator_is_in_the_queue(a: Affair) -> None:
    await watch(a, "bancs")
    row = await held(a)
    await looked_again()
    case = await Case.get()
    assert (case.item_id, case.reasons, row.number) == (row.id, ["before", "words"], None)


async def test_what_waited_is_published_by_keeping_it_and_not_queued_again(a: Affair) -> None:
    await watch(a, "bancs")
    row = await held(a)
    await looked_again()
    await a.decide("keep", row)
    assert await state_of(row) == "published"
    assert row.number == 2
    await looked_again()
    assert not await Case.exists(is_open=True)
    assert await recount() == []


async def test_what_waited_is_published_even_after_the_round(a: Affair) -> None:
    row = await held(a)
    await looked_again()
    await a.d.close()
    await a.decide("keep", row)
    assert await state_of(row) == "published"
    assert await recount() == []


async def test_what_waited_and_is_hidden_can_still_be_published(a: Affair) -> None:
    row = await held(a)
    await looked_again()
    decision = await a.decide("hide", row)
    assert await state_of(row) == "hidden"
    assert row.number is None
    assert (await a.decide("keep", row)).replaces_id == decision.id
    assert await state_of(row) == "published"
    assert row.number == 2
    assert await recount() == []


async def test_what_waited_can_be_reunited(a: Affair) -> None:
    row = await held(a)
    await looked_again()
    await a.decide("merge", row, merged_into_number=1)
    await row.refresh_from_db()
    assert (row.state.value, row.number, row.merged_into_id) == ("published", 2, a.d.contribution.id)
    assert await recount() == []


async def test_a_new_wording_is_looked_at_again(a: Affair) -> None:
    await watch(a, "arnaque")
    row = await written(a)
    await a.decide("keep", row)
    await looked_again()
    assert not await Case.exists(is_open=True)
    with clock.frozen(NOON + timedelta(hours=1), everywhere=True):
        await revise_contribution(
            a.rita.voice(), **a.d.place, contribution_id=row.id, base_revision=1, title="Une arnaque", body="Changé."
        )
        await looked_again()
    case = await Case.get(is_open=True)
    assert (case.item_id, case.reasons) == (row.id, ["words"])


async def test_a_corrected_argument_is_looked_at_again(a: Affair) -> None:
    await watch(a, "arnaque")
    argument = await a.d.argue(a.rita, body="Un avis.")
    await correct_argument(a.rita.voice(), **a.d.place, argument_id=argument.id, body="Une arnaque.")
    await looked_again()
    assert (await Case.get()).details["words"] == ["arnaque"]


async def test_what_is_hidden_or_elsewhere_is_not_looked_at(a: Affair) -> None:
    await watch(a, "bancs")
    row = await written(a)
    await a.decide("hide", row)
    await looked_again()
    assert not await Case.exists(is_open=True)
    assert not await drop_case(12345)


# ---------------------------------------------------------------- choosing what is watched for


async def test_what_is_watched_for_is_cleaned_and_kept(a: Affair) -> None:
    row = await watch(a, "  Arnaque \n\narnaque\nArnaque\n crédit\u200b  gratuit ", 5, 2)
    assert (row.words, row.most_links, row.hide_after) == ("Arnaque\narnaque\ncrédit gratuit", 5, 2)
    await watch(a, row.words, 5, 2)
    assert len(await events_named("watch_changed")) == 1
    assert (await watch(a)).id == row.id
    assert await Watch.all().count() == 1
    assert "rnaque" not in str(await events_named("watch_changed"))


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"words": "\n".join(f"mot{n}" for n in range(501))}, "many_words"),
        ({"words": "x" * 81}, "long_watched"),
        ({"most_links": -1}, "bad_most_links"),
        ({"most_links": 101}, "bad_most_links"),
        ({"hide_after": 1}, "bad_hide_after"),
        ({"hide_after": -2}, "bad_hide_after"),
        ({"hide_after": 1_001}, "bad_hide_after"),
    ],
)
async def test_what_may_be_watched_for(a: Affair, values: dict[str, Any], code: str) -> None:
    assert await refused(watch(a, **values)) == code


async def test_moderators_and_administrators_choose(a: Affair) -> None:
    for voice in (a.mona.voice("guarantor"), a.rita.voice()):
        work = set_watch(voice, **a.here, words="", most_links=3, hide_after=0)
        assert await refused(work) == "not_moderator"
    assert await set_watch(a.mona.voice("administrator"), **a.here, words="x", most_links=3, hide_after=0)
