"""Whatever moderators decide, undo and decide again, in whatever order: the package verifies at every turn."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from consult.consultations.models import Consultation, ModerationTime
from consult.core import clock
from consult.core.outbox import drain_all
from consult.moderation.actions.watching import set_watch
from consult.register import effects
from tests.cast import NOON
from tests.exports.packages import Package, checked, made, told
from tests.moderation.affairs import an_affair
from tests.moderation.test_long_story import Story

assert effects
STEPS, SEEDS, EACH = int(os.environ.get("STEPS", 24)), int(os.environ.get("SEEDS", 3)), 8


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_whatever_happens_the_package_verifies(db: str, tmp_path: Path, seed: int) -> None:
    with clock.frozen(NOON, everywhere=True):
        story = Story(await an_affair(), seed)
        await story.begin()
        await set_watch(story.a.moderator, **story.a.here, words="", most_links=3, hide_after=2 if seed % 2 else 0)
        if seed % 3 == 2:
            await Consultation.filter(id=story.a.d.consultation.id).update(moderation=ModerationTime.BEFORE)
    happened = []
    for step in range(1, STEPS + 1):
        with clock.frozen(NOON + timedelta(hours=step), everywhere=True):
            happened.append(await story.step())
            if story.chance.random() < 0.4:
                await drain_all()
            if step % EACH == 0:
                content = await made(tmp_path, story.a.d.territory, provisional=True)
                report = checked(Package.of(content), tmp_path)
                assert report.ok, "\n".join([*happened, told(report)])
