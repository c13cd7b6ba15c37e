"""docs/register.md says what the code does: its test vector is computed again, its verifier is run."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consult.register.canonical import canonical, commitment
from consult.register.checking import check_receipt
from consult.register.merkle import inclusion_proof, leaf_hash, node_hash, root_of
from consult.register.notes import Head, check_note, vkey, write_note

pytestmark = pytest.mark.engine_free
DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "register.md").read_text(encoding="utf-8")
SECRET = SALT = bytes(range(32))


def block(name: str) -> str:
    """What stands between the fences of a name."""
    found = re.search(rf"^```{name}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found, name
    return found[1]


RECEIPT: dict[str, Any] = json.loads(block("json"))


def test_entries_are_canonical() -> None:
    for line in block("entries").splitlines():
        assert canonical(json.loads(line)) == line.encode()


def test_the_content_is_committed_to() -> None:
    content = block("content").rstrip("\n")
    assert json.loads(content) == RECEIPT["content"]
    assert canonical(RECEIPT["content"]) == content.encode()
    found = commitment(SALT, RECEIPT["content"])
    assert f"    {found}\n" in DOCUMENT
    assert json.loads(RECEIPT["entry"])["content"] == found


def test_hashes_head_and_proof_come_out_again() -> None:
    leaves = [leaf_hash(line.encode()) for line in block("entries").splitlines()]
    root = root_of(leaves)
    assert [one.hex() for one in (*leaves, node_hash(*leaves[:2]), root)] == block("hashes").split()
    origin, key = "consult.example/register/vallee", Ed25519PrivateKey.from_private_bytes(SECRET)
    note = write_note(Head(origin, 3, root, datetime(2026, 11, 22, 13, tzinfo=UTC)), [(origin, key)])
    assert note == block("head") == RECEIPT["head"]
    assert RECEIPT["keys"] == [vkey(origin, key.public_key().public_bytes_raw())]
    assert check_note(note, RECEIPT["keys"]).size == 3
    proof = inclusion_proof(RECEIPT["position"], 3, lambda start, end: root_of(leaves[start:end]))
    assert [one.hex() for one in proof] == RECEIPT["inclusion"]
    assert all(check.ok for check in check_receipt(RECEIPT, RECEIPT["keys"]))


def verifier() -> Any:
    """The example's ``verify``."""
    space: dict[str, Any] = {"__name__": "example"}
    exec(compile(block("python"), "docs/register.md", "exec"), space)
    return space["verify"]


def test_the_example_verifies_the_example() -> None:
    verify = verifier()
    assert "published at 2026-11-22T12:59:30.250Z, place 1 of 3" in verify(RECEIPT)
    assert verify(RECEIPT, RECEIPT["keys"])


@pytest.mark.parametrize(
    "changed",
    [
        {"content": {**RECEIPT["content"], "body": RECEIPT["content"]["body"] + "."}},
        {"salt": "ff" + RECEIPT["salt"][2:]},
        {"entry": RECEIPT["entry"].replace("12:59", "12:58")},
        {"position": 2},
        {"inclusion": RECEIPT["inclusion"][:1]},
        {"inclusion": [*RECEIPT["inclusion"], RECEIPT["inclusion"][0]]},
        {"head": RECEIPT["head"].replace("13:00", "13:01")},
        {"head": RECEIPT["head"].replace("\n3\n", "\n4\n")},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_the_example_and_we_refuse_the_same(changed: dict[str, Any]) -> None:
    with pytest.raises((AssertionError, InvalidSignature)):
        verifier()({**RECEIPT, **changed})
    assert not all(check.ok for check in check_receipt({**RECEIPT, **changed}, RECEIPT["keys"]))


def test_the_example_refuses_another_register_s_key() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    with pytest.raises(AssertionError, match="not signed by this key"):
        verifier()(RECEIPT, [vkey("consult.example/register/vallee", other)])
