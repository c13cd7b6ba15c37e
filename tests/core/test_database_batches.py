"""Keys asked for some at a time: all of them, in order, none twice."""

from hypothesis import given
from hypothesis import strategies as st

from consult.core.database import batches


@given(st.lists(st.integers()), st.integers(1, 7))
def test_batches_are_the_things_in_order(things: list[int], most: int) -> None:
    found = list(batches(things, most))
    assert [one for some in found for one in some] == things
    assert all(len(some) == most for some in found[:-1])
    assert all(1 <= len(some) <= most for some in found)
