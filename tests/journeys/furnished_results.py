"""What becomes of a consultation when it is over, in the furnished territory: register, files, figures, documents.

Each has a function of its own below, called in this order at the end of ``furnish``; ``made.here`` takes the parts of
addresses that samples.py names.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.journeys.furnished import Furnished


async def results(made: "Furnished") -> None:
    """All of it, once everything has been written."""
    await the_register(made)
    await the_files(made)
    await the_results(made)
    await the_documents(made)


async def the_register(made: "Furnished") -> None:
    """Entries of every kind, a head that covers them but for the last, and Awa's receipts."""


async def the_files(made: "Furnished") -> None:
    """Sets of files: one ready, one that is being made."""


async def the_results(made: "Furnished") -> None:
    """Figures of a consultation that is over."""


async def the_documents(made: "Furnished") -> None:
    """Reports to read."""
