"""What every answer owes, whatever the page."""

from starlette.applications import Starlette

from tests.browsing import Visitor
from tests.cast import a_territory


async def test_a_page_carries_the_security_headers(app: Starlette) -> None:
    await a_territory()
    answer = await Visitor(app).get("/legal")
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_nothing_here_is_a_page_too(app: Starlette) -> None:
    await a_territory()
    answer = await Visitor(app).get("/nowhere")
    assert answer.status == 404
    assert "Page introuvable" in answer.title


async def test_an_unknown_host_of_an_instance_with_two_territories_finds_nothing(app: Starlette) -> None:
    await a_territory("vallon")
    await a_territory("coteau")
    assert (await Visitor(app, "vallon.test").get("/legal")).status == 200
    assert (await Visitor(app, "elsewhere.test").get("/legal")).status == 404


async def test_a_kept_page_is_answered_again_and_by_304(app: Starlette) -> None:
    await a_territory()
    visitor = Visitor(app)
    first = await visitor.get("/charter")
    again = await visitor.get("/charter", headers={"if-none-match": first.headers["etag"]})
    assert again.status == 304
    assert again.content == b""
