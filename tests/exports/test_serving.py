"""The page of files, and the files: what is in service, to whom, in part, and not again what one has."""

import hashlib
from datetime import datetime, timedelta

import pytest
from starlette.applications import Starlette

from consult.arguments.actions import withdraw_argument
from consult.arguments.models import Argument
from consult.consultations.models import Consultation, ConsultationState
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.outbox import drain_all
from consult.exports.making.files import set_folder
from consult.exports.models import ExportFile, ExportSet, MakingState
from tests.browsing import Visitor
from tests.cast import NOON, a_consultation, a_person, a_territory
from tests.exports.sets import PATH, Results, made, some_results

FILE = f"{PATH}/contributions.csv"


@pytest.fixture
async def results(app: Starlette, frozen: datetime) -> Results:
    return await some_results()


@pytest.fixture
async def served(results: Results) -> ExportSet:
    """Its files are in service."""
    return await made(results)


# ---------------------------------------------------------------- the page


async def test_the_page_offers_every_file_with_its_size_and_its_digest(app: Starlette, served: ExportSet) -> None:
    somebody = Visitor(app)
    shown = await somebody.get(PATH)
    assert shown.status == 200
    rows = await ExportFile.filter(set_id=served.id)
    links = {link.get("href") for link in shown.find(".//a")}
    for row in rows:
        assert f"{PATH}/{row.name}" in links, row.name
        assert row.sha256 in shown.words
    for said in (
        "Résultats définitifs",
        "Licence Ouverte 2.0",
        "consult verify paquet.zip",
        "Pour ouvrir dans un tableur",
    ):
        assert said in shown.words
    assert not shown.find(".//form"), "nothing is asked of anybody: the page is kept whole"
    again = await somebody.get(PATH, headers={"if-none-match": shown.headers["etag"]})
    assert again.status == 304


async def test_every_link_of_the_page_leads_to_the_bytes_that_it_tells(app: Starlette, served: ExportSet) -> None:
    somebody = Visitor(app)
    for row in await ExportFile.filter(set_id=served.id):
        answer = await somebody.get(f"{PATH}/{row.name}")
        assert answer.status == 200
        assert hashlib.sha256(answer.content).hexdigest() == row.sha256, row.name
        assert len(answer.content) == row.size == int(answer.headers["content-length"])
        assert answer.headers["etag"] == f'"{row.sha256}"'
        assert row.name in answer.headers["content-disposition"]
        digest = await somebody.get(f"{PATH}/{row.name}.sha256")
        assert digest.text == f"{row.sha256}  {row.name}\n"


async def test_before_anything_is_made_the_page_says_so_then_how_far_it_is(app: Starlette, results: Results) -> None:
    somebody = Visitor(app)
    shown = await somebody.get(PATH)
    assert "revenez dans quelques minutes" in shown.words
    await ExportSet.create(
        id=1, consultation_id=results.consultation.id, changes=1, cut_off=NOON, provisional=False, asked_at=NOON,
        state=MakingState.MAKING, steps_done=12, steps_total=48,
    )  # fmt: skip
    shown = await somebody.get(PATH)
    assert "12 fichiers sur 48 sont prêts" in shown.words
    (progress,) = shown.find(".//progress")
    assert progress.get("value") == "25"
    assert not [one for one in shown.find(".//meta") if one.get("http-equiv")], "nothing moves by itself"


async def test_when_it_has_changed_since_the_page_says_that_they_are_made_again(
    app: Starlette, results: Results, served: ExportSet
) -> None:
    await Visitor(app).get(PATH)
    await results.touch()
    shown = await Visitor(app).get(PATH)
    assert "ils seront refaits sous peu" in shown.words
    assert (await Visitor(app).get(FILE)).status == 200, "those before stay in service meanwhile"


# ---------------------------------------------------------------- whose


async def test_a_draft_has_no_files_whoever_asks(app: Starlette, results: Results, served: ExportSet) -> None:
    await Consultation.filter(id=results.consultation.id).update(state=ConsultationState.DRAFT)
    marie = await a_person("Marie Roy", administrator=results.territory)
    for visitor in (Visitor(app), Visitor(app, person=marie)):
        for path in (PATH, FILE, f"{FILE}.sha256", f"{PATH}/dcat.jsonld"):
            assert (await visitor.get(path)).status == 404, path
    assert (await Visitor(app, person=marie).post(PATH)).status == 404


async def test_a_neighbour_has_none_of_our_files(app: Starlette, results: Results, served: ExportSet) -> None:
    coteau = await a_territory("coteau")
    await a_consultation(coteau, "plan-velo", closes_in=timedelta(days=-1))
    neighbour = Visitor(app, host="coteau.test")
    assert (await neighbour.get(PATH)).status == 200
    for path in (FILE, f"{FILE}.sha256", f"{PATH}/dcat.jsonld"):
        assert (await neighbour.get(path)).status == 404, path
    assert FILE not in (await neighbour.get("/catalog.jsonld")).text


async def test_what_was_taken_out_of_service_is_not_served_though_its_maker_noted_a_file_late(
    app: Starlette, served: ExportSet
) -> None:
    await ExportSet.filter(id=served.id).update(state=MakingState.EXPIRED)
    assert await ExportFile.filter(set_id=served.id).exists()
    for path in (FILE, f"{FILE}.sha256"):
        assert (await Visitor(app).get(path)).status == 404, path


async def test_while_a_removal_waits_for_the_worker_no_file_that_may_hold_the_text_is_served(
    app: Starlette, results: Results, served: ExportSet
) -> None:
    await results.reopen()
    (argument,) = await Argument.all()
    await withdraw_argument(results.people[0].voice(), **results.discussion.place, argument_id=argument.id)
    await results.close()
    assert (await ExportSet.get(id=served.id)).state is MakingState.READY, "the worker has not heard of it"
    for path in (FILE, f"{FILE}.sha256", f"{PATH}/paquet.zip"):
        assert (await Visitor(app).get(path)).status == 404, path
    assert FILE not in (await Visitor(app).get(PATH)).text, "nobody is sent to a file that is not there"
    assert (await Visitor(app).get(f"{PATH}/dcat.jsonld")).status == 404
    assert FILE not in (await Visitor(app).get("/catalog.jsonld")).text
    await drain_all()
    await made(results)
    assert FILE in (await Visitor(app).get(PATH)).text
    assert FILE in (await Visitor(app).get("/catalog.jsonld")).text
    assert (await Visitor(app).get(FILE)).status == 200


async def test_a_name_is_looked_up_and_never_joined(app: Starlette, served: ExportSet) -> None:
    (set_folder(served.id).parent / "secret-key").write_text("a secret")
    (set_folder(served.id) / ".contributions.csv.1.x.part").write_text("half of it")
    for name in (
        "../secret-key", "../../secret-key", "..%2fsecret-key", "..%2f..%2fsecret-key", "%2e%2e/secret-key",
        "%2e%2e%2fsecret-key",
        ".contributions.csv.1.x.part", "contributions.csv%00", "CONTRIBUTIONS.CSV", "contributions", "%", "é.csv",
        "x" * 300, f"{set_folder(served.id)}/contributions.csv",
    ):  # fmt: skip
        answer = await Visitor(app).get(f"{PATH}/{name}")
        assert answer.status == 404, name
        assert "a secret" not in answer.text


async def test_a_file_that_is_gone_from_the_disk_is_not_found_and_made_again(
    app: Starlette, results: Results, served: ExportSet
) -> None:
    from consult.exports.making.sweeping import sweep_files

    path = set_folder(served.id) / "contributions.csv"
    path.write_bytes(path.read_bytes()[:-1])
    assert (await Visitor(app).get(FILE)).status == 404, "a file that is not what its row says is none"
    path.unlink()
    assert (await Visitor(app).get(FILE)).status == 404
    assert await sweep_files() == 1
    await made(results)
    assert (await Visitor(app).get(FILE)).status == 200


# ---------------------------------------------------------------- in part, and not again


async def test_who_has_the_file_gets_no_byte(app: Starlette, served: ExportSet) -> None:
    somebody = Visitor(app)
    whole = await somebody.get(FILE)
    for headers in (
        {"if-none-match": whole.headers["etag"]},
        {"if-none-match": f'"x", W/{whole.headers["etag"]}'},
        {"if-none-match": "*"},
        {"if-modified-since": whole.headers["last-modified"]},
    ):
        again = await somebody.get(FILE, headers=headers)
        assert (again.status, again.content) == (304, b""), headers
        assert again.headers["etag"] == whole.headers["etag"]
    for headers in (
        {"if-none-match": '"x"', "if-modified-since": whole.headers["last-modified"]},
        {"if-modified-since": "Sun, 01 Jan 2023 00:00:00 GMT"},
        {"if-modified-since": "yesterday"},
    ):
        assert (await somebody.get(FILE, headers=headers)).status == 200, headers


async def test_a_download_goes_on_where_it_was_interrupted(app: Starlette, served: ExportSet) -> None:
    somebody = Visitor(app)
    whole = await somebody.get(FILE)
    first = await somebody.get(FILE, headers={"range": "bytes=0-9", "accept-encoding": "gzip"})
    assert (first.status, first.content) == (206, whole.content[:10])
    assert first.headers["content-range"] == f"bytes 0-9/{len(whole.content)}"
    rest = await somebody.get(FILE, headers={"range": "bytes=10-", "if-range": first.headers["etag"]})
    assert (rest.status, first.content + rest.content) == (206, whole.content)
    beyond = await somebody.get(FILE, headers={"range": f"bytes={len(whole.content)}-"})
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.content)}")


async def test_who_wants_other_bytes_than_these_is_told_so(app: Starlette, served: ExportSet) -> None:
    somebody = Visitor(app)
    whole = await somebody.get(FILE)
    tag, made_at = whole.headers["etag"], whole.headers["last-modified"]
    long_ago = {"if-unmodified-since": "Sat, 01 Jan 2000 00:00:00 GMT"}
    for headers in ({"if-match": '"x"'}, {"if-match": f"W/{tag}"}, long_ago, {"if-match": '"x"', "range": "bytes=0-9"}):
        answer = await somebody.get(FILE, headers=headers)
        assert (answer.status, answer.content) == (412, b""), headers
    for headers in (
        {"if-match": tag},
        {"if-match": "*"},
        {"if-unmodified-since": made_at},
        {"if-match": tag} | long_ago,
    ):
        assert (await somebody.get(FILE, headers=headers)).content == whole.content, headers


@pytest.mark.parametrize("unknown", ["lines=1-2", "bytes=abc", "bytes=10-5", "bytes"])
async def test_a_range_that_cannot_be_made_out_gives_the_whole_file(
    app: Starlette, served: ExportSet, unknown: str
) -> None:
    answer = await Visitor(app).get(FILE, headers={"range": unknown})
    assert (answer.status, len(answer.content)) == (200, int(answer.headers["content-length"]))


async def test_a_download_that_goes_on_in_other_bytes_begins_again(
    app: Starlette, results: Results, served: ExportSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    somebody = Visitor(app)
    first = await somebody.get(FILE, headers={"range": "bytes=0-9"})
    await results.reopen()
    await results.discussion.argue(results.people[0], body="Encore un argument.")
    await Consultation.filter(id=results.consultation.id).update(title="Un autre titre")
    await Contribution.filter(id=results.discussion.contribution.id).update(title="Un autre titre de contribution")
    await results.close()
    with clock.frozen(NOON + timedelta(hours=1), everywhere=True):
        await made(results)
        rest = await somebody.get(FILE, headers={"range": "bytes=10-", "if-range": first.headers["etag"]})
    assert rest.status == 200, "all of it: the first ten bytes are of another file"
    assert "Un autre titre de contribution" in rest.text


async def test_head_tells_all_but_the_bytes(app: Starlette, served: ExportSet) -> None:
    client = Visitor(app).client
    whole, head = await client.get(FILE), await client.head(FILE)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "last-modified", "content-type", "content-disposition", "accept-ranges"):
        assert head.headers[name] == whole.headers[name], name


async def test_nobody_packs_the_bytes_on_their_way(app: Starlette, served: ExportSet) -> None:
    answer = await Visitor(app).client.get(f"{PATH}/resultats.xlsx", headers={"accept-encoding": "gzip, br"})
    assert "content-encoding" not in answer.headers
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.headers["content-type"].startswith("application/vnd.openxmlformats")
    assert answer.headers["x-content-type-options"] == "nosniff"
