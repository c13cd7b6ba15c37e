"""What is sent to us in place of a form: nothing of it breaks, nothing of it is stored as it should not be."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from wtforms.fields import StringField
from wtforms.validators import DataRequired

from consult.core.errors import Refusal
from consult.web.forms import Form, Line, Text, empty_form, once_key, read_form, sent_texts
from tests.cast import a_territory
from tests.web.asking import Headers, add_page, ask, form

URLENCODED = [("content-type", "application/x-www-form-urlencoded")]
EDGE = "----edge"
MULTIPART = [("content-type", f"multipart/form-data; boundary={EDGE}")]


class Letter(Form):
    title = Line("Titre", validators=[DataRequired("Donnez un titre.")])
    body = Text("Texte")
    plain = StringField("Brut")


class Reader:
    """A page that reads a letter and remembers it."""

    __name__ = "reader"

    def __init__(self, app: Starlette) -> None:
        self.app, self.letters = app, []
        self.items: list[list[tuple[str, Any]]] = []
        add_page(app, "/letters", self.read, methods=["POST"])

    letters: list[Letter]

    async def read(self, request: Request) -> Response:
        self.letters.append(await read_form(request, Letter))
        self.items.append((await sent_texts(request)).multi_items())
        return PlainTextResponse("", status_code=self.letters[-1].status)

    async def send(self, body: bytes, headers: Headers = URLENCODED) -> int:
        return (await ask(self.app, "/letters", method="POST", headers=headers, body=[body])).status

    @property
    def last(self) -> Letter:
        return self.letters[-1]


@pytest.fixture
async def reader(app: Starlette) -> Reader:
    await a_territory()
    return Reader(app)


def part(name: str, value: bytes, extra: str = "") -> bytes:
    return f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode() + value + b"\r\n"


def multipart(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{EDGE}--\r\n".encode()


async def test_what_is_typed_arrives_clean(reader: Reader) -> None:
    text = "Bonjour\r\n\r\n\0\x08le\u202emonde 🚲 𝔸 é \u200b"
    headers, (body,) = form(title="  Un\r\ntitre\0 ", body=text, plain="a\0b")
    assert await reader.send(body, headers) == 422, "its guard is missing"
    assert (reader.last.title.data, reader.last.plain.data) == ("Un titre", "ab")
    assert reader.last.body.data == "Bonjour\n\nlemonde 🚲 𝔸 é"


@pytest.mark.parametrize(
    ("encoded", "plain"),
    [
        (b"%", "%"),
        (b"%zz", "%zz"),
        (b"%u0041", "%u0041"),
        (b"%00", ""),
        (b"%ff%fe", "\ufffd\ufffd"),
        (b"%ED%A0%80", "\ufffd\ufffd\ufffd"),
        (b"%C3", "\ufffd"),
        ("é".encode("latin-1"), "é"),
        (b"a+b%2Bc", "a b+c"),
        (b"", ""),
    ],
)
async def test_invalid_encoding_is_read_as_well_as_can_be(reader: Reader, encoded: bytes, plain: str) -> None:
    await reader.send(b"title=x&plain=" + encoded)
    assert reader.last.plain.data.encode() is not None, "it can be stored"
    if encoded != "é".encode("latin-1"):
        assert reader.last.plain.data == plain


async def test_of_a_field_sent_twice_the_first_counts(reader: Reader) -> None:
    await reader.send(b"title=one&title=two&csrf=a&csrf=b&once=aaaaaaaaaa&once=bbbbbbbbbb")
    assert reader.last.title.data == "one"


@pytest.mark.parametrize(
    "body", [b"", b"&&&", b"=", b"=&=", b"title", b"&=x&title=&", b"\0", b"\xff" * 100, b";" * 1000]
)
async def test_a_body_that_says_nothing_is_an_empty_form(reader: Reader, body: bytes) -> None:
    assert await reader.send(body) == 422
    assert not reader.last.title.data


async def test_two_hundred_fields_are_read_and_more_are_refused(reader: Reader) -> None:
    assert await reader.send(b"&".join(b"f%d=x" % n for n in range(200))) == 422
    assert await reader.send(b"&".join(b"f%d=x" % n for n in range(2_000))) == 400
    assert await reader.send(multipart(*(part(f"f{n}", b"x") for n in range(2_000))), MULTIPART) == 400


async def test_a_multipart_form_is_read_too(reader: Reader) -> None:
    assert await reader.send(multipart(part("title", "Été".encode()), part("body", b"a\r\nb")), MULTIPART) == 422
    assert (reader.last.title.data, reader.last.body.data) == ("Été", "a\nb")


async def test_files_are_refused_and_fields_that_pretend_to_be_files_too(reader: Reader) -> None:
    for extra in ('; filename="a.txt"', '; filename=""', "; filename*=UTF-8''a.txt"):
        status = await reader.send(multipart(part("title", b"x", extra)), MULTIPART)
        assert status in {400, 422}
        if status == 422:
            assert not any(not isinstance(value, str) for _, value in reader.items[-1])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"garbage",
        f"--{EDGE}".encode(),
        f"--{EDGE}\r\n\r\n".encode(),
        f"--{EDGE}\r\nContent-Disposition: form-data\r\n\r\nx\r\n--{EDGE}--".encode(),
        f'--{EDGE}\r\nContent-Disposition: form-data; name="a'.encode(),
        part("title", b"x"),
        b"\r\n" * 1000,
    ],
)
async def test_a_damaged_multipart_form_is_refused_and_is_no_failure(reader: Reader, body: bytes) -> None:
    assert await reader.send(body, MULTIPART) in {400, 422}


@pytest.mark.parametrize(
    "charset", ["utf-16", "idna", "undefined", "unicode_escape", "utf-7", "rot13", "zlib", "nowhere", "punycode"]
)
async def test_a_form_in_some_fancy_encoding_is_no_failure(reader: Reader, charset: str) -> None:
    headers = [("content-type", f"multipart/form-data; charset={charset}; boundary={EDGE}")]
    body = multipart(part("title", b"\\ud800\\x00a"), part("plain", b"\\ud800 x..y \xff"))
    assert await reader.send(body, headers) in {400, 422}
    for _, value in reader.items[-1] if reader.items else []:
        assert "\0" not in value
        assert value.encode() is not None


@pytest.mark.parametrize(
    "kind",
    ["", "application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=", "x", "é/é", ";;;"],
)
async def test_what_is_no_form_is_an_empty_form(reader: Reader, kind: str) -> None:
    headers = [("content-type", kind)] if kind else []
    assert await reader.send(b'{"title": "x"}', headers) in {400, 422}
    if reader.letters:
        assert not reader.last.title.data


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(body=st.binary(max_size=300), as_parts=st.booleans())
async def test_no_body_whatever_is_a_failure(reader: Reader, body: bytes, as_parts: bool) -> None:
    assert await reader.send(body, MULTIPART if as_parts else URLENCODED) in {400, 422}


async def test_a_very_long_text_is_refused_by_its_form_and_not_as_a_broken_request(reader: Reader) -> None:
    """The reader is told at the field, and what was typed is still there."""
    headers, (body,) = form(title="x", body="a" * 900_000)
    assert await reader.send(body, headers) == 422
    assert len(reader.last.body.data) > 100_000


# ---------------------------------------------------------------- the form itself


def test_a_refusal_stands_at_its_field_or_above_the_form() -> None:
    letter = empty_form(Letter, {"title": "Bonjour"})
    letter.refuse(Refusal("short", "Trop court (%(number)s).", {"number": 3}, field="title"))
    letter.refuse(Refusal("closed", "Fermée.", field="nowhere"))
    assert list(letter.title.errors) == ["Trop court (3)."]
    assert list(letter.form_errors) == ["Fermée."]


def test_a_form_shown_for_the_first_time_is_neither_valid_nor_wrong() -> None:
    letter = empty_form(Letter, {"title": "Bonjour"})
    assert not letter.valid()
    assert (letter.status, letter.title.data) == (200, "Bonjour")


def test_the_key_of_a_row_is_the_person_s_and_fits_its_column() -> None:
    letter = empty_form(Letter)
    assert once_key(7, letter) is None
    letter.once = "x" * 40
    key = once_key((1 << 63) - 1, letter)
    assert key is not None
    assert key != once_key(8, letter)
    assert len(key) <= 64
