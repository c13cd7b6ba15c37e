"""Components are complete: words on top of the file, a line in the README, a place on the living page."""

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup

from consult.demo.forms import specimen_form
from consult.demo.specimens import specimens
from consult.resources import resource_folder
from consult.web.render import environment

TEMPLATES = resource_folder("templates")
STATIC = resource_folder("static")
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))


def page_values(**more: Any) -> dict[str, Any]:
    territory = SimpleNamespace(
        name="Haute-Vère", accent="#1d4e89", slug="demo", kind_label="Département", zone=ZoneInfo("Europe/Paris")
    )
    return {
        "territory": territory,
        "visitor": SimpleNamespace(
            signed_in=False, public_name="", roles=frozenset(), account_id=None, has_role=lambda *roles: False
        ),
        "request_path": "/components",
        "lang": "fr",
        "demo": True,
        "base_url": "https://exemple.fr",
        "url": lambda name, **params: f"/{name}",
        "now": datetime(2026, 1, 23, tzinfo=UTC),
        **more,
    }


def living_page() -> str:
    env = environment().overlay(cache_size=0)  # templates loaded for real pages keep the guard that asks for a request
    kept = env.globals["form_guard"]
    env.globals["form_guard"] = lambda once="": Markup('<input type="hidden" name="csrf" value="x">')
    try:
        return env.get_template("components_page/index.html").render(
            page_values(**specimens(), specimen_form=specimen_form())
        )
    finally:
        env.globals["form_guard"] = kept


def macros(path: Path) -> list[str]:
    return re.findall(r"{% macro ([a-z]\w*)", path.read_text())


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_explains_itself(path: Path) -> None:
    comment = path.read_text().partition("#}")[0]
    readme = (TEMPLATES / "components" / "README.md").read_text()
    for name in macros(path):
        assert f"{name}(" in comment, f"{name} is not described on top of {path.name}"
        assert f"`{name}(" in readme, f"{name} is not in the components' README"


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.stem)
def test_a_component_is_on_the_living_page(path: Path) -> None:
    assert f'"components/{path.name}"' in (TEMPLATES / "components_page" / "index.html").read_text()


def test_the_living_page_renders_with_unique_ids_and_nothing_inline() -> None:
    html = living_page()
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?! src)", html)


def test_the_stylesheet_and_the_script_stay_small() -> None:
    css = b"\n".join(part.read_bytes() for part in sorted(STATIC.glob("css/**/*.css")))
    assert len(gzip.compress(css, 9)) <= 10_000
    assert len(gzip.compress((STATIC / "js" / "site.js").read_bytes(), 9)) <= 2_000
    for elsewhere in (b"http:", b"https:", b"@import"):
        assert elsewhere not in css


def test_numbers_of_a_table_are_written_as_people_write_them() -> None:
    assert "1\u202f203</td>" in living_page()
