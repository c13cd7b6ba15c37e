"""The host of a request, read once and in one way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from consult.web.context import host_name
from tests.cast import a_territory
from tests.web.asking import ask


def named(*hosts: bytes) -> str | None:
    return host_name(
        {"type": "http", "headers": [(b"x-forwarded-host", b"evil.test"), *((b"host", one) for one in hosts)]}
    )


@pytest.mark.parametrize(
    ("host", "name"),
    [
        (b"vallon.test", "vallon.test"),
        (b"VALLON.Test:8000", "vallon.test"),
        (b"vallon.test.", "vallon.test"),
        (b"vallon.test.:443", "vallon.test"),
        (b"localhost", "localhost"),
        (b"127.0.0.1:8000", "127.0.0.1"),
        (b"[::1]", "[::1]"),
        (b"[::1]:8000", "[::1]"),
        (b"xn--prville-cva.fr", "xn--prville-cva.fr"),
        (b"my_host", "my_host"),
    ],
)
def test_a_host_is_read_without_port_case_and_last_dot(host: bytes, name: str) -> None:
    assert named(host) == name


@pytest.mark.parametrize(
    "host",
    [b"", b".", b"..", b"a..b", b".a", b"a b", b"a,b", b"a/b", b"a@b", b"a#b", b"a?b", b"a\\b", b"a%2eb", b"\xe9.fr",
     b"a:b", b"a:1:2", b"a:123456", b"::1", b"[::1", b"<script>", b"a\0", b"a\n", b"x" * 300, b"a.."],
)  # fmt: skip
def test_what_is_no_host_is_none(host: bytes) -> None:
    assert named(host) is None


def test_no_host_and_two_hosts_are_none() -> None:
    assert named() is None
    assert named(b"vallon.test", b"vallon.test") is None


@given(st.binary(max_size=80))
def test_whatever_is_sent_a_host_is_plain(host: bytes) -> None:
    name = named(host)
    assert name is None or (name.isascii() and name == name.lower() and not set(name) & set("/@#?\\ ,%<>\"'"))


async def test_with_one_territory_any_host_is_its_host(app: Starlette) -> None:
    await a_territory()
    for host in ("vallon.test", "127.0.0.1:8000", "localhost", "[::1]:8000", "whatever.example"):
        assert (await ask(app, "/charter", host=host)).status == 200


async def test_with_two_each_has_its_own_and_strangers_none(app: Starlette) -> None:
    await a_territory("vallon")
    await a_territory("coteau")
    for host, words in [("vallon.test:1", "Vallon"), ("COTEAU.test", "Coteau")]:
        assert words in (await ask(app, "/charter", host=host)).text
    for host in ("localhost", "xvallon.test", "vallon.test.evil.test", "vallon"):
        assert (await ask(app, "/charter", host=host)).status == 404


async def test_an_address_without_its_last_stroke_leads_to_the_same_host(app: Starlette) -> None:
    await a_territory()
    answer = await ask(app, "/charter/")
    assert answer.status == 307
    assert answer.get("location") == "http://vallon.test/charter"
    assert "evil" not in (await ask(app, "//evil.test/charter/")).get("location")
