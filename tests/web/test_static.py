"""Files: those of the folder, under addresses that change with them, and nothing else of the machine."""

import gzip
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette

from consult.settings import Settings
from consult.territories.models import Territory
from consult.web import static
from consult.web.static import static_folder, static_url
from tests.cast import a_territory
from tests.web.asking import ask

FILES = [path.relative_to(static_folder()).as_posix() for path in static_folder().rglob("*") if path.is_file()]


@pytest.fixture(autouse=True)
def _forget() -> None:
    static._release.cache_clear()
    static._made.cache_clear()


async def test_every_file_is_sent_under_its_own_address_for_ever(app: Starlette) -> None:
    await a_territory()
    for path in ["site.css", *FILES]:
        answer = await ask(app, static_url(path))
        assert answer.status == 200
        assert answer.get("cache-control") == "public, max-age=31536000, immutable"
        assert answer.body
        assert answer.get("content-length") == str(len(answer.body))
        assert answer.all("set-cookie") == []


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789", "?v={0}x", "?w={0}", "?v=x&v=y"])
async def test_without_the_right_hash_it_is_kept_for_a_minute(app: Starlette, query: str) -> None:
    """After a release, an old address must not hold the new file for ever, nor a new one the old file."""
    await a_territory()
    digest = static_url("site.css").partition("v=")[2]
    answer = await ask(app, "/static/site.css" + query.format(digest))
    assert answer.get("cache-control") == "public, max-age=60"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("site.css", "text/css; charset=utf-8"),
        ("js/site.js", "text/javascript; charset=utf-8"),
        ("img/favicon.svg", "image/svg+xml"),
    ],
)
async def test_a_file_says_what_it_is(app: Starlette, path: str, kind: str) -> None:
    await a_territory()
    assert (await ask(app, f"/static/{path}")).get("content-type") == kind


async def test_text_is_sent_packed_to_those_who_unpack_it(app: Starlette) -> None:
    await a_territory()
    plain = await ask(app, "/static/site.css")
    packed = await ask(app, "/static/site.css", headers=[("accept-encoding", "gzip")])
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    for answer in (packed, plain):
        assert set(answer.get("vary").lower().split(", ")) == {"accept-encoding"}


async def test_head_says_as_much_as_get(app: Starlette) -> None:
    await a_territory()
    head, get = await ask(app, static_url("site.css"), method="HEAD"), await ask(app, static_url("site.css"))
    assert head.headers == get.headers


@pytest.mark.parametrize(
    "path",
    [
        "../pyproject.toml",
        "..%2fpyproject.toml",
        "%2e%2e/pyproject.toml",
        "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "css/../../pyproject.toml",
        "css/%2e%2e/%2e%2e/pyproject.toml",
        "..%5cpyproject.toml",
        "....//pyproject.toml",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "//etc/passwd",
        "%252e%252e/pyproject.toml",
        "site.css/",
        "site.css%00.png",
        "site.css%00",
        "css",
        "css/",
        "",
        ".",
        "..",
        "%2e",
        "js",
        "nowhere.css",
        "SITE.CSS",
        "a" * 5_000,
        "%C3%A9" * 150,
        "a/" * 2_000,
        "~root/.bashrc",
        "file:///etc/passwd",
        "\\..\\..",
    ],
)
async def test_nothing_else_of_the_machine_is_sent(app: Starlette, path: str) -> None:
    await a_territory()
    answer = await ask(app, f"/static/{path}")
    assert answer.status == 404, answer.body[:100]
    assert b"[project]" not in answer.body
    assert b"root:" not in answer.body


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, folder = tmp_path / "secret.txt", tmp_path / "static"
    secret.write_text("s3cret")
    folder.mkdir()
    (folder / "out.txt").symlink_to(secret)
    (folder / "in.txt").write_text("fine")
    monkeypatch.setattr(static, "resource_folder", lambda name: folder)
    assert static_url("in.txt")
    with pytest.raises(FileNotFoundError):
        static_url("out.txt")


async def test_names_that_anybody_invents_are_not_remembered(app: Starlette) -> None:
    await a_territory()
    for number in range(50):
        await ask(app, f"/static/{number}.css")
    assert static._release.cache_info().currsize <= 5, "what the page of the error needs"
    assert static._made.cache_info().currsize <= 5


def test_a_template_that_names_no_file_fails() -> None:
    with pytest.raises(FileNotFoundError, match="static/img/nowhere.svg"):
        static_url("img/nowhere.svg")


def test_in_the_demo_a_changed_file_is_seen_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "a.css").write_text("a{}")
    monkeypatch.setattr(static, "resource_folder", lambda name: tmp_path)
    monkeypatch.setattr(static, "settings", lambda: Settings(demo=True))
    before = static_url("site.css")
    assert static_url("site.css") == before
    (tmp_path / "css" / "b.css").write_text("b{}")
    assert static_url("site.css") != before


async def test_the_colour_of_a_territory_is_a_colour_or_nothing(app: Starlette) -> None:
    here = await a_territory()
    assert (await ask(app, "/theme.css")).text == f":root{{--accent:{here.accent}}}"
    await Territory.all().update(accent="red;}*{}"[:7])
    from consult.territories.queries import forget_territories

    forget_territories()
    assert (await ask(app, "/theme.css")).text == ""


async def test_robots_are_kept_out_of_people_s_own_pages(app: Starlette) -> None:
    await a_territory()
    text = (await ask(app, "/robots.txt")).text
    assert re.search(r"^Disallow: /account$", text, re.MULTILINE)
