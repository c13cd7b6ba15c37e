"""``consult verify`` speaks French, then English: the option, the environment, every sentence, and its own failures."""

import ast
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from consult.cli import app
from consult.exports.verifying import command, words
from consult.exports.verifying.checks import NAMES
from consult.moderation.rules import words as moderation
from consult.web import dates
from tests.exports.bilingual import in_french
from tests.exports.packages import Package, World, told
from tests.exports.test_verifying import receipt_file
from tests.house.house import ROOT

pytestmark = pytest.mark.engine_free
HERE = ROOT / "consult" / "exports" / "verifying"
NBSP, NARROW = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
SPEAKING = {"_", "N_", "ngettext", "gettext"}
# Names that people never read, and the one error that is caught where it is raised.
MACHINE = {*NAMES, "in bulk", "a key twice"}


def run(*given: str, **environment: str) -> tuple[int, list[str]]:
    """What the command prints, and its status."""
    nothing = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None}
    done = CliRunner().invoke(app, ["verify", *given], env=nothing | environment)
    return done.exit_code, done.output.splitlines()


# ---------------------------------------------------------------- which language


@pytest.mark.parametrize(
    ("environment", "first"),
    [
        ({}, "fr"),
        ({"LANG": "C"}, "fr"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "fr_FR.UTF-8"}, "fr"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": ""}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "fr"),
    ],
)
def test_it_follows_the_environment(environment: dict[str, str], first: str) -> None:
    assert words.language_of(None, environment) == first
    status, lines = run("nowhere.zip", **environment)
    assert status == 1
    assert lines[-1].startswith("NON VÉRIFIÉ" if first == "fr" else "NOT VERIFIED")
    assert ("Il n’y a pas de fichier" if first == "fr" else "There is no file") in lines[0]


def test_the_option_wins(world: World, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(world.final)
    assert (
        run(str(path), "--language", "fr", LANG="en_GB.UTF-8")[1][-1]
        == f"VÉRIFIÉ{NBSP}: les 8 contrôles sont concluants."
    )
    assert run(str(path), "--language", "en", LANG="fr_FR.UTF-8")[1][-1] == "VERIFIED: all 8 checks passed."
    assert run(str(path), "--language", "de")[0] == 2


# ---------------------------------------------------------------- what is said


def test_a_good_package_in_french(world: World, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(world.final)
    said = told(in_french(path)).replace(NBSP, " ").replace(NARROW, " ")
    first = "Le plan vélo : résultats · plan-velo · données du 30 mars 2026 à 12 h (UTC) · définitives"
    assert said.startswith(f"{first}\n✓ conforme  fichiers du paquet : 16 fichiers")
    assert "7 textes sont mot pour mot ce que le registre a inscrit, et 2 versions antérieures aussi" in said
    assert "5 contributions inscrites, 1 texte retiré, 2 textes masqués, 2 textes montrés" in said
    assert "non contrôlé : que la clé est bien celle du registre" in said
    path.write_bytes(world.early)
    assert "PROVISOIRES : la consultation n’était pas terminée" in told(in_french(path)).replace(NBSP, " ")


@pytest.mark.parametrize(
    ("which", "sentence"),
    [
        ("contribution 1", "son auteur l’a récrit depuis"),
        ("contribution 2", "il a été masqué par une décision de modération le 10 mars 2026 à"),
        ("contribution 3", "pour le motif « propos insultants » : son texte n’est plus dans les données"),
        ("contribution 4", "il a été retiré par son auteur le 10 mars 2026 à"),
        ("contribution 5", "il est dans les données tel que vous l’avez écrit (data/contributions.csv, ligne"),
        ("vote", "non contrôlé : ce qui a été choisi"),
        ("elsewhere", "ce reçu vient d’un autre registre"),
        ("beside", "ce reçu est de la consultation « voisinage »"),
        ("beside", "ou bien le reçu est celui d’un autre paquet"),
    ],
)
def test_a_receipt_in_french(world: World, package: Package, tmp_path: Path, which: str, sentence: str) -> None:
    path = package.write(tmp_path / "package.zip")
    said = told(in_french(path, receipt=receipt_file(tmp_path, world.receipts[which]))).replace(NBSP, " ")
    assert sentence in said
    assert "reçu, pris seul : " in said
    assert "est bien à la place" in said


def test_a_broken_receipt_in_french(world: World, package: Package, tmp_path: Path) -> None:
    good, path = world.receipts["contribution 5"], package.write(tmp_path / "package.zip")
    broken: list[tuple[dict[str, Any], str]] = [
        ({"head": good["head"].replace("\n\n", "\n")}, "n’a pas ses quatre lignes et ses signatures"),
        ({"head": good["head"].replace("Z\n", "\n", 1)}, "ne dit pas quand il a été signé"),
        ({"keys": ["x"]}, "ce n’est pas une clé publique : elle s’écrit nom+numéro+clé"),
        ({"inclusion": ["00"]}, "le reçu n’a pas de preuve"),
        ({"position": 0}, "l’inscription n’est pas à sa place dans le registre signé"),
        ({"content": {}}, "le texte du reçu n’est pas celui qui a été inscrit"),
        ({"format": "x"}, "ce n’est pas un reçu de la forme consult-receipt/1"),
    ]
    for change, sentence in broken:
        report = in_french(path, receipt=receipt_file(tmp_path, good | change))
        assert sentence in told(report).replace(NBSP, " "), change
        assert not report.ok


def test_numbers_and_instants_are_written_as_each_language_writes_them() -> None:
    day = datetime(2015, 10, 1, 21, 58, 12, tzinfo=UTC)
    for language, number in (("fr", f"12{NARROW}338"), ("en", "12,338")):
        with words.speaking(language):
            assert words.figure(12338) == number
            for at in (day, day.replace(minute=0), day.replace(month=2, day=28)):
                assert words.instant(at.isoformat()) == f"{dates.datetime_words(at, ZoneInfo('UTC'))} (UTC)"
            assert words.instants(day.isoformat(), day.replace(second=13).isoformat())[0] == day.isoformat()
            assert words.instant("\x1b[2J") == "�[2J"


def test_grounds_have_the_words_of_the_pages() -> None:
    assert dict(moderation.GROUNDS) == words.GROUNDS


def test_a_terminal_without_accents_gets_the_words_all_the_same() -> None:
    line = f"✓ conforme  clé{NBSP}: l’état «{NBSP}signé{NBSP}» n° 12{NARROW}338 · œuvre…"
    assert words.for_terminal(line, "utf-8") == line
    assert words.for_terminal(line, "ascii") == 'conforme  cle : l\'etat " signe " no 12 338 - oeuvre...'
    assert words.for_terminal("✗ EN ÉCHEC  clé", "latin-1") == "EN ÉCHEC  clé"
    assert words.for_terminal("été", "no-such-encoding") == "ete"


# ---------------------------------------------------------------- nothing is said beside the catalogue


def sentences_beside(path: Path) -> list[str]:
    """Texts of a module that look like sentences and are not given to the catalogue."""
    tree = ast.parse(path.read_text("utf-8"))
    known: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in {*SPEAKING, "execute", "executemany", "rows", "split", "compile"}:
                known |= set(ast.walk(node))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            known |= set(ast.walk(node.body[0]))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            known.add(node.value)
    return [
        f"{path.name}:{node.lineno} {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node not in known
        and node.value not in MACHINE
        and re.search(r"[a-zà-ÿ]{2,}[ ’'][a-zà-ÿ]{2,}", node.value)
    ]


@pytest.mark.parametrize("path", sorted(HERE.glob("*.py")), ids=lambda path: path.name)
def test_every_sentence_goes_through_the_catalogue(path: Path) -> None:
    beside = [one for one in sentences_beside(path) if "CREATE TABLE" not in one]
    assert beside == []


def test_it_sees_a_sentence_beside(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text(
        'def f(check):\n    """Two words."""\n    check.fault(f"{1} is missing here")\n    _("du français")\n'
    )
    assert len(sentences_beside(path)) == 1


# ---------------------------------------------------------------- its own failures


def test_a_fault_of_our_own_says_nothing_about_the_package(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: Any) -> None:
        raise KeyError("a bug")

    path = tmp_path / "package.zip"
    path.write_bytes(world.final)
    monkeypatch.setattr(command, "check_figures", broken)
    status, lines = run(str(path))
    assert (status, len(lines)) == (2, 1)
    assert lines[0].startswith("Le programme lui-même a échoué (KeyError, test_verifying_language.py:")
    assert "cela ne dit rien du paquet" in lines[0]
    status, lines = run(str(path), "--language", "en")
    assert status == 2
    assert "The program itself failed" in lines[0]
    assert "VERIFIED" not in lines[0]
    path.write_bytes(json.dumps({}).encode())
    assert run(str(path))[0] == 1


# ---------------------------------------------------------------- where it is written


def written_to(target: int, path: Path) -> tuple[int, str]:
    """The status of a real run whose output goes there, and its words of its own failures."""
    python = "from consult.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", python, "verify", str(path), "--language", "fr"],
        stdout=target, stderr=subprocess.PIPE, env=os.environ | {"PYTHONIOENCODING": "utf-8"}, encoding="utf-8",
        timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_report_that_cannot_be_written_is_no_fault_of_the_package(package: Package, tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        status, words_of_it = written_to(full.fileno(), package.write(tmp_path / "package.zip"))
    assert status == 2
    assert "cela ne dit rien du paquet" in words_of_it
    assert "Traceback" not in words_of_it


def test_whoever_stops_reading_changes_no_status(package: Package, tmp_path: Path) -> None:
    for status in (0, 1):
        if status:
            package.files["LISEZMOI.md"] += b"x"
        reading, writing = os.pipe()
        os.close(reading)
        assert written_to(writing, package.write(tmp_path / "package.zip")) == (status, "")
        os.close(writing)
