"""What ``consult verify`` says of a package that its own maker changed: whoever has the hashes, or a key of theirs."""

import csv
import io
import json
from pathlib import Path

import pytest

from consult.exports.verifying import layout
from consult.register.merkle import leaf_hash, node_hash, several_proof, several_ranges, split
from consult.register.notes import parse_note
from tests.exports.packages import Package, checked, failed, told

pytestmark = pytest.mark.engine_free  # bytes alone


def test_an_entry_left_out_by_whoever_can_prove_the_rest_is_found(package: Package, tmp_path: Path) -> None:
    """The platform itself has all the hashes: a proof of the other entries, under the very head that it signed."""
    entries = [json.loads(line) for line in package.files[layout.ENTRIES].splitlines()]
    positions, size = [one["position"] for one in entries], parse_note(package.files[layout.HEAD].decode()).head.size
    proof = map(bytes.fromhex, package.files[layout.PROOF].decode().split())
    known = dict(zip(several_ranges(positions, size), proof, strict=True))
    known |= {(one["position"], one["position"] + 1): leaf_hash(one["entry"].encode()) for one in entries}

    def subtree(start: int, end: int) -> bytes:
        middle = start + split(end - start) if (start, end) not in known else start
        return known.get((start, end)) or node_hash(subtree(start, middle), subtree(middle, end))

    rest = [one for one in entries if json.loads(one["entry"])["kind"] != "consultation_published"]
    assert len(rest) == len(entries) - 1
    package.files[layout.ENTRIES] = b"".join(layout.entry_line(one["position"], one["entry"]).encode() for one in rest)
    found = several_proof([one["position"] for one in rest], size, subtree)
    package.files[layout.PROOF] = b"".join(one.hex().encode() + b"\n" for one in found)
    report = checked(package, tmp_path)
    assert failed(report) == {"record of the export"}, told(report)
    assert "some were removed or added" in told(report)


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        (layout.DESCRIPTION, '"cut_off": "2026', '"cut_off": "2027', "the register recorded an export of"),
        (layout.DESCRIPTION, '"rows": ', '"rows": 1', "datapackage.json says 1"),
        (layout.DESCRIPTION, '"name": "explanation"', '"name": "explained"', "these are not the columns"),
        ("data/rounds.csv", ",false\r\n", ",true\r\n", "line 2: the row does not say what"),
    ],
)
def test_a_description_that_is_not_that_of_the_files_is_found_whoever_recorded_it(
    package: Package, tmp_path: Path, name: str, old: str, new: str, words: str
) -> None:
    package.replace(name, old, new)
    package.sum_up()
    package.forge()
    report = checked(package, tmp_path)
    assert failed(report) == {"description"}, told(report)
    assert words in told(report)


def test_a_final_table_cannot_be_called_provisional(package: Package, tmp_path: Path) -> None:
    package.files = {
        name.replace("data/rounds.csv", "data/rounds-provisoire.csv"): content.replace(
            b"data/rounds.csv", b"data/rounds-provisoire.csv"
        )
        for name, content in package.files.items()
    }
    package.sum_up()
    package.forge()
    report = checked(package, tmp_path)
    assert failed(report) == {"description"}, told(report)
    assert "its name does not say what" in told(report)


@pytest.mark.parametrize("name", [layout.KEYS, layout.HEAD])
def test_neither_a_key_nor_a_signature_that_nobody_checks_may_stand_by(
    package: Package, tmp_path: Path, name: str
) -> None:
    other = Package(dict(package.files))
    stranger = other.forge()
    beside = f"{stranger}\n".encode() if name == layout.KEYS else other.files[name].rpartition(b"\n\n")[2]
    package.files[name] += beside
    report = checked(package, tmp_path)
    assert "signed head" in failed(report)
    assert "the signatures are not those of the keys" in told(report)


def test_an_earlier_wording_shown_as_the_present_one_is_found(package: Package, tmp_path: Path) -> None:
    """Its text, its salt and its entry are good: only the entries after it say that the author wrote it anew."""
    revisions = csv.DictReader(io.StringIO(package.files["data/revisions.csv"].decode(), newline=""))
    (first,) = [
        one for one in revisions if (one["kind"], one["contribution"], one["revision"]) == ("contribution", "1", "1")
    ]

    def turned_back(row: dict[str, str]) -> bool:
        if row["number"] == "1":
            row |= {name: first[name] for name in ("revision", "title", "body", "register_position", "register_salt")}
        return True

    package.keep_rows("contributions", turned_back)
    package.tidy(tmp_path)
    package.forge()
    report = checked(package, tmp_path)
    assert failed(report) == {"wordings"}, told(report)
    assert "recorded a later wording" in told(report)
