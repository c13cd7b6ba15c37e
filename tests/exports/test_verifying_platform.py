"""A platform that cheats with its own key: it rewrites tables, figures, sums, and signs a register over all of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consult.exports.verifying import layout
from tests.exports.packages import Package, checked, failed, told

pytestmark = pytest.mark.engine_free
Rows = list[dict[str, str]]
_KEPT = {"id", "contribution", "amendment_id", "argument_id", "provisional", "published_at", "register_position"}


def change(package: Package, table: str, what: Callable[[Rows], Any]) -> None:
    """Change the rows of a table."""
    rows = package.rows(table)
    what(rows)
    left = iter(rows)
    for extra in rows[len(package.rows(table)) :]:
        package.add_row(table, extra)
    package.keep_rows(table, lambda row: bool(row.update(next(left, row)) or True))


def signed(package: Package, folder: Path, *, tidied: bool = True) -> tuple[set[str], str]:
    """What fails once all of it was described, summed up and signed anew."""
    package.tidy(folder) if tidied else package.sum_up()
    package.forge()
    report = checked(package, folder)
    return failed(report), told(report)


def test_who_signs_what_was_not_changed_is_believed(package: Package, tmp_path: Path) -> None:
    wrong, words = signed(package, tmp_path)
    assert not wrong, words


def _of(*path: Any) -> Callable[[dict[str, Any], Any], None]:
    def put(figures: dict[str, Any], value: Any) -> None:
        for name in path[:-1]:
            figures = figures[name]
        figures[path[-1]] = value

    return put


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("top", "supported"), [{"number": 5, "title": "Vélo Vallon propose", "url": "", "value": 999}]),
        (("top", "contested", 0, "title"), "Autre chose"),
        (("both_sides", "number"), 2),
        (("days", 0, "votes"), 1000),
        (("days", 0, "day"), "2026-03-11"),
        (("kinds", 0, "contributions"), 7),
        (("writers", "organisation", "votes"), 1000),
        (("sections", 0, "own", "votes"), 1000),
        (("sections", 0, "below", "arguments"), 0),
        (("sections",), []),
        (("decisions", "hide"), 0),
        (("totals", "voters"), 50_000),
        (("provisional",), True),
        (("at",), "2026-03-29T12:00:00Z"),
        (("consultation", "slug"), "autre"),
        (("format",), "consult-figures/2"),
        (("timezone",), "../../etc/passwd"),
        (("timezone",), "Pacific/Auckland"),
    ],
)
def test_figures_that_the_tables_do_not_add_up_to(package: Package, tmp_path: Path, path: Any, value: Any) -> None:
    figures = json.loads(package.files[layout.FIGURES])
    _of(*path)(figures, value)
    package.files[layout.FIGURES] = json.dumps(figures).encode()
    assert signed(package, tmp_path, tidied=False)[0] == {"figures"}


def test_one_voter_does_not_vote_twice_on_the_same_item(package: Package, tmp_path: Path) -> None:
    change(package, "votes", lambda rows: rows[1].update(rows[0]))
    change(package, "contributions", lambda rows: rows[0].update(earlier_agree="2", earlier_disagree="0"))
    wrong, words = signed(package, tmp_path)
    assert wrong == {"figures"}
    assert "1 vote is not the first one of its voter" in words


def test_votes_count_for_the_item_that_they_name(package: Package, tmp_path: Path) -> None:
    argument, other = package.rows("arguments")[1], package.rows("arguments")[0]
    vote = next(row for row in package.rows("votes") if row["kind"] == "argument")
    assert vote["item_id"] == argument["id"]
    for moved in ({"item_id": other["id"]}, {"item_id": "1"}, {"contribution": "77"}):
        changed = Package(dict(package.files))
        change(changed, "votes", lambda rows, to=moved: [r.update(to) for r in rows if r["kind"] == "argument"])
        assert signed(changed, tmp_path)[0] == {"figures"}, moved


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("arguments", {"supports": "999", "supports_total": "999"}),
        ("arguments", {"tally_supports": "5", "supports_total": "6"}),
        ("amendments", {"votes_agree": "999"}),
        ("sources", {"supports_total": "2"}),
        ("contributions", {"votes_total": "100"}),
        ("contributions", {"arguments_for": "9"}),
        ("contributions", {"sources_count": "9"}),
        ("contributions", {"section_id": "1"}),
        ("sections", {"contributions_count": "9"}),
    ],
)
def test_counters_that_are_not_what_the_other_tables_hold(
    package: Package, tmp_path: Path, table: str, values: dict[str, str]
) -> None:
    row = 1 if table == "arguments" else 0
    change(package, table, lambda rows: rows[row].update(values))
    assert signed(package, tmp_path)[0] == {"figures"}


def hide(package: Package, table: str, key: str, **where: str) -> None:
    """A row without its text, as if what it stands under were gone."""

    def blank(rows: Rows) -> None:
        row = next(one for one in rows if one["id"] == key)
        row.update({name: "" for name in row if name not in _KEPT} | {"state": "above_removed"} | where)

    change(package, table, blank)


def one_argument_less(rows: Rows) -> None:
    """What the forger changes of a contribution's own counters."""
    row = rows[0]
    row.update({name: str(int(row[name]) - 1) for name in ("arguments_for", "arguments_count")})


def test_nothing_is_hidden_by_saying_that_it_stood_elsewhere(package: Package, tmp_path: Path) -> None:
    mine = package.rows("arguments")[3]
    hide(package, "arguments", mine["id"], contribution="3")
    package.keep_rows("revisions", lambda row: row["item_id"] != mine["id"])
    change(package, "contributions", one_argument_less)
    wrong, words = signed(package, tmp_path)
    assert wrong == {"wordings"}
    assert "the register recorded it elsewhere, under contribution 1" in words


def test_nothing_is_hidden_under_something_that_never_was(package: Package, tmp_path: Path) -> None:
    mine, amendment = package.rows("arguments")[3], package.rows("amendments")[1]
    hide(package, "arguments", mine["id"], amendment_id="4242")
    never = dict.fromkeys(amendment, "") | {"id": "4242", "contribution": "1", "state": "hidden"}
    package.add_row("amendments", never | {"provisional": "false"})
    package.keep_rows("revisions", lambda row: row["item_id"] != mine["id"])
    change(package, "contributions", one_argument_less)
    wrong, words = signed(package, tmp_path)
    assert wrong == {"wordings"}
    assert "has no text, and nothing above it was removed" in words


def test_nothing_is_shown_under_what_was_hidden(package: Package, tmp_path: Path) -> None:
    hidden = package.rows("amendments")[1]["id"]
    change(package, "arguments", lambda rows: rows[1].update(amendment_id=hidden))
    change(package, "contributions", lambda rows: rows[0].update(arguments_for=str(int(rows[0]["arguments_for"]) - 1)))
    assert "is shown, though what it stands under is not" in signed(package, tmp_path)[1]


def test_past_wordings_are_all_there_and_no_others(package: Package, tmp_path: Path) -> None:
    invented = package.rows("revisions")[0] | {"revision": "3", "body": "Jamais écrit."}
    more = Package(dict(package.files))
    more.add_row("revisions", invented | {"register_position": "", "register_salt": ""})
    assert signed(more, tmp_path)[0] == {"wordings"}
    twice = Package(dict(package.files))
    twice.add_row("revisions", package.rows("revisions")[0])
    assert signed(twice, tmp_path)[0] == {"wordings"}
    package.keep_rows("revisions", lambda row: row["present"] == "true")
    wrong, words = signed(package, tmp_path)
    assert wrong == {"completeness"}
    assert "version 1 of contribution 1 is missing: entry 0 recorded it" in words


def test_decisions_that_the_register_recorded_are_in_the_table(package: Package, tmp_path: Path) -> None:
    package.keep_rows("decisions", lambda row: row["effect"] != "correct")
    wrong, words = signed(package, tmp_path)
    assert wrong == {"figures"}
    assert "0 decisions are of the effect 'correct'; the register recorded 1" in words


def test_tallied_votes_are_said_to_have_no_receipts(package: Package, tmp_path: Path) -> None:
    item = package.rows("contributions")[0]["id"]
    columns = package.files["data/tallies.csv"].decode().strip().split(",")
    row = dict.fromkeys(columns, "") | {"kind": "contribution", "contribution": "1", "item_id": item, "agree": "9000"}
    package.add_row("tallies", row | {"origin": "paper", "provisional": "false"})
    change(package, "contributions", lambda rows: rows[0].update(tally_agree="9000", votes_total="9002"))
    assert "not checked: votes that were only tallied" in signed(package, tmp_path)[1]


def test_rounds_close_when_the_register_says(package: Package, tmp_path: Path) -> None:
    later = Package(dict(package.files))
    change(later, "rounds", lambda rows: rows[0].update(closes_at="2026-04-30T12:00:00Z"))
    wrong, words = signed(later, tmp_path)
    assert wrong == {"completeness"}
    assert (
        "this round closes on 30 April 2026 at 12:00 (UTC); the register recorded 30 March 2026 at 12:00 (UTC)" in words
    )
    change(package, "rounds", lambda rows: rows[0].update(id="7"))
    assert signed(package, tmp_path)[0] == {"completeness"}


def test_numbers_and_nestings_beyond_measure_are_the_packages_fault_and_not_the_programmes(
    package: Package, tmp_path: Path
) -> None:
    deep = Package(dict(package.files))
    for depth in (500, 900, 990, 5_000, 50_000):
        for name in ("both_sides", "days", "sections", "totals"):
            figures = json.loads(package.files[layout.FIGURES]) | {name: "here"}
            text = json.dumps(figures).replace('"here"', "[" * depth + "]" * depth)
            deep.files[layout.FIGURES] = text.encode()
            assert not checked(deep, tmp_path).ok
    columns = package.files["data/tallies.csv"].decode().strip().split(",")
    row = dict.fromkeys(columns, "") | {"kind": "contribution", "contribution": "1", "item_id": "1", "agree": "9" * 16}
    for _ in range(1_500):
        package.add_row("tallies", row | {"provisional": "false"})
    assert "reading" in failed(checked(package, tmp_path))
