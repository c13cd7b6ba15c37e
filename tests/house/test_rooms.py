"""What a room looks like: few kinds of files, short ones, and the words of the design."""

import ast
import re
from pathlib import Path

from tests.house.house import HERE, House, Module, invent, told

LAYERS = {"__init__", "models", "rules", "actions", "queries", "events", "forms", "access", "pages", "effects"}
# These are not rooms of a feature: core and web are the ground, the others are programs that use every room.
WITHOUT_LAYERS = {"core", "web", "demo", "imports", "running"}
# Other files in rooms, each with its reason.
REVIEWED: dict[str, str] = {
    "consultations/authors": "how the author of any item is shown",
    "consultations/items": "what contributions, arguments and sources have in common as rows",
    "reading/shown": "what stands beneath a contribution, as components take it",
    "organisations/numbers": "the check digits of SIREN, SIRET and RNA numbers",
    "organisations/invitations": "addresses and tokens of the links that invite",
    "organisations/voices": "the field « au nom de », which the writing forms of several rooms carry",
    "analysis/keeping": "the worker's chore that counts the figures of dashboards",
    "exports/package": "the verifiable package, written",
    "exports/verifying": "the same checked: pure, no database, no settings",
    "register/merkle": "the tree of RFC 9162 and its proofs: pure",
    "register/canonical": "one value, one form; commitments: pure",
    "register/contents": "what entries commit to, kind by kind: pure, and the verifier's too",
    "register/notes": "signed heads as C2SP notes: pure",
    "register/checking": "a receipt checked: pure, no database, no settings",
    "register/appending": "the one way into the register",
    "register/tiles": "the tree as it is kept, and proofs out of it",
    "register/signing": "the keys that sign heads, sealed",
    "register/heads": "signing heads, and the worker's chore that does",
    "register/calendar": "the worker's chore that enters rounds as they open and close",
    "register/wordings": "the wordings of all four kinds of items, read many at a time",
    "register/telling": "events in the register's words",
    "register/ballots": "votes and supports in the register's words",
    "register/importing": "imported items in the register's words",
    "register/taking_over": "what was public before the register began, entered once",
    "register/erasing": "salts forgotten, receipts let go of",
    "register/receipts": "what is put together to be kept by whoever it belongs to",
    "register/showing": "what the register's pages read beside entries",
    "register/command": "what `consult register` does, apart from its options",
    "contributions/search": "one interface to the full-text search of both engines",
    "notifications/links": "addresses and tokens by which mails are refused, and come back",
    "notifications/writing": "writing mails down, once: one by one, for many, in digests",
    "notifications/sending": "the worker's chore that hands mails to the SMTP server",
    "exports/making": "how files are made: plan, folder, lease, the worker’s chore, the sweep",
    "exports/command": "what `consult export` does, apart from its options",
    "exports/tables": "the tables to take away: columns, and SQL that streams their rows",
    "exports/formats": "the writers of CSV, JSON Lines, Parquet, XLSX and ODS",
    "exports/voters": "voters’ identifiers, and the freezing of the votes at the closing",
    "accounts/passwords": "argon2id, and nothing else of the room",
    "accounts/links": "addresses and tokens of the links sent by e-mail",
    "accounts/elsewhere": "what the rooms above keep of an account, for its deletion and its download",
    "accounts/commands": "what `consult staff add` does, apart from printing",
    "accounts/personal_data": "everything held about a person; other rooms say their part of it",
    "reports/content": "what a document says, as plain values",
    "reports/blocks": "sanitised HTML as paragraphs, lists, quotations: pure",
    "reports/composing": "from rows and figures to what a document says",
    "reports/writing": "the three renderers, and what they need",
    "reports/making": "the three files, as steps of a set",
}
LONGEST_MODULE = 400
LONGEST_HANDLER = 25
AVOIDED = {"project", "step", "proposal", "idea", "opinion", "comment", "user", "tenant", "group", "trash"}
# The words of other platforms, where their files are read.
FOREIGN_WORDS = {"imports"}
TASKS = {"create_task", "ensure_future", "gather", "TaskGroup", "start_soon", "run_in_executor", "to_thread"}
WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
READERS = {"pages", "queries", "rules", "forms", "models", "events"}


def functions(module: Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions directly in a module."""
    return [node for node in module.tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def strange_files(house: House) -> list[str]:
    """Files in a room that are none of its layers."""
    offences = []
    for module in house.modules():
        if module.room in WITHOUT_LAYERS | {""} or module.layer in LAYERS:
            continue
        if f"{module.room}/{module.layer}" not in REVIEWED:
            offences.append(
                f"{module.place} is no layer of a room: {sorted(LAYERS - {'__init__'})}, or review it in {__name__}"
            )
    return offences


def stale_reviews(house: House) -> list[str]:
    """Reviewed files that are gone."""
    there = {f"{module.room}/{module.layer}" for module in house.modules()}
    return [f"{name} is reviewed but not there" for name in REVIEWED if name not in there]


def long_modules(house: House) -> list[str]:
    """Modules of more than 400 lines."""
    every = [*house.modules(), *house.modules("tests"), *house.modules("scripts")]
    lengths = [(module.place, len(module.source.splitlines())) for module in every]
    return [
        f"{place} has {length} lines, more than {LONGEST_MODULE}"
        for place, length in lengths
        if length > LONGEST_MODULE
    ]


def long_handlers(house: House) -> list[str]:
    """Functions of pages.py of more than 25 lines, their docstring not counted."""
    offences = []
    for module in house.modules():
        if module.layer != "pages":
            continue
        for function in functions(module):
            length = (function.end_lineno or function.lineno) - function.lineno + 1
            first = function.body[0]
            if ast.get_docstring(function) is not None:
                length -= (first.end_lineno or first.lineno) - first.lineno + 1
            if length > LONGEST_HANDLER:
                offences.append(
                    f"{module.place}:{function.lineno} {function.name} has {length} lines, more than {LONGEST_HANDLER}"
                )
    return offences


def without_introduction(house: House) -> list[str]:
    """Rooms whose README.md is missing, or does not say who may import it and where to begin."""
    offences = []
    for room in sorted(house.rooms):
        readme = house.root / "consult" / room / "README.md"
        text = readme.read_text() if readme.is_file() else ""
        for word in (f"# {room}\n", "mport", "Begin with"):
            if word not in text:
                offences.append(f"consult/{room}/README.md does not say {word.strip()!r}")
    return offences


def tasks_in_actions(house: House) -> list[str]:
    """A task started inside a transaction keeps its connection after the end: on SQLite the row was lost."""
    offences = []
    for module in house.modules():
        if module.layer != "actions":
            continue
        for node in ast.walk(module.tree):
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if name in TASKS:
                offences.append(f"{module.place}:{getattr(node, 'lineno', 0)} starts a task ({name}) in an action")
    return offences


def plain_actions(house: House) -> list[str]:
    """Actions that are not async verbs with a docstring."""
    offences = []
    for module in house.modules():
        if module.layer != "actions":
            continue
        for function in functions(module):
            if function.name.startswith("_"):
                continue
            if not isinstance(function, ast.AsyncFunctionDef):
                offences.append(
                    f"{module.place}:{function.lineno} {function.name} is public in actions.py and not async"
                )
    return offences


def without_docstring(house: House) -> list[str]:
    """Public functions, classes and modules that do not say what they are for."""
    offences = []
    for module in house.modules():
        if ast.get_docstring(module.tree) is None and module.source.strip():
            offences.append(f"{module.place}:1 has no docstring")
        for node in module.tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if ast.get_docstring(node) is None:
                offences.append(f"{module.place}:{node.lineno} {node.name} has no docstring")
    return offences


def writes_outside_actions(house: House) -> list[str]:
    """Only actions write: a page, a query, a rule or a form that saves a row goes around the rules and the audit."""
    offences = []
    for module in house.modules():
        if module.room in WITHOUT_LAYERS | {""} or module.layer not in READERS:
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
                offences.append(f"{module.place}:{node.lineno} calls .{node.func.attr}(): only actions write")
    return offences


def clocks_of_their_own(house: House) -> list[str]:
    """The time is asked of consult.core.clock, which tests can hold still."""
    offences = []
    for module in house.modules():
        if module.name == "consult.core.clock":
            continue
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Attribute) and node.attr in {"now", "utcnow", "today"}):
                continue
            if isinstance(node.value, ast.Name | ast.Attribute) and re.search(
                r"(^|\.)date(time)?$", ast.unparse(node.value)
            ):
                offences.append(
                    f"{module.place}:{node.lineno} asks the machine for the time: use consult.core.clock.now()"
                )
    return offences


def avoided_words(house: House) -> list[str]:
    """Modules and classes named with a word that the design avoids."""
    offences = []
    for module in house.modules():
        if module.room in FOREIGN_WORDS:
            continue
        names = [(1, module.path.stem), (1, module.room)]
        names += [(node.lineno, node.name) for node in ast.walk(module.tree) if isinstance(node, ast.ClassDef)]
        for line, name in names:
            offences += [
                f"{module.place}:{line} {name!r} says {word!r}; see the glossary"
                for word in words(name)
                if word in AVOIDED
            ]
    return offences


def words(name: str) -> list[str]:
    """``UserGroups`` and ``user_groups`` are the words user and group."""
    found = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)
    return [word.lower().removesuffix("s") for word in found]


def drawers_for_everything(house: House) -> list[str]:
    """No utils, helpers, common or misc: a thing has a place or it is not understood yet."""
    banned = {"utils", "util", "helpers", "common", "misc", "shared", "lib"}
    return [
        f"{module.place} is a drawer for everything"
        for module in house.modules()
        if banned & set(Path(module.place).with_suffix("").parts)
    ]


def test_rooms_hold_only_layers() -> None:
    offences = strange_files(HERE) + stale_reviews(HERE)
    assert not offences, told(offences)


def test_modules_are_short() -> None:
    offences = long_modules(HERE)
    assert not offences, told(offences)


def test_handlers_are_thin() -> None:
    offences = long_handlers(HERE)
    assert not offences, told(offences)


def test_actions_start_no_task() -> None:
    offences = tasks_in_actions(HERE)
    assert not offences, told(offences)


def test_actions_are_async_verbs() -> None:
    offences = plain_actions(HERE)
    assert not offences, told(offences)


def test_public_names_say_what_they_are_for() -> None:
    offences = without_docstring(HERE)
    assert not offences, told(offences)


def test_only_actions_write() -> None:
    offences = writes_outside_actions(HERE)
    assert not offences, told(offences)


def test_there_is_one_clock() -> None:
    offences = clocks_of_their_own(HERE)
    assert not offences, told(offences)


def test_names_are_the_words_of_the_design() -> None:
    offences = avoided_words(HERE)
    assert not offences, told(offences)


def test_there_is_no_drawer_for_everything() -> None:
    offences = drawers_for_everything(HERE)
    assert not offences, told(offences)


def test_each_room_introduces_itself() -> None:
    offences = without_introduction(HERE)
    assert not offences, told(offences)


# ---------------------------------------------------------------- each rule can fail

LONG = '"""A page."""\n\n\nasync def show(request):\n    """Show it."""\n' + "    x = 1\n" * 25


def test_it_sees_a_strange_file(tmp_path: Path) -> None:
    house = invent(tmp_path, {"consult/votes/managers.py": "", "consult/votes/rules.py": ""})
    assert [offence.split(" ")[0] for offence in strange_files(house)] == ["consult/votes/managers.py"]


def test_it_sees_a_long_module(tmp_path: Path) -> None:
    house = invent(tmp_path, {"consult/votes/rules.py": "x = 1\n" * 401, "consult/votes/models.py": "x = 1\n" * 400})
    assert [offence.split(" ")[0] for offence in long_modules(house)] == ["consult/votes/rules.py"]


def test_it_sees_a_long_handler_and_leaves_docstrings_out(tmp_path: Path) -> None:
    house = invent(tmp_path, {"consult/votes/pages.py": LONG})
    assert "has 26 lines" in long_handlers(house)[0]
    assert not long_handlers(invent(tmp_path, {"consult/votes/pages.py": LONG.removesuffix("    x = 1\n")}))


def test_it_sees_a_room_that_does_not_introduce_itself(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "consult/votes/rules.py": "",
            "consult/votes/README.md": "# votes\n\nImported by nobody.\n",
            "consult/sources/rules.py": "",
            "consult/sources/README.md": "# sources\n\nImports nobody. Begin with `rules.py`.\n",
        },
    )
    assert without_introduction(house) == ["consult/votes/README.md does not say 'Begin with'"]


def test_it_sees_a_task_in_an_action(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "consult/votes/actions.py": "async def vote(voice):\n    asyncio.create_task(f())\n",
            "consult/votes/effects.py": "async def mail(event):\n    asyncio.create_task(f())\n",
        },
    )
    assert [offence.split(" ")[0] for offence in tasks_in_actions(house)] == ["consult/votes/actions.py:2"]


def test_it_sees_an_action_that_is_not_async(tmp_path: Path) -> None:
    house = invent(
        tmp_path, {"consult/votes/actions.py": "def vote(voice): ...\ndef _check(): ...\nasync def drop(): ...\n"}
    )
    assert len(plain_actions(house)) == 1


def test_it_sees_a_missing_docstring(tmp_path: Path) -> None:
    house = invent(
        tmp_path, {"consult/votes/rules.py": '"""Rules."""\ndef may_vote(): ...\ndef _why(): ...\nclass Vote: ...\n'}
    )
    assert [offence.split(" ")[1] for offence in without_docstring(house)] == ["may_vote", "Vote"]


def test_it_sees_a_page_that_writes(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "consult/votes/pages.py": "async def show(request):\n    await vote.save()\n",
            "consult/votes/actions.py": "async def vote(voice):\n    await vote.save()\n",
        },
    )
    assert [offence.split(" ")[0] for offence in writes_outside_actions(house)] == ["consult/votes/pages.py:2"]


def test_it_sees_another_clock(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "consult/votes/rules.py": "a = datetime.now(UTC)\nb = datetime.datetime.utcnow()\n"
            "c = date.today()\nd = clock.now()\n",
        },
    )
    assert len(clocks_of_their_own(house)) == 3


def test_it_sees_an_avoided_word(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "consult/accounts/models.py": "class UserGroups: ...\nclass Account: ...\nclass Usher: ...\n",
            "consult/imports/models.py": "class Opinion: ...\n",
        },
    )
    assert len(avoided_words(house)) == 2


def test_it_sees_a_drawer(tmp_path: Path) -> None:
    assert drawers_for_everything(invent(tmp_path, {"consult/core/utils/text.py": "", "consult/core/text.py": ""})) == [
        "consult/core/utils/text.py is a drawer for everything"
    ]
