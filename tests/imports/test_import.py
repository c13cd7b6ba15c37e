"""A consultation is brought in whole or not at all, and what is wrong is named with its line."""

import json
from pathlib import Path

import pytest

from consult.accounts.models import Account
from consult.arguments.models import Argument
from consult.consultations.items import ItemState
from consult.consultations.models import Consultation, Round, Section
from consult.contributions.models import Contribution, Revision
from consult.core.database import execute
from consult.core.errors import Refused
from consult.core.models import AuditEntry
from consult.core.voice import SYSTEM
from consult.imports.actions import import_cap_collectif
from consult.imports.models import Import
from consult.imports.reading import Figures, ImportFault
from consult.sources.models import Source
from consult.territories.models import Territory
from consult.votes.models import Tally, Vote
from tests.cast import a_consultation, a_territory
from tests.imports.answers import a_source, an_argument, an_opinion, write_lines


async def bring_in(territory: Territory, path: Path, slug: str = "ancienne") -> tuple[Consultation, Figures, bool]:
    return await import_cap_collectif(SYSTEM, territory_id=territory.id, slug=slug, title="Ancienne", path=path)


async def nothing_was_written() -> bool:
    tables = ("consultation", "contribution", "argument", "source", "tally", "import", "account", "section", "revision")
    counts = [(await execute(f'SELECT COUNT(*) AS n FROM "{table}"'))[0]["n"] for table in tables]
    return not any(counts)


async def test_the_identifier_becomes_the_number_and_the_counts_a_tally(db: str, tmp_path: Path) -> None:
    territory = await a_territory()
    answers = [
        an_opinion(61, arguments=[an_argument(5, votes=4), an_argument(6, side=0)], sources=[a_source(8, votes=2)])
    ]
    consultation, figures, written = await bring_in(territory, write_lines(tmp_path / "x.jsonl", *answers))
    assert written
    contribution = await Contribution.get(consultation_id=consultation.id, number=61)
    assert (contribution.tally_agree, contribution.tally_mixed, contribution.tally_disagree) == (3, 2, 1)
    assert (contribution.votes_total, contribution.contested, contribution.imported_versions) == (6, 1, 2)
    assert (contribution.arguments_for, contribution.arguments_against, contribution.sources_count) == (1, 1, 1)
    assert contribution.body_html == "<p>Un avis écrit</p>"
    assert contribution.explanation_html == "<p>Pourquoi</p>"
    assert await Tally.filter(consultation_id=consultation.id).count() == 3
    assert not await Vote.exists()
    assert await Revision.filter(contribution_id=contribution.id).count() == 1
    assert (await Section.get(consultation_id=consultation.id)).title == "Section 1 – Les pistes"
    assert (consultation.contributions_count, consultation.arguments_count, consultation.votes_count) == (1, 2, 6)
    assert figures.authors == 3
    assert await AuditEntry.exists(event="consultation_imported", territory_id=territory.id)


async def test_the_round_holds_the_dates_found_in_the_data(db: str, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "x.jsonl", an_opinion(1, sources=[a_source(2)]))
    consultation, _, _ = await bring_in(await a_territory(), path)
    one = await Round.get(consultation_id=consultation.id)
    assert one.opens_at.isoformat() == "2015-10-01T08:00:00+00:00"
    assert one.closes_at.isoformat() == "2015-10-03T08:00:01+00:00"


async def test_twice_the_same_file_doubles_nothing(db: str, tmp_path: Path) -> None:
    territory, path = (
        await a_territory(),
        write_lines(tmp_path / "x.jsonl.gz", an_opinion(1, arguments=[an_argument(2)])),
    )
    await bring_in(territory, path)
    _, _, written = await bring_in(territory, path)
    assert not written
    assert await Contribution.all().count() == 1
    assert await Argument.all().count() == 1
    assert await Import.all().count() == 1


async def test_another_file_never_mixes_with_an_import(db: str, tmp_path: Path) -> None:
    territory = await a_territory()
    await bring_in(territory, write_lines(tmp_path / "x.jsonl", an_opinion(1)))
    with pytest.raises(Refused) as refused:
        await bring_in(territory, write_lines(tmp_path / "y.jsonl", an_opinion(2)))
    assert refused.value.refusal.code == "another_import"
    assert await Contribution.all().count() == 1


async def test_an_import_never_mixes_with_what_people_wrote_here(db: str, tmp_path: Path) -> None:
    territory = await a_territory()
    await a_consultation(territory, "plan-velo")
    with pytest.raises(Refused) as refused:
        await bring_in(territory, write_lines(tmp_path / "x.jsonl", an_opinion(1)), "plan-velo")
    assert refused.value.refusal.code == "consultation_exists"


async def test_the_same_file_in_the_neighbouring_territory_is_another_consultation(db: str, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "x.jsonl", an_opinion(1))
    await bring_in(await a_territory("vallon"), path)
    _, _, written = await bring_in(await a_territory("coteau"), path)
    assert written
    assert await Account.filter(public_name="Participant 1").count() == 2


async def test_what_the_original_moderators_hid_keeps_its_number_and_counts_for_nothing(
    db: str, tmp_path: Path
) -> None:
    hidden = an_opinion(154, is_trashed=True, arguments=[an_argument(2, votes=7)], sources=[a_source(3)])
    path = write_lines(tmp_path / "x.jsonl", an_opinion(1), hidden)
    consultation, figures, _ = await bring_in(await a_territory(), path)
    row = await Contribution.get(number=154)
    assert row.state is ItemState.HIDDEN
    assert row.removed_ground
    assert (consultation.contributions_count, consultation.arguments_count, consultation.sources_count) == (1, 0, 0)
    assert (figures.opinions, figures.arguments, figures.trashed_opinions) == (2, 1, 1)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("{not json", "line 2: not JSON"),
        (an_opinion(2, surprise=1), "line 2: unknown field opinion.surprise"),
        (an_opinion(2, created_at="2015-10-01T10:00:00"), "line 2: opinion.created_at: the date has no time zone"),
        (an_opinion(2, votes_ok=-1), "line 2: opinion.votes_ok"),
        (an_opinion(2, votes_ok="3"), "line 2: opinion.votes_ok"),
        (an_opinion(1), "line 2: opinion 1 is here twice"),
        (an_opinion(2, arguments=[an_argument(5, type=2)]), "line 2: opinion.arguments.0.type"),
    ],
)
async def test_a_bad_line_is_named_and_nothing_is_written(db: str, tmp_path: Path, bad: object, words: str) -> None:
    with pytest.raises(ImportFault) as fault:
        await bring_in(await a_territory(), write_lines(tmp_path / "x.jsonl", an_opinion(1), bad))
    assert words in str(fault.value)
    assert await nothing_was_written()


async def test_a_truncated_file_is_named_and_nothing_is_written(db: str, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "x.jsonl.gz", *(an_opinion(one) for one in range(1, 60)))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ImportFault, match="truncated or damaged"):
        await bring_in(await a_territory(), path)
    assert await nothing_was_written()


async def test_a_file_that_changes_between_the_two_readings_leaves_nothing(db: str, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "x.jsonl", *(an_opinion(one) for one in range(1, 40)))

    def spoil(stage: str, done: int) -> None:
        if (stage, done) == ("write", 30):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await import_cap_collectif(
            SYSTEM, territory_id=(await a_territory()).id, slug="a", title="A", path=path, tell=spoil
        )
    assert await nothing_was_written()


async def test_an_empty_or_absent_input_says_so(db: str, tmp_path: Path) -> None:
    territory = await a_territory()
    (tmp_path / "empty.jsonl").write_bytes(b"")
    for path, words in ((tmp_path / "empty.jsonl", "nothing in it"), (tmp_path / "absent.jsonl", "No such file")):
        with pytest.raises(ImportFault, match=words):
            await bring_in(territory, path)


async def test_a_folder_of_answers_is_read_like_a_file(db: str, tmp_path: Path) -> None:
    for key in (1, 2):
        (tmp_path / f"{key}.json").write_text(json.dumps(an_opinion(key)))
    _, figures, _ = await bring_in(await a_territory(), tmp_path)
    assert figures.opinions == 2


async def test_unicode_line_separators_inside_a_body_end_no_line(db: str, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "x.jsonl", an_opinion(1, body="<p>avant\u2028apr\u00e8s\u0085fin</p>"))
    _, figures, _ = await bring_in(await a_territory(), path)
    assert figures.opinions == 1


async def test_links_keep_only_what_is_safe(db: str, tmp_path: Path) -> None:
    body = '<p><a href="javascript:alert(1)">un</a> <a href="https://a.example/">deux</a><script>x()</script></p>'
    opinion = an_opinion(1, body=body, sources=[a_source(2, link="javascript:alert(2)")])
    await bring_in(await a_territory(), write_lines(tmp_path / "x.jsonl", opinion))
    html = (await Contribution.get(number=1)).body_html
    assert "javascript" not in html
    assert "script" not in html
    assert 'href="https://a.example/"' in html
    assert (await Source.get()).link == ""


async def test_an_account_made_by_an_import_has_no_identity(db: str, tmp_path: Path) -> None:
    await bring_in(await a_territory(), write_lines(tmp_path / "x.jsonl", an_opinion(1)))
    rows = await execute("SELECT COUNT(*) AS n FROM identity")
    assert rows[0]["n"] == 0
