"""Who may know whom. The table is the architecture; a line added to it is a decision, to be reviewed as one."""

from pathlib import Path

from tests.house.house import HERE, House, Import, Module, invent, layer_of, told

# Rooms from the ground up. A room may import itself, the rooms it names here, and core.
BELOW: dict[str, set[str]] = {
    "core": set(),
    "territories": set(),
    "accounts": {"territories"},
    "organisations": {"territories", "accounts"},
    "consultations": {"territories", "accounts", "organisations"},
    "contributions": {"territories", "accounts", "organisations", "consultations"},
    "arguments": {"territories", "accounts", "organisations", "consultations", "contributions"},
    # a source stands under a contribution or under an argument
    "sources": {"territories", "accounts", "organisations", "consultations", "contributions", "arguments"},
    # one votes on contributions and amendments, and supports arguments and sources
    "votes": {"territories", "accounts", "organisations", "consultations", "contributions", "arguments", "sources"},
}
BELOW["moderation"] = set(BELOW) - {"core"}
GROUND = set(BELOW)
# Rooms that nobody imports but app, routes and cli: they look at everything, and react to it.
TOP = {
    "notifications", "exports", "imports", "embeds", "analysis", "register", "reading", "reports", "demo", "running",
}  # fmt: skip
# … but for what is put together from them: a package carries the figures and the register's proofs, a report the same
# figures as a document, and the demonstration is made by the rooms' own actions, those at the top included (ADR 23)
STANDS_ON = {
    "exports": {"analysis", "register"},
    "reports": {"analysis", "exports", "register"},
    # what was brought in is entered like what was written here
    "register": {"imports"},
    # mails answer to what any room records
    "notifications": {"exports", "register"},
    "demo": {"notifications", "analysis", "register", "exports"},
}
# web is beside the rooms: their pages and forms stand on it, it knows only who is asking and where
WEB_KNOWS = {"core", "territories", "accounts"}
# What knows everyone.
HALL = {"app", "routes", "cli"}

# Layers inside a room, and which layers (of its own room, or of one below) each may import.
LAYERS: dict[str, set[str]] = {
    "models": {"models"},
    "events": set(),
    "rules": {"models", "rules"},
    "queries": {"models", "queries", "rules"},
    "actions": {"models", "rules", "events", "actions"},
    "forms": {"models", "forms", "rules"},
    "pages": {"models", "rules", "queries", "events", "actions", "forms", "pages"},
    "effects": {"models", "rules", "queries", "events", "actions", "effects"},
    # "load and authorise in one call" for several rooms' pages: access_consultation(request)
    "access": {"models", "rules", "queries", "access"},
}
LAYERS["pages"] |= {"access"}
# Layers, and single reviewed files, that stand at the door: they may know Starlette and web.
STARLETTE = {"pages", "forms", "access", "routes", "app"}
AT_THE_DOOR: dict[str, str] = {
    "consult.organisations.voices": "the field « au nom de », which the writing forms of several rooms carry",
    "consult.exports.package.description": "a package describes its columns in both languages, from the one catalogue",
    "consult.exports.verifying.words": "what is checked is said in French and English, from the one catalogue",
    "consult.reports.composing.words": "documents say words, numbers and dates as pages do, from the same place",
    "consult.notifications.writing": "mails are filled in by the same templates, filters and languages as pages",
}

# Reviewed exceptions: (importer, imported room or layer) and why.
ALLOWED: dict[tuple[str, str], str] = {
    (
        "consult.organisations.actions.standing",
        "consult.organisations.queries.standing_of",
    ): "a voice is judged in the action by the very reading that offered it on the page",
    (
        "consult.territories.actions",
        "consult.territories.queries.forget_territories",
    ): "what is kept in memory is read anew",
    (
        "consult.consultations.actions.locking",
        "consult.consultations.queries.ConsultationView",
    ): "the locked consultation is handed to rules in the shape that pages have",
    (
        "consult.consultations.actions.locking",
        "consult.consultations.queries.rounds_of",
    ): "the same, with its rounds",
}


def room_of(name: str, house: House) -> str:
    """The room that an imported name is in; "" when it is none of ours."""
    parts = name.split(".")
    return parts[1] if parts[0] == "consult" and len(parts) > 1 and parts[1] in house.rooms else ""


def rooms_known_by(room: str) -> set[str]:
    """What a room may import, itself included."""
    if room == "web":
        return {"web"} | WEB_KNOWS
    if room == "core":
        return {"core"}
    below = BELOW.get(room, GROUND)
    return {room, "core", "web"} | below | STANDS_ON.get(room, set())


def is_allowed(module: Module, target: str) -> bool:
    return (module.name, target) in ALLOWED


def rooms_out_of_order(house: House) -> list[str]:
    """Imports that go up, or sideways."""
    offences = []
    for module in house.modules():
        if not module.room and module.layer in HALL:
            continue
        for one in module.imports:
            target = room_of(one.name, house)
            if not target or is_allowed(module, target) or is_allowed(module, one.name):
                continue
            if not module.room:
                offences.append(f"{module.place}:{one.line} imports the room {target}; only {sorted(HALL)} do")
            elif target not in rooms_known_by(module.room):
                offences.append(f"{module.place}:{one.line} imports {one.name}: {module.room} may not know {target}")
    return offences


def layers_out_of_order(house: House) -> list[str]:
    """Imports of a layer that stands above: a rule that reads, a query that knows a page."""
    offences = []
    for module in house.modules():
        if module.room in {"", "core", "web"}:
            continue
        for one in module.imports:
            target = room_of(one.name, house)
            if not target or is_allowed(module, one.name):
                continue
            layer = layer_of(one.name.split(".")[2]) if one.name.count(".") > 1 else ""
            offence = layer_offence(module, target, layer)
            if offence:
                offences.append(f"{module.place}:{one.line} {offence} ({one.name})")
    return offences


def layer_offence(module: Module, target: str, layer: str) -> str:
    """What is wrong with this layer importing that one; "" when nothing is."""
    if target == "web":
        at_the_door = module.layer in STARLETTE or module.name in AT_THE_DOOR
        return "" if at_the_door else "imports web: only pages, forms and access do"
    if target == "core" or layer not in LAYERS:
        return ""
    may = LAYERS.get(module.layer)
    if may is not None and layer not in may:
        return f"is {module.layer} and may not import {layer}"
    if may is None and module.room not in TOP and layer in {"pages", "forms"}:
        return f"may not import {layer}"
    return ""


def starlette_out_of_place(house: House) -> list[str]:
    """Starlette anywhere but in pages.py, forms.py, access.py, routes.py, app.py and web/."""
    return [
        f"{module.place}:{one.line} imports {one.name}: only pages, forms, routes, app and web/ know Starlette"
        for module in house.modules()
        for one in module.imports
        if one.name.split(".")[0] == "starlette"
        and module.room != "web"
        and module.layer not in STARLETTE
        and module.name not in AT_THE_DOOR
    ]


def unknown_rooms(house: House) -> list[str]:
    """A room that is not in the table has no place yet."""
    known = GROUND | TOP | {"web"} | {"moderation", "synthesis"}
    return [
        f"consult/{room} is not in tests/house/test_import_direction.py: say what it may know"
        for room in sorted(house.rooms - known)
    ]


def unused_exceptions(house: House) -> list[str]:
    """An exception that nobody needs any more."""
    used = {
        (module.name, target)
        for module in house.modules()
        for one in module.imports
        for target in (one.name, room_of(one.name, house))
    }
    return [
        f"{importer} no longer imports {target}: take the exception away"
        for importer, target in ALLOWED
        if (importer, target) not in used
    ]


def test_rooms_are_imported_downwards() -> None:
    offences = rooms_out_of_order(HERE)
    assert not offences, told(offences)


def test_layers_are_imported_downwards() -> None:
    offences = layers_out_of_order(HERE)
    assert not offences, told(offences)


def test_starlette_stays_at_the_door() -> None:
    offences = starlette_out_of_place(HERE)
    assert not offences, told(offences)


def test_every_room_has_its_place() -> None:
    offences = unknown_rooms(HERE)
    assert not offences, told(offences)


def test_every_exception_is_needed() -> None:
    offences = unused_exceptions(HERE)
    assert not offences, told(offences)


def test_it_sees_a_room_that_looks_up(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "consult/territories/models.py": "from consult.accounts.models import Account\n",
            "consult/accounts/models.py": "from consult.territories.models import Territory\n",
            "consult/votes/effects.py": "import consult.notifications.actions\n",
            "consult/notifications/actions.py": "",
            "consult/core/clock.py": "def f():\n    from consult.votes import models\n",
            "consult/votes/models.py": "",
            "consult/settings.py": "from consult.votes.models import Vote\n",
        },
    )
    assert [offence.split(" ")[0] for offence in rooms_out_of_order(house)] == [
        "consult/core/clock.py:2",
        "consult/settings.py:1",
        "consult/territories/models.py:1",
        "consult/votes/effects.py:1",
    ]


def test_it_sees_a_layer_that_looks_up(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "consult/votes/queries.py": "from consult.votes.actions import vote\n",
            "consult/votes/rules.py": "from consult.votes import queries\n",
            "consult/votes/actions.py": "from consult.web.gate import gate\nfrom consult.votes.rules import rule\n",
            "consult/votes/pages.py": "from consult.web.gate import gate\nfrom consult.votes.queries import votes\n",
            "consult/votes/models.py": "",
            "consult/web/gate.py": "",
        },
    )
    assert [offence.split(" ")[0] for offence in layers_out_of_order(house)] == [
        "consult/votes/actions.py:1",
        "consult/votes/queries.py:1",
        "consult/votes/rules.py:1",
    ]


def test_it_sees_starlette_inside(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "consult/votes/queries.py": "from starlette.requests import Request\n",
            "consult/core/action.py": "import starlette\n",
            "consult/votes/pages.py": "from starlette.requests import Request\n",
            "consult/web/gate.py": "from starlette.requests import Request\n",
        },
    )
    assert [offence.split(" ")[0] for offence in starlette_out_of_place(house)] == [
        "consult/core/action.py:1",
        "consult/votes/queries.py:1",
    ]


def test_it_sees_a_room_without_a_place(tmp_path: Path) -> None:
    assert unknown_rooms(invent(tmp_path, {"consult/utils/text.py": ""}))


def test_an_import_has_one_name_however_it_is_written(tmp_path: Path) -> None:
    house = invent(tmp_path, {"consult/a.py": "import consult.core.clock\nfrom consult.core import clock\n"})
    assert set(house.modules()[0].imports) == {Import("consult.core.clock", 1), Import("consult.core.clock", 2)}
