"""Whether texts are read before or after their publication is a rule: changed with a reason, told to everybody."""

import pytest
from starlette.applications import Starlette

from consult.consultations.models import Consultation, ModerationTime, RuleChange
from tests.browsing import Visitor
from tests.consultations.making import ADMIN, Office

PAGE = f"{ADMIN}/moderation"


async def test_an_administrator_turns_to_reading_first_with_a_reason_that_everybody_reads(app: Starlette) -> None:
    office = await Office.make(app)
    shown = await office.visitor.get(PAGE)
    assert "Publier tout de suite" in shown.text
    assert "48" in shown.text
    chosen = {"moderation": "before", "moderation_hours": "72"}
    refused = await office.visitor.post(PAGE, chosen, page="")
    assert refused.status == 422
    assert "raison" in refused.words
    assert (await Consultation.get(id=office.consultation.id)).moderation is ModerationTime.AFTER
    answer = await office.visitor.post(PAGE, {**chosen, "reason": "Trop de publicités."}, page="")
    assert answer.location == f"{PAGE}?done=saved"
    row = await Consultation.get(id=office.consultation.id)
    assert (row.moderation, row.moderation_hours) == (ModerationTime.BEFORE, 72)
    public = (await Visitor(app).get("/consultations/plan-velo")).words
    assert "un modérateur lit chaque texte avant qu’il soit publié, d’ordinaire en moins de 3 jours" in public
    assert "Modération de la consultation modifiée" in public
    assert "Trop de publicités." in public


async def test_the_delay_alone_is_no_rule(app: Starlette) -> None:
    office = await Office.make(app)
    answer = await office.visitor.post(PAGE, {"moderation": "after", "moderation_hours": "24"}, page="")
    assert answer.location == f"{PAGE}?done=saved"
    assert not await RuleChange.exists()


@pytest.mark.parametrize("hours", ["0", "337", "deux", "", "-4"])
async def test_a_delay_that_nobody_can_promise_is_refused_and_kept(app: Starlette, hours: str) -> None:
    office = await Office.make(app)
    sent = {"moderation": "before", "moderation_hours": hours, "reason": "Parce que."}
    answer = await office.visitor.post(PAGE, sent, page="")
    assert answer.status == 422
    assert f'value="{hours}"' in answer.text
    assert (await Consultation.get(id=office.consultation.id)).moderation_hours == 48


async def test_no_third_time_is_chosen(app: Starlette) -> None:
    office = await Office.make(app)
    sent = {"moderation": "never", "moderation_hours": "48", "reason": "Parce que."}
    answer = await office.visitor.post(PAGE, sent, page="")
    assert answer.status == 422
