"""Giving, correcting and withdrawing a source."""

from datetime import datetime, timedelta

import pytest

from consult.accounts.events import AccountConfirmed
from consult.core import clock
from consult.core.errors import NotFound, Refused
from consult.sources.actions import correct_source, publish_source, withdraw_source
from consult.sources.effects import publish_what_waited
from consult.sources.models import Source, SourceRevision
from tests.cast import a_person, a_territory, an_organisation
from tests.discussion import Discussion, a_discussion

OTHER = {"title": "Autre rapport", "link": "https://example.org/autre", "category": "press", "note": "Page 12."}


async def counted(d: Discussion) -> tuple[int, int]:
    """The contribution's sources, and the consultation's."""
    await d.contribution.refresh_from_db()
    await d.consultation.refresh_from_db()
    return d.contribution.sources_count, d.consultation.sources_count


async def test_a_source_is_public_and_counted(db: str) -> None:
    d = await a_discussion()
    before = d.contribution.changes
    source = await d.source(d.luc, note="Page 12, <b>le</b> tableau.")
    assert await counted(d) == (1, 1)
    assert source.body_html == "<p>Page 12, &lt;b&gt;le&lt;/b&gt; tableau.</p>"
    assert d.contribution.changes > before


async def test_a_source_under_an_argument_is_counted_there_too(db: str) -> None:
    d = await a_discussion()
    argument = await d.argue(d.luc)
    await d.source(d.luc, argument)
    await argument.refresh_from_db()
    assert argument.sources_count == 1
    assert await counted(d) == (1, 1)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"title": " "}, "no_title"),
        ({"title": "é" * 241}, "long_title"),
        ({"link": ""}, "no_link"),
        ({"link": "https://example.org/" + "a" * 2000}, "long_link"),
        ({"link": "javascript:alert(1)"}, "bad_link"),
        ({"link": "ftp://example.org/a"}, "bad_link"),
        ({"link": "mailto:luc@example.org"}, "bad_link"),
        ({"link": "https://bank.fr@evil.example/"}, "bad_link"),
        ({"link": "example.org"}, "bad_link"),
        ({"category": "rumour"}, "no_category"),
        ({"note": "é" * 1001}, "long_note"),
    ],
)
async def test_what_is_wrong_is_refused(db: str, wrong: dict[str, str], code: str) -> None:
    d = await a_discussion()
    with pytest.raises(Refused, match=code):
        await d.source(d.luc, **wrong)
    assert await counted(d) == (0, 0)


async def test_limits_are_reached_exactly(db: str) -> None:
    d = await a_discussion()
    link = "https://example.org/"
    await d.source(d.luc, title="é" * 240, link=link + "a" * (2000 - len(link)), note="é" * 1000)
    assert await counted(d) == (1, 1)


async def test_a_form_sent_twice_makes_one_source(db: str) -> None:
    d = await a_discussion()
    first = await d.source(d.luc, once="1.form")
    assert (await d.source(d.luc, once="1.form")).id == first.id
    assert await counted(d) == (1, 1)


async def test_the_last_instant_is_before_closing(db: str) -> None:
    d = await a_discussion()
    with clock.frozen(d.round.closes_at - timedelta(microseconds=1)):
        source = await d.source(d.luc)
    with clock.frozen(d.round.closes_at):
        with pytest.raises(Refused, match="round_closed"):
            await d.source(d.luc)
        with pytest.raises(Refused, match="round_closed"):
            await correct_source(d.luc.voice(), **d.place, source_id=source.id, **OTHER)
        with pytest.raises(Refused, match="round_closed"):
            await withdraw_source(d.luc.voice(), **d.place, source_id=source.id)
    assert await counted(d) == (1, 1)


async def test_a_round_or_a_section_without_sources_refuses_them(db: str) -> None:
    d = await a_discussion(may_source=False)
    with pytest.raises(Refused, match="not_in_this_round"):
        await d.source(d.luc)
    d.round.may_source, d.section.accepts_sources = True, False
    await d.round.save()
    await d.section.save()
    with pytest.raises(Refused, match="not_in_this_section"):
        await d.source(d.luc)


async def test_nothing_is_given_under_what_is_gone_or_elsewhere(db: str) -> None:
    d = await a_discussion()
    other = await a_discussion(await a_territory("coteau"))
    elsewhere = await other.argue(other.luc)
    with pytest.raises(NotFound):
        await d.source(d.luc, elsewhere)
    with pytest.raises(NotFound):
        await publish_source(d.luc.voice(), **other.place, contribution_id=d.contribution.id, **OTHER)
    await d.hide()
    with pytest.raises(NotFound):
        await d.source(d.luc)
    assert await Source.all().count() == 0


async def test_a_slip_is_corrected_within_fifteen_minutes(db: str, frozen: datetime) -> None:
    d = await a_discussion()
    source = await d.source(d.luc)
    with clock.frozen(frozen + timedelta(minutes=14, seconds=59), everywhere=True):
        await correct_source(d.luc.voice(), **d.place, source_id=source.id, **OTHER)
    kept = await SourceRevision.get(source_id=source.id)
    assert (kept.number, kept.title, kept.link) == (1, "Baromètre du vélo", "https://example.org/barometre")
    found = await Source.get(id=source.id)
    assert (found.title, found.category, found.revision) == ("Autre rapport", "press", 2)
    with clock.frozen(frozen + timedelta(minutes=15), everywhere=True), pytest.raises(Refused, match="too_late"):
        await correct_source(d.luc.voice(), **d.place, source_id=source.id, **{**OTHER, "title": "Encore"})


async def test_only_its_author_corrects_or_withdraws(db: str) -> None:
    territory = await a_territory()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    body = await an_organisation(territory, awa)
    d = await a_discussion(territory)
    source = await d.source(awa.voice(organisation=body))
    for voice in (zoe.voice(), awa.voice()):
        with pytest.raises(Refused, match="not_author"):
            await correct_source(voice, **d.place, source_id=source.id, **OTHER)
        with pytest.raises(Refused, match="not_author"):
            await withdraw_source(voice, **d.place, source_id=source.id)
    await withdraw_source(awa.voice(organisation=body), **d.place, source_id=source.id)
    await withdraw_source(awa.voice(organisation=body), **d.place, source_id=source.id)
    assert await counted(d) == (0, 0)


async def test_the_source_of_an_unconfirmed_person_waits(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa", confirmed=False)
    await d.source(awa)
    assert await counted(d) == (0, 0)
    awa.account.confirmed_at = clock.now()
    await awa.account.save()
    for _ in range(2):
        await publish_what_waited(AccountConfirmed(account_id=awa.id), 1)
        assert await counted(d) == (1, 1)


async def test_what_waits_goes_on_waiting_after_closing(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa", confirmed=False)
    source = await d.source(awa)
    awa.account.confirmed_at = clock.now()
    await awa.account.save()
    with clock.frozen(d.round.closes_at):
        await publish_what_waited(AccountConfirmed(account_id=awa.id), 1)
        await withdraw_source(awa.voice(), **d.place, source_id=source.id)
    assert await counted(d) == (0, 0)
