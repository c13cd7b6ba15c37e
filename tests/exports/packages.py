"""An invented consultation with a bit of everything, its packages and receipts; and what a forger makes of them."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from consult.app import load_effects
from consult.arguments.actions import correct_argument, withdraw_argument
from consult.contributions.actions import publish_contribution, revise_contribution, withdraw_contribution
from consult.contributions.models import Contribution
from consult.core import clock
from consult.core.database import execute
from consult.core.outbox import drain_all
from consult.exports.making.preparing import prepare
from consult.exports.package import write_package
from consult.exports.tables import scope_of
from consult.exports.verifying import layout
from consult.exports.verifying.checks import Report
from consult.register.canonical import canonical
from consult.register.heads import sign_head
from consult.register.merkle import leaf_hash, root_of, several_proof
from consult.register.models import RegisterEntry
from consult.register.notes import Head, parse_note, vkey, write_note
from consult.register.receipts import receipt_of
from consult.territories.models import Territory
from consult.votes.actions import cast_vote, give_support
from tests.cast import NOON, a_person, an_organisation
from tests.discussion import a_discussion
from tests.exports.bilingual import verify
from tests.moderation.affairs import Affair, an_affair

SLUG = "plan-velo"
Receipt = dict[str, Any]


@dataclass
class World:
    """What was taken away of the invented consultation: as bytes, for nobody needs a database to check them."""

    early: bytes = b""
    final: bytes = b""
    neighbour: bytes = b""
    elsewhere: bytes = b""
    receipts: dict[str, Receipt] = field(default_factory=dict)


async def made(folder: Path, territory: Territory, slug: str = SLUG, *, provisional: bool = False) -> bytes:
    """A package as the worker and the command make it."""
    (row,) = await execute(
        "SELECT id FROM consultation WHERE slug = :slug AND territory_id = :territory",
        slug=slug,
        territory=territory.id,
    )
    await prepare(row["id"], provisional=provisional)
    scope = await scope_of(territory.id, slug)
    assert scope is not None
    assert scope.provisional is provisional
    path = folder / "package.part"
    written = await write_package(path, scope)
    content = path.read_bytes()
    assert (written.size, written.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    return content


async def a_receipt(territory: Territory, **wanted: Any) -> Receipt:
    """The receipt of an entry, as its owner has it."""
    await drain_all()
    await sign_head(territory.id)
    row = await RegisterEntry.filter(territory_id=territory.id, **wanted).order_by("position").first()
    assert row is not None, wanted
    receipt = await receipt_of(territory, row, account_id=row.account_id)
    assert receipt is not None
    return receipt


async def write_something(a: Affair, title: str, *, organisation: Any = None) -> Contribution:
    """Luc contributes once more."""
    return await publish_contribution(
        a.d.luc.voice(organisation=organisation), **a.d.place, section_id=a.d.section.id, title=title,
        body=f"{title}, « dit-il »,\r\nsur deux lignes ; et = des signes 🚲.",
    )  # fmt: skip


async def begun() -> tuple[Affair, list[Contribution]]:
    """Everybody writes and votes."""
    load_effects()
    a = await an_affair()
    d = a.d
    nour, iris = await a_person("Nour Benali"), await a_person("Iris Blanc")
    others = [await write_something(a, title) for title in ("Des arceaux", "À cacher", "À retirer")]
    body = await an_organisation(d.territory, d.luc)
    others.append(await write_something(a, "Vélo Vallon propose", organisation=body))
    for person, choice in ((nour, "agree"), (iris, "disagree")):
        await d.vote(person, choice)
    await cast_vote(nour.voice(), **d.place, contribution_id=others[0].id, choice="mixed")
    amendment = await d.amend(nour)
    await d.vote(iris, "mixed", amendment)
    await d.argue(iris, amendment=amendment, body="Sous une proposition.")
    argument = await d.argue(nour)
    source = await d.source(iris, argument)
    await give_support(d.luc.voice(), **d.place, argument_id=argument.id)
    await give_support(d.luc.voice(), **d.place, source_id=source.id)
    await d.argue(a.rita, body="Une insulte.")
    await drain_all()
    return a, others


async def gone_on(a: Affair, others: list[Contribution]) -> None:
    """Texts are written anew, withdrawn, hidden and put back."""
    d = a.d
    nour = await a_person("Nadia Roy")
    await revise_contribution(
        d.luc.voice(), **d.place, contribution_id=d.contribution.id, base_revision=1, title="Des pistes larges",
        body="Deux mètres au moins.",
    )  # fmt: skip
    mine = await d.argue(nour, body="Premier jet.")
    withdrawn = await d.argue(nour, body="À retirer aussi.")
    await drain_all()
    await correct_argument(nour.voice(), **d.place, argument_id=mine.id, body="Second jet.")
    await withdraw_argument(nour.voice(), **d.place, argument_id=withdrawn.id)
    (insult,) = await execute("SELECT id FROM argument WHERE body = 'Une insulte.'")
    await a.decide("hide", await _argument(insult["id"]))
    under = await d.amend(a.rita)
    await d.argue(nour, amendment=under, body="Sous ce qui va partir.")
    await a.decide("hide", under)
    await a.decide("hide", others[1])
    await withdraw_contribution(d.luc.voice(), **d.place, contribution_id=others[2].id)
    await a.decide("correct", others[0], hidden_meanwhile=True, ground="personal_data")
    await drain_all()


async def _argument(key: int) -> Any:
    from consult.arguments.models import Argument

    return await Argument.get(id=key)


async def a_world(folder: Path) -> World:
    """All of it, in a database that is open and empty."""
    world = World()
    with clock.frozen(NOON, everywhere=True):
        a, others = await begun()
        territory = a.d.territory
        beside = await a_discussion(territory, slug="voisinage")
        for number, one in enumerate((a.d.contribution, *others), 1):
            world.receipts[f"contribution {number}"] = await a_receipt(territory, item_id=one.id, kind="published")
        world.receipts["vote"] = await a_receipt(territory, kind="voted")
        world.receipts["beside"] = await a_receipt(territory, item_id=beside.contribution.id, kind="published")
    with clock.frozen(NOON + timedelta(hours=1), everywhere=True):
        world.early = await made(folder, territory, provisional=True)
        await beside.argue(a.rita)
        await gone_on(a, others)
        world.receipts["later"] = await a_receipt(territory, item_kind="argument", revision=2)
    with clock.frozen(NOON + timedelta(days=21), everywhere=True):
        world.final = await made(folder, territory)
        world.neighbour = await made(folder, territory, "voisinage")
        away = await a_discussion(slug="ailleurs", territory=await _coteau())
        world.receipts["elsewhere"] = await a_receipt(away.territory, item_id=away.contribution.id)
    return world


async def _coteau() -> Territory:
    from tests.cast import a_territory

    return await a_territory("coteau")


# ---------------------------------------------------------------- a package in somebody else's hands


@dataclass
class Package:
    """The files of a package, to be changed at will."""

    files: dict[str, bytes]

    @classmethod
    def of(cls, content: bytes) -> "Package":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return cls({name: archive.read(name) for name in archive.namelist()})

    def write(self, path: Path) -> Path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files.items():
                archive.writestr(name, content)
        return path

    def replace(self, name: str, old: str, new: str) -> None:
        assert old.encode() in self.files[name], (name, old)
        self.files[name] = self.files[name].replace(old.encode(), new.encode(), 1)

    def keep_rows(self, table: str, keep: Callable[[dict[str, str]], bool]) -> None:
        """Drop rows, as a forger with a spreadsheet would."""
        import csv

        name = f"data/{table}.csv"
        rows = list(csv.DictReader(io.StringIO(self.files[name].decode(), newline="")))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else [])
        if rows:
            writer.writeheader()
            writer.writerows(row for row in rows if keep(row))
            self.files[name] = text.getvalue().encode()

    def add_row(self, table: str, row: dict[str, str]) -> None:
        """Add a row at the end."""
        import csv

        name, text = f"data/{table}.csv", io.StringIO(newline="")
        columns = self.files[name].decode().split("\r\n", 1)[0].split(",")
        csv.DictWriter(text, fieldnames=columns).writerow(row)
        self.files[name] += text.getvalue().encode()

    def drop_contribution(self, number: int) -> None:
        """Every row of a contribution and of what stands beneath it."""
        self.keep_rows("contributions", lambda row: row["number"] != str(number))
        for table in ("revisions", "amendments", "arguments", "sources", "votes", "tallies"):
            self.keep_rows(table, lambda row: row["contribution"] != str(number))
        self.count_sections()

    def count_sections(self) -> None:
        """The sections' own counters, as the contributions have it."""

        def counted(row: dict[str, str]) -> bool:
            row["contributions_count"] = str(sum(1 for one in there if one["section_id"] == row["id"]))
            return True

        there = [one for one in self.rows("contributions") if one["state"] == "published"]
        self.keep_rows("sections", counted)

    def rows(self, table: str) -> list[dict[str, str]]:
        """The rows of a table."""
        import csv

        return list(csv.DictReader(io.StringIO(self.files[f"data/{table}.csv"].decode(), newline="")))

    def tidy(self, folder: Path) -> None:
        """Rewrite what describes the tables: datapackage.json, figures.json, SHA256SUMS."""
        import csv

        described = json.loads(self.files[layout.DESCRIPTION])
        for resource in described["resources"]:
            content = self.files[resource["path"]]
            resource["bytes"] = len(content)
            resource["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
            resource["rows"] = sum(1 for _ in csv.reader(io.StringIO(content.decode(), newline=""))) - 1
        self.files[layout.DESCRIPTION] = json.dumps(described, ensure_ascii=False, indent=1).encode()
        self.files[layout.FIGURES] = json.dumps(self._figures(folder)).encode()
        self.sum_up()

    def _figures(self, folder: Path) -> Any:
        from collections import Counter

        from consult.exports.verifying import figures
        from consult.exports.verifying.archive import Archive
        from consult.exports.verifying.checks import Check
        from consult.exports.verifying.index import Index
        from consult.exports.verifying.recounting import Results

        told, results = json.loads(self.files[layout.FIGURES]), Results()
        archive, index, counted = Archive(self.write(folder / "figures.zip")), Index(), Counter[tuple[str, ...]]()
        results.read(archive, told)
        for count in (figures._count_texts, figures._count_votes, figures._count_tallies):
            count(archive, counted, Check("figures"), index, results)
        wanted = {name: value for name, value, _ in results._pairs(told, index.voters())}
        for path, number in figures._wanted(counted).items():
            place = told
            for name in path[:-1]:
                place = place[name]
            place[path[-1]] = number
        told["totals"]["voters"], series = wanted["totals.voters"], ("contributions", "arguments", "votes")
        told |= {name: wanted[name] for name in ("both_sides", "writers", "decisions")}
        for name, key in (("days", "day"), ("kinds", "kind")):
            told[name] = [{key: one, **dict(zip(series, has, strict=False))} for one, has in wanted[name].items()]
        for top in told["top"]:
            told["top"][top] = [
                dict(zip(("number", "value", "title"), one, strict=True)) for one in wanted[f"top.{top}"]
            ]
        waiting = list(told["sections"])
        while waiting:
            one = waiting.pop()
            one["own"], one["below"] = wanted[f"sections.{one['id']}"]
            waiting += one["children"]
        return told

    def sum_up(self) -> None:
        """SHA256SUMS, as ``sha256sum`` would write it."""
        names = [line.split("  ")[1] for line in self.files[layout.SUMS].decode().splitlines()]
        lines = [f"{hashlib.sha256(self.files[name]).hexdigest()}  {name}\n" for name in names]
        self.files[layout.SUMS] = "".join(lines).encode()

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.files[layout.ENTRIES].decode().splitlines()]

    def forge(self, gone: Callable[[dict[str, Any]], bool] = lambda entry: False) -> str:
        """What only a keeper of a register can do: another tree, without some entries, signed with another key.

        Returns:
            the public key that goes with it.
        """
        kept = [one for one in self.entries if not gone(json.loads(one["entry"]))]
        lines = [canonical(one) + b"\n" for one in kept[:-1]]
        last = json.loads(kept[-1]["entry"])
        last |= {
            "sha256": hashlib.sha256(self.files[layout.SUMS]).hexdigest(),
            "entries": len(lines),
            "entries_sha256": hashlib.sha256(b"".join(lines)).hexdigest(),
        }
        position = kept[-1]["position"]
        kept[-1] = {"position": position, "entry": canonical(last).decode()}
        leaves = [hashlib.sha256(str(place).encode()).digest() for place in range(position + 1)]
        for one in kept:
            leaves[one["position"]] = leaf_hash(one["entry"].encode())
        old = parse_note(self.files[layout.HEAD].decode()).head
        key = Ed25519PrivateKey.from_private_bytes(b"forger's" * 4)
        head = Head(old.origin, len(leaves), root_of(leaves), old.at)
        public = vkey(old.origin, key.public_key().public_bytes_raw())
        proof = several_proof(
            [one["position"] for one in kept], len(leaves), lambda start, end: root_of(leaves[start:end])
        )
        self.files |= {
            layout.ENTRIES: b"".join([*lines, canonical(kept[-1]) + b"\n"]),
            layout.EXPORTED: canonical({"position": position}) + b"\n",
            layout.HEAD: write_note(head, [(old.origin, key)]).encode(),
            layout.KEYS: f"{public}\n".encode(),
            layout.PROOF: "".join(f"{one.hex()}\n" for one in proof).encode(),
        }
        return public

    @property
    def key(self) -> str:
        """The key that the register signs with."""
        return self.files[layout.KEYS].decode().splitlines()[-1]


def told(report: Report) -> str:
    """A report as it is printed."""
    return "\n".join(report.lines())


def failed(report: Report) -> set[str]:
    """The names of the checks that failed."""
    return {check.name for check in report.checks if not check.ok}


def checked(package: Package, folder: Path, **more: Any) -> Report:
    """What ``consult verify`` says of it."""
    return verify(package.write(folder / "changed.zip"), **more)
