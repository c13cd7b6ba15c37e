"""Heads: signed once a size, by the register's key, by both when it changes; a note that was touched is refused."""

from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import SecretStr

from consult.core import clock
from consult.core.errors import NotFound
from consult.register import heads
from consult.register.appending import append
from consult.register.command import rotate
from consult.register.heads import (
    BrokenRegisterError,
    head_covering,
    keys_of,
    latest_head,
    public_keys,
    rotate_key,
    sign_head,
    sign_heads,
)
from consult.register.merkle import empty_root, root_of
from consult.register.models import Register, RegisterHead, RegisterKey, RegisterTile
from consult.register.notes import Head, NoteError, check_note, parse_note, parse_vkey, vkey, write_note
from consult.register.signing import SealedKeyError
from consult.settings import settings
from tests.cast import NOON, a_territory
from tests.register.facts import a_fact, leaves_of

# The key and the note of the C2SP signed-note specification's own example, made with the Go implementation.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "consult.example/register/vallon"
VKEY = vkey(ORIGIN, KEY.public_key().public_bytes_raw())
HEAD = Head(ORIGIN, 1204, root_of([b"\7" * 32]), NOON)
NOTE = write_note(HEAD, [(ORIGIN, KEY)])


@pytest.fixture
def another_secret() -> Iterator[None]:
    """The instance's secret is not what it was."""
    before = settings().secret_key
    object.__setattr__(settings(), "secret_key", SecretStr("another-secret-" * 4))
    yield
    object.__setattr__(settings(), "secret_key", before)


@pytest.mark.engine_free
def test_a_note_says_what_was_signed() -> None:
    assert check_note(NOTE, [VKEY]) == HEAD
    assert NOTE.startswith(f"{ORIGIN}\n1204\n")
    assert NOTE.split("\n")[3] == "2026-03-10T12:00:00Z"
    assert parse_vkey(VKEY) == (ORIGIN, KEY.public_key().public_bytes_raw())


@pytest.mark.engine_free
def test_keys_are_written_as_others_write_them() -> None:
    name, public = parse_vkey(GO_KEY)
    assert vkey(name, public) == GO_KEY


@pytest.mark.engine_free
@pytest.mark.parametrize("place", range(0, len(NOTE), 3))
def test_a_note_with_one_letter_changed_is_refused(place: int) -> None:
    other = "A" if NOTE[place] != "A" else "B"
    with pytest.raises(NoteError):
        check_note(NOTE[:place] + other + NOTE[place + 1 :], [VKEY])


@pytest.mark.engine_free
@pytest.mark.parametrize(
    "text",
    ["", "\n\n", NOTE[:-1], NOTE.replace("1204", "01204"), NOTE.replace("1204", "-1"), NOTE + NOTE, "x" * 20_000,
     "\ud800", NOTE.replace("/", "/\ud800"),
     NOTE.replace("Z\n", "+00:00\n"), NOTE.replace("2026-03", "9999-99"), NOTE.replace("1204", "9" * 30)],
)  # fmt: skip
def test_what_is_no_note_is_refused_in_words(text: str) -> None:
    with pytest.raises(NoteError, match="état signé"):
        check_note(text, [VKEY])


@pytest.mark.engine_free
def test_another_key_does_not_count_and_a_wrong_one_is_never_forgiven() -> None:
    other = Ed25519PrivateKey.generate()
    others = vkey(ORIGIN, other.public_key().public_bytes_raw())
    with pytest.raises(NoteError, match="aucune signature d’une clé connue"):
        check_note(NOTE, [others])
    both = write_note(HEAD, [(ORIGIN, KEY), (ORIGIN, other)])
    assert check_note(both, [VKEY]) == check_note(both, [others]) == HEAD
    beside = "elsewhere.example/witness"
    witness = vkey(beside, other.public_key().public_bytes_raw())
    with pytest.raises(NoteError, match="aucune signature d’une clé connue de ce registre"):
        check_note(write_note(HEAD, [(beside, other)]), [witness])
    forged = write_note(Head(ORIGIN, 1205, HEAD.root, NOON), [(ORIGIN, KEY)]).split("\n")[-2]
    with pytest.raises(NoteError, match="signature"):
        check_note(both.replace(both.split("\n")[-3], forged), [VKEY, others])
    for broken in ("", "a+b", "a+b+c", f"{ORIGIN}+00000000+{VKEY.split('+', 2)[2]}", "a b+00000000+AQ=="):
        with pytest.raises(NoteError):
            check_note(NOTE, [broken])


async def test_a_head_is_signed_once_a_size(db: str) -> None:
    territory = await a_territory()
    assert await sign_heads() == 0
    await append(territory.id, [a_fact(1), a_fact(2)])
    assert await sign_heads() == 1
    assert await sign_heads() == 0
    head = await sign_head(territory.id)
    assert await RegisterHead.all().count() == 1
    found = check_note(head.note, await public_keys(territory.id))
    assert (found.size, found.root) == (2, root_of(await leaves_of(territory.id)))
    assert found.origin.endswith("/register/vallon")
    key = await RegisterKey.get()
    assert b64decode(key.public).hex() not in key.sealed
    assert len(key.sealed) > 100


async def test_a_quiet_register_is_signed_once_a_day_and_its_first_head_still_counts(db: str) -> None:
    with clock.frozen(NOON, everywhere=True):
        territory = await a_territory()
        await append(territory.id, [a_fact(1)])
        first = await sign_head(territory.id)
    with clock.frozen(NOON + timedelta(hours=23), everywhere=True):
        assert await sign_heads() == 0
    with clock.frozen(NOON + timedelta(hours=24), everywhere=True):
        assert await sign_heads() == 1
        assert await sign_heads() == 0
    latest = await latest_head(territory.id)
    assert latest
    assert (latest.size, latest.root, latest.at) == (first.size, first.root, NOON + timedelta(hours=24))
    covering = await head_covering(territory.id, 0)
    assert covering
    assert covering.id == first.id


async def test_the_first_head_over_an_entry_is_always_the_same(db: str) -> None:
    territory = await a_territory()
    for name in range(3):
        await append(territory.id, [a_fact(name)])
        await sign_head(territory.id)
    heads = [await head_covering(territory.id, position) for position in range(3)]
    assert [head.size if head else None for head in heads] == [1, 2, 3]
    assert await head_covering(territory.id, 3) is None


async def test_no_entry_stands_under_a_neighbours_head(db: str) -> None:
    here, there = await a_territory(), await a_territory("coteau")
    await append(there.id, [a_fact(name) for name in range(3)])
    await sign_head(there.id)
    await append(here.id, [a_fact("ours")])
    assert await head_covering(here.id, 0) is None
    ours = await sign_head(here.id)
    covering = await head_covering(here.id, 0)
    assert covering is not None
    assert covering.id == ours.id


async def test_an_empty_register_has_a_head_too(db: str) -> None:
    territory = await a_territory()
    head = await sign_head(territory.id)
    assert (head.size, head.root) == (0, empty_root().hex())


async def test_the_head_after_a_change_of_keys_bears_both_signatures(db: str) -> None:
    territory = await a_territory()
    await append(territory.id, [a_fact(1)])
    await sign_head(territory.id)
    former = await public_keys(territory.id)
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        drawn = await rotate_key(territory.id)
    head = await latest_head(territory.id)
    assert head is not None
    assert head.size == 2
    assert await keys_of(head) == [*former, drawn] == await public_keys(territory.id)
    assert check_note(head.note, former) == check_note(head.note, [drawn])
    assert parse_vkey(drawn)[0] == parse_vkey(former[0])[0]
    await append(territory.id, [a_fact(2)])
    later = await sign_head(territory.id)
    assert await keys_of(later) == [drawn]
    with pytest.raises(NoteError):
        check_note(later.note, former)
    assert len(parse_note(later.note).signatures) == 1
    assert [key.sealed == "" for key in await RegisterKey.all().order_by("id")] == [True, False], "it signs no more"


async def test_a_change_of_keys_killed_before_its_head_is_whole_and_signed_by_the_worker(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    territory = await a_territory()
    await append(territory.id, [a_fact(1)])
    former = await sign_head(territory.id)

    async def killed(territory_id: int) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(heads, "sign_head", killed)
    with pytest.raises(ConnectionResetError):
        await rotate_key(territory.id)
    monkeypatch.undo()
    assert (await Register.get(territory_id=territory.id)).size == 2, "no key signs that has no entry"
    assert await sign_heads() == 1
    head = await latest_head(territory.id)
    assert head is not None
    assert await keys_of(head) == await public_keys(territory.id)
    assert len(await keys_of(head)) == 2
    assert check_note(head.note, await keys_of(former)).size == 2


async def test_another_secret_says_what_to_do(db: str, another_secret: None) -> None:
    territory = await a_territory()
    await append(territory.id, [a_fact(1)])
    await sign_head(territory.id)
    object.__setattr__(settings(), "secret_key", SecretStr("yet-another-secret-" * 4))
    await append(territory.id, [a_fact(2)])
    with pytest.raises(SealedKeyError, match="rotate-key --former-lost --territory vallon"):
        await sign_head(territory.id)
    assert await sign_heads() == 0, "one register that cannot be signed stops no chore"
    with pytest.raises(SealedKeyError, match="var/secret-key"):
        await rotate("vallon")
    assert await RegisterKey.all().count() == 1, "a command that was run in another folder changes nothing"
    drawn = await rotate("vallon", former_lost=True)
    head = await latest_head(territory.id)
    assert head is not None
    assert (head.size, await keys_of(head)) == (3, [drawn])


async def test_the_command_draws_another_key(db: str) -> None:
    with pytest.raises(NotFound, match="no territory yet"):
        await rotate(None)
    await a_territory()
    assert parse_vkey(await rotate(None))[0].endswith("/register/vallon")
    await a_territory("coteau")
    with pytest.raises(NotFound, match="--territory"):
        await rotate(None)
    assert parse_vkey(await rotate("coteau"))[0].endswith("/register/coteau")


@pytest.mark.parametrize("loss", ["other hashes", "a tile less", "fewer entries"])
async def test_what_contradicts_the_head_before_is_never_signed(db: str, loss: str) -> None:
    territory, neighbour = await a_territory(), await a_territory("coteau")
    for where in (territory, neighbour):
        await append(where.id, [a_fact(f"{where.slug} {name}") for name in range(3)])
        await sign_head(where.id)
    await append(neighbour.id, [a_fact("another")])
    tiles = RegisterTile.filter(territory_id=territory.id)
    if loss == "other hashes":
        await tiles.update(hashes=bytes(5 * 32))
    elif loss == "a tile less":
        await tiles.delete()
    await Register.filter(territory_id=territory.id).update(size=1 if loss == "fewer entries" else 5)
    with pytest.raises(BrokenRegisterError, match="it no longer begins with the 3 entries"):
        await sign_head(territory.id)
    assert await sign_heads() == 1, "the neighbour's"
    assert await RegisterHead.filter(territory_id=territory.id).count() == 1
