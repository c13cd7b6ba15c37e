"""The demonstration's content keeps to its README: references resolve, times fit, and nobody real is named."""

import itertools
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from consult.accounts.models import Role
from consult.core.text.links import safe_address
from consult.core.text.markdown import render_markdown
from consult.moderation.models import Ground
from consult.organisations.models import MemberRole, OrganisationKind, OrganisationState
from consult.organisations.numbers import check_number
from consult.sources.models import SourceCategory
from consult.territories.models import TerritoryKind

FOLDER = Path(__file__).parents[2] / "consult" / "demo" / "content"
MOST_VOTERS = 240
GROUNDS = {ground.value for ground in Ground}
MAY = {"contribute", "argue", "source", "vote", "amend"}
ACCEPTS = {"contributions", "arguments", "sources", "votes", "amendments"}
NAMES = ("open", "before", "coming", "closed")

Table = dict[str, Any]


def load(name: str) -> Table:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


TERRITORY = load("territory.toml")
PEOPLE: dict[str, Table] = {person["key"]: person for person in load("people.toml")["people"]}
ORGANISATIONS: dict[str, Table] = {body["key"]: body for body in load("organisations.toml")["organisations"]}
MODERATION = load("moderation.toml")
CONSULTATIONS: dict[str, Table] = {name: load(f"consultation-{name}.toml") for name in NAMES}


def contributions(name: str) -> list[Table]:
    files = CONSULTATIONS[name]["consultation"]["contribution_files"]
    found = [row for file in files for row in load(file)["contributions"]]
    return sorted(found, key=lambda row: int(row["number"]))


def below(contribution: Table) -> Iterator[tuple[str, Table, Table]]:
    """(kind, item, what it stands under), for everything under a contribution."""
    for kind in ("arguments", "sources", "amendments"):
        for item in contribution.get(kind, []):
            yield kind, item, contribution
            for inner in ("arguments", "sources"):
                for under in item.get(inner, []):
                    yield inner, under, item


def everything() -> Iterator[tuple[str, str, Table, Table]]:
    """(consultation, kind, item, what it stands under) of all consultations."""
    for name in NAMES:
        for contribution in contributions(name):
            yield name, "contributions", contribution, contribution
            for kind, item, parent in below(contribution):
                yield name, kind, item, parent


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def days_since(day: int, clock: str, loaded_at: datetime) -> float:
    """How long before the loading a round's bound lies, computed as the loader must: local day, local hour."""
    hour, minute = map(int, clock.split(":"))
    local = (loaded_at + timedelta(days=day)).replace(hour=hour, minute=minute)
    return (loaded_at.timestamp() - local.timestamp()) / 86_400


def test_every_file_of_the_folder_is_used() -> None:
    used = {"territory.toml", "people.toml", "organisations.toml", "pages.toml", "moderation.toml"}
    for name in NAMES:
        used |= {f"consultation-{name}.toml", *CONSULTATIONS[name]["consultation"]["contribution_files"]}
    assert {path.name for path in FOLDER.glob("*.toml")} == used


def test_people_are_told_apart_and_write_from_example_addresses() -> None:
    rows = load("people.toml")["people"]
    assert len(rows) == len(PEOPLE) >= 45
    assert len({row["name"] for row in rows}) == len(rows)
    assert len({row["email"] for row in rows}) == len(rows)
    assert all(row["email"].endswith("@example.org") for row in rows)
    assert [row["key"] for row in rows if not row["confirmed"]] == ["pauline-astier"]


def test_nothing_points_to_a_real_mailbox_or_a_real_telephone() -> None:
    for path in FOLDER.glob("*.toml"):
        text = path.read_text(encoding="utf-8")
        for host in re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", text):
            assert host == "example.org" or host.endswith(".example"), (path.name, host)
        for phone in re.findall(r"\b0\d(?:[ .\u00a0\u202f]?\d\d){4}\b", text):
            digits = re.sub(r"\D", "", phone)
            assert digits.startswith(("053649", "063998")), (path.name, phone)


def test_every_role_has_somebody_and_every_printed_link_a_person() -> None:
    assert TerritoryKind(TERRITORY["territory"]["kind"])
    assert TERRITORY["territory"]["slug"] == "demo"
    assert {row["role"] for row in TERRITORY["staff"]} == {role.value for role in Role}
    assert Counter(row["role"] for row in TERRITORY["staff"])["moderator"] >= 2, "an appeal is heard by somebody else"
    linked = [row["person"] for row in TERRITORY["sign_in"]]
    assert len(set(linked)) == len(linked)
    assert {*linked, *(row["person"] for row in TERRITORY["staff"])} <= set(PEOPLE)


def test_organisations_are_invented_and_their_numbers_well_formed() -> None:
    for body in ORGANISATIONS.values():
        assert OrganisationKind(body["kind"])
        number = check_number(body["number_kind"], body["number"])
        assert number is not None, body["key"]
        assert number.value.removeprefix("W").startswith("999"), "not given to anybody"
        assert not body["site"] or str(urlsplit(body["site"]).hostname).endswith(".example")
        assert body["members"][0]["role"] == "owner"
        assert {MemberRole(member["role"]) for member in body["members"]}
        assert {member["person"] for member in body["members"]} <= set(PEOPLE)
        assert PEOPLE[body["members"][0]["person"]]["registered_days_ago"] > body["created_days_ago"]
    states = Counter(OrganisationState(body["status"]) for body in ORGANISATIONS.values())
    assert states[OrganisationState.WAITING] == states[OrganisationState.REFUSED] == 1
    assert states[OrganisationState.VERIFIED] >= 9


def test_the_territory_says_when_and_why_it_decided_on_an_organisation() -> None:
    for body in ORGANISATIONS.values():
        decided = body["status"] != "waiting"
        assert ("decided_days_ago" in body, "decided_by" in body) == (decided, decided)
        assert bool(body.get("reason")) == (body["status"] == "refused")
        if decided:
            assert 0 < body["decided_days_ago"] < body["created_days_ago"]


@pytest.mark.parametrize("name", NAMES)
def test_sections_are_a_tree_of_two_levels(name: str) -> None:
    level: dict[str, int] = {}
    for section in CONSULTATIONS[name]["sections"]:
        parent = section.get("parent")
        level[section["key"]] = level[parent] + 1 if parent else 1
        assert set(section["accepts"]) <= ACCEPTS
        assert len(section["title"]) <= 120
        assert section["text"].strip()
    assert len(level) == len(CONSULTATIONS[name]["sections"])
    assert max(level.values()) <= 2


def test_two_consultations_are_open_one_coming_one_closed() -> None:
    bounds = {
        name: [(row["opens_in_days"], row["closes_in_days"]) for row in CONSULTATIONS[name]["rounds"]] for name in NAMES
    }
    assert bounds["open"] == [(-20, 12)]
    assert bounds["before"] == [(-6, 24)]
    assert CONSULTATIONS["before"]["consultation"]["moderation"] == "before"
    assert min(opens for opens, _ in bounds["coming"]) == 9
    assert max(closes for _, closes in bounds["closed"]) == -40
    for name in NAMES:
        for row in CONSULTATIONS[name]["rounds"]:
            assert set(row["allows"]) <= MAY
            assert (row["opens_in_days"], row["opens_at"]) < (row["closes_in_days"], row["closes_at"])
    assert "L.\u00a0131\u20111" in CONSULTATIONS["open"]["consultation"]["legal_basis"]


@pytest.mark.parametrize("name", NAMES)
def test_numbers_run_without_gaps_in_the_order_of_writing(name: str) -> None:
    rows = contributions(name)
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    ages = [row["days_ago"] for row in rows]
    assert ages == sorted(ages, reverse=True)
    assert len(set(ages)) == len(ages)


def test_every_author_exists_and_had_an_account_and_a_confirmed_address() -> None:
    for _, _, item, _ in everything():
        person = PEOPLE[item["by"]]
        assert person["confirmed"]
        assert person["registered_days_ago"] > item["days_ago"], (item["by"], item["days_ago"])


def test_only_a_member_speaks_for_an_organisation_and_only_once_verified() -> None:
    for _, _, item, _ in everything():
        if "as" not in item:
            continue
        body = ORGANISATIONS[item["as"]]
        assert item["by"] in [member["person"] for member in body["members"]], (item["by"], item["as"])
        assert body["status"] == "verified"
        assert body["decided_days_ago"] > item["days_ago"]


def test_those_who_watch_over_the_debate_stay_out_of_it() -> None:
    silent = {"moderator", "rapporteur", "decision_maker", "guarantor"}
    watching = {row["person"] for row in TERRITORY["staff"] if row["role"] in silent}
    assert not [item["by"] for _, _, item, _ in everything() if item["by"] in watching]


@pytest.mark.parametrize("clock", ["00:05", "09:30", "23:55"])
def test_everything_is_written_in_a_round_that_allows_it(clock: str) -> None:
    verbs = {"contributions": "contribute", "arguments": "argue", "sources": "source", "amendments": "amend"}
    hour, minute = map(int, clock.split(":"))
    loaded_at = datetime(2026, 3, 31, hour, minute, tzinfo=ZoneInfo("Europe/Paris"))  # two days after a change of hour
    for name, kind, item, _ in everything():
        rounds = [row for row in CONSULTATIONS[name]["rounds"] if verbs[kind] in row["allows"]]
        for row in rounds:
            opened = days_since(row["opens_in_days"], row["opens_at"], loaded_at)
            closed = days_since(row["closes_in_days"], row["closes_at"], loaded_at)
            if opened > item["days_ago"] > max(closed, 0):
                break
        else:
            pytest.fail(f"{name} {kind} {item['by']} {item['days_ago']} at {clock}")


def test_what_answers_comes_after_what_it_answers() -> None:
    for _, kind, item, parent in everything():
        if kind != "contributions":
            assert item["days_ago"] < parent["days_ago"], (item["by"], item["days_ago"])
        if item.get("state") in ("withdrawn", "hidden"):
            assert item["state_days_ago"] < item["days_ago"]
        for tally in item.get("tallies", []):
            assert tally["days_ago"] < item["days_ago"]
            assert tally["origin"]
            assert tally["entered_by"] in PEOPLE


def test_a_section_takes_only_what_it_accepts() -> None:
    for name in NAMES:
        accepts = {section["key"]: section["accepts"] for section in CONSULTATIONS[name]["sections"]}
        for row in contributions(name):
            assert "contributions" in accepts[row["section"]]
            assert {kind for kind, _, _ in below(row)} <= set(accepts[row["section"]])


def test_revisions_differ_and_follow_one_another() -> None:
    for row in (item for _, kind, item, _ in everything() if kind == "contributions"):
        wordings = [*row.get("revisions", []), row]
        times = [row["days_ago"], *(earlier["until_days_ago"] for earlier in wordings[:-1])]
        assert times == sorted(set(times), reverse=True)
        texts = [(wording["title"], wording["body"].strip()) for wording in wordings]
        assert all(first != second for first, second in itertools.pairwise(texts))
        assert "earlier_votes" not in row or len(wordings) > 1


def test_an_adopted_amendment_is_the_next_wording_word_for_word() -> None:
    for row in (item for _, kind, item, _ in everything() if kind == "contributions"):
        wordings = [*row.get("revisions", []), row]
        credited = {}
        for place, wording in enumerate(wordings[:-1]):
            if "amendment" in wording:
                credited[wording["amendment"]] = (wording, wordings[place + 1])
        for place, amendment in enumerate(row.get("amendments", []), start=1):
            assert amendment["by"] != row["by"]
            assert amendment["reason"].strip()
            assert (amendment["state"] == "adopted") == (place in credited)
            assert ("answered_days_ago" in amendment) == (amendment["state"] != "pending")
            if place in credited:
                before, after = credited[place]
                assert amendment["body"].strip() == after["body"].strip() != before["body"].strip()
                assert before["title"] == after["title"]
                assert amendment["answered_days_ago"] == before["until_days_ago"] < amendment["days_ago"]


def test_counts_fit_in_the_demonstration_voters() -> None:
    for _, _, item, _ in everything():
        cast = [item.get(key, {}) for key in ("votes", "earlier_votes")]
        assert all(set(votes) <= {"agree", "mixed", "disagree"} for votes in cast)
        assert sum(sum(votes.values()) for votes in cast) <= MOST_VOTERS
        assert item.get("supports", 0) <= MOST_VOTERS
        if item.get("state") in ("withdrawn", "hidden"):
            assert not any(cast)
            assert not item.get("supports")


def test_a_hidden_item_says_by_whom_and_why() -> None:
    moderators = {row["person"] for row in TERRITORY["staff"] if row["role"] == "moderator"}
    every = [item for _, _, item, _ in everything() if item.get("state") == "hidden"]
    hidden = [item for item in every if "hidden_by" in item]
    assert hidden
    assert [item["ground"] for item in every if "hidden_by" not in item] == ["automatic"]
    for item in hidden:
        assert item["hidden_by"] in moderators
        assert item["ground"] in GROUNDS
        assert "article" in item["reason"]
    assert sum(item.get("state") == "withdrawn" for _, _, item, _ in everything()) == 2


def test_the_open_consultation_is_rich_and_uneven() -> None:
    rows = contributions("open")
    shown = [row for row in rows if row.get("state", "published") == "published"]
    assert len(shown) >= 32
    assert len({row["as"] for row in shown if "as" in row}) >= 9
    arguments = [len(row.get("arguments", [])) for row in shown]
    assert max(arguments) == 34
    assert sum(arguments) >= 90
    assert arguments.count(0) >= 5
    sides = Counter(argument["side"] for row in shown for argument in row.get("arguments", []))
    assert set(sides) == {"for", "against"}
    assert min(sides.values()) >= 30
    assert sum(bool(row.get("revisions")) for row in shown) >= 6
    amendments = Counter(amendment["state"] for row in shown for amendment in row.get("amendments", []))
    assert set(amendments) == {"adopted", "declined", "pending"}
    assert amendments.total() >= 5
    assert sum(len(row.get("tallies", [])) for row in rows) == 1


def test_the_closed_consultation_is_small_and_the_coming_one_empty() -> None:
    assert 6 <= len(contributions("closed")) <= 10
    assert not contributions("coming")


def test_sources_use_every_category_and_lead_somewhere_plausible() -> None:
    sources = [item for name, kind, item, _ in everything() if kind == "sources" and name == "open"]
    assert len(sources) >= 18
    assert {source["category"] for source in sources} == {category.value for category in SourceCategory}
    for source in (item for _, kind, item, _ in everything() if kind == "sources"):
        assert safe_address(source["url"]) == source["url"]
        address = urlsplit(source["url"])
        # No deep link into a real site is invented; the one below is known to exist.
        invented = str(address.hostname).endswith(".example")
        assert invented or address.path == "/" or source["url"] == "https://www.insee.fr/fr/statistiques/4241397"
        assert 5 <= len(source["title"]) <= 120


def test_texts_have_a_reasonable_length_and_render_whole() -> None:
    for _, kind, item, _ in everything():
        if kind in ("contributions", "sources"):
            assert 5 <= len(item["title"]) <= 120, item["title"]
        if "body" in item:
            assert 3 <= len(item["body"].strip()) <= (4_000 if kind in ("contributions", "amendments") else 1_500)
            assert render_markdown(item["body"]).startswith("<")
            assert "###" not in item["body"]
        assert len(item.get("note", "")) <= 300
    for name in NAMES:
        presented = CONSULTATIONS[name]["consultation"]
        assert len(presented["title"]) <= 120
        assert presented["question"].endswith("\u202f?")


def test_nobody_writes_the_same_thing_twice() -> None:
    bodies = Counter(
        item["body"].strip() for _, kind, item, _ in everything() if kind in ("contributions", "arguments")
    )
    assert bodies.most_common(1)[0][1] == 1


def test_waiting_and_drafts_have_no_number_and_their_writers_are_right() -> None:
    opened = CONSULTATIONS["open"]
    keys = {section["key"] for section in opened["sections"]}
    assert [PEOPLE[row["by"]]["confirmed"] for row in opened["waiting"]] == [False]
    assert [PEOPLE[row["by"]]["confirmed"] for row in opened["drafts"]] == [True]
    for row in [*opened["waiting"], *opened["drafts"], *CONSULTATIONS["before"]["held"]]:
        assert "number" not in row
        assert row["section"] in keys or row in CONSULTATIONS["before"]["held"]
        assert row["days_ago"] < PEOPLE[row["by"]]["registered_days_ago"]


def test_the_four_pages_are_there_and_the_charter_can_be_cited() -> None:
    pages = {row["key"]: row for row in load("pages.toml")["pages"]}
    assert set(pages) == {"accessibility", "legal", "privacy", "charter"}
    numbers = [int(found) for found in re.findall(r"^### Article (\d+)\.", pages["charter"]["body"], re.MULTILINE)]
    assert numbers == list(range(1, 12))
    reasons = [item["reason"] for _, _, item, _ in everything() if "hidden_by" in item]
    reasons += [row["reason"] for row in [*MODERATION["decisions"], *MODERATION["restrictions"]]]
    cited = {int(found) for reason in reasons for found in re.findall(r"articles? (\d+)", reason)}
    assert cited
    assert cited <= set(numbers)
    assert "aucun audit" in pages["accessibility"]["body"]


def test_french_punctuation_never_starts_a_line() -> None:
    for path in FOLDER.glob("*.toml"):
        for text in strings(tomllib.loads(path.read_text(encoding="utf-8"))):
            assert not re.search(r" [;:!?»%€](?:\s|$)|« ", text), (path.name, text[:60])
            assert "'" not in text, (path.name, text[:60])
