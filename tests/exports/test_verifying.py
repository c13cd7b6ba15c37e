"""What ``consult verify`` says: of a good package, of any change to it, of a forger with all the time in the world."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consult.exports.verifying import layout
from tests.exports.bilingual import verify
from tests.exports.packages import Package, World, checked, failed, told

pytestmark = pytest.mark.engine_free  # bytes alone: test_package.py makes packages on both engines
NAMES = [
    layout.DESCRIPTION, layout.READ_ME_FR, layout.READ_ME_EN, layout.LICENCE,
    *(
        f"data/{table}.csv"
        for table in (
            "contributions", "revisions", "amendments", "arguments", "sources", "votes", "tallies", "sections",
            "rounds", "organisations", "decisions",
        )
    ),
    layout.FIGURES, layout.SUMS, layout.HEAD, layout.KEYS, layout.ENTRIES, layout.PROOF, layout.EXPORTED,
]  # fmt: skip


def receipt_file(folder: Path, receipt: object) -> Path:
    path = folder / "receipt.json"
    path.write_text(json.dumps(receipt))
    return path


def test_a_good_package_passes_and_says_what_was_checked(world: World, package: Package, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(world.final)
    report = verify(path)
    words = told(report)
    assert report.ok, words
    assert list(package.files) == NAMES
    assert "final" in words.splitlines()[0]
    assert "7 texts are word for word" in words
    assert "and so are 2 earlier wordings" in words
    assert "5 contributions recorded, 1 withdrawn, 2 hidden, 2 shown" in words
    assert "fingerprint" in words
    assert "not checked: that the key is the register's own" in words
    assert words.splitlines()[-1] == "VERIFIED: all 8 checks passed."
    trusted = verify(path, keys=[package.key])
    assert trusted.ok
    assert "the key that you gave" in told(trusted)


def test_a_provisional_package_says_so_everywhere(world: World, tmp_path: Path) -> None:
    early = Package.of(world.early)
    report = checked(early, tmp_path)
    assert report.ok, told(report)
    assert "PROVISIONAL" in report.title
    assert any("PROVISIONAL" in note for note in report.notes)
    assert "data/contributions-provisoire.csv" in early.files
    assert json.loads(early.files[layout.DESCRIPTION])["consult"]["provisional"] is True
    assert b"PROVISIONAL DATA" in early.files[layout.READ_ME_EN]
    assert b"PROVISOIRES" in early.files[layout.READ_ME_FR]


# ---------------------------------------------------------------- one character


@pytest.mark.parametrize("name", NAMES)
def test_one_changed_character_in_any_file_is_found_and_named(package: Package, tmp_path: Path, name: str) -> None:
    original = package.files[name]
    places = random.Random(name).sample(range(len(original)), min(len(original), 3))
    for place in [*places, 0, len(original) - 1] if original else []:
        for other in (b"x", b" "):
            if other == original[place : place + 1]:
                continue
            package.files[name] = original[:place] + other + original[place + 1 :]
            report = checked(package, tmp_path)
            assert not report.ok, (name, place, other)
            assert report.verdict().startswith("NOT VERIFIED")
    package.files[name] = original + b"x"
    report = checked(package, tmp_path)
    assert not report.ok
    assert name in told(report) or "register" in told(report)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_to_its_bytes_is_found(package: Package, tmp_path: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([one for one in NAMES if package.files[one]]))
    original = package.files[name]
    start = data.draw(st.integers(0, len(original) - 1))
    end = data.draw(st.integers(start, min(len(original), start + 200)))
    changed = original[:start] + data.draw(st.binary(max_size=20)) + original[end:]
    if changed == original:
        return
    try:
        package.files[name] = changed
        assert not checked(package, tmp_path).ok, (name, start, end)
    finally:
        package.files[name] = original


def test_a_changed_text_is_found_by_line_and_number(package: Package, tmp_path: Path) -> None:
    package.replace("data/contributions.csv", "Deux mètres au moins.", "Trois mètres au moins.")
    package.tidy(tmp_path)
    report = checked(package, tmp_path)
    assert {"record of the export", "wordings"} <= failed(report)
    assert "data/contributions.csv, line 2: contribution 1 is not as it was recorded" in told(report)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named(package: Package, tmp_path: Path, name: str) -> None:
    del package.files[name]
    report = checked(package, tmp_path)
    assert not report.ok
    assert name in told(report) or name.split("/")[-1].removesuffix(".csv") in told(report)


def test_a_file_put_in_beside_is_named(package: Package, tmp_path: Path) -> None:
    package.files["data/people.csv"] = b"name\r\nLuc\r\n"
    assert "data/people.csv is not named in SHA256SUMS" in told(checked(package, tmp_path))


# ---------------------------------------------------------------- something left out


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5])
def test_a_removed_contribution_is_missed_though_all_was_rewritten(
    package: Package, tmp_path: Path, number: int
) -> None:
    package.drop_contribution(number)
    package.tidy(tmp_path)
    report = checked(package, tmp_path)
    assert {"record of the export", "completeness"} <= failed(report)
    assert f"contribution {number} is missing" in told(report)
    assert "files" not in failed(report), "the forger did not forget to rewrite SHA256SUMS"


def test_a_forger_without_the_key_is_found_by_the_key_and_by_a_receipt(
    world: World, package: Package, tmp_path: Path
) -> None:
    genuine = package.key
    package.drop_contribution(5)
    package.tidy(tmp_path)
    package.forge(lambda entry: entry.get("number") == 5)
    alone = checked(package, tmp_path)
    assert alone.ok, told(alone)  # nothing in a file can show that all of it was made up: hence the key, and receipts
    assert "Compare it with the one published" in told(alone)
    assert failed(checked(package, tmp_path, keys=[genuine])) == {"signed head", "register entries"}
    receipt = receipt_file(tmp_path, world.receipts["contribution 5"])
    report = checked(package, tmp_path, receipt=receipt)
    assert failed(report) == {"receipt in the package"}
    assert "it was left out. Keep your receipt" in told(report)


def test_a_receipt_and_a_package_under_different_keys_are_told_apart(
    world: World, package: Package, tmp_path: Path
) -> None:
    """A forger who left the voter of the receipt alone: only the keys tell."""
    receipt = receipt_file(tmp_path, world.receipts["contribution 5"])
    assert "BEWARE" not in told(checked(package, tmp_path, receipt=receipt))
    package.drop_contribution(1)
    package.tidy(tmp_path)
    package.forge(lambda entry: entry.get("number") == 1)
    assert "BEWARE: the receipt and the package are signed with different keys" in told(
        checked(package, tmp_path, receipt=receipt)
    )


def test_a_hiding_that_was_never_decided_is_found(package: Package, tmp_path: Path) -> None:
    """A keeper of the register who would rather not have decided: the text goes, and no decision stands for it."""

    def is_decision(entry: dict[str, object]) -> bool:
        return entry["kind"] == "decided" and entry.get("number") == 3

    package.forge(is_decision)
    report = checked(package, tmp_path)
    assert "wordings" in failed(report)
    assert "contribution 3 is said to be hidden by a moderation decision" in told(report)


@pytest.mark.parametrize("table", ["contributions", "arguments", "revisions", "votes", "tallies", "sources"])
def test_a_table_without_one_of_its_columns_is_told_by_name(package: Package, tmp_path: Path, table: str) -> None:
    name = f"data/{table}.csv"
    head, _, rest = package.files[name].partition(b"\r\n")
    columns = head.decode().split(",")
    for place, column in enumerate(columns):
        renamed = [*columns[:place], "x", *columns[place + 1 :]]
        package.files[name] = ",".join(renamed).encode() + b"\r\n" + rest
        report = checked(package, tmp_path)
        assert not report.ok
        assert "Error)" not in told(report), column
        assert name in told(report)


def test_a_state_that_there_is_none_of_is_told_by_line(package: Package, tmp_path: Path) -> None:
    for state in ("above_removed", "draft"):
        changed = Package(dict(package.files))
        changed.replace("data/contributions.csv", "withdrawn", state)
        report = checked(changed, tmp_path)
        assert "Error)" not in told(report)
        assert f"line 5: contribution 4 is in no state that there is: {state!r}" in told(report)


def test_entries_left_out_of_order_or_twice_are_found(package: Package, tmp_path: Path) -> None:
    lines = package.files[layout.ENTRIES].splitlines(keepends=True)
    for changed in ([*lines[:3], *lines[4:]], [lines[1], lines[0], *lines[2:]], [lines[0], *lines], lines[:-1], []):
        package.files[layout.ENTRIES] = b"".join(changed)
        report = checked(package, tmp_path)
        assert "register entries" in failed(report) or "record of the export" in failed(report)


def test_votes_that_nobody_cast_are_found(package: Package, tmp_path: Path) -> None:
    name = "data/votes.csv"
    rows = package.files[name].splitlines(keepends=True)
    voter = rows[1].split(b",")[3]
    stuffed = [rows[1].replace(voter, b"%024x" % one) for one in range(40)]
    package.files[name] = b"".join([rows[0], *stuffed, *rows[1:]])
    package.tidy(tmp_path)
    package.forge()
    words = told(checked(package, tmp_path))
    assert "the other tables hold" in words
    assert "the register recorded" in words


def test_the_evidence_of_another_package_is_found(world: World, package: Package, tmp_path: Path) -> None:
    for other in (Package.of(world.neighbour), Package.of(world.early)):
        package.files |= {name: other.files[name] for name in layout.EVIDENCE}
        report = checked(package, tmp_path)
        assert "record of the export" in failed(report)
        assert "is not the one that the register recorded" in told(report)


def test_a_final_package_cannot_be_made_of_a_provisional_one(world: World, tmp_path: Path) -> None:
    early = Package.of(world.early)
    early.replace(layout.DESCRIPTION, '"provisional": true', '"provisional": false')
    early.sum_up()
    report = checked(early, tmp_path)
    assert {"record of the export", "description"} <= failed(report)


# ---------------------------------------------------------------- receipts


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("contribution 1", "its author wrote it anew since"),
        ("contribution 2", "hidden by a moderation decision on 10 March 2026 at "),
        ("contribution 3", "(UTC), on the ground 'insults'"),
        ("contribution 4", "withdrawn by its author on 10 March 2026 at "),
        ("contribution 5", "it stands in the data as you wrote it (data/contributions.csv, line"),
        ("later", "it stands in the data as you wrote it (data/arguments.csv, line"),
        ("vote", "not checked: what was chosen"),
    ],
)
def test_a_receipt_is_found_in_the_package(
    world: World, package: Package, tmp_path: Path, which: str, words: str
) -> None:
    report = checked(package, tmp_path, receipt=receipt_file(tmp_path, world.receipts[which]), keys=[package.key])
    assert report.ok, told(report)
    assert words in told(report)


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("elsewhere", "this receipt is of another register"),
        ("beside", "this receipt is of the consultation 'voisinage'"),
    ],
)
def test_a_receipt_of_something_else_is_told_apart(
    world: World, package: Package, tmp_path: Path, which: str, words: str
) -> None:
    report = checked(package, tmp_path, receipt=receipt_file(tmp_path, world.receipts[which]))
    assert failed(report) == {"receipt in the package"}
    assert words in told(report)
    assert "The package agrees with itself, not with this receipt" in report.verdict()


def test_a_receipt_of_something_else_excuses_no_package_that_was_changed(
    world: World, package: Package, tmp_path: Path
) -> None:
    package.replace(layout.LICENCE, "2.0", "2.1")
    report = checked(package, tmp_path, receipt=receipt_file(tmp_path, world.receipts["elsewhere"]))
    assert failed(report) == {"files", "receipt in the package"}
    assert report.verdict().endswith("Do not rely on this package.")


def test_a_later_receipt_asks_for_a_later_package(world: World, tmp_path: Path) -> None:
    report = checked(Package.of(world.early), tmp_path, receipt=receipt_file(tmp_path, world.receipts["later"]))
    assert failed(report) == {"receipt in the package"}
    assert "after this package was made" in told(report)


def test_a_receipt_of_another_register_of_the_same_name_is_told_apart(
    world: World, package: Package, tmp_path: Path
) -> None:
    """The register was forked: the same place holds another entry, under heads that are both signed."""
    receipt = world.receipts["contribution 5"]
    entry = json.loads(receipt["entry"])
    package.forge(lambda one: one.get("id") == entry["id"])
    assert "it was left out" in told(checked(package, tmp_path, receipt=receipt_file(tmp_path, receipt)))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "{" * 5000, '{"format": 1e999}', "\x00", '{"entry": 3}'])
def test_what_is_no_receipt_is_said_to_be_none(package: Package, tmp_path: Path, text: str) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(text)
    report = checked(package, tmp_path, receipt=path)
    assert not report.ok
    assert "Traceback" not in told(report)


def test_a_receipt_that_was_changed_fails_by_itself(world: World, package: Package, tmp_path: Path) -> None:
    receipt = {**world.receipts["contribution 5"]}
    receipt["entry"] = receipt["entry"].replace('"number":5', '"number":4')
    report = checked(package, tmp_path, receipt=receipt_file(tmp_path, receipt))
    assert {"receipt, by itself", "receipt in the package"} <= failed(report)
    assert "it proves nothing against the package" in told(report)
    assert "Keep your receipt" not in told(report), "whoever forges one must not make the package look guilty"
    moved = {**world.receipts["contribution 5"], "position": 0}
    assert "Keep your receipt" not in told(checked(package, tmp_path, receipt=receipt_file(tmp_path, moved)))


def test_a_receipt_that_is_not_there_and_a_key_that_is_none(package: Package, tmp_path: Path) -> None:
    assert "There is no file" in told(checked(package, tmp_path, receipt=tmp_path / "nowhere.json"))
    report = checked(package, tmp_path, keys=["no key"])
    assert failed(report) == {"key"}
