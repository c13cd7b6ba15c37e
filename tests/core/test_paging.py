"""A page is found by the last row of the one before, whatever people make of the cursor."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.core.paging import MAX_CURSOR, cut, read_cursor, write_cursor
from tests.cast import NOON


def _packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


@given(
    st.integers(-(1 << 63), (1 << 63) - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text("aé 🚲", max_size=9),
)
def test_a_cursor_is_read_back(key: int, score: float, name: str) -> None:
    assert read_cursor(write_cursor(key, score, name), int, float, str) == (key, score, name)


def test_an_instant_is_read_back_in_utc() -> None:
    paris = NOON.astimezone(timezone(timedelta(hours=1)))
    assert read_cursor(write_cursor(paris, 7), datetime, int) == (NOON, 7)


def test_a_cursor_may_stand_in_an_address() -> None:
    assert write_cursor("???>>>~~~", 1 << 62).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "%%%",
        "é",
        "a",
        "\0",
        "e30",  # {}
        "W10",  # []
        _packed([1]),
        _packed([1, 2, 3]),
        _packed(["1", 2]),
        _packed([1.5, 2]),
        _packed([True, 2]),
        _packed([None, 2]),
        _packed([1 << 63, 2]),
        _packed([-(1 << 63) - 1, 2]),
        _packed([[1], 2]),
        base64.urlsafe_b64encode(b"[" * 140).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe[1,2]").decode(),
        write_cursor(1, 2) + "=" * MAX_CURSOR,
    ],
)
def test_a_damaged_cursor_is_none(text: str) -> None:
    assert read_cursor(text, int, int) is None


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (float("nan"), float),
        (float("inf"), float),
        ("a\0b", str),
        ("\ud800", str),
        ("2026-03-10T12:00:00", datetime),
        ("2026-02-30T12:00:00+00:00", datetime),
        ("0001-01-01T00:00:00+23:59", datetime),
        (20260310, datetime),
    ],
)
def test_what_a_database_would_stumble_over_is_none(value: Any, kind: type) -> None:
    assert read_cursor(_packed([value]), kind) is None


def test_a_cursor_of_another_sort_is_none() -> None:
    assert read_cursor(write_cursor(NOON, 1), int, int) is None
    assert read_cursor(write_cursor(1, 2), datetime, int) is None


@given(st.text(max_size=250))
def test_no_cursor_whatever_is_an_error(text: str) -> None:
    for kinds in [(int, int), (datetime, int), (float, str)]:
        found = read_cursor(text, *kinds)
        assert found is None or len(found) == 2


def test_a_page_knows_whether_there_is_another() -> None:
    full = cut([1, 2, 3, 4], 3, write_cursor, is_first=True)
    assert (full.items, full.is_first) == ([1, 2, 3], True)
    assert read_cursor(full.after, int) == (3,)
    last = cut([4, 5, 6], 3, write_cursor, is_first=False)
    assert (last.items, last.after, last.is_first) == ([4, 5, 6], "", False)
    assert cut([], 3, write_cursor, is_first=True).after == ""


def test_instants_before_and_after_the_year_of_today_are_kept_exactly() -> None:
    for at in (datetime(1970, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)):
        assert read_cursor(write_cursor(at), datetime) == (at,)
