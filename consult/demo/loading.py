"""Loading the demonstration: everything that it shows is done again, in order, at its own past instant.

Rooms' own actions do it, so that numbers, revisions, counters, search rows, audit and mails are what they would be.
Votes and supports alone, several thousand of them, are written in bulk (:mod:`consult.demo.actions`).
"""

import secrets
from datetime import timedelta
from enum import StrEnum
from functools import partial
from zoneinfo import ZoneInfo

from consult.accounts.actions import Browser, add_account, give_role, sign_up
from consult.accounts.models import Role
from consult.accounts.rules import read_address
from consult.analysis.keeping import keep_all_figures
from consult.consultations.actions import add_round, add_section, create_consultation, publish_consultation
from consult.consultations.actions.moderating import edit_moderation
from consult.consultations.models import ModerationTime, Procedure
from consult.consultations.rules import SECTION_FLAG, Deed
from consult.core import clock
from consult.core.models import AuditEntry
from consult.core.voice import SYSTEM, Voice
from consult.demo.actions import ORIGIN, add_voters, finish
from consult.demo.events import DemoLoaded
from consult.demo.items import Writer
from consult.demo.moderating import plan_moderation
from consult.demo.reading import Content, Play, Table, Times, read_content
from consult.demo.stage import Stage, Tell
from consult.notifications.writing.digests import write_digests
from consult.notifications.writing.queue import write_queue_notices
from consult.organisations.actions import (
    accept_invitation,
    create_organisation,
    invite_member,
    refuse_organisation,
    verify_organisation,
)
from consult.organisations.models import MemberRole
from consult.territories.actions import add_territory, write_territory_page
from consult.territories.models import Territory, TerritoryKind


class Present(StrEnum):
    """What of the demonstration is in the database."""

    NOTHING = "nothing"
    PART = "part"
    WHOLE = "whole"


async def present(slug: str) -> Present:
    """Whether the demonstration is there; a part of it is left by a loading that was interrupted."""
    territory = await Territory.get_or_none(slug=slug)
    if territory is None:
        return Present.NOTHING
    done = await AuditEntry.filter(territory_id=territory.id, event=DemoLoaded.name).exists()
    return Present.WHOLE if done else Present.PART


async def load(content: Content | None = None, tell: Tell | None = None) -> Territory:
    """Load the demonstration into a database where it is not.

    Args:
        tell: called after each thing done, with how many are done and how many there are in all.
    """
    content = content or read_content()
    times = Times(clock.now(), ZoneInfo(content.territory["timezone"]))
    stage = Stage(content, times)
    oldest = max(one["registered_days_ago"] for one in content.people)
    stage.plan_ago(oldest + 10, partial(_territory, stage))
    stage.plan_ago(oldest + 9, partial(_voters, stage))
    for person in content.people:
        stage.plan_ago(person["registered_days_ago"], partial(_person, stage, person))
    for body in content.organisations:
        _plan_organisation(stage, body)
    for play in content.plays:
        _plan_consultation(stage, play)
        Writer(stage, play).plan()
    plan_moderation(stage)
    await stage.perform(tell)
    await write_queue_notices()
    while await write_digests():
        pass
    await keep_all_figures()
    await finish(territory_id=stage.territory.id, contributions=sum(len(play.contributions) for play in content.plays))
    return stage.territory


async def _territory(stage: Stage) -> None:
    told = stage.content.territory
    stage.territory = await add_territory(
        SYSTEM,
        slug=told["slug"],
        name=told["name"],
        kind=TerritoryKind(told["kind"]),
        accent=told["accent"],
        presentation=told["presentation"].strip(),
        contact_email=told["contact_email"],
    )
    for page in stage.content.pages:
        await write_territory_page(SYSTEM, **stage.here, name=page["key"], body=page["body"].strip())


async def _voters(stage: Stage) -> None:
    stage.voters = await add_voters()


async def _person(stage: Stage, person: Table) -> None:
    """An account; somebody whose address is not confirmed signs up as people do, and gets the mail that says so."""
    address = read_address(person["email"])
    assert address is not None
    if person["confirmed"]:
        account = await add_account(
            SYSTEM,
            address=address,
            public_name=person["name"],
            confirmed=True,
            origin=ORIGIN,
            origin_key=person["key"],
        )
    else:
        browser = Browser(token=secrets.token_urlsafe(32), name="Firefox")
        account = await sign_up(
            SYSTEM, **stage.here, public_name=person["name"], address=address, language="fr", browser=browser
        )
    roles = [one["role"] for one in stage.content.staff if one["person"] == person["key"]]
    for role in roles:
        await give_role(SYSTEM, **stage.here, account_id=account.id, role=Role(role))
    stage.people[person["key"]] = Voice(
        account_id=account.id, confirmed=person["confirmed"], roles=frozenset(Role(role) for role in roles)
    )


# ---------------------------------------------------------------- organisations


def _plan_organisation(stage: Stage, body: Table) -> None:
    created = body["created_days_ago"]
    stage.plan_ago(created, partial(_organisation, stage, body))
    if body["status"] != "waiting":
        stage.plan_ago(body["decided_days_ago"], partial(_decide, stage, body))
    registered = {one["key"]: one["registered_days_ago"] for one in stage.content.people}
    for member in body["members"][1:]:
        at = stage.times.ago(min(created, registered[member["person"]])) + timedelta(hours=2)
        stage.plan(at, partial(_invite, stage, body, member))


async def _organisation(stage: Stage, body: Table) -> None:
    owner = stage.people[body["members"][0]["person"]]
    stage.organisations[body["key"]] = await create_organisation(
        owner,
        **stage.here,
        name=body["name"],
        kind=body["kind"],
        number=body["number"],
        number_kind=body["number_kind"],
        address=body["address"],
        site=body["site"],
        presentation=body["presentation"].strip(),
        shows_members=body["shows_member_names"],
    )


async def _invite(stage: Stage, body: Table, member: Table) -> None:
    owner, invited = stage.people[body["members"][0]["person"]], stage.people[member["person"]]
    address = read_address(next(one["email"] for one in stage.content.people if one["key"] == member["person"]))
    assert address is not None
    invitation = await invite_member(
        owner,
        **stage.here,
        organisation_id=stage.organisations[body["key"]].id,
        address=address,
        role=MemberRole(member["role"]),
    )
    accept = partial(accept_invitation, invited, **stage.here, invitation_id=invitation.id)
    stage.plan(clock.now() + timedelta(minutes=40), accept)


async def _decide(stage: Stage, body: Table) -> None:
    voice = stage.people[body["decided_by"]]
    place = {**stage.here, "organisation_id": stage.organisations[body["key"]].id}
    if body["status"] == "verified":
        await verify_organisation(voice, **place)
    else:
        await refuse_organisation(voice, **place, reason=body["reason"].strip())


# ---------------------------------------------------------------- consultations


def _plan_consultation(stage: Stage, play: Play) -> None:
    created = stage.times.ago(play.table["created_days_ago"])
    stage.plan(created, partial(_consultation, stage, play))
    if play.table["state"] == "published":
        opens = min(stage.times.on(one["opens_in_days"], one["opens_at"]) for one in play.rounds)
        stage.plan(min(created + timedelta(days=2), opens), partial(_publish, stage, play))


async def _consultation(stage: Stage, play: Play) -> None:
    voice, table = stage.people[play.table["created_by"]], play.table
    made = await create_consultation(
        voice,
        **stage.here,
        title=table["title"],
        slug=table["slug"],
        question=table["question"].strip(),
        presentation=table["presentation"].strip(),
        legal_basis=table["legal_basis"].strip(),
        procedure=Procedure(table.get("procedure", Procedure.FREE)),
    )
    stage.consultations[play.slug] = made
    place = {**stage.here, "consultation_id": made.id}
    if "moderation" in table:
        time, hours = ModerationTime(table["moderation"]), table["moderation_hours"]
        await edit_moderation(voice, **place, moderation=time, moderation_hours=hours)
    for one in play.rounds:
        await add_round(
            voice,
            **place,
            title=one["name"],
            opens_at=stage.times.on(one["opens_in_days"], one["opens_at"]),
            closes_at=stage.times.on(one["closes_in_days"], one["closes_at"]),
            may=frozenset(Deed(word) for word in one["allows"]),
        )
    flags = {flag.removeprefix("accepts_"): flag for flag in SECTION_FLAG.values()}
    for one in play.sections:
        parent = stage.sections[play.slug, one["parent"]] if "parent" in one else None
        stage.sections[play.slug, one["key"]] = await add_section(
            voice,
            **place,
            title=one["title"],
            parent_id=parent.id if parent else None,
            explanation=one["text"].strip(),
            accepts=frozenset(flags[word] for word in one["accepts"]),
        )


async def _publish(stage: Stage, play: Play) -> None:
    voice = stage.people[play.table["created_by"]]
    await publish_consultation(voice, **stage.here, consultation_id=stage.consultations[play.slug].id)
