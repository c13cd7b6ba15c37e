"""Keys are drawn in order, never twice, and read with suspicion."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.core import keys
from consult.core.keys import EPOCH_MS, LOW_BITS, new_key, parse_key


def test_keys_grow_and_are_never_drawn_twice() -> None:
    drawn = [new_key() for _ in range(20_000)]
    assert drawn == sorted(set(drawn))


def test_threads_draw_different_keys() -> None:
    with ThreadPoolExecutor(8) as pool:
        drawn = [key for some in pool.map(lambda _: [new_key() for _ in range(2_000)], range(8)) for key in some]
    assert len(set(drawn)) == len(drawn)


def test_a_key_tells_when_it_was_drawn_and_fits_the_column() -> None:
    before = time.time_ns() // 1_000_000
    key = new_key()
    # other tests of this process may have drawn a little ahead of the clock
    assert before - 1 <= (key >> LOW_BITS) + EPOCH_MS <= before + 5_000
    assert 0 < key < 1 << 63


def test_keys_go_on_growing_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = new_key()
    monkeypatch.setattr(keys.time, "time_ns", lambda: 0)
    second, third = new_key(), new_key()
    assert first < second < third


def test_a_machine_without_a_clock_draws_positive_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_last", 0)
    monkeypatch.setattr(keys.time, "time_ns", lambda: 0)
    assert new_key() >= 0


@given(st.integers(0, (1 << 63) - 1))
def test_a_key_is_read_back(key: int) -> None:
    assert parse_key(str(key)) == key


@pytest.mark.parametrize(
    "text",
    ["", " 1", "-1", "+1", "1.0", "1_0", "0x1", "1e3", "²", "١", str(1 << 63), "9" * 20, "9" * 5_000, "1\0", "1;drop"],
)
def test_what_cannot_be_a_key_is_none(text: str) -> None:
    assert parse_key(text) is None
