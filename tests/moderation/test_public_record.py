"""The public record: what it says, what it never says, and that page, table and file count alike."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette

from consult.consultations.models import Consultation
from consult.core import changes, clock
from consult.core.database import dialect, execute
from consult.core.keys import new_key
from consult.moderation.models import Appeal, Decision, Effect, Ground, Kind
from consult.moderation.queries import record
from consult.moderation.queries.record import MONTHS, PAGE_SIZE, Wanted, monthly_figures, record_page
from consult.territories.models import Territory
from tests.browsing import Answer, Visitor
from tests.cast import NOON, a_consultation, a_person, a_territory
from tests.counting import counted

RECORD = "/moderation/decisions"


async def a_decision(
    territory: Territory, consultation: Consultation | None = None, *, ago: timedelta = timedelta(), **more: object
) -> Decision:
    """A row as an action leaves it, decided five hours after it was opened."""
    at = clock.now() - ago
    key = new_key()
    values: dict[str, object] = {
        "kind": Kind.ARGUMENT, "item_id": key, "effect": Effect.HIDE, "ground": Ground.INSULT, "decided_at": at,
        "opened_at": at - timedelta(hours=5), "reason": "zzreason",
    }  # fmt: skip
    return await Decision.create(
        id=key, reference=f"D-2026-{key % 10**6:06}", territory=territory, consultation=consultation, **(values | more)
    )


async def read_csv(visitor: Visitor, query: str = "") -> list[dict[str, str]]:
    answer = await visitor.client.get(f"{RECORD}.csv{query}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.content.endswith(b"\r\n")
    return list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))


def lines_of(answer: Answer) -> list[list[str]]:
    """The cells of the list of decisions."""
    table = answer.find(".//section[@class='wide']//table")[0]
    return [
        [re.sub(r"\s+", " ", "".join(cell.itertext())).strip() for cell in row] for row in table.findall("./tbody/tr")
    ]


async def walk(visitor: Visitor, query: str = "") -> list[list[str]]:
    """All lines of all pages."""
    found, address = [], RECORD + query
    while address:
        shown = await visitor.get(address)
        found += lines_of(shown)
        following = shown.find(".//nav[@class='pagination']//a[@rel='next']")
        address = following[0].get("href", "") if following else ""
    return found


async def test_an_empty_record_says_so(app: Starlette) -> None:
    await a_territory()
    shown = await Visitor(app).get(RECORD)
    assert shown.status == 200
    assert "Aucune décision" in shown.words
    assert await read_csv(Visitor(app)) == []


async def test_page_table_and_file_count_alike(app: Starlette, frozen: datetime) -> None:
    vallon = await a_territory()
    coteau = await a_territory("coteau")
    here, *_ = await a_consultation(vallon)
    there, *_ = await a_consultation(coteau)
    effects = [Effect.HIDE, Effect.KEEP, Effect.CORRECT, Effect.HIDE_ILLEGAL, Effect.MERGE]
    for n in range(PAGE_SIZE * 2 + 3):
        await a_decision(vallon, here, ago=timedelta(days=n, minutes=n), effect=effects[n % 5])
    await a_decision(coteau, there)
    lines, rows = await walk(Visitor(app)), await read_csv(Visitor(app))
    months = await monthly_figures(vallon.id, clock.now(), vallon_zone())
    assert len(lines) == len(rows) == sum(month.decisions for month in months) == PAGE_SIZE * 2 + 3
    assert [line[4] for line in lines] == [row["issue"] for row in rows]
    assert sum(month.hidden for month in months) == sum(row["issue"].startswith("masqué") for row in rows)
    chart = (await Visitor(app).get(RECORD)).find(".//table[@class='chart']/tbody/tr")
    assert sum(int("".join(row.find(".//td/span").itertext())) for row in chart) == len(rows)


def vallon_zone() -> ZoneInfo:
    return ZoneInfo("Europe/Paris")


async def test_it_filters_by_consultation_kind_and_ground(app: Starlette) -> None:
    vallon = await a_territory()
    one, *_ = await a_consultation(vallon)
    other, *_ = await a_consultation(vallon, "plan-bus")
    await a_decision(vallon, one)
    await a_decision(vallon, other, kind=Kind.SOURCE, ground=Ground.ADVERTISING)
    await a_decision(vallon, kind=Kind.ACCOUNT, effect=Effect.RESTRICT, ground=Ground.THREAT)
    somebody = Visitor(app)
    for query, count in (
        ("?consultation=plan-bus", 1), ("?kind=argument", 1), ("?ground=threat", 1), ("", 3),
        ("?kind=nothing", 3), ("?consultation=nulle-part", 3),
    ):  # fmt: skip
        assert len(await walk(somebody, query)) == len(await read_csv(somebody, query)) == count, query
    empty = await somebody.get(RECORD + "?consultation=plan-bus&kind=argument")
    assert "Aucune décision ne correspond" in empty.words
    for broken in ("?after=x", "?after=WzFd", "?kind=%00", "?consultation=%00"):
        assert (await somebody.client.get(RECORD + broken)).status_code == 200


async def test_the_file_is_plain_and_no_cell_is_a_formula(app: Starlette, frozen: datetime) -> None:
    vallon = await a_territory()
    consultation, *_ = await a_consultation(vallon)
    await Consultation.filter(id=consultation.id).update(title='=HYPERLINK("http://mal.example")')
    first = await a_decision(vallon, consultation, effect=Effect.HIDE_ILLEGAL, ground=Ground.HATRED)
    awa = await a_person()
    await Appeal.create(
        id=new_key(), reference="R-1", territory=vallon, decision=first, account=awa.account, text="zztext",
        made_at=clock.now(), heard_at=clock.now(), outcome="reversed",
    )  # fmt: skip
    assert await read_csv(Visitor(app)) == [
        {
            "date": NOON.isoformat(timespec="seconds"), "nature": "argument", "motif": "incitation à la haine",
            "consultation": "plan-velo", "issue": "masqué, texte mis sous scellés", "automatique": "non",
            "recours": "recours accepté, décision annulée", "delai_heures": "5",
        }
    ]  # fmt: skip
    raw = (await Visitor(app).client.get(f"{RECORD}.csv")).text
    assert not re.search(r'(^|,)"?[=+\-@\t]', raw, re.MULTILINE)


async def test_it_says_no_name_no_number_and_no_text(app: Starlette) -> None:
    vallon = await a_territory()
    consultation, *_ = await a_consultation(vallon)
    awa, marie = await a_person("Awa Zzname"), await a_person("Marie Zzname", moderator=vallon)
    made = await a_decision(vallon, consultation, account=awa.account, by=marie.account)
    for path in (RECORD, f"{RECORD}.csv"):
        text = (await Visitor(app).client.get(path)).text
        for hidden in ("Zzname", "zzreason", made.reference, str(made.item_id), str(made.id), str(awa.id)):
            assert hidden not in text, (path, hidden)


async def test_months_are_the_territorys_own(db: str) -> None:
    vallon = await a_territory()
    for at in (
        datetime(2026, 2, 28, 22, 59, tzinfo=UTC),  # still February in Paris
        datetime(2026, 2, 28, 23, 0, tzinfo=UTC),  # March
        datetime(2024, 3, 31, 22, 0, tzinfo=UTC),  # the first instant of the window: 1 April 2024, summer time
        datetime(2024, 3, 31, 21, 59, tzinfo=UTC),  # just before it
    ):
        await a_decision(vallon, decided_at=at)
    with clock.frozen(NOON):
        months = await monthly_figures(vallon.id, clock.now(), vallon_zone())
    assert len(months) == MONTHS
    counted_in = {month.first.isoformat(): month.decisions for month in months if month.decisions}
    assert counted_in == {"2024-04-01": 1, "2026-02-01": 1, "2026-03-01": 1}


async def test_a_kept_page_is_made_anew_after_a_decision_and_an_appeal(app: Starlette) -> None:
    vallon = await a_territory()
    awa, somebody = await a_person(), Visitor(app)
    first = await somebody.get(RECORD)
    assert first.headers.get("etag")
    made = await a_decision(vallon, account=awa.account)
    changes.forget({("decisions", vallon.id)})
    assert len(lines_of(await somebody.get(RECORD))) == 1
    appeal = await Appeal.create(
        id=new_key(), reference="R-1", territory=vallon, decision=made, account=awa.account, text="x",
        made_at=clock.now(),
    )  # fmt: skip
    changes.forget({("decisions", vallon.id)})
    assert lines_of(await somebody.get(RECORD))[0][5] == "recours en cours"
    await Appeal.filter(id=appeal.id).update(heard_at=clock.now(), outcome="upheld")
    changes.forget({("decisions", vallon.id)})
    assert lines_of(await somebody.get(RECORD))[0][5] == "recours rejeté, décision maintenue"


async def test_it_costs_the_same_however_long_it_is(app: Starlette) -> None:
    vallon = await a_territory()
    consultation, *_ = await a_consultation(vallon)
    guarantor = Visitor(app, person=await a_person("Gisèle", guarantor=vallon))
    await a_decision(vallon, consultation)
    await guarantor.get(RECORD)  # who asks where, remembered
    with counted() as few:
        await guarantor.get(RECORD)
    for _ in range(PAGE_SIZE * 2):
        await a_decision(vallon, consultation)
    with counted() as many:
        assert (await guarantor.get(RECORD)).status == 200
    assert len(few) == len(many)


@pytest.mark.parametrize("query", ["", "consultation", "kind", "ground"])
async def test_its_queries_are_answered_by_indexes(db: str, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says what it reads; on PostgreSQL the same indexes are there, and a bench looks at the time."""
    vallon = await a_territory()
    consultation, *_ = await a_consultation(vallon)
    if dialect() != "sqlite":
        pytest.skip("SQLite says it in words")
    said: list[str] = []

    async def explain(sql: str, params: dict[str, object] | None = None, /, **named: object) -> list[dict[str, object]]:
        plan = await execute(f"EXPLAIN QUERY PLAN {sql}", params, **named)
        said.extend(str(row["detail"]) for row in plan)
        return []

    monkeypatch.setattr(record, "execute", explain)
    chosen = {"consultation": consultation.id, "kind": "argument", "ground": "insult"}
    await record_page(Wanted(vallon.id, **({query: chosen[query]} if query else {})))
    await monthly_figures(vallon.id, clock.now(), vallon_zone())
    assert not [line for line in said if line.startswith("SCAN")], said
    assert not [line for line in said if "TEMP B-TREE FOR ORDER BY" in line], said
    assert len([line for line in said if "COVERING INDEX" in line]) >= 2, said
