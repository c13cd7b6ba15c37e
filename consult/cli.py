"""The ``consult`` command. Every long command shows its progress, says what it did, and exits non-zero on failure."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer

from consult.core.errors import ConsultError, Refused
from consult.settings import settings

T = TypeVar("T")


class Language(StrEnum):
    """Languages that a command speaks."""

    FR = "fr"
    EN = "en"


app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Public consultations that people can trust and check.",
)
territory_app = typer.Typer(no_args_is_help=True, help="Territories of this instance.")
staff_app = typer.Typer(no_args_is_help=True, help="Who works for a territory.")
register_app = typer.Typer(no_args_is_help=True, help="The public register and the keys that sign it.")
import_app = typer.Typer(no_args_is_help=True, help="Bring in a consultation held elsewhere.")
app.add_typer(territory_app, name="territory")
app.add_typer(staff_app, name="staff")
app.add_typer(import_app, name="import")
app.add_typer(register_app, name="register")


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Open the database, do the work, close it; what went wrong becomes one clear sentence and a status of 1."""
    from consult.app import load_effects
    from consult.core.database import database
    from consult.core.logs import set_up_logs

    async def with_database() -> T:
        async with database(settings().database_url):
            return await work()

    set_up_logs()
    load_effects()
    try:
        return asyncio.run(with_database())
    except Refused as error:
        fail(error.refusal.text % error.refusal.params if error.refusal.params else error.refusal.text)
    except ConsultError as error:
        fail(str(error) or type(error).__name__)


def fail(words: str) -> NoReturn:
    """Say what went wrong on standard error and leave with status 1."""
    typer.secho(words, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (CONSULT_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (CONSULT_PORT).")] = None,
) -> None:
    """Answer requests (uvicorn, one process)."""
    import uvicorn

    from consult.app import create_app
    from consult.core.logs import set_up_logs

    if host:
        os.environ["CONSULT_HOST"] = host  # the settings judge by it whether this is a machine of one's own
    set_up_logs()
    uvicorn.run(
        create_app(),
        host=settings().host,
        port=port or settings().port,
        proxy_headers=True,
        forwarded_allow_ips=settings().trusted_proxies,
        log_config=None,
        access_log=False,
        server_header=False,
    )


@app.command()
def demo(
    port: Annotated[
        int | None, typer.Option(help="Port to listen on; the next free one from 8000 when left out.")
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    reset: Annotated[
        bool, typer.Option("--reset", help="Throw the demo's SQLite database away and begin again.")
    ] = False,
    prepare_only: Annotated[bool, typer.Option("--prepare-only", help="Load, print the links, and stop.")] = False,
) -> None:
    """An example territory in ./var, ready to click, with sign-in links for every role."""
    from consult.app import create_app, load_effects
    from consult.core.logs import set_up_logs
    from consult.demo import command

    load_effects()
    try:
        listen_on = command.run_demo(host=host, port=port, reset=reset, prepare_only=prepare_only)
    except ConsultError as error:
        fail(str(error))
    if not prepare_only:
        set_up_logs()
        command.serve(create_app(), host, listen_on)


@app.command()
def worker(once: Annotated[bool, typer.Option("--once", help="Do what is due now, then stop.")] = False) -> None:
    """Run the reactions that actions have left: mails and the like."""
    from consult.app import work_once, work_until_told
    from consult.core.logs import set_up_logs

    set_up_logs()
    if once:
        typer.echo(run(work_once))
        return
    run(work_until_told)
    typer.echo("stopped")


@app.command()
def bounce(
    to: Annotated[str, typer.Option(help="The envelope's recipient; else the message's headers tell it.")] = "",
) -> None:
    """Read a mail that came back on standard input, as a mail server pipes it, and write no more to a dead address."""
    from consult.core.logs import set_up_logs
    from consult.notifications.sending.bounces import LARGEST, receive

    set_up_logs()
    raw = sys.stdin.buffer.read(LARGEST)
    try:
        typer.echo(run(lambda: receive(raw, to=to)))
    except Exception as error:
        # EX_TEMPFAIL: the mail server keeps the report and tries again
        typer.secho(f"not now: {type(error).__name__}", err=True)
        raise typer.Exit(75) from None


@app.command()
def migrate() -> None:
    """Bring the database to this release, safely: locked, checked, and on SQLite backed up first."""
    from consult.core.database import MigrationError
    from consult.core.database import migrate as run_migrations

    try:
        report = asyncio.run(run_migrations(settings().database_url, progress=typer.echo))
    except MigrationError as error:
        fail(str(error))
    for line in report.lines():
        typer.echo(line)


@app.command()
def doctor() -> None:
    """Check settings, database, migrations, the register's keys and what is owed; says what to do about each fault."""
    from consult.register.command import keys_open
    from consult.running.doctor import examine

    faults = asyncio.run(examine(keys_open))
    if faults:
        sys.exit(1)


@app.command()
def verify(
    package: Annotated[Path, typer.Argument(help="The package, a .zip as it was downloaded.")],
    receipt: Annotated[Path | None, typer.Option(help="A receipt, a .json file, to look for in it.")] = None,
    key: Annotated[
        list[str] | None, typer.Option(help="The register's public key, as published; again for another one.")
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="What to say it in; else as LC_ALL, LC_MESSAGES or LANG say, else French.")
    ] = None,
) -> None:
    """Check a downloaded package, and a receipt against it: no database, no network, no settings.

    Scripts go by the exit status: 0, all checks passed (the last line begins with VÉRIFIÉ, or VERIFIED); 1, the package
    is at fault (NON VÉRIFIÉ, or NOT VERIFIED); 2, the program itself failed, which says nothing about the package.
    """
    from consult.exports.verifying.command import failure, say, words
    from consult.exports.verifying.command import verify as verify_package
    from consult.exports.verifying.words import language_of, speaking

    with speaking(language_of(language, os.environ)):
        try:
            report = verify_package(package, receipt=receipt, keys=key or ())
            say(words(report, sys.stdout.encoding))
        except Exception as error:
            typer.secho(failure(error, sys.stderr.encoding), err=True, fg=typer.colors.RED)
            raise typer.Exit(2) from None
    if not report.ok:
        raise typer.Exit(1)


@territory_app.command("add")
def territory_add(
    slug: Annotated[str, typer.Argument(help="Short name, for commands.")],
    name: Annotated[str, typer.Option(help="Name as people know it.")],
    host: Annotated[str | None, typer.Option(help="Host name under which it answers.")] = None,
    kind: Annotated[str, typer.Option(help="commune, intercommunality, departement, region or body.")] = "body",
) -> None:
    """Open a territory on this instance."""
    from consult.core.voice import SYSTEM
    from consult.territories.actions import add_territory
    from consult.territories.models import TerritoryKind

    territory = run(lambda: add_territory(SYSTEM, slug=slug, name=name, host=host, kind=TerritoryKind(kind)))
    typer.echo(f"territory {territory.slug} is open")


@app.command()
def export(
    consultation: Annotated[str, typer.Argument(help="Its address, as in /consultations/NAME.")],
    format_name: Annotated[
        str, typer.Option("--format", help="csv, tableur, json, parquet, xlsx, ods, package, pdf, docx or html.")
    ],
    out: Annotated[str, typer.Option(help="A file; a folder where there are several; - for standard output.")],
    table: Annotated[
        str | None, typer.Option(help="One table only, such as contributions (csv, tableur, json, parquet).")
    ] = None,
    territory: Annotated[str | None, typer.Option(help="May be left out where there is one only.")] = None,
) -> None:
    """Write the results of a consultation as files: the same bytes as its page serves."""
    from consult.exports.command import export_with_progress

    run(
        lambda: export_with_progress(
            consultation, format_name=format_name, out=out, table=table, territory_slug=territory
        )
    )


@import_app.command("cap-collectif")
def import_cap_collectif(
    path: Annotated[Path, typer.Argument(help="A folder of API answers (.json), or a .jsonl or .jsonl.gz file.")],
    consultation: Annotated[str, typer.Option(help="Address of the new consultation, as in /consultations/NAME.")],
    territory: Annotated[str | None, typer.Option(help="May be left out where there is one only.")] = None,
    title: Annotated[str | None, typer.Option(help="Title; made of the address when left out.")] = None,
) -> None:
    """Bring in a consultation from a Cap Collectif platform: whole, or not at all."""
    from consult.imports.command import import_with_progress

    run(lambda: import_with_progress(path, consultation, territory, title))


@staff_app.command("add")
def staff_add(
    email: Annotated[str, typer.Argument(help="The person's e-mail address.")],
    role: Annotated[
        str, typer.Option(help="administrator, moderator, rapporteur, mediator, decision_maker or guarantor.")
    ],
    territory: Annotated[str | None, typer.Option(help="Short name; may be left out where there is one only.")] = None,
    name: Annotated[str, typer.Option(help="Public name, for an account that is not there yet.")] = "",
) -> None:
    """Give somebody a role, make their account if there is none, and print a sign-in link of one use."""
    from consult.accounts.commands import add_staff

    path = run(lambda: add_staff(email=email, territory=territory, role=role, name=name))
    typer.echo(f"{email} has the role {role.replace('-', '_')}. To sign in, once, within 24 hours:")
    typer.echo(f"{settings().base_url}{path}")


@register_app.command("rotate-key")
def register_rotate_key(
    territory: Annotated[str | None, typer.Option(help="Short name; may be left out where there is one only.")] = None,
    former_lost: Annotated[
        bool, typer.Option("--former-lost", help="Although CONSULT_SECRET_KEY, which sealed the former one, is lost.")
    ] = False,
) -> None:
    """Have another key sign the register from now on; the next head bears both signatures."""
    from consult.register.command import rotate

    typer.echo(run(lambda: rotate(territory, former_lost=former_lost)))


def main() -> None:
    """Entry point of the ``consult`` command."""
    app()


if __name__ == "__main__":
    main()
