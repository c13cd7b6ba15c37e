"""What happens anywhere is entered: once, in public words, and nobody's choice, name or text with it."""

from datetime import timedelta
from typing import Any

from consult.accounts.actions import delete_account
from consult.app import load_effects
from consult.arguments.actions import correct_argument, withdraw_argument
from consult.consultations.actions.rounds import ClosingMove, move_closing
from consult.consultations.events import RulesChanged
from consult.consultations.models import ConsultationState
from consult.contributions.actions import adopt_amendment, revise_contribution, withdraw_contribution
from consult.core import clock
from consult.core.action import Action
from consult.core.database import execute
from consult.core.events import Owed, event_from
from consult.core.models import OutboxRow
from consult.core.outbox import drain_all
from consult.core.voice import SYSTEM, Voice
from consult.moderation.actions.correcting import send_correction
from consult.moderation.actions.sealing import drop_sealed
from consult.moderation.actions.undoing import decide_again
from consult.moderation.models import SealedText
from consult.register.calendar import record_rounds
from consult.register.canonical import commitment
from consult.register.contents import argument_content, contribution_content, source_content, vote_content
from consult.register.effects import enter
from consult.register.heads import latest_head
from consult.register.models import RegisterEntry, RegisterTile
from consult.register.queries import entry_of_item
from consult.votes.actions import record_tally, withdraw_vote
from consult.votes.models import Vote
from tests.cast import NOON, a_consultation, a_person, a_territory
from tests.discussion import a_discussion
from tests.moderation.affairs import REASON, an_affair
from tests.register.facts import entered

load_effects()


def said(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Kind and item of each entry."""
    return [(one["kind"], one.get("item", "")) for one in entries]


async def row_of(kind: str, item_id: int) -> RegisterEntry:
    """The last entry about an item."""
    row = await RegisterEntry.filter(item_kind=kind, item_id=item_id).order_by("-position").first()
    assert row is not None
    return row


async def test_posting_writes_nothing_to_the_register(db: str) -> None:
    d = await a_discussion()
    await d.argue(await a_person("Awa"))
    assert await execute("SELECT id FROM register_entry UNION ALL SELECT id FROM register") == []
    assert said(await entered(d.territory.id)) == [("published", "contribution"), ("published", "argument")]


async def test_an_entry_commits_to_the_text_and_does_not_say_it(db: str, frozen: object) -> None:
    d = await a_discussion()
    argument, source = await d.argue(await a_person("Awa")), await d.source(await a_person("Zoé"))
    entries = await entered(d.territory.id)
    text = str(entries)
    for secret in (
        d.contribution.title,
        "lycée",
        argument.body,
        source.link,
        source.title,
        "Luc",
        "Awa",
        "example.org",
    ):
        assert secret not in text
    assert [set(one) for one in entries] == [
        {"v", "at", "kind", "consultation", "item", "id", "number", "revision", "content"}
    ] * 3
    assert entries[0] | {"content": ""} == {
        "v": 1, "at": "2026-03-10T12:00:00Z", "kind": "published", "consultation": "plan-velo", "item": "contribution",
        "id": str(d.contribution.id), "number": 1, "revision": 1, "content": "",
    }  # fmt: skip
    place = {"consultation": "plan-velo", "contribution": 1, "revision": 1}
    contents = [
        contribution_content(
            consultation="plan-velo", number=1, revision=1, title=d.contribution.title, body=d.contribution.body
        ),
        argument_content(**place, key=argument.id, side="for", body=argument.body),
        source_content(
            **place, key=source.id, title=source.title, link=source.link, category="report", body=source.body
        ),
    ]
    rows = await RegisterEntry.all().order_by("position")
    assert [commitment(bytes(row.salt), content) for row, content in zip(rows, contents, strict=True)] == [
        one["content"] for one in entries
    ]
    assert rows[0].account_id == d.luc.id


async def test_the_same_event_twice_makes_one_entry(db: str) -> None:
    d = await a_discussion()
    await d.vote(await a_person("Awa"))
    await drain_all()
    rows = await OutboxRow.filter(effect="register.effects.enter").order_by("id")
    owed = [Owed(event_from(row.event, row.payload), row.id, row.created_at) for row in rows]
    await enter(owed)
    await enter([*owed, *owed])
    assert said(await entered(d.territory.id)) == [("published", "contribution"), ("voted", "")]


async def test_each_wording_is_entered_as_it_was_published(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(awa, body="C’est plus sur.")
    await correct_argument(awa.voice(), **d.place, argument_id=argument.id, body="C’est plus sûr.")
    amendment = await d.amend(awa)
    await adopt_amendment(d.luc.voice(), **d.place, contribution_id=d.contribution.id, amendment_id=amendment.id)
    entries = await entered(d.territory.id)
    assert [(one["kind"], one["item"], one["revision"]) for one in entries] == [
        ("published", "contribution", 1), ("published", "argument", 1), ("revised", "argument", 2),
        ("published", "amendment", 1), ("revised", "contribution", 2),
    ]  # fmt: skip
    assert entries[-1]["amendment"] == str(amendment.id)
    for entry, body in zip(entries[1:3], ("C’est plus sur.", "C’est plus sûr."), strict=True):
        row = await entry_of_item(d.territory.id, "argument", argument.id, entry["revision"])
        content = argument_content(
            consultation="plan-velo", contribution=1, key=argument.id, revision=entry["revision"], side="for", body=body
        )
        assert row is not None
        assert row.salt is not None
        assert commitment(bytes(row.salt), content) == entry["content"]


async def test_withdrawing_erases_the_salt_of_every_wording(db: str) -> None:
    d = await a_discussion()
    await revise_contribution(
        d.luc.voice(), **d.place, contribution_id=d.contribution.id, base_revision=1, title="Une piste", body="Large."
    )
    awa = await a_person("Awa")
    argument = await d.argue(awa)
    await drain_all()
    await withdraw_contribution(d.luc.voice(), **d.place, contribution_id=d.contribution.id)
    assert (await entered(d.territory.id))[-1]["kind"] == "withdrawn"
    rows = await RegisterEntry.filter(item_kind="contribution").order_by("position")
    assert [(row.kind, row.salt) for row in rows] == [("published", None), ("revised", None), ("withdrawn", None)]
    assert (await row_of("argument", argument.id)).salt is not None


async def test_what_was_withdrawn_before_it_was_entered_is_never_committed_to(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(awa)
    await withdraw_argument(awa.voice(), **d.place, argument_id=argument.id)
    entries = await entered(d.territory.id)
    assert said(entries)[1:] == [("published", "argument"), ("withdrawn", "argument")]
    assert {row.salt for row in await RegisterEntry.filter(item_kind="argument")} == {None}
    assert await entry_of_item(d.territory.id, "argument", argument.id) is None


async def test_whoever_enters_a_text_late_forgets_its_salt_too(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    argument = await d.argue(awa)
    await drain_all()
    rows = await OutboxRow.filter(effect="register.effects.enter", event="argument_published")
    await withdraw_argument(awa.voice(), **d.place, argument_id=argument.id)
    await drain_all()
    # as a worker leaves it that had read the text before the withdrawal, which another one entered meanwhile
    await RegisterEntry.filter(item_kind="argument", kind="published").update(salt=b"s" * 32)
    await enter([Owed(event_from(row.event, row.payload), row.id, row.created_at) for row in rows])
    assert {row.salt for row in await RegisterEntry.filter(item_kind="argument")} == {None}


async def test_a_vote_tells_nobody_who_on_what_or_what(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    await d.vote(awa, "disagree")
    await drain_all()
    await d.vote(awa, "mixed")
    entries = (await entered(d.territory.id))[1:]
    assert [set(one) - {"again"} for one in entries] == [{"v", "at", "kind", "consultation", "content"}] * 2
    assert [one.get("again") for one in entries] == [None, True]
    rows = await RegisterEntry.filter(kind="voted").order_by("position")
    vote = await Vote.get()
    contents = [
        vote_content(key=vote.id, choice=choice, kind="contribution", item=d.contribution.id, revision=1)
        for choice in ("disagree", "mixed")
    ]
    assert [commitment(bytes(row.salt), content) for row, content in zip(rows, contents, strict=True)] == [
        one["content"] for one in entries
    ]
    assert {row.account_id for row in rows} == {awa.id}
    assert await entry_of_item(d.territory.id, "contribution", d.contribution.id) is not None, "no vote among wordings"


async def test_a_vote_changed_before_it_was_entered_counts_for_nothing(db: str, frozen: object) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    with clock.frozen(NOON, everywhere=True):
        await d.vote(awa, "agree")
    with clock.frozen(NOON + timedelta(seconds=1), everywhere=True):
        await d.vote(awa, "mixed")
        await withdraw_vote(awa.voice(), **d.place, contribution_id=d.contribution.id)
        await d.support(awa, await d.argue(d.luc))
        entries = await entered(d.territory.id)
    assert [one["kind"] for one in entries][1:] == ["voted", "voted", "vote_withdrawn", "published", "supported"]
    rows = await RegisterEntry.filter(kind="voted").order_by("position")
    for row in rows:
        assert row.salt is not None
        assert commitment(bytes(row.salt), {"superseded": True}) in row.entry


async def test_of_a_vote_changed_before_it_was_entered_the_last_choice_alone_is_committed_to(
    db: str, frozen: object
) -> None:
    d, awa = await a_discussion(), await a_person("Awa")
    with clock.frozen(NOON, everywhere=True):
        await d.vote(awa, "agree")
    with clock.frozen(NOON + timedelta(seconds=1), everywhere=True):
        await d.vote(awa, "mixed")
        await entered(d.territory.id)
    vote, (before, last) = await Vote.get(), await RegisterEntry.filter(kind="voted").order_by("position")
    mixed = vote_content(key=vote.id, choice="mixed", kind="contribution", item=d.contribution.id, revision=1)
    assert commitment(bytes(before.salt), {"superseded": True}) in before.entry
    assert commitment(bytes(last.salt), mixed) in last.entry


async def test_moderation_names_an_item_only_where_the_public_sees_it(db: str) -> None:
    a = await an_affair()
    awa = await a_person("Awa")
    kept, hidden = await a.d.argue(awa), await a.d.argue(awa, body="Du vent.")
    await a.decide("keep", kept)
    decision = await a.decide("hide", hidden)
    await decide_again(a.other, **a.here, decision_id=decision.id, reason=REASON)
    entries = [one for one in await entered(a.d.territory.id) if one["kind"] == "decided"]
    assert [(one["effect"], one.get("id"), one.get("replaces")) for one in entries] == [
        ("keep", None, None), ("hide", str(hidden.id), None), ("keep", str(hidden.id), str(decision.id)),
    ]  # fmt: skip
    assert entries[1]["ground"] == "insult"
    assert REASON not in str(entries)
    assert (await row_of("argument", hidden.id)).kind == "decided"
    published = await entry_of_item(a.d.territory.id, "argument", hidden.id)
    assert published is not None
    assert published.salt is not None, "what was hidden may come back, and is still what was entered"


async def test_a_sealed_text_leaves_the_register_on_the_day_it_is_dropped(db: str, frozen: object) -> None:
    a = await an_affair()
    await drain_all()
    await a.decide("hide_illegal")
    await drain_all()
    entry = await entry_of_item(a.d.territory.id, "contribution", a.d.contribution.id)
    assert entry is not None
    assert entry.salt is not None
    with clock.frozen(NOON + timedelta(days=365), everywhere=True):
        assert await drop_sealed() == 1
        await drain_all()
    await entry.refresh_from_db()
    assert entry.salt is None
    assert not await SealedText.exists()


async def test_what_came_back_from_under_seal_is_entered_when_it_never_was(db: str) -> None:
    a = await an_affair()
    argument = await a.d.argue(await a_person("Awa"))
    decision = await a.decide("hide_illegal", argument)
    await drain_all()
    assert await entry_of_item(a.d.territory.id, "argument", argument.id) is None
    await decide_again(a.other, **a.here, decision_id=decision.id, reason=REASON)
    await drain_all()
    entry = await entry_of_item(a.d.territory.id, "argument", argument.id)
    assert entry is not None
    assert entry.salt is not None
    assert entry.kind == "revised"


async def test_a_correction_that_was_asked_for_is_entered(db: str) -> None:
    a = await an_affair()
    awa = await a_person("Awa")
    argument = await a.d.argue(awa, body="Une bêtise.")
    decision = await a.decide("correct", argument)
    await drain_all()
    await send_correction(awa.voice(), **a.here, decision_id=decision.id, body="Une idée.")
    await drain_all()
    entry = await entry_of_item(a.d.territory.id, "argument", argument.id)
    assert entry is not None
    assert (entry.kind, entry.revision) == ("revised", 2)


async def test_who_leaves_takes_their_receipts_with_them(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    await d.vote(awa)
    await d.argue(awa)
    await drain_all()
    await d.support(awa, await d.argue(d.luc))
    assert await RegisterEntry.filter(account_id=awa.id).count() == 2
    await delete_account(awa.voice(), session_id=None, proven=True)
    await drain_all()
    assert await RegisterEntry.filter(account_id=awa.id).count() == 0
    assert await RegisterEntry.filter(kind="supported").count() == 1


async def test_tallies_and_the_calendar_are_entered(db: str, frozen: object) -> None:
    d = await a_discussion()
    await record_tally(
        Voice(account_id=d.luc.id, kind="citizen", roles=frozenset({"administrator"})),
        **d.place,
        contribution_id=d.contribution.id,
        origin="paper-march",
        origin_label="Bulletins papier",
        agree=12,
        disagree=3,
    )
    await drain_all()
    assert await record_rounds() == 1
    assert await record_rounds() == 0
    with clock.frozen(NOON + timedelta(days=20), everywhere=True):
        assert await record_rounds() == 2
        assert await record_rounds() == 0
    entries = await entered(d.territory.id)
    assert [one["kind"] for one in entries] == ["published", "tallied", "opened", "closed", "tallied"]
    assert {"origin": "paper-march", "agree": 12, "disagree": 3}.items() <= entries[1].items()
    assert entries[2]["title"] == d.round.title
    assert (entries[2]["at"], entries[3]["at"]) == ("2026-02-28T12:00:00Z", "2026-03-30T12:00:00Z")
    assert entries[4]["figures"] == {"contributions": 1, "arguments": 0, "sources": 0, "votes": 15, "amendments": 0}
    head = await latest_head(d.territory.id)
    assert head is not None
    assert head.size == 5, "a head is signed at each closing"


async def test_a_register_that_is_broken_keeps_no_neighbour_from_its_closing(db: str, frozen: object) -> None:
    broken, here = await a_discussion(await a_territory("coteau")), await a_discussion()
    await drain_all()
    assert await record_rounds() == 2
    await RegisterTile.filter(territory_id=broken.territory.id).delete()
    with clock.frozen(NOON + timedelta(days=20), everywhere=True):
        assert await record_rounds() == 2
    head = await latest_head(here.territory.id)
    assert head is not None
    assert head.size == 4


async def test_a_closing_waits_for_what_came_before_it(db: str, frozen: object) -> None:
    d = await a_discussion()
    with clock.frozen(NOON + timedelta(days=20), everywhere=True):
        assert await record_rounds() == 1
        await drain_all()
        assert await record_rounds() == 2
    assert [one["kind"] for one in await entered(d.territory.id)] == ["opened", "published", "closed", "tallied"]


async def test_a_neighbour_has_a_register_of_its_own(db: str) -> None:
    d = await a_discussion()
    other = await a_discussion(await a_territory("coteau"), slug="plan-pieton")
    await other.argue(d.luc)
    assert said(await entered(d.territory.id)) == [("published", "contribution")]
    assert said(await entered(other.territory.id)) == [("published", "contribution"), ("published", "argument")]


async def test_a_draft_is_nobodys_business(db: str) -> None:
    territory = await a_territory()
    consultation, _, _ = await a_consultation(territory, state=ConsultationState.DRAFT)
    async with Action(SYSTEM, territory_id=territory.id) as action:
        action.record(RulesChanged(territory_id=territory.id, consultation_id=consultation.id, rule_change_id=7))
    assert await record_rounds() == 0
    assert await entered(territory.id) == []


async def test_a_closing_that_moves_is_entered_with_the_one_that_no_longer_holds(db: str, frozen: object) -> None:
    d = await a_discussion()
    administrator = (await a_person("Inès", administrator=d.territory)).voice("administrator")
    for asked, days in (("extend", 30), ("shorten", 25)):
        await move_closing(
            administrator,
            **d.place,
            round_id=d.round.id,
            asked=ClosingMove(asked),
            closes_at=NOON + timedelta(days=days),
            reason="Les vacances.",
        )
    entries = [one for one in await entered(d.territory.id) if one["kind"] in {"extended", "shortened"}]
    assert [(one["kind"], one["closed_at"], one["closes_at"], one["title"]) for one in entries] == [
        ("extended", "2026-03-30T12:00:00Z", "2026-04-09T12:00:00Z", d.round.title),
        ("shortened", "2026-04-09T12:00:00Z", "2026-04-04T12:00:00Z", d.round.title),
    ]
    assert "vacances" not in str(entries)
