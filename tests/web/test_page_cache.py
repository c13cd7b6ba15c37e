"""What is kept for everybody: the right page, of the right territory, while it is true, and nothing personal."""

import asyncio
import gzip
from datetime import timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from consult.core import changes, clock
from consult.core.action import Action
from consult.core.database import execute
from consult.core.voice import SYSTEM
from consult.territories.models import Territory
from consult.web import page_cache
from consult.web.context import territory
from consult.web.page_cache import keep
from consult.web.render import page
from tests.cast import NOON, a_person, a_territory
from tests.core.facts import AppleFell
from tests.web.asking import add_page, ask, cookie_of, guarded
from tests.web.kept import GZIP, Counter, cache_of


async def test_a_kept_page_is_made_once_and_sent_whole(app: Starlette) -> None:
    await a_territory()
    counter = Counter(app)
    first, second = await ask(app, "/counted"), await ask(app, "/counted")
    assert counter.times == 1
    assert (first.status, first.headers, first.body) == (second.status, second.headers, second.body)
    assert first.get("content-length") == str(len(first.body))
    assert first.get("vary") == "accept-encoding, cookie"
    assert first.get("cache-control") == "private, no-cache"
    assert first.get("content-security-policy")


async def test_what_is_made_for_somebody_signed_in_is_never_kept(app: Starlette) -> None:
    await a_territory()
    awa = await a_person("Awa Diallo")
    counter = Counter(app)
    for _ in range(2):
        assert "Awa Diallo" in (await ask(app, "/counted", headers=[cookie_of(awa)])).text
    assert counter.times == 2
    assert "Awa" not in (await ask(app, "/counted")).text
    answer = await ask(app, "/counted", headers=[cookie_of(awa)])
    assert "Awa Diallo" in answer.text, "and what is kept is not shown to them"
    assert answer.all("etag") == []


@pytest.mark.parametrize("form", ['{name}="{token}"', "{name} = {token}", "a=b;{name}={token}", " {name}={token};; x"])
async def test_no_way_of_writing_the_cookie_keeps_a_page_of_one_for_all(app: Starlette, form: str) -> None:
    await a_territory()
    awa = await a_person("Awa Diallo")
    Counter(app)
    name, value = cookie_of(awa)
    cookie = form.format(name=value.partition("=")[0], token=awa.token)
    await ask(app, "/counted", headers=[(name, cookie)])
    await ask(app, "/counted", headers=[(name, "x=y"), (name, cookie)])
    assert "Awa" not in (await ask(app, "/counted")).text


async def test_an_answer_that_sets_a_cookie_is_never_kept(app: Starlette) -> None:
    await a_territory()

    async def greet(request: Request) -> Response:
        here = territory(request)
        keep(request, ("territory", here.id, here.changes))
        response = PlainTextResponse("hello")
        response.set_cookie("seen", str(clock.now().timestamp()))
        return response

    add_page(app, "/greet", greet)
    first, second = await ask(app, "/greet"), await ask(app, "/greet")
    assert first.get("set-cookie") != second.get("set-cookie")
    assert first.all("etag") == []


async def test_the_guard_of_a_form_is_never_kept(app: Starlette) -> None:
    """Somebody with a cookie already is given none: the page would be kept with their guard in it."""
    await a_territory()

    async def show(request: Request) -> Response:
        here = territory(request)
        keep(request, ("territory", here.id, here.changes))
        return await guarded(request)

    add_page(app, "/guarded", show)
    mine = [("cookie", "consult=a.mine")]
    first, second = await ask(app, "/guarded", headers=mine), await ask(app, "/guarded", headers=mine)
    assert first.all("set-cookie") == []
    assert first.text != second.text


@pytest.mark.parametrize("status", [201, 204, 302, 403, 404, 422, 500])
async def test_only_a_plain_200_is_kept(app: Starlette, status: int) -> None:
    await a_territory()
    counter = Counter(app)
    counter.status = status
    assert (await ask(app, "/counted")).status == status
    assert (await ask(app, "/counted")).all("etag") == []
    assert counter.times == 2


async def test_only_what_is_read_is_kept(app: Starlette) -> None:
    await a_territory()
    counter = Counter(app)
    for _ in range(2):
        await ask(app, "/counted", method="POST")
    assert counter.times == 0
    assert not cache_of(app).pages


async def test_head_is_answered_from_memory_and_keeps_nothing(app: Starlette) -> None:
    await a_territory()
    counter = Counter(app)
    before = await ask(app, "/counted", method="HEAD")
    assert (before.status, counter.times) == (200, 1)
    assert not cache_of(app).pages
    whole = await ask(app, "/counted")
    after = await ask(app, "/counted", method="HEAD")
    assert (after.body, counter.times) == (b"", 2)
    assert after.headers == whole.headers
    assert (await ask(app, "/counted", method="HEAD", headers=[("if-none-match", whole.get("etag"))])).status == 304


async def test_each_language_has_its_page(app: Starlette) -> None:
    await a_territory()

    async def speak(request: Request) -> Response:
        here = territory(request)
        keep(request, ("territory", here.id, here.changes))
        return page(request, "errors/error.html", error_title="Page introuvable", words="x", code=1)

    add_page(app, "/speak", speak)
    for _ in range(2):
        for cookie, lang in [("language=en", "en"), ("language=fr", "fr"), ("", "fr"), ("language=de", "fr")]:
            answer = await ask(app, "/speak", headers=[("cookie", cookie)])
            assert f'<html lang="{lang}">' in answer.text


async def test_what_only_looks_like_a_choice_of_language_is_none(app: Starlette) -> None:
    """Read as a choice by the memory and not by the page, French would be kept as English."""
    await a_territory()
    for cookie in ("xlanguage=en", "a=language=en", 'note="language=en"', "language=english"):
        await ask(app, "/charter", headers=[("cookie", cookie)])
    assert '<html lang="en">' in (await ask(app, "/charter", headers=[("cookie", "language=en")])).text
    assert '<html lang="fr">' in (await ask(app, "/charter")).text


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', 'W/"other",W/{}', "*", " {} ", '"a","b" , {}  ,"c"'])
async def test_a_browser_that_has_the_page_is_told_so(app: Starlette, form: str) -> None:
    await a_territory()
    Counter(app)
    whole = await ask(app, "/counted")
    answer = await ask(app, "/counted", headers=[("if-none-match", form.format(whole.get("etag")))])
    assert (answer.status, answer.body) == (304, b"")
    assert answer.get("etag") == whole.get("etag")
    for name in ("cache-control", "vary", "content-security-policy", "x-content-type-options"):
        assert answer.get(name) == whole.get(name)
    for name in ("content-length", "content-type", "content-encoding"):
        assert answer.all(name) == []


@pytest.mark.parametrize("form", ['"other"', "", "W/", "{0}x", '"{1}'])
async def test_a_browser_that_has_another_page_gets_this_one(app: Starlette, form: str) -> None:
    await a_territory()
    Counter(app)
    whole = await ask(app, "/counted")
    etag = whole.get("etag")
    asked = form.format(etag.strip('"'), etag.strip('"')[:-1])
    assert (await ask(app, "/counted", headers=[("if-none-match", asked)])).body == whole.body


async def test_several_lines_of_if_none_match_count_as_one(app: Starlette) -> None:
    await a_territory()
    Counter(app)
    etag = (await ask(app, "/counted")).get("etag")
    headers = [("if-none-match", etag), ("if-none-match", '"other"')]
    assert (await ask(app, "/counted", headers=headers)).status == 304


async def test_packed_and_plain_are_two_pages(app: Starlette) -> None:
    await a_territory()
    Counter(app, filling=5_000)
    for _ in range(2):
        packed, plain = await ask(app, "/counted", headers=[GZIP]), await ask(app, "/counted")
        assert packed.get("content-encoding") == "gzip"
        assert plain.all("content-encoding") == []
        assert gzip.decompress(packed.body).startswith(b"made ")
        assert plain.body.startswith(b"made ")
        assert packed.get("etag") != plain.get("etag")
    assert packed.get("vary") == plain.get("vary") == "accept-encoding, cookie"


async def test_a_packed_page_is_never_kept_as_a_plain_one(app: Starlette) -> None:
    """Two lines of Accept-Encoding: whoever packs reads the first."""
    await a_territory()
    Counter(app, filling=5_000)
    for headers in ([GZIP, ("accept-encoding", "identity")], [("accept-encoding", "identity"), GZIP]):
        await ask(app, "/counted", headers=headers)
    assert (await ask(app, "/counted")).body.startswith(b"made ")
    assert gzip.decompress((await ask(app, "/counted", headers=[GZIP])).body).startswith(b"made ")


async def test_a_page_ends_at_its_instant(app: Starlette) -> None:
    await a_territory()
    closes = NOON + timedelta(minutes=10)
    counter = Counter(app, until=closes)
    for at, times in [(NOON, 1), (closes - timedelta(microseconds=1), 1), (closes, 2), (closes, 3)]:
        with clock.frozen(at, everywhere=True):
            await ask(app, "/counted")
            assert counter.times == times


async def test_a_page_without_an_instant_lasts_an_hour(app: Starlette) -> None:
    await a_territory()
    counter = Counter(app, until=NOON + timedelta(days=9))
    for after, times in [(0, 1), (59, 1), (60, 2)]:
        with clock.frozen(NOON + timedelta(minutes=after), everywhere=True):
            await ask(app, "/counted")
            assert counter.times == times


async def _rename(here: Territory, name: str) -> None:
    async with Action(SYSTEM, territory_id=here.id) as action:
        await Territory.filter(id=here.id).update(name=name, changes=here.changes + 1)
        action.changed("territory", here.id)
        action.record(AppleFell(tree=1))


async def test_our_own_change_is_seen_at_once(app: Starlette) -> None:
    here = await a_territory()
    counter = Counter(app)
    await ask(app, "/counted")
    await _rename(here, "Vallon-le-Neuf")
    assert counter.times == 1
    await ask(app, "/counted")
    assert counter.times == 2


async def test_a_change_of_another_process_is_seen_in_time(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    here = await a_territory()
    counter = Counter(app)
    await ask(app, "/counted")
    await ask(app, "/counted")
    await execute("UPDATE territory SET changes = changes + 1 WHERE id = :id", id=here.id)
    await ask(app, "/counted")
    assert counter.times == 1
    monkeypatch.setattr(changes, "STALE_AFTER", 0.0)
    await ask(app, "/counted")
    assert counter.times == 2


async def test_a_page_that_was_made_before_a_change_and_ends_after_it_is_not_kept_for_long(app: Starlette) -> None:
    here = await a_territory()
    times: list[int] = []

    async def slow(request: Request) -> Response:
        times.append(1)
        shown = territory(request)
        keep(request, ("territory", shown.id, shown.changes))
        if len(times) == 1:
            await _rename(here, "Vallon-le-Neuf")
        return PlainTextResponse(f"{len(times)}")

    add_page(app, "/slow", slow)
    assert (await ask(app, "/slow")).text == "1"
    assert (await ask(app, "/slow")).text == "2"


async def test_many_who_miss_at_once_all_get_the_page_and_it_weighs_once(app: Starlette) -> None:
    await a_territory()
    counter = Counter(app, filling=1_000)
    answers = await asyncio.gather(*(ask(app, "/counted") for _ in range(20)))
    assert {one.status for one in answers} == {200}
    assert all(one.body.startswith(b"made") for one in answers)
    cache = cache_of(app)
    (kept,) = cache.pages.values()
    assert cache.bytes == len(kept.body) + page_cache._BESIDE_BODY
    before = counter.times
    await ask(app, "/counted")
    assert counter.times == before


async def test_the_memory_is_bounded_and_what_is_read_stays(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_territory()
    monkeypatch.setattr(page_cache, "MAX_BYTES", 40_000)
    counter = Counter(app, filling=1_000, reads=("n",))
    await ask(app, "/counted")
    for n in range(100):
        await ask(app, f"/counted?n={n}")
        await ask(app, "/counted")
        cache = cache_of(app)
        assert cache.bytes <= 40_000
        assert cache.bytes == sum(len(one.body) + page_cache._BESIDE_BODY for one in cache.pages.values())
    assert counter.times == 101, "the page that everybody reads was made once"


async def test_a_page_too_large_is_sent_and_not_kept(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    await a_territory()
    monkeypatch.setattr(page_cache, "MAX_PAGE", 100)
    counter = Counter(app, filling=1_000)
    assert (await ask(app, "/counted")).body.endswith(b".")
    await ask(app, "/counted")
    assert counter.times == 2


async def test_a_page_asked_for_with_a_parameter_that_it_does_not_read_is_not_kept(app: Starlette) -> None:
    await a_territory()
    Counter(app, reads=("after",))
    for path in ("/counted?x=1", "/counted?after=a&x=1", "/counted?%61fter=a&%00=", "/counted?" + "a" * 600):
        assert (await ask(app, path)).status == 200
    assert not cache_of(app).pages
    await ask(app, "/counted?after=a")
    assert len(cache_of(app).pages) == 1


async def test_real_pages_do_not_fill_the_memory_with_invented_addresses(app: Starlette) -> None:
    await a_territory()
    for n in range(5):
        await ask(app, f"/charter?utm={n}")
        await ask(app, f"/?fbclid={n}")
        await ask(app, f"/nowhere/{n}")
        await ask(app, f"/static/site.css?x={n}")
    assert not cache_of(app).pages


async def test_a_page_sent_in_pieces_is_kept_whole(app: Starlette) -> None:
    await a_territory()

    async def show(request: Request) -> Response:
        here = territory(request)
        keep(request, ("territory", here.id, here.changes))
        return StreamingResponse((piece async for piece in _pieces()), media_type="text/plain")

    async def _pieces() -> Any:
        for word in ("one ", "two ", "three"):
            yield word

    add_page(app, "/pieces", show)
    for _ in range(2):
        assert (await ask(app, "/pieces")).text == "one two three"


async def test_a_page_that_fails_while_it_is_sent_is_a_500_and_not_kept(app: Starlette) -> None:
    await a_territory()

    async def show(request: Request) -> Response:
        here = territory(request)
        keep(request, ("territory", here.id, here.changes))
        return StreamingResponse((piece async for piece in _pieces()), media_type="text/plain")

    async def _pieces() -> Any:
        yield "one "
        raise ZeroDivisionError

    add_page(app, "/pieces", show)
    assert (await ask(app, "/pieces", failing=True)).status == 500
    assert not cache_of(app).pages
