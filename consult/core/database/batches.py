"""Many keys are asked for some at a time: both engines bound how many values one statement takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

AT_ONCE = 500
T = TypeVar("T")


def batches(things: Iterable[T], most: int = AT_ONCE) -> Iterator[list[T]]:
    """The things in order, in lists of up to ``most``; none of them is empty."""
    left = iter(things)
    while some := list(islice(left, most)):
        yield some
