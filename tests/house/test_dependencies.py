"""What we build on is locked, with hashes; and no file says on whose machine, or from which registry, it was made."""

import re
import tomllib
from pathlib import Path

from tests.house.house import HERE, House, invent, told

LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")
# Written in pieces, because this file is read by its own rule.
REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "registry." + "yarnpkg",
    "deb." + "debian.org",
]
MACHINE = [r"(?<![\w.~-])/" + folder + r"/" for folder in ("work", "root")] + [r"(?<![\w.-])/home/(?!consult\b)\w+/"]
ADDRESS = re.compile(r"https?://|file:|--(extra-)?index-url|--find-links|\bresolved\b")
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".html",
    ".txt",
    ".css",
    ".js",
    ".json",
    ".lock",
    ".cfg",
    ".yml",
    ".yaml",
    ".po",
    ".sh",
    "",
}
TOO_LARGE = 2_000_000


def canonical(name: str) -> str:
    """Names as the registries compare them."""
    return re.sub(r"[-_.]+", "-", name).lower()


def addresses_in_locks(house: House) -> list[str]:
    """Lock files that name where a package came from."""
    offences = []
    for place in (*LOCKS, "tests/browser/package-lock.json"):
        for number, line in enumerate(house.text(place).splitlines(), 1):
            if ADDRESS.search(line):
                offences.append(f"{place}:{number} names an address: {line.strip()[:60]}")
    return offences


def without_hash(house: House) -> list[str]:
    """Locked packages without a hash, and axe without its integrity."""
    offences = []
    for place in LOCKS:
        text = house.text(place).replace("\\\n", " ")
        for line in text.splitlines():
            if line.strip() and not line.lstrip().startswith("#") and "--hash=sha256:" not in line:
                offences.append(f"{place} locks without a hash: {line.strip()[:60]}")
    for block in re.findall(r'"node_modules/[^{]+\{[^}]*', house.text("tests/browser/package-lock.json")):
        if '"integrity": "sha512-' not in block:
            offences.append(f"tests/browser/package-lock.json locks without integrity: {block.split(chr(34))[1]}")
    return offences


def locked(house: House, place: str) -> dict[str, str]:
    """Names and versions of a lock."""
    return {
        canonical(name): version
        for name, version in re.findall(r"^([\w.-]+)(?:\[.*?\])?==([\w.!+]+)", house.text(place), re.MULTILINE)
    }


def unlocked_dependencies(house: House) -> list[str]:
    """Dependencies of pyproject.toml that no lock has, and locks that disagree."""
    project = tomllib.loads(house.text("pyproject.toml"))
    groups = project.get("dependency-groups", {})
    wanted = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-build.lock": groups.get("build", []),
        "requirements-dev.lock": [one for one in groups.get("dev", []) if isinstance(one, str)],
    }
    offences = []
    for place, dependencies in wanted.items():
        names = {canonical(re.split(r"[^\w.-]", dependency, maxsplit=1)[0]) for dependency in dependencies}
        offences += [f"{place} has no {name}: run `make lock`" for name in sorted(names - set(locked(house, place)))]
    run, dev = locked(house, "requirements.lock"), locked(house, "requirements-dev.lock")
    offences += [
        f"requirements-dev.lock has {name} {dev.get(name)}, requirements.lock has {version}"
        for name, version in run.items()
        if dev.get(name) != version
    ]
    return offences


def traces_of_a_machine(house: House) -> list[str]:
    """Paths of somebody's machine and addresses of registries, in any file that git holds."""
    expression = re.compile("|".join([*MACHINE, *map(re.escape, REGISTRIES)]))
    offences = []
    for path in house.tracked():
        if path.suffix not in TEXT or path.stat().st_size > TOO_LARGE:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if expression.search(line):
                offences.append(f"{path.relative_to(house.root).as_posix()}:{number} {line.strip()[:80]}")
    return offences


def test_locks_name_no_address() -> None:
    offences = addresses_in_locks(HERE)
    assert not offences, told(offences)


def test_locks_have_hashes() -> None:
    offences = without_hash(HERE)
    assert not offences, told(offences)


def test_every_dependency_is_locked() -> None:
    offences = unlocked_dependencies(HERE)
    assert not offences, told(offences)


def test_no_file_tells_of_a_machine_or_a_registry() -> None:
    offences = traces_of_a_machine(HERE)
    assert not offences, told(offences)


# ---------------------------------------------------------------- each rule can fail


def test_it_sees_an_address_in_a_lock(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "requirements.lock": "--index-url x\nstarlette==1 \\\n    --hash=sha256:00\n",
            "tests/browser/package-lock.json": '"node_modules/axe-core": {\n"resolved": "x",\n"integrity": "sha512"}',
        },
    )
    assert len(addresses_in_locks(house)) == 2


def test_it_sees_a_missing_hash(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "requirements.lock": "# made\nstarlette==1 \\\n    --hash=sha256:00\n    # via consult\njinja2==3\n",
            "tests/browser/package-lock.json": '"node_modules/axe-core": {\n"version": "4"\n}',
        },
    )
    assert len(without_hash(house)) == 2


def test_it_sees_a_dependency_that_is_not_locked(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "pyproject.toml": '[project]\ndependencies = ["Starlette>=1", "python_stdnum[x]>=2; os"]\n'
            '[dependency-groups]\nbuild = []\ndev = [{include-group = "build"}, "ruff"]\n',
            "requirements.lock": "starlette==1.0\n",
            "requirements-dev.lock": "starlette==1.1\n",
        },
    )
    assert len(unlocked_dependencies(house)) == 3


def test_it_sees_a_trace(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "a.py": "x = '/" + "work/main'\ny = 'https://" + REGISTRIES[0] + "/simple'\nz = '/" + "home/ann/x'\n",
            "b.md": "https://example.org/" + "work/1 and ~/" + "root/ and ./" + "work/x and /srv/" + "home/consult\n",
        },
    )
    assert [offence.split(" ")[0] for offence in traces_of_a_machine(house)] == ["a.py:1", "a.py:2", "a.py:3"]
