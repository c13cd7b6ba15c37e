"""The verbs that write territories."""

from typing import Any

from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import Forbidden, Refusal, refuse
from consult.core.keys import new_key
from consult.core.language import N_
from consult.core.text.markdown import render_markdown
from consult.core.voice import Voice
from consult.territories.events import TerritoryAdded, TerritoryPageChanged
from consult.territories.models import Territory, TerritoryHost, TerritoryKind, TerritoryPage
from consult.territories.queries import forget_territories

TAKEN = Refusal("territory_taken", N_("Un territoire porte déjà ce nom court ou cet hôte."))


async def add_territory(
    voice: Voice,
    *,
    slug: str,
    name: str,
    kind: TerritoryKind = TerritoryKind.BODY,
    host: str | None = None,
    accent: str = "#1d4e89",
    presentation: str = "",
    contact_email: str = "",
) -> Territory:
    """Open a territory on this instance.

    Raises:
        Refused: the slug or the host is taken.
    """
    async with Action(voice) as action:
        taken = await Territory.exists(slug=slug) or (host and await TerritoryHost.exists(host=host.lower()))
        refuse(TAKEN if taken else None)
        territory = await Territory.create(
            id=new_key(),
            slug=slug,
            name=name,
            kind=kind,
            accent=accent,
            presentation=presentation,
            presentation_html=render_markdown(presentation),
            contact_email=contact_email,
            created_at=action.at,
        )
        if host:
            await TerritoryHost.create(host=host.lower(), territory=territory)
        action.record(TerritoryAdded(territory_id=territory.id, slug=slug))
    forget_territories()
    return territory


async def write_territory_page(voice: Voice, *, territory_id: int, name: str, body: str) -> None:
    """Write one of the texts that a territory owes its public.

    Raises:
        Forbidden: the voice is neither an administrator's of this territory nor the system's.
    """
    if voice.account_id is not None and "administrator" not in voice.roles:
        raise Forbidden
    async with Action(voice, territory_id=territory_id) as action:
        if await TerritoryPage.exists(territory_id=territory_id, name=name, body=body):
            action.nothing_to_do()
            return
        values: dict[str, Any] = {"body": body, "body_html": render_markdown(body), "updated_at": action.at}
        if not await TerritoryPage.filter(territory_id=territory_id, name=name).update(**values):
            await TerritoryPage.create(id=new_key(), territory_id=territory_id, name=name, **values)
        await execute("UPDATE territory SET changes = changes + 1 WHERE id = :key", key=territory_id)
        action.changed("territory", territory_id)
        action.record(TerritoryPageChanged(territory_id=territory_id, page=name))
    forget_territories()
