"""The demonstration is loaded by the rooms' own actions, in its own past: what it shows is what its content says."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from starlette.applications import Starlette

from consult.accounts.models import Identity, Role, Staff
from consult.app import load_effects
from consult.core import clock
from consult.core.database import database, execute
from consult.core.models import OutboxRow
from consult.core.text.markdown import render_markdown
from consult.core.text.sanitising import html_to_text
from consult.demo import command
from consult.demo.loading import Present, present
from consult.demo.reading import Play, Table, Times, read_content, texts
from consult.notifications.models import Mail
from consult.organisations.models import Member, Organisation
from consult.settings import settings
from consult.territories.models import Territory
from tests.browsing import Visitor
from tests.cast import a_territory

CONTENT = read_content()
PUBLIC = "published"


@pytest.fixture
def demo_settings(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Iterator[str]:
    monkeypatch.setenv("CONSULT_DEMO", "1")
    monkeypatch.setenv("CONSULT_DATABASE_URL", database_url)
    settings.cache_clear()
    load_effects()
    yield database_url
    settings.cache_clear()


def state(item: Table) -> str:
    return str(item.get("state", PUBLIC)) if item.get("state") in {"hidden", "withdrawn"} else PUBLIC


def public(play: Play) -> list[Table]:
    return [one for one in play.contributions if state(one) == PUBLIC]


def arguments(one: Table) -> list[Table]:
    """Everything argued beneath a contribution, its amendments' included."""
    return [*one.get("arguments", []), *(a for m in one.get("amendments", []) for a in m.get("arguments", []))]


def sources(one: Table) -> list[Table]:
    under = [s for a in arguments(one) if state(a) == PUBLIC for s in a.get("sources", [])]
    return [*one.get("sources", []), *under]


def figures(play: Play) -> dict[str, int]:
    """What the consultation's page must count, by the content."""
    rows = public(play)
    return {
        "contributions_count": len(rows),
        "arguments_count": sum(state(a) == PUBLIC for one in rows for a in arguments(one)),
        "sources_count": sum(state(s) == PUBLIC for one in rows for s in sources(one)),
        "votes_count": sum(sum(votes.values()) for one in rows for votes in all_votes(one)),
        "amendments_count": sum(len(one.get("amendments", [])) for one in rows),
    }


def all_votes(one: Table) -> list[dict[str, int]]:
    tallies = [{key: tally[key] for key in ("agree", "mixed", "disagree")} for tally in one.get("tallies", [])]
    return [one.get("votes", {}), one.get("earlier_votes", {}), *tallies]


async def test_the_figures_are_those_of_the_content(demonstration: Starlette) -> None:
    for play in CONTENT.plays:
        columns = figures(play)
        row = (await execute(f"SELECT {', '.join(columns)} FROM consultation WHERE slug = :slug", slug=play.slug))[0]
        assert row == columns, play.slug
        rows = await execute(
            "SELECT i.* FROM contribution i JOIN consultation k ON k.id = i.consultation_id"
            " WHERE k.slug = :slug AND i.number IS NOT NULL ORDER BY i.number",
            slug=play.slug,
        )
        assert len(rows) == len(play.contributions)
        for table, row in zip(play.contributions, rows, strict=True):
            await _compare(table, row)


async def _compare(table: Table, row: dict[str, Any]) -> None:
    assert (row["number"], row["state"], row["title"]) == (table["number"], state(table), texts(table)[0])
    assert row["body_html"] == render_markdown(texts(table)[1])
    assert row["revision"] == len(table.get("revisions", [])) + 1
    if state(table) == PUBLIC:
        shown = [one for one in table.get("arguments", []) if state(one) == PUBLIC]
        sides = Counter(one["side"] for one in shown)
        assert (row["arguments_for"], row["arguments_against"]) == (sides["for"], sides["against"])
        for choice in ("agree", "mixed", "disagree"):
            assert row[f"votes_{choice}"] == table.get("votes", {}).get(choice, 0), (table["number"], choice)
            assert row[f"earlier_{choice}"] == table.get("earlier_votes", {}).get(choice, 0), (table["number"], choice)
    cast = await execute(
        "SELECT choice, COUNT(*) AS n FROM vote WHERE contribution_id = :key AND revision = :revision GROUP BY choice",
        key=row["id"],
        revision=row["revision"],
    )
    assert {one["choice"]: one["n"] for one in cast} == {k: n for k, n in table.get("votes", {}).items() if n}


async def test_supports_and_outcomes_are_those_of_the_content(demonstration: Starlette) -> None:
    told = Counter(a["supports"] for play in CONTENT.plays for one in play.contributions for a in arguments(one)
                   if a.get("supports"))  # fmt: skip
    rows = await execute("SELECT supports, COUNT(*) AS n FROM argument WHERE supports > 0 GROUP BY supports")
    assert {row["supports"]: row["n"] for row in rows} == dict(told)
    outcomes = await execute("SELECT outcome, COUNT(*) AS n FROM amendment GROUP BY outcome")
    said = Counter(
        m["state"] for play in CONTENT.plays for one in play.contributions for m in one.get("amendments", [])
    )
    assert {row["outcome"]: row["n"] for row in outcomes} == dict(said)
    own = await execute(
        "SELECT COUNT(*) AS n FROM support s JOIN argument a ON a.id = s.argument_id WHERE a.author_id = s.account_id"
    )
    assert own[0]["n"] == 0, "nobody supports their own argument"


async def test_people_organisations_and_staff_are_there(demonstration: Starlette) -> None:
    assert await Identity.all().count() == sum(one["confirmed"] for one in CONTENT.people)
    assert await Staff.all().count() == len(CONTENT.staff)
    assert {row.role for row in await Staff.all()} == set(Role)
    for body in CONTENT.organisations:
        row = await Organisation.get(name=body["name"])
        assert (row.state, row.shows_members) == (body["status"], body["shows_member_names"])
        assert await Member.filter(organisation_id=row.id).count() == len(body["members"])
    for play in CONTENT.plays:
        waiting = await execute("SELECT COUNT(*) AS n FROM contribution i JOIN consultation k"
                                " ON k.id = i.consultation_id WHERE k.slug = :slug AND i.state = 'waiting'",
                                slug=play.slug)  # fmt: skip
        assert waiting[0]["n"] == len(play.waiting) + len(play.held)


async def test_everything_lies_in_the_past_and_in_its_round(demonstration: Starlette) -> None:
    now = clock.now()
    for table in ("contribution", "argument", "source", "amendment", "vote", "support", "mail", "account"):
        late = await execute(f"SELECT COUNT(*) AS n FROM {table} WHERE created_at > :now", now=now)
        assert late[0]["n"] == 0, table
    for table in ("contribution", "argument", "source", "amendment", "vote"):
        outside = await execute(
            f"SELECT COUNT(*) AS n FROM {table} i WHERE NOT EXISTS (SELECT 1 FROM round r"
            " WHERE r.consultation_id = i.consultation_id"
            " AND r.opens_at <= i.created_at AND i.created_at < r.closes_at)"
        )
        assert outside[0]["n"] == 0, table


async def test_mails_were_written_as_things_happened(demonstration: Starlette) -> None:
    templates = {row["template"] for row in await Mail.all().values("template")}
    assert {"confirm_address", "argument", "amendment_proposed", "organisation_verified", "organisation_invitation",
            "organisation_refused"} <= templates  # fmt: skip
    owed = await OutboxRow.filter(done_at=None).count()
    assert owed == 0
    times = [row["created_at"] for row in await Mail.all().order_by("id").values("created_at")]
    assert times == sorted(times)


def hidden_words() -> list[str]:
    """A long piece of every text that must show nowhere."""
    found = []
    for play in CONTENT.plays:
        for one in play.contributions:
            for item in [one, *arguments(one), *sources(one)]:
                if state(item) != PUBLIC:
                    found.append(html_to_text(render_markdown(texts(item)[1] or item.get("note", ""))))
                    found += [item["title"]] if "title" in item else []
        found += [html_to_text(render_markdown(texts(one)[1])) for one in [*play.waiting, *play.held, *play.drafts]]
    return [re.sub(r"\s+", " ", words)[:60].strip() for words in found if words.strip()]


async def test_no_page_shows_what_is_hidden_withdrawn_waiting_or_a_draft(demonstration: Starlette) -> None:
    secrets = hidden_words()
    assert len(secrets) > 5
    visitor = Visitor(demonstration, host="demo.test")
    seen, todo = set(), ["/"]
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen.add(path)
        answer = await visitor.get(path)
        if answer.root is None:
            continue
        assert answer.status == 200, path
        words = answer.words
        for secret in secrets:
            assert secret not in words, (path, secret)
        hrefs = [one.get("href", "").split("#")[0] for one in answer.find(".//a")]
        todo += [href for href in hrefs if href.startswith(("/consultations", "/organisations")) and wanted(href)]
    assert len([one for one in seen if re.fullmatch(r"/consultations/[\w-]+/contributions/\d+", one)]) >= 30


def wanted(href: str) -> bool:
    """Every page of a contribution, and of the lists those without a filter: the links are many."""
    return "?" not in href or "after=" in href


async def test_who_signs_in_sees_their_page(demonstration: Starlette) -> None:
    signed = await command.sign_ins(CONTENT)
    assert len(signed) == len(CONTENT.sign_in)
    again = await command.sign_ins(CONTENT)
    assert not {one.address for one in signed} & {one.address for one in again}, "fresh each time"
    for one in signed:
        visitor = Visitor(demonstration, host="demo.test")
        path = one.address.removeprefix(settings().base_url)
        answer = await visitor.post(path, page="")
        assert answer.status == 303, one.label
        home = await visitor.get("/")
        assert one.name in home.words
    assert (await Visitor(demonstration, host="demo.test").get(path)).status == 410, "it serves once"


async def test_the_demonstration_is_loaded_once(demo_settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    console = Console(width=200)
    first = await command.prepare(reset=False, console=console)
    before = await _counts(demo_settings)
    second = await command.prepare(reset=False, console=console)
    assert await _counts(demo_settings) == before
    assert [one.name for one in first] == [one.name for one in second]
    assert "elle reste comme vous l’avez laissée" in capsys.readouterr().out


async def _counts(url: str) -> dict[str, int]:
    tables = ("account", "identity", "contribution", "argument", "source", "vote", "support", "mail", "organisation")
    async with database(url):
        return {one: (await execute(f"SELECT COUNT(*) AS n FROM {one}"))[0]["n"] for one in tables}


async def test_a_loading_that_stopped_half_way_begins_again(demo_settings: str) -> None:
    async with database(demo_settings):
        await a_territory("demo")
        assert await present("demo") is Present.PART
    if demo_settings.startswith("sqlite"):
        await command.prepare(reset=False, console=Console(quiet=True))
        async with database(demo_settings):
            assert await present("demo") is Present.WHOLE
    else:
        with pytest.raises(command.DemoError, match="créez-en une neuve"):
            await command.prepare(reset=False, console=Console(quiet=True))


@pytest.mark.parametrize("reset", [False, True])
async def test_it_leaves_other_peoples_databases_alone(demo_settings: str, reset: bool) -> None:
    async with database(demo_settings):
        await a_territory("vallon")
    with pytest.raises(command.DemoError, match="autres territoires"):
        await command.prepare(reset=reset, console=Console(quiet=True))
    async with database(demo_settings):
        assert await Territory.exists(slug="vallon")


def test_a_port_that_is_taken_is_left_to_others() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        if port < 65_000:
            assert command.free_port("127.0.0.1", port) != port
        with pytest.raises(command.DemoError, match="déjà pris"):
            command.free_port("127.0.0.1", port, insist=True)


def test_rounds_open_at_the_local_hour_whatever_the_clocks_do() -> None:
    from datetime import UTC, datetime

    times = Times(datetime(2026, 10, 20, 23, 30, tzinfo=UTC), ZoneInfo("Europe/Paris"))
    assert times.on(0, "09:00") == datetime(2026, 10, 21, 7, 0, tzinfo=UTC), "it is tomorrow in Paris already"
    assert times.on(12, "18:00") == datetime(2026, 11, 2, 17, 0, tzinfo=UTC), "and winter time by then"
