"""What ``consult verify`` says of a package that its own maker changed: whoever has the hashes, or a key of theirs."""

import csv
import io
import json
from pathlib import Path

import pytest

from consult.exports.verifying import layout
from consult.exports.verifying.index import Index
from consult.register.merkle import leaf_hash, node_hash, several_proof, several_ranges, split
from consult.register.notes import parse_note
from tests.exports.packages import Package, World, checked, failed, told

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
    assert "description" in failed(report), told(report)
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


Row = dict[str, str]


def rows_of(package: Package, table: str) -> list[Row]:
    """The rows of a table, by the names of its columns."""
    name = next(name for name in package.files if name in {f"data/{table}.csv", f"data/{table}-provisoire.csv"})
    return list(csv.DictReader(io.StringIO(package.files[name].decode(), newline="")))


def row_of(package: Package, number: int) -> Row:
    """The row of a contribution."""
    return next(row for row in rows_of(package, "contributions") if row["number"] == str(number))


def turned_back(package: Package) -> None:
    """The earlier wording is shown: its text, its salt and its entry are good."""
    first = next(row for row in rows_of(package, "revisions") if (row["contribution"], row["revision"]) == ("1", "1"))
    names = ("revision", "title", "body", "register_position", "register_salt")
    write_row(package, "contributions", row_of(package, 1) | {name: first[name] for name in names})


def brought_back(package: Package, early: Package) -> None:
    """What its author withdrew is shown as it was before."""
    before = row_of(early, 4) | {"provisional": "false"}
    assert before["state"] == "published"
    write_row(package, "contributions", before)


def blanked(package: Package) -> None:
    """An argument has lost its text, and is said to stand under something that was removed."""
    row = next(
        row for row in rows_of(package, "arguments") if (row["contribution"], row["state"]) == ("1", "published")
    )
    write_row(package, "arguments", row | {"state": "above_removed", "body": "", "register_salt": ""})


def added(package: Package) -> None:
    """A contribution that nobody recorded."""
    row = row_of(package, 5) | {"number": "99", "id": "99", "register_position": "", "register_salt": ""}
    write_row(package, "contributions", row)


def write_row(package: Package, table: str, row: Row) -> None:
    """Put a row in the place of the one of its key, or behind all."""
    name, rows = f"data/{table}.csv", rows_of(package, table)
    place = next((place for place, one in enumerate(rows) if one["id"] == row["id"]), len(rows))
    rows[place : place + 1] = [row]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(row))
    writer.writeheader()
    writer.writerows(rows)
    package.files[name] = text.getvalue().encode()


def test_votes_that_the_register_never_recorded_are_found_though_every_counter_agrees(
    package: Package, tmp_path: Path
) -> None:
    votes = rows_of(package, "votes")
    cast = next(
        row for row in votes if (row["kind"], row["contribution"], row["choice"]) == ("contribution", "1", "agree")
    )
    name, stuffed = "data/votes.csv", package.files["data/votes.csv"]
    line = next(one for one in stuffed.splitlines(keepends=True) if cast["voter"].encode() in one)
    package.files[name] = stuffed + b"".join(line.replace(cast["voter"].encode(), b"%024x" % one) for one in range(9))
    one = row_of(package, 1)
    column = next(column for column in ("votes_agree", "earlier_agree") if one[column] != "0")
    write_row(package, "contributions", one | {name: str(int(one[name]) + 9) for name in (column, "votes_total")})
    package.tidy(tmp_path)
    package.forge()
    report = checked(package, tmp_path)
    assert failed(report) == {"figures"}, told(report)
    assert "votes; the register recorded" in told(report)
    assert "the other tables hold" not in told(report)


def test_a_vote_that_was_changed_or_taken_back_is_no_other_vote() -> None:
    index = Index()
    for position, entry in enumerate(
        ({"kind": "voted"}, {"kind": "voted", "again": True}, {"kind": "voted"}, {"kind": "vote_withdrawn"},
         {"kind": "supported"}, {"kind": "support_withdrawn"}, {"kind": "voted", "count": 12})
    ):  # fmt: skip
        index.take(position, "", {"at": "", **entry}, "")
    assert index.cast == {"voted": 1, "supported": 0, "in bulk": 12}
    index.close()


def test_figures_that_the_tables_do_not_add_up_to_are_found_whoever_recorded_them(
    package: Package, tmp_path: Path
) -> None:
    package.replace(layout.FIGURES, '"arguments_for": ', '"arguments_for": 1')
    package.sum_up()
    package.forge()
    report = checked(package, tmp_path)
    assert failed(report) == {"figures"}, told(report)
    assert "figures.json: totals.arguments_for is 1" in told(report)


@pytest.mark.parametrize(
    ("done", "words"),
    [
        ("turned back", "contribution 1 is shown as entry"),
        ("brought back", "contribution 4 is shown, though the register says that it was withdrawn by its author"),
        ("blanked", "under contribution 1 has no text, and nothing above it was removed"),
        ("added", "contribution 99 was never recorded in the register: it was added"),
    ],
)
def test_what_a_keeper_of_the_register_does_to_a_text_is_found_by_its_entries(
    world: World, package: Package, tmp_path: Path, done: str, words: str
) -> None:
    """All digests, descriptions and figures are rewritten, and the record of the export too."""
    {
        "turned back": lambda: turned_back(package),
        "brought back": lambda: brought_back(package, Package.of(world.early)),
        "blanked": lambda: blanked(package),
        "added": lambda: added(package),
    }[done]()
    package.tidy(tmp_path)
    package.forge()
    report = checked(package, tmp_path)
    assert "wordings" in failed(report), told(report)
    assert words in told(report)


def test_a_receipt_does_not_excuse_a_hiding_that_was_never_decided(
    world: World, package: Package, tmp_path: Path
) -> None:
    gone = {"state": "hidden", "title": "", "body": "", "register_salt": ""}
    write_row(package, "contributions", row_of(package, 5) | gone)
    package.tidy(tmp_path)
    package.forge()
    path = tmp_path / "receipt.json"
    path.write_text(json.dumps(world.receipts["contribution 5"]))
    report = checked(package, tmp_path, receipt=path)
    assert "text of the receipt" in failed(report), told(report)
    assert "is said to be removed, and the register recorded no such thing" in told(report)
