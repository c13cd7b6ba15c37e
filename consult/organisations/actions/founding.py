"""Presenting an organisation to a territory, and changing what is said of it."""

from dataclasses import replace
from typing import Any

from tortoise.exceptions import IntegrityError

from consult.core.action import Action
from consult.core.errors import NotFound, Refused, refuse
from consult.core.keys import new_key
from consult.core.voice import Voice
from consult.organisations.actions.standing import lock_organisation
from consult.organisations.events import OrganisationChanged, OrganisationCreated, VerificationAsked
from consult.organisations.models import Member, MemberRole, Organisation, OrganisationKind, OrganisationState
from consult.organisations.rules import (
    NUMBER_KNOWN,
    Facts,
    founding_refusal,
    manage_refusal,
    read_facts,
)


async def create_organisation(
    voice: Voice,
    *,
    territory_id: int,
    name: str,
    kind: OrganisationKind | str,
    number: str = "",
    number_kind: str = "",
    address: str = "",
    site: str = "",
    presentation: str = "",
    shows_members: bool = False,
    once: str | None = None,
) -> Organisation:
    """Present an organisation to a territory; the person becomes its owner, and it waits to be verified.

    Args:
        number_kind: ``siren``, ``siret`` or ``rna``; "" where the number itself tells.

    Raises:
        Refused: something in it is wrong, its number is known here already, or the person's address is not confirmed.
    """
    facts, refusals = read_facts(
        name=name, kind=kind, number=number, number_kind=number_kind, address=address, site=site,
        presentation=presentation,
    )  # fmt: skip
    refuse(next(iter(refusals), None))
    try:
        return await _create(voice, territory_id, facts, shows_members, once)
    except IntegrityError:  # the same form, or the same number, came twice at once
        return await _create(voice, territory_id, facts, shows_members, once)


async def _create(voice: Voice, territory_id: int, facts: Facts, shows_members: bool, once: str | None) -> Organisation:
    async with Action(voice, territory_id=territory_id) as action:
        made = await Organisation.get_or_none(once=once, territory_id=territory_id) if once else None
        if made is not None:
            action.nothing_to_do()
            return made
        refuse(founding_refusal(voice))
        await _judge_number(territory_id, facts.number)
        row = await Organisation.create(
            id=new_key(),
            territory_id=territory_id,
            **facts.identity,
            **facts.rest,
            shows_members=shows_members,
            created_at=action.at,
            asked_at=action.at,
            once=once,
        )
        if voice.account_id is not None:
            await Member.create(
                id=new_key(),
                organisation_id=row.id,
                account_id=voice.account_id,
                role=MemberRole.OWNER,
                created_at=action.at,
            )
        action.record(OrganisationCreated(territory_id=territory_id, organisation_id=row.id))
        return row


async def _judge_number(territory_id: int, number: str, own_id: int | None = None) -> None:
    """A number belongs to one organisation of a territory. A refused one keeps nobody from its number."""
    if number:
        others = Organisation.filter(territory_id=territory_id, number=number).exclude(state=OrganisationState.REFUSED)
        known = await others.exclude(id=own_id or 0).exists()
        refuse(NUMBER_KNOWN if known else None)


async def change_organisation(
    voice: Voice,
    *,
    territory_id: int,
    organisation_id: int,
    name: str,
    kind: OrganisationKind | str,
    number: str = "",
    number_kind: str = "",
    address: str = "",
    site: str = "",
    presentation: str = "",
    shows_members: bool = False,
) -> Organisation:
    """Change what an organisation says of itself.

    A refused organisation asks again by that. Of a verified one, another name, kind or number only shows once the
    territory has verified it; meanwhile it stays verified as it was.

    Raises:
        NotFound: this territory has no such organisation.
        Refused: not by an owner, something in it is wrong, or its number is known here already.
    """
    facts, refusals = read_facts(
        name=name, kind=kind, number=number, number_kind=number_kind, address=address, site=site,
        presentation=presentation,
    )  # fmt: skip
    refuse(next(iter(refusals), None))
    try:
        return await _change(voice, territory_id, organisation_id, facts, shows_members)
    except IntegrityError as error:
        raise Refused(NUMBER_KNOWN) from error


async def _change(
    voice: Voice, territory_id: int, organisation_id: int, facts: Facts, shows_members: bool
) -> Organisation:
    async with Action(voice, territory_id=territory_id) as action:
        row, standing = await lock_organisation(action, organisation_id)
        if standing.role is None and voice.account_id is not None:
            raise NotFound
        refuse(manage_refusal(voice, standing))
        await _judge_number(territory_id, facts.number, row.id)
        changes = {"shows_members": shows_members, **facts.rest, **_asked(action, row, facts)}
        before = {column: getattr(row, column) for column in changes}
        if changes == before:
            action.nothing_to_do()
            return row
        await Organisation.filter(id=row.id).update(**changes)
        await row.refresh_from_db()
        if "asked_at" in changes and row.asked_at is not None and row.asked_at != before["asked_at"]:
            action.record(VerificationAsked(territory_id=territory_id, organisation_id=row.id))
        action.record(OrganisationChanged(territory_id=territory_id, organisation_id=row.id))
        return row


def _asked(action: Action, row: Organisation, facts: Facts) -> dict[str, Any]:
    """What the change of its identity means for each state: see ADR 0015."""
    present = _identity(row)
    if row.state is OrganisationState.REFUSED:
        again = {"state": OrganisationState.WAITING, "asked_at": action.at, "revision": row.revision + 1}
        return {**facts.identity, **again}
    if row.state is OrganisationState.WAITING:
        return {**facts.identity, "revision": row.revision + (facts.identity != present)}
    asked = facts.identity if facts.identity != present else None
    if asked == row.asked:
        return {}
    return {"asked": asked, "asked_at": action.at if asked else None, "revision": row.revision + 1}


def _identity(row: Organisation) -> dict[str, Any]:
    """The part of a row that is verified."""
    return replace(Facts("", "", "", ""), name=row.name, kind=row.kind.value, number_kind=row.number_kind,
                   number=row.number).identity  # fmt: skip
