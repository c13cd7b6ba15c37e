"""Voting: agree, mixed or disagree; changeable, removable, one vote per person and item."""

import asyncio
from datetime import timedelta

import pytest

from consult.contributions.actions import revise_contribution, withdraw_amendment
from consult.contributions.models import Amendment, Contribution
from consult.core import clock
from consult.core.errors import NotFound, Refused
from consult.core.models import AuditEntry
from consult.votes.actions import cast_vote, withdraw_vote
from consult.votes.models import Vote
from tests.cast import a_person, a_territory
from tests.discussion import Discussion, a_discussion


async def counted(contribution: Contribution) -> dict[str, int]:
    """What the contribution's row counts of votes, zeros left out."""
    await contribution.refresh_from_db()
    names = [f"{kind}_{end}" for kind in ("votes", "earlier", "tally") for end in ("agree", "mixed", "disagree")]
    return {name: n for name in [*names, "votes_total", "contested"] if (n := getattr(contribution, name))}


async def revise(d: Discussion, body: str) -> None:
    await revise_contribution(
        d.luc.voice(),
        **d.place,
        contribution_id=d.contribution.id,
        base_revision=d.contribution.revision,
        title=d.contribution.title,
        body=body,
    )
    await d.contribution.refresh_from_db()


async def test_a_vote_is_counted(db: str) -> None:
    d = await a_discussion()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    before = d.contribution.changes
    await d.vote(awa, "agree")
    await d.vote(zoe, "disagree")
    assert await counted(d.contribution) == {"votes_agree": 1, "votes_disagree": 1, "votes_total": 2, "contested": 1}
    await d.consultation.refresh_from_db()
    assert d.consultation.votes_count == 2
    assert d.contribution.changes == before + 2


async def test_a_vote_is_changed(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    await d.vote(awa, "agree")
    await d.vote(awa, "mixed")
    assert await counted(d.contribution) == {"votes_mixed": 1, "votes_total": 1}
    assert await Vote.all().count() == 1
    await d.consultation.refresh_from_db()
    assert d.consultation.votes_count == 1


async def test_the_same_vote_again_changes_nothing(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    await d.vote(awa, "agree")
    told = await AuditEntry.all().count()
    await d.vote(awa, "agree")
    assert await counted(d.contribution) == {"votes_agree": 1, "votes_total": 1}
    assert await AuditEntry.all().count() == told


async def test_a_vote_is_taken_back(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    await d.vote(awa, "agree")
    await withdraw_vote(awa.voice(), **d.place, contribution_id=d.contribution.id)
    await withdraw_vote(awa.voice(), **d.place, contribution_id=d.contribution.id)
    assert await counted(d.contribution) == {}
    assert await Vote.all().count() == 0
    await d.consultation.refresh_from_db()
    assert d.consultation.votes_count == 0


async def test_one_may_vote_on_ones_own_contribution(db: str) -> None:
    d = await a_discussion()
    await d.vote(d.luc, "agree")
    assert await counted(d.contribution) == {"votes_agree": 1, "votes_total": 1}


async def test_the_audit_does_not_say_who_chose_what(db: str) -> None:
    d = await a_discussion()
    await d.vote(await a_person("Awa"), "disagree")
    entry = await AuditEntry.filter(event="vote_cast").get()
    assert "disagree" not in str(entry.details)


# ---------------------------------------------------------------- wordings


async def test_votes_on_an_earlier_wording_are_kept_apart(db: str) -> None:
    d = await a_discussion()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    await d.vote(awa, "agree")
    await d.vote(zoe, "disagree")
    await revise(d, "Une piste large.")
    both = {"earlier_agree": 1, "earlier_disagree": 1, "votes_total": 2, "contested": 1}
    assert await counted(d.contribution) == both
    # Awa reads the new wording and still agrees: her vote moves to it.
    await d.vote(awa, "agree")
    now = await counted(d.contribution)
    assert now == {"votes_agree": 1, "earlier_disagree": 1, "votes_total": 2, "contested": 1}
    assert (await Vote.get(account_id=awa.id)).revision == 2
    # Zoé changes her mind, then takes her vote back.
    await d.vote(zoe, "mixed")
    assert await counted(d.contribution) == {"votes_agree": 1, "votes_mixed": 1, "votes_total": 2}


async def test_a_vote_on_an_earlier_wording_is_taken_back(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    await d.vote(awa, "agree")
    await revise(d, "Une piste large.")
    await withdraw_vote(awa.voice(), **d.place, contribution_id=d.contribution.id)
    assert await counted(d.contribution) == {}


async def test_nobody_votes_on_a_wording_they_have_not_read(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    await revise(d, "Une piste large.")
    with pytest.raises(Refused, match="wording_changed"):
        await d.vote(awa, "agree", revision=1)
    await d.vote(awa, "agree", revision=2)
    assert (await counted(d.contribution))["votes_total"] == 1


# ---------------------------------------------------------------- who, when, where


async def test_an_unconfirmed_person_does_not_vote(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa", confirmed=False)
    with pytest.raises(Refused, match="unconfirmed"):
        await d.vote(awa)
    assert await Vote.all().count() == 0


async def test_a_neighbour_finds_nothing_to_vote_on(db: str) -> None:
    d = await a_discussion()
    coteau = await a_territory("coteau")
    awa = await a_person("Awa")
    with pytest.raises(NotFound):
        await cast_vote(
            awa.voice(), territory_id=coteau.id, consultation_id=d.consultation.id,
            contribution_id=d.contribution.id, choice="agree",
        )  # fmt: skip
    other = await a_discussion(coteau)
    with pytest.raises(NotFound):
        await cast_vote(awa.voice(), **other.place, contribution_id=d.contribution.id, choice="agree")
    assert await counted(d.contribution) == {}


async def test_nobody_votes_on_a_withdrawn_amendment(db: str) -> None:
    d = await a_discussion()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    amendment = await d.amend(awa)
    await withdraw_amendment(awa.voice(), **d.place, contribution_id=d.contribution.id, amendment_id=amendment.id)
    with pytest.raises(NotFound):
        await d.vote(zoe, amendment=amendment)


async def test_a_consultation_still_open_lends_no_vote_to_one_that_is_closed(db: str) -> None:
    d = await a_discussion()
    still_open = await a_discussion(d.territory, slug="plan-eau")
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    amendment = await d.amend(awa)
    await d.close()
    for about in (None, amendment.id):
        with pytest.raises(NotFound):
            await cast_vote(
                zoe.voice(), **still_open.place, contribution_id=d.contribution.id, amendment_id=about, choice="agree"
            )
    assert await Vote.all().count() == 0


async def test_nobody_votes_on_a_hidden_contribution(db: str) -> None:
    d = await a_discussion()
    await d.hide()
    with pytest.raises(NotFound):
        await d.vote(await a_person("Awa"))


async def test_the_last_instant_is_before_closing(db: str) -> None:
    d = await a_discussion()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    with clock.frozen(d.round.closes_at - timedelta(microseconds=1)):
        await d.vote(awa)
    with clock.frozen(d.round.closes_at):
        with pytest.raises(Refused, match="round_closed"):
            await d.vote(zoe)
        with pytest.raises(Refused, match="round_closed"):
            await withdraw_vote(awa.voice(), **d.place, contribution_id=d.contribution.id)
    assert await counted(d.contribution) == {"votes_agree": 1, "votes_total": 1}


async def test_a_round_or_a_section_without_votes_refuses_them(db: str) -> None:
    d = await a_discussion(may_vote=False)
    awa = await a_person("Awa")
    with pytest.raises(Refused, match="not_in_this_round"):
        await d.vote(awa)
    d.round.may_vote, d.section.accepts_votes = True, False
    await d.round.save()
    await d.section.save()
    with pytest.raises(Refused, match="not_in_this_section"):
        await d.vote(awa)
    assert await counted(d.contribution) == {}


# ---------------------------------------------------------------- amendments


async def test_an_amendment_has_votes_of_its_own(db: str) -> None:
    d = await a_discussion()
    awa, zoe = await a_person("Awa"), await a_person("Zoé")
    amendment = await d.amend(awa)
    await d.vote(zoe, "agree")
    await d.vote(zoe, "disagree", amendment)
    await d.vote(awa, "agree", amendment)
    await d.vote(awa, "mixed", amendment)
    found = await Amendment.get(id=amendment.id)
    assert (found.votes_agree, found.votes_mixed, found.votes_disagree) == (0, 1, 1)
    assert await counted(d.contribution) == {"votes_agree": 1, "votes_total": 1}
    await withdraw_vote(awa.voice(), **d.place, contribution_id=d.contribution.id, amendment_id=amendment.id)
    found = await Amendment.get(id=amendment.id)
    assert (found.votes_agree, found.votes_mixed, found.votes_disagree) == (0, 0, 1)


async def test_an_answered_amendment_takes_no_more_votes(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    amendment = await d.amend(awa)
    await Amendment.filter(id=amendment.id).update(outcome="declined")
    with pytest.raises(Refused, match="amendment_answered"):
        await d.vote(awa, "agree", amendment)


# ---------------------------------------------------------------- all at once


async def test_twenty_votes_of_one_person_at_once_are_one(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    await asyncio.gather(*(d.vote(awa, "agree") for _ in range(20)))
    assert await Vote.all().count() == 1
    assert await counted(d.contribution) == {"votes_agree": 1, "votes_total": 1}


async def test_changes_of_mind_at_once_count_one_vote(db: str) -> None:
    d = await a_discussion()
    awa = await a_person("Awa")
    choices = ["agree", "mixed", "disagree", "agree", "disagree"] * 4
    await asyncio.gather(*(d.vote(awa, choice) for choice in choices))
    vote = await Vote.get(account_id=awa.id)
    assert await counted(d.contribution) == {f"votes_{vote.choice.value}": 1, "votes_total": 1}


async def test_many_voters_at_once_are_all_counted(db: str) -> None:
    d = await a_discussion()
    people = [await a_person(f"Voisine {n}") for n in range(20)]
    await asyncio.gather(*(d.vote(one, ("agree", "disagree")[n % 2]) for n, one in enumerate(people)))
    expected = {"votes_agree": 10, "votes_disagree": 10, "votes_total": 20, "contested": 10}
    assert await counted(d.contribution) == expected
    await d.consultation.refresh_from_db()
    assert d.consultation.votes_count == 20
