"""``consult demo``: prepares an example territory once, prints who may be signed in as, and serves it."""

import asyncio
import os
import socket
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import uvicorn
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from consult.accounts import links
from consult.accounts.actions import make_sign_in_link
from consult.accounts.rules import read_address
from consult.core.database import MigrationError, database, migrate, sqlite_address
from consult.core.errors import ConsultError
from consult.core.outbox import drain_all
from consult.demo.loading import Present, load, present
from consult.demo.reading import Content, read_content
from consult.register.calendar import record_rounds
from consult.register.heads import sign_heads
from consult.settings import settings
from consult.territories.models import Territory

LINK_LIFE = timedelta(hours=24)
MOST_PORTS = 30
FIRST_PAGES = {"administrator": "/admin/consultations", "moderator": "/moderation", "guarantor": "/admin/journal"}


class DemoError(ConsultError):
    """The demonstration cannot be prepared here; the message says what to do."""


@dataclass(frozen=True)
class SignIn:
    """A link that signs somebody of the demonstration in, once."""

    label: str
    name: str
    address: str


def set_up(host: str, port: int | None) -> int:
    """Settle the settings of a demonstration on this machine, and give the port it will listen on.

    Nothing is mailed: the people of the demonstration are invented, and their mails are read in its mailbox.

    Raises:
        DemoError: the port that was asked for is taken.
    """
    found = free_port(host, port or int(os.environ.get("CONSULT_PORT", "8000")), insist=port is not None)
    shown = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - what the person asked for
    os.environ["CONSULT_DEMO"] = "1"
    os.environ["CONSULT_SMTP_URL"] = ""
    os.environ.setdefault("CONSULT_BASE_URL", f"http://{shown}:{found}")
    settings.cache_clear()
    return found


def free_port(host: str, port: int, *, insist: bool = False) -> int:
    """The port, or the next one that nobody listens on."""
    for candidate in range(port, port + (1 if insist else MOST_PORTS)):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return candidate
    raise DemoError(f"Le port {port} est déjà pris sur {host}. Choisissez-en un autre avec --port.")


async def prepare(*, reset: bool, console: Console) -> list[SignIn]:
    """Bring the database up to date, load the demonstration where it is not, and make fresh links.

    Raises:
        DemoError: there is something else in this database, or the demonstration stopped half-way on PostgreSQL.
    """
    content, url = read_content(), settings().database_url
    try:
        await migrate(url)
        state = await _look(content, reset=reset)
        if state is Present.PART:
            _start_afresh(url)
            await migrate(url)
    except MigrationError as error:
        raise DemoError(str(error)) from error
    async with database(url):
        if state is Present.WHOLE:
            console.print("La démonstration est déjà là : elle reste comme vous l’avez laissée.")
            console.print("(Pour repartir de zéro : [bold]consult demo --reset[/])")
        else:
            await _load(content, console)
        return await sign_ins(content)


async def _look(content: Content, *, reset: bool) -> Present:
    """What to do with what is there: keep it, load it, or (a part) throw it away first."""
    async with database(settings().database_url):
        state = await present(content.territory["slug"])
        others = await Territory.exclude(slug=content.territory["slug"]).exists()
    if others and (reset or state is not Present.WHOLE):
        raise DemoError(
            "Cette base contient d’autres territoires : la démonstration n’y touche pas."
            " Lancez-la dans un autre dossier, ou donnez-lui une autre base (CONSULT_DATABASE_URL)."
        )
    return Present.PART if reset and state is not Present.NOTHING else state


def _start_afresh(url: str) -> None:
    address = sqlite_address(url)
    if address is None or address.path is None:
        raise DemoError(
            "La démonstration ne vide pas une base PostgreSQL : créez-en une neuve et donnez son adresse"
            " (CONSULT_DATABASE_URL)."
        )
    for ending in ("", "-wal", "-shm"):
        Path(f"{address.path}{ending}").unlink(missing_ok=True)


async def _load(content: Content, console: Console) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Chargement de la démonstration", total=None)
        await load(content, lambda done, total: progress.update(task, completed=done, total=total))
        await drain_all()
        await record_rounds()
        await sign_heads()
    console.print("La démonstration est chargée.")


async def sign_ins(content: Content) -> list[SignIn]:
    """Fresh links, one a role, good for a day."""
    territory = await Territory.get(slug=content.territory["slug"])
    people = {one["key"]: one for one in content.people}
    roles = {one["person"]: one["role"] for one in content.staff}
    made = []
    for one in content.sign_in:
        person = people[one["person"]]
        address = read_address(person["email"])
        assert address is not None
        first = FIRST_PAGES.get(roles.get(one["person"], ""), "/")
        link = await make_sign_in_link(territory_id=territory.id, address=address, life=LINK_LIFE, next_path=first)
        made.append(SignIn(one["label"], person["name"], settings().base_url + links.address(link.id)))
    return made


def tell(signed: list[SignIn], content: Content, console: Console) -> None:
    """Say who may be signed in as, in words for somebody who sees Consult for the first time."""
    base = settings().base_url
    console.print(f"\n[bold]{content.territory['name']}[/] : deux consultations ouvertes, une à venir, une close.\n")
    console.print("Pour essayer un rôle, suivez son lien (il sert une fois, et reste valable un jour) :\n")
    for one in signed:
        console.print(f"  {one.label} : [bold]{one.name}[/]")
        console.print(f"  {one.address}\n", soft_wrap=True, highlight=False)
    console.print(f"Les courriels envoyés : {base}/mailbox", soft_wrap=True, highlight=False)
    console.print(f"Les pièces des pages :  {base}/components", soft_wrap=True, highlight=False)


class _Server(uvicorn.Server):
    """Says the address to click once it answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            console = Console()
            console.print(f"\nOuvrez [bold]{settings().base_url}/[/]  (Ctrl+C pour arrêter)", soft_wrap=True)


def serve(app: object, host: str, port: int) -> None:
    """Answer requests, the worker inside, until the person stops it."""
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        host=host,
        port=port,
        proxy_headers=True,
        forwarded_allow_ips=settings().trusted_proxies,
        log_config=None,
        access_log=False,
        server_header=False,
    )
    _Server(config).run()


def run_demo(*, host: str, port: int | None, reset: bool, prepare_only: bool) -> int:
    """All of it but the application, which only the hall may make; gives the port to serve on.

    Raises:
        DemoError: see :func:`set_up` and :func:`prepare`.
    """
    found, console = set_up(host, port), Console()
    signed = asyncio.run(prepare(reset=reset, console=console))
    tell(signed, read_content(), console)
    if prepare_only:
        console.print(f"\nL’adresse sera {settings().base_url}/ quand vous lancerez [bold]consult demo[/].")
    return found
