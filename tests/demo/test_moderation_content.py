"""What the demonstration tells of moderation resolves, and happens in the order of time."""

from consult.moderation.models import AppealOutcome, Effect, Ground
from tests.demo.test_content import CONSULTATIONS, MODERATION, TERRITORY, Table, everything


def test_what_is_read_first_was_kept_after_it_was_written() -> None:
    moderators = {row["person"] for row in TERRITORY["staff"] if row["role"] == "moderator"}
    read = [item for name, _, item, _ in everything() if name == "before"]
    assert read
    for item in read:
        assert item["kept_by"] in moderators
        assert 0 < item["kept_days_ago"] < item["days_ago"]
    assert len(CONSULTATIONS["before"]["held"]) == 3


def keyed() -> dict[str, Table]:
    found = [item for _, _, item, _ in everything() if "key" in item]
    assert len({item["key"] for item in found}) == len(found)
    return {item["key"]: item for item in found}


def test_moderation_speaks_of_what_is_there_in_the_order_of_time() -> None:
    items = keyed()
    for name in ("reports", "decisions", "appeals", "notes", "taken"):
        for row in MODERATION[name]:
            item = items[row["on"]]
            assert row["days_ago"] < item["days_ago"], row["on"]
            assert row.get("by") != item["by"], "nobody reports or decides on what they wrote"
    for row in MODERATION["reports"]:
        assert Ground(row["ground"])
        assert ("by" in row) != ("email" in row)
    for row in MODERATION["appeals"]:
        item = items[row["on"]]
        first = next((one for one in MODERATION["decisions"] if one["on"] == row["on"]), None)
        decided = (first["by"], first["days_ago"]) if first else (item["hidden_by"], item["state_days_ago"])
        assert row["days_ago"] < decided[1]
        if "heard_by" in row:
            assert row["heard_by"] != decided[0], "somebody else hears it"
            assert row["heard_days_ago"] < row["days_ago"]
            assert AppealOutcome(row["outcome"])


def test_every_kind_of_decision_that_a_newcomer_looks_for_is_there() -> None:
    effects = {Effect(row["effect"]) for row in MODERATION["decisions"]}
    assert effects == {Effect.KEEP, Effect.CORRECT, Effect.MERGE, Effect.HIDE}
    assert MODERATION["restrictions"]
    outcomes = [row.get("outcome") for row in MODERATION["appeals"]]
    assert {"upheld", "reversed", None} == set(outcomes)
