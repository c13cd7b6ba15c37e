"""The server under measurement: Consult, and beside it, in the same process, the floors that it is compared with."""

import random
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from consult.app import create_app
from consult.arguments.models import Argument, Side
from consult.consultations.models import Consultation, Section
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.database import in_transaction
from consult.core.keys import new_key
from consult.core.text.markdown import render_markdown
from consult.votes.models import Choice, Vote

TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
_same_bytes: dict[str, bytes] = {}


async def keep_bytes(request: Request) -> Response:
    """The bench hands over what Consult answered, so that the bare route sends the very same bytes."""
    _same_bytes[request.path_params["name"]] = await request.body()
    return Response(status_code=204)


async def bare(request: Request) -> Response:
    """Floor 1: a Starlette route that sends bytes from memory."""
    body = _same_bytes[request.path_params["name"]]
    return Response(body, media_type="text/html", headers={"content-encoding": "gzip"})


async def naive_contribution(request: Request) -> Response:
    """Floor 2: the contribution page as one would first write it: instances, relations, Markdown at each visit."""
    consultation = await Consultation.get(slug=request.path_params["slug"])
    contribution = await Contribution.get(
        consultation=consultation, number=int(request.path_params["n"])
    ).prefetch_related("author", "organisation", "section", "sources", "amendments")
    arguments = (
        await Argument.filter(contribution=contribution, state="published")
        .order_by("-supports_total", "id")
        .limit(40)
        .prefetch_related("author", "organisation")
    )
    return HTMLResponse(
        TEMPLATES.get_template("naive_contribution.html").render(
            consultation=consultation, contribution=contribution, arguments=arguments, markdown=render_markdown
        )
    )


async def naive_list(request: Request) -> Response:
    """Floor 2 for the list: instances and relations, twenty rows."""
    consultation = await Consultation.get(slug=request.path_params["slug"])
    sections = await Section.filter(consultation=consultation)
    rows = (
        await Contribution.filter(consultation=consultation, state="published")
        .order_by("-published_at", "-id")
        .limit(21)
        .prefetch_related("author", "organisation", "section")
    )
    count = await Contribution.filter(consultation=consultation, state="published").count()
    return HTMLResponse(
        TEMPLATES.get_template("naive_list.html").render(
            consultation=consultation, rows=rows, count=count, sections=sections, markdown=render_markdown
        )
    )


async def bare_argument(request: Request) -> Response:
    """Floor 3: an insert and an update in one transaction, nothing else."""
    form = await request.form()
    body, now = str(form["body"]), clock.now()
    async with in_transaction():
        await Argument.create(
            id=new_key(),
            consultation_id=int(str(form["consultation"])),
            contribution_id=int(str(form["contribution"])),
            author_id=int(str(form["account"])),
            side=Side.FOR,
            body=body,
            body_html=body,
            created_at=now,
            published_at=now,
        )
        contribution = await Contribution.get(id=int(str(form["contribution"])))
        await Contribution.filter(id=contribution.id).update(arguments_count=contribution.arguments_count + 1)
    return RedirectResponse("/", status_code=303)


async def bare_vote(request: Request) -> Response:
    """Floor 3 for votes: write a vote and update a counter in one transaction."""
    form = await request.form()
    key, account, now = int(str(form["contribution"])), int(str(form["account"])), clock.now()
    async with in_transaction():
        changed = await Vote.filter(contribution_id=key, account_id=account).update(
            choice=Choice(str(form["choice"])), changed_at=now
        )
        if not changed:
            await Vote.create(
                id=new_key(),
                consultation_id=int(str(form["consultation"])),
                contribution_id=key,
                account_id=account,
                choice=Choice(str(form["choice"])),
                revision=1,
                created_at=now,
                changed_at=now,
            )
        await Contribution.filter(id=key).update(votes_agree=random.randrange(1000))
    return RedirectResponse("/", status_code=303)


FLOOR = Starlette(
    routes=[
        Route("/floor/keep/{name}", keep_bytes, methods=["POST"]),
        Route("/floor/bare/{name}", bare),
        Route("/floor/naive/{slug}", naive_list),
        Route("/floor/naive/{slug}/{n:int}", naive_contribution),
        Route("/floor/argument", bare_argument, methods=["POST"]),
        Route("/floor/vote", bare_vote, methods=["POST"]),
    ]
)


class Both:
    """Consult and its floors on one port, in one process, on one database connection."""

    def __init__(self) -> None:
        self.consult: Any = create_app()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/floor/"):
            await FLOOR(scope, receive, send)
        else:
            await self.consult(scope, receive, send)


def serve(port: int) -> None:
    """Answer on 127.0.0.1 until told to stop."""
    import uvicorn

    uvicorn.run(Both(), host="127.0.0.1", port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    import sys

    serve(int(sys.argv[1]))
