"""Which addresses of strangers are put behind a word."""

import pytest

from consult.core.text.links import linkify, safe_address, split_bare_links


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://example.org:8080/a/b?c=d&e=f#g",
        "https://fr.wikipedia.org/wiki/Été_(saison)",
        "https://éducation.example/é",
        "https://[2001:db8::1]/x",
        "mailto:mairie@ville.example",
    ],
)
def test_a_plain_address_is_kept(address: str) -> None:
    assert safe_address(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript://example.org/%0Aalert(1)",
        "data://example.org/x",
        "ftp://example.org/x",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "java\tscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "blob:https://a/b",
        "//evil.example/x",
        "/relative",
        "relative",
        "#x",
        "?a=b",
        "",
        "http:",
        "http://",
        "https:///x",
        "http:/\\evil.example",
        "https:\\\\evil.example",
        "https://bank.example\\@evil.example",
        "https://bank.example@evil.example/",
        "https://user:pass@evil.example/",
        "https://a b.example/",
        "https://a.example/\u202egpj",
        "https://a.example/x\u200by",
        "https://[::1",
        "https://a.example:99999999/",
        "https://a.example:abc/",
        "https://.example",
        "https://a..example",
        "mailto:",
        "mailto:x",
        "mailto:a@b",
        "mailto:a@b.example,c@d.example",
        'https://a.example/"onmouseover="alert(1)',
        "https://a.example/" + "x" * 3_000,
    ],
)
def test_anything_else_is_refused(address: str) -> None:
    assert safe_address(address) is None


def test_nobody_writes_the_mail_in_the_readers_place() -> None:
    assert safe_address("mailto:a@b.example?subject=x&bcc=everybody@c.example") == "mailto:a@b.example"


def test_scheme_and_spaces_are_normalised() -> None:
    assert safe_address("  HTTPS://Example.org/A ") == "https://Example.org/A"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("voir https://a.example/b.", ["https://a.example/b"]),
        ("(https://a.example/b_(c)), ok", ["https://a.example/b_(c)"]),
        ("« https://a.example » et http://b.example/…", ["https://a.example", "http://b.example/"]),
        ("xhttps://a.example", []),
        ("https://", []),
        ("https://bank@evil.example", []),
        ("javascript://a.example", []),
    ],
)
def test_bare_addresses_are_found_without_the_sentences_punctuation(text: str, found: list[str]) -> None:
    pieces = list(split_bare_links(text))
    assert "".join(piece for piece, _ in pieces) == text
    assert [address for _, address in pieces if address] == found


def test_what_surrounds_a_link_is_escaped() -> None:
    html = linkify('<b> https://a.example/?x=1&y="2" </b>')
    assert html.startswith('&lt;b&gt; <a href="https://a.example/?x=1&amp;y=" rel="nofollow noopener ugc">')
    assert html.endswith("&lt;/b&gt;")
