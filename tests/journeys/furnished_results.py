"""What becomes of a consultation when it is over, in the furnished territory: register, files, figures, documents.

Each has a function of its own below, called in this order at the end of ``furnish``; ``made.here`` takes the parts of
addresses that samples.py names.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from consult.consultations.models import Consultation
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.database import in_transaction
from consult.core.keys import new_key
from consult.exports.making.products import products
from consult.exports.models import ExportFile, ExportSet, MakingState
from consult.register.appending import Fact, append
from consult.register.canonical import stamp
from consult.register.heads import sign_head
from consult.register.models import RegisterEntry
from consult.register.telling import wording_fact
from consult.register.wordings import wordings_of
from consult.settings import settings
from tests.journeys.serving import SETTINGS, Instance

if TYPE_CHECKING:
    from tests.journeys.furnished import Furnished


async def results(made: "Furnished") -> None:
    """All of it, once everything has been written."""
    await the_register(made)
    await the_files(made)
    await the_results(made)
    await the_documents(made)


async def the_register(made: "Furnished") -> None:
    """What the worker would have entered: texts of all kinds, a hidden one, a vote of Awa's, a calendar; and a head."""
    territory, at = made.place.territory, clock.now()
    awa, consultation = made.people["citizen"], await Consultation.get(territory_id=territory.id, slug="plan-velo")
    assert awa is not None
    common: dict[str, Any] = {"at": at, "consultation_id": consultation.id}
    slug = {"consultation": "plan-velo"}
    other, hidden = int(str(made.here["other_id"])), int(str(made.here["hidden"]))
    gone = await Contribution.get(consultation_id=consultation.id, number=hidden)
    kinds = {
        "contribution": [other, gone.id], "argument": [made.here["argument"]], "source": [made.here["source"]],
        "amendment": [made.here["amendment"]],
    }  # fmt: skip
    facts = [Fact(kind="consultation_published", once=f"p.{territory.slug}", details=slug, **common)]
    for kind, keys in kinds.items():
        found = await wordings_of(kind, [int(str(key)) for key in keys])
        facts += [wording_fact("published", one, at) for wordings in found.values() for one in wordings]
    vote = Fact(
        kind="voted", once=f"v.{territory.slug}", details=slug, item_kind="vote", item_id=other,
        content={"choice": "agree"}, account_id=awa.id, **common,
    )  # fmt: skip
    moved = {**slug, "title": "Contributions", "closes_at": stamp(at), "closed_at": stamp(at)}
    tally = {**slug, "title": "Contributions", "figures": {"contributions": 27, "votes": 3}}
    facts += [
        vote,
        Fact(kind="extended", once=f"x.{territory.slug}", details=moved, **common),
        Fact(kind="tallied", once=f"t.{territory.slug}", details=tally, **common),
        Fact(kind="decided", once=f"d.{territory.slug}", details={"effect": "hide", "ground": "insult"}, **common),
    ]
    places = await append(territory.id, facts)
    with the_server_s_settings(made.place.instance):
        await sign_head(territory.id)
    last = await append(territory.id, [Fact(kind="exported", once=f"e.{territory.slug}", details=slug, **common)])
    hidden_entry = await RegisterEntry.get(item_kind="contribution", item_id=gone.id, territory_id=territory.id)
    made.here |= {
        "entry": places[1], "entry_hidden": hidden_entry.position, "entry_voted": places[facts.index(vote)],
        "entry_last": last[0],
    }  # fmt: skip


@contextmanager
def the_server_s_settings(instance: Instance) -> Iterator[None]:
    """The secret under which the server seals the key of a register, for the time of the block."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**SETTINGS, "CONSULT_BASE_URL": instance.address("localhost")}.items():
            patch.setenv(name, value)
        settings.cache_clear()
        yield
    settings.cache_clear()


async def the_files(made: "Furnished") -> None:
    """« close » has its files, « terminee » is at the twelfth, the open one has provisional ones of before."""
    territory = made.place.territory
    for slug in ("close", "terminee", str(made.here["slug"])):
        row = await Consultation.get(territory_id=territory.id, slug=slug)
        is_open = slug not in {"close", "terminee"}
        await _a_set(row, provisional=is_open, making=slug == "terminee", behind=3 if is_open else 0)


async def _a_set(row: Consultation, *, provisional: bool, making: bool, behind: int) -> None:
    """The rows of a set, whose files nobody opens here; ``behind`` changes are not in it."""
    now = clock.now()
    state = {"state": MakingState.READY, "made_at": now, "steps_done": 48}
    if making:
        state = {"state": MakingState.MAKING, "steps_done": 12, "lease_until": now + timedelta(days=1)}
    async with in_transaction():
        await ExportSet.filter(consultation_id=row.id).delete()  # the server's worker may have been quicker
        chosen = await ExportSet.create(
            id=new_key(), consultation_id=row.id, changes=row.changes - behind, cut_off=now, provisional=provisional,
            asked_at=now, steps_total=48, **state,
        )  # fmt: skip
        for one in products() if not making else []:
            await ExportFile.create(
                id=new_key(), set_id=chosen.id, name=one.file_name(provisional=provisional), format=one.word,
                table=one.table, size=123_456, sha256="ab" * 32, rows=1_234, made_at=now,
            )  # fmt: skip


async def the_results(made: "Furnished") -> None:
    """Figures of a consultation that is over."""


async def the_documents(made: "Furnished") -> None:
    """Reports to read."""
