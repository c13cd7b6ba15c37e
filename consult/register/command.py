"""``consult register``: for the people who run an instance."""

from consult.register.heads import rotate_key
from consult.territories.queries import territory_named


async def rotate(slug: str | None) -> str:
    """Have another key sign a territory's register; the public half of it.

    Raises:
        NotFound: there is no such territory, or several and none was named.
    """
    return await rotate_key((await territory_named(slug)).id)
