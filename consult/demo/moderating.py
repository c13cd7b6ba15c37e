"""What moderation has done in the demonstration: reports, decisions, appeals, followers, and a round closed properly.

The rooms' own actions do all of it at its past instant; a signal that finds something has done so by then.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from consult.consultations.models import Round
from consult.core import clock
from consult.core.voice import Voice
from consult.demo.reading import Table
from consult.demo.stage import Stage
from consult.moderation.actions.appealing import appeal, hear_appeal
from consult.moderation.actions.cases import open_case, take_case, write_note
from consult.moderation.actions.closing import close_period
from consult.moderation.actions.deciding import decide
from consult.moderation.actions.reports import report_item
from consult.moderation.actions.restricting import restrict_account
from consult.moderation.actions.watching import set_watch
from consult.moderation.models import AppealOutcome, Case, Decision, Kind
from consult.notifications.actions import follow
from consult.notifications.models import Frequency

NOBODY = Voice(account_id=None, confirmed=False)


def plan_moderation(stage: Stage) -> None:
    """Plan everything of ``moderation.toml``; what is hidden is planned with the item itself."""
    told = stage.content.moderation
    stage.plan_ago(told["watch"]["days_ago"], partial(_watch, stage, told["watch"]))
    acts = {
        "reports": _report,
        "decisions": _decide_told,
        "restrictions": _restrict,
        "notes": _note,
        "taken": _take,
        "follows": _follow,
        "closings": _close,
    }
    for name, act in acts.items():
        for table in told[name]:
            stage.plan_ago(table["days_ago"], partial(act, stage, table))
    for table in told["appeals"]:
        stage.plan_ago(table["days_ago"], partial(_appeal, stage, table))
        if "heard_by" in table:
            stage.plan_ago(table["heard_days_ago"], partial(_hear, stage, table))


async def decide_on(stage: Stage, kind: Kind, item_id: int, table: Table, **more: Any) -> None:
    """Decide about an item, in the case that is open about it or in one that the moderator opens.

    Args:
        table: ``by``, ``ground`` and ``reason``.
    """
    voice = stage.people[table["by"]]
    case = await Case.get_or_none(kind=kind, item_id=item_id, is_open=True)
    if case is None:
        case = await open_case(voice, **stage.here, kind=kind, item_id=item_id)
    await decide(
        voice, **stage.here, case_id=case.id, ground=table.get("ground", ""), reason=table["reason"].strip(), **more
    )


async def _watch(stage: Stage, table: Table) -> None:
    await set_watch(
        stage.people[table["by"]],
        **stage.here,
        words="\n".join(table["words"]),
        most_links=table["most_links"],
        hide_after=table["hide_after"],
    )


async def _report(stage: Stage, table: Table) -> None:
    kind, item_id = stage.items[table["on"]]
    await report_item(
        stage.people[table["by"]] if "by" in table else NOBODY,
        **stage.here,
        kind=kind,
        item_id=item_id,
        ground=table["ground"],
        text=table.get("text", ""),
        name=table.get("name", ""),
        email=table.get("email", ""),
    )


async def _decide_told(stage: Stage, table: Table) -> None:
    kind, item_id = stage.items[table["on"]]
    until = stage.times.ago(-table["until_in_days"]) if "until_in_days" in table else None
    await decide_on(
        stage,
        kind,
        item_id,
        table,
        effect=table["effect"],
        until=until,
        hidden_meanwhile=table.get("hidden_meanwhile", False),
        merged_into_number=table.get("into"),
    )


async def _appeal(stage: Stage, table: Table) -> None:
    kind, item_id = stage.items[table["on"]]
    decision = await Decision.filter(kind=kind, item_id=item_id).order_by("-id").first()
    assert decision is not None
    voice = next(one for one in stage.people.values() if one.account_id == decision.account_id)
    stage.appeals[table["on"]] = (await appeal(voice, **stage.here, decision_id=decision.id, text=table["text"])).id


async def _hear(stage: Stage, table: Table) -> None:
    await hear_appeal(
        stage.people[table["heard_by"]],
        **stage.here,
        appeal_id=stage.appeals[table["on"]],
        outcome=AppealOutcome(table["outcome"]),
        reason=table["answer"],
    )


async def _restrict(stage: Stage, table: Table) -> None:
    account_id = stage.people[table["person"]].account_id
    assert account_id is not None
    await restrict_account(
        stage.people[table["by"]],
        **stage.here,
        account_id=account_id,
        until=stage.times.ago(-table["until_in_days"]),
        ground=table["ground"],
        reason=table["reason"],
    )


async def _case_of(stage: Stage, table: Table) -> Case:
    kind, item_id = stage.items[table["on"]]
    return await Case.get(kind=kind, item_id=item_id, is_open=True)


async def _note(stage: Stage, table: Table) -> None:
    case = await _case_of(stage, table)
    await write_note(stage.people[table["by"]], **stage.here, case_id=case.id, body=table["body"])


async def _take(stage: Stage, table: Table) -> None:
    await take_case(stage.people[table["by"]], **stage.here, case_id=(await _case_of(stage, table)).id)


async def _follow(stage: Stage, table: Table) -> None:
    consultation = stage.consultations[table["consultation"]]
    target = consultation.id
    if table["what"] == "section":
        target = stage.sections[table["consultation"], table["section"]].id
    elif table["what"] == "contribution":
        target = stage.items[f"{table['consultation']}/{table['number']}"][1]
    await follow(
        stage.people[table["by"]],
        **stage.here,
        kind=table["what"],
        target_id=target,
        frequency=Frequency(table["frequency"]),
    )


async def _close(stage: Stage, table: Table) -> None:
    consultation = stage.consultations[table["consultation"]]
    play = next(one for one in stage.content.plays if one.slug == table["consultation"])
    title = next(one["name"] for one in play.rounds if one["key"] == table["round"])
    closed = await Round.get(consultation_id=consultation.id, title=title)
    on = (clock.now() + timedelta(days=table["days_ago"] + table["sequel_in_days"])).astimezone(stage.times.zone)
    await close_period(
        stage.people[table["by"]],
        **stage.here,
        consultation_id=consultation.id,
        round_id=closed.id,
        name=table["name"],
        sequel=table["sequel"],
        sequel_on=on.date(),
    )
