"""``consult register``: for the people who run an instance."""

from consult.register.heads import rotate_key
from consult.register.models import RegisterKey
from consult.register.signing import private_half
from consult.territories.models import Territory
from consult.territories.queries import territory_named


async def rotate(slug: str | None, *, former_lost: bool = False) -> str:
    """Have another key sign a territory's register; the public half of it.

    Args:
        former_lost: go on although the former key cannot be read, so that the new one signs alone.

    Raises:
        NotFound: there is no such territory, or several and none was named.
        SealedKeyError: the former key cannot be read. In another folder without ``CONSULT_SECRET_KEY``, the secret is
            not the instance's either, and the key drawn there could not be used by it.
    """
    territory = await territory_named(slug)
    former = await RegisterKey.get_or_none(territory_id=territory.id, retired_at=None)
    if former is not None and not former_lost:
        private_half(former, territory.slug)
    return await rotate_key(territory.id)


async def keys_open() -> str:
    """For ``consult doctor``: that the instance's secret opens the keys that sign.

    Raises:
        SealedKeyError: it does not open one of them; says what to do.
    """
    slugs = {one.id: one.slug for one in await Territory.all()}
    keys = await RegisterKey.filter(retired_at=None)
    for key in keys:
        private_half(key, slugs[key.territory_id])
    return f"{len(keys)} registers can be signed"
