"""What is not told of a cross of personal attributes (kind of author by section, by day), so that nobody stands alone.

A number that fewer than :data:`FEW` people made is told as :data:`FEWER`. That is worth nothing when a sum that is told
gives it back: so the number of the other kind of author, which makes up the public total with it, is not told either,
nor is at least one more of the numbers that make up the same sum, and as many as it takes until none can be worked out.
What stands below something hidden is hidden. Pure functions: a test attacks them by trying every world that fits.
"""

from dataclasses import dataclass, field

FEW = 5
FEWER = "<5"
Told = int | str | None


@dataclass
class Cell:
    """One section (or period, or the whole), for one kind of thing counted.

    Attributes:
        persons, organisations: how many things each wrote; both together are public.
        people: how many different authors of each there are, counted no further than :data:`FEW`.
        parts: what the cell is made of, completely. What stands in a section itself and in none below it is a part too:
            it is told nowhere, but it could be worked out.
        hidden: whether its two numbers are not told; ``silent``: nor that they are of few people.
    """

    persons: int
    organisations: int
    people: tuple[int, int]
    parts: list["Cell"] = field(default_factory=list)
    hidden: bool = False
    silent: bool = False

    @property
    def total(self) -> int:
        """What is public."""
        return self.persons + self.organisations

    @property
    def few(self) -> bool:
        """Whether so few people made one of the two numbers that it is not told."""
        return any(0 < people < FEW for people in self.people)

    def told(self) -> tuple[Told, Told]:
        """Persons and organisations, as they are told: a number, :data:`FEWER` (perhaps nobody), or nothing (None)."""
        if not self.hidden:
            return self.persons, self.organisations
        persons, organisations = (None if self.silent or people >= FEW else FEWER for people in self.people)
        return persons, organisations


FEW_PEOPLE = "few_people"


def coarsen(whole: Cell) -> str:
    """Mark, in the whole tree, what must not be told. ``whole`` itself crosses nothing and is told.

    Where one kind of author wrote and no other, the whole has said of everybody which kind they are: nothing is hidden.

    Returns:
        Why nothing of the cross is told, "" where something may be. The public totals and the whole would give it back.
    """
    if not (whole.persons and whole.organisations):
        return ""
    if whole.few:
        _silence(whole.parts)
        return FEW_PEOPLE
    while not _family(whole):
        pass
    return ""


def _family(parent: Cell) -> bool:
    """Mark the parts of a cell that is told, and theirs; False when the cell itself had to be hidden after all."""
    for part in parent.parts:
        if part.few:
            _hide(part)
    while not _is_safe(parent):
        shown = [part for part in parent.parts if not part.hidden and part.total]
        if shown:
            _hide(min(shown, key=lambda part: (not _blurs(part), part.total)))
        elif parent.persons and parent.organisations:
            _silence(parent.parts)
            break
        else:  # that it holds one kind of author only says everything about its parts
            _hide(parent)
            parent.silent = True
            return False
    return all(_family(part) for part in parent.parts if not part.hidden)


def _hide(cell: Cell) -> None:
    cell.hidden = True
    for part in cell.parts:
        _hide(part)


def _silence(cells: list[Cell]) -> None:
    for cell in cells:
        cell.hidden = cell.silent = True
        _silence(cell.parts)


def _is_safe(parent: Cell) -> bool:
    """Whether no hidden number among the parts can be worked out from the parent and from those that are told."""
    hidden = [part for part in parent.parts if part.hidden and part.total]
    left = parent.organisations - sum(part.organisations for part in parent.parts if not part.hidden)
    ranges = [_range(part) for part in hidden]
    least, most = sum(low for low, _ in ranges), sum(high for _, high in ranges)
    return all(
        max(low, left - (most - high)) < min(high, left - (least - low))
        for part, (low, high) in zip(hidden, ranges, strict=True)
        if part.few or part.silent
    )


def _blurs(part: Cell) -> bool:
    """Whether hiding a cell leaves anything to doubt."""
    least, most = _range(part)
    return least < most


def _range(part: Cell) -> tuple[int, int]:
    """What may be thought of a hidden cell's organisations, from its public total and what is told of it.

    Where nothing is told of a number although others are, at least :data:`FEW` people made it.
    """
    if part.silent:
        return 0, part.total
    persons, organisations = (FEW if people >= FEW else 0 for people in part.people)
    return organisations, part.total - persons
