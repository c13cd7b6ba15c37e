"""Templates: each one used, each one there, no style or script inside, every visible word ready for translation."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, meta

from tests.house.house import HERE, House, invent, told

NAME = re.compile(r"^[a-z0-9_{}-]+/[a-z0-9_./{}-]+\.(html|txt|xml)$")
# Words that are the same in every language.
SAME_EVERYWHERE = {"Consult", "SIREN", "SIRET", "RNA", "RSS", "Markdown", "JSON", "CSV", "https"}
# Attributes that people read or hear.
SPOKEN = {"aria-label", "title", "alt", "placeholder", "aria-description", "label"}
EMAIL = "email/"
# What stands on the living page of components is an example of what people write, not the interface.
SPECIMENS = "components_page/"
JINJA = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"], autoescape=True)


def named_in_python(house: House) -> dict[str, str]:
    """Template names, or patterns for names put together with an f-string, and where Python says them."""
    found: dict[str, str] = {}
    for module in house.modules():
        inside_fstring: set[int] = set()
        for node in ast.walk(module.tree):
            if isinstance(node, ast.JoinedStr):
                inside_fstring |= {id(part) for part in node.values}
                said = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)  # type: ignore[misc]
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside_fstring:
                said = node.value
            else:
                continue
            if NAME.match(said):
                found[said] = f"{module.place}:{node.lineno}"
    return found


def named_in_templates(house: House) -> dict[str, set[str]]:
    """For every template the templates that it extends, includes or imports."""
    return {
        name: {one for one in meta.find_referenced_templates(JINJA.parse(source)) if one}
        for name, source in house.templates.items()
        if name.endswith((".html", ".txt", ".xml"))
    }


def pattern_of(said: str) -> re.Pattern[str]:
    return re.compile(".+".join(re.escape(part) for part in said.split("{}")) + "$")


def missing_templates(house: House) -> list[str]:
    """Names that no file answers to."""
    offences = []
    for said, place in named_in_python(house).items():
        if not any(pattern_of(said).match(name) for name in house.templates):
            offences.append(f"{place} names the template {said!r}, which is not there")
    for name, others in named_in_templates(house).items():
        offences += [
            f"templates/{name} names {one!r}, which is not there" for one in sorted(others - set(house.templates))
        ]
    return offences


def unused_templates(house: House) -> list[str]:
    """Files that neither Python nor a template in use reaches."""
    references = named_in_templates(house)
    patterns = [pattern_of(said) for said in named_in_python(house)]
    reached = {name for name in references if any(pattern.match(name) for pattern in patterns)}
    while True:
        further = {one for name in reached for one in references.get(name, set())} & set(references)
        if further <= reached:
            break
        reached |= further
    return [f"templates/{name} is not used" for name in sorted(set(references) - reached)]


def inline_style_or_script(house: House) -> list[str]:
    """What the Content-Security-Policy would refuse: style, scripts without src, on… handlers."""
    offences = []
    for name, source in house.templates.items():
        faults = {
            "a script without src": r"<script(?![^>]*\bsrc=)",
            "an on… attribute": r"<[a-z][^>]*\son[a-z]+\s*=",
            "a javascript: address": r"javascript:",
        }
        if not name.startswith(EMAIL):
            faults |= {"a style attribute": r"<[a-z][^>]*\sstyle\s*=", "a style element": r"<style"}
        for fault, expression in faults.items():
            for match in re.finditer(expression, without_comments(source), re.IGNORECASE):
                offences.append(f"templates/{name}:{source.count(chr(10), 0, match.start()) + 1} has {fault}")
    return offences


def without_comments(source: str) -> str:
    """The source with Jinja's comments blanked, line numbers kept."""
    return re.sub(r"\{#.*?#\}", lambda match: re.sub(r"[^\n]", " ", match.group()), source, flags=re.DOTALL)


def without_jinja(source: str) -> str:
    """What Jinja leaves untouched: its tags, translated blocks and verbatim blocks blanked, line numbers kept."""
    blank = lambda match: re.sub(r"[^\n]", " ", match.group())  # noqa: E731 - a name for one substitution
    source = without_comments(source)
    source = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", blank, source, flags=re.DOTALL)
    # a block that fills an attribute of the layout: {% block main_class %}narrow{% endblock %}
    source = re.sub(r"\{%-?\s*block \w*(class|id|lang|type|url)\b.*?endblock.*?%\}", blank, source, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}|\{%.*?%\}", blank, source, flags=re.DOTALL)


class _VisibleText(HTMLParser):
    """Collects (line, text) of what a reader would see or hear."""

    SILENT = {"script", "style", "code", "svg"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in self.SILENT
        self.found += [(self.getpos()[0], value) for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in self.SILENT and self._silent > 0

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append((self.getpos()[0] + len(data) - len(data.lstrip("\n")), data.strip()))


def words_without_translation(house: House) -> list[str]:
    """Visible text that stands bare instead of in ``_("…")``."""
    offences = []
    for name, source in house.templates.items():
        if not name.endswith((".html", ".txt")) or name.startswith(SPECIMENS):
            continue
        if name.endswith(".txt"):
            found = [(line, text) for line, text in enumerate(without_jinja(source).splitlines(), 1)]
        else:
            parser = _VisibleText()
            parser.feed(without_jinja(source))
            found = parser.found
        for line, text in found:
            words = set(re.findall(r"[^\W\d_]{2,}", text)) - SAME_EVERYWHERE
            if words:
                offences.append(f'templates/{name}:{line} has bare words, not _("…"): {" ".join(text.split())[:70]!r}')
    return offences


def unguarded_forms(house: House) -> list[str]:
    """POST forms without ``form_guard()`` (CSRF and once tokens) inside."""
    offences = []
    for name, source in house.templates.items():
        for match in re.finditer(
            r"<form\b[^>]*\bmethod=[\"']?post[^>]*>(.*?)</form>", source, re.IGNORECASE | re.DOTALL
        ):
            if not re.search(r"\bform_guard\(", match.group(1)):
                line = source.count("\n", 0, match.start()) + 1
                offences.append(f"templates/{name}:{line} has a POST form without form_guard()")
    return offences


def unused_static_files(house: House) -> list[str]:
    """Images and scripts that no template, stylesheet or module names (all stylesheets are served as one)."""
    text = "\n".join(house.templates.values())
    text += "\n".join(path.read_text(encoding="utf-8") for path in (house.root / "static").rglob("*.css"))
    text += "\n".join(module.source for module in house.modules())
    files = [path for path in sorted((house.root / "static").rglob("*")) if path.is_file() and path.suffix != ".css"]
    places = [path.relative_to(house.root / "static").as_posix() for path in files]
    return [f"static/{place} is not used" for place in places if place not in text]


def test_every_named_template_is_there() -> None:
    offences = missing_templates(HERE)
    assert not offences, told(offences)


def test_every_template_is_used() -> None:
    offences = unused_templates(HERE)
    assert not offences, told(offences)


def test_every_static_file_is_used() -> None:
    offences = unused_static_files(HERE)
    assert not offences, told(offences)


def test_nothing_is_inline() -> None:
    offences = inline_style_or_script(HERE)
    assert not offences, told(offences)


def test_visible_words_are_translatable() -> None:
    offences = words_without_translation(HERE)
    assert not offences, told(offences)


def test_every_form_is_guarded() -> None:
    offences = unguarded_forms(HERE)
    assert not offences, told(offences)


# ---------------------------------------------------------------- each rule can fail


def test_it_sees_a_missing_and_an_unused_template(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "consult/votes/pages.py": 'page(request, "votes/show.html")\npage(request, f"votes/{kind}.html")\n',
            "consult/accounts/pages.py": 'page(request, "accounts/gone.html")\n',
            "templates/votes/show.html": '{% extends "layouts/page.html" %}{% from "components/gone.html" import x %}',
            "templates/votes/agree.html": "",
            "templates/layouts/page.html": "{% include 'components/bar.html' %}",
            "templates/components/bar.html": "",
            "templates/components/old.html": "{% include 'components/older.html' %}",
            "templates/components/older.html": "",
        },
    )
    assert missing_templates(house) == [
        "consult/accounts/pages.py:1 names the template 'accounts/gone.html', which is not there",
        "templates/votes/show.html names 'components/gone.html', which is not there",
    ]
    assert unused_templates(house) == [
        "templates/components/old.html is not used",
        "templates/components/older.html is not used",
    ]


def test_it_sees_inline_style_and_script(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "templates/a.html": '<p style="x">\n<script>x</script>\n<a onclick="x">\n<a href="javascript:x">\n<style>',
            "templates/b.html": '<script src="/x.js"></script><p class="style"> {# <p style="x"> #} style=1',
            "templates/email/c.html": '<p style="x">',
        },
    )
    assert sorted(offence.split(" ")[0] for offence in inline_style_or_script(house)) == [
        f"templates/a.html:{line}" for line in (1, 2, 3, 4, 5)
    ]


def test_it_sees_bare_words(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "templates/a.html": '{% if a > 1 %}\n<p class="big">Bonjour</p>\n<img alt="Une image">{% endif %}',
            "templates/b.html": "{% block main_class %}narrow{% endblock %}"
            '<p>{{ _("Bonjour") }} · 3 {% trans %}Bonsoir{% endtrans %}</p><svg><title>ab</title></svg>',
            "templates/email/c.txt": "{{ _('Bonjour') }},\n\nMerci\n",
        },
    )
    assert [offence.split(" ")[0] for offence in words_without_translation(house)] == [
        "templates/a.html:2",
        "templates/a.html:3",
        "templates/email/c.txt:3",
    ]


def test_it_sees_an_unguarded_form(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "templates/a.html": '<form method="post">{{ form_guard() }}</form>\n<form\n method="post"></form>',
            "templates/b.html": '<form method="get"></form>',
        },
    )
    assert [offence.split(" ")[0] for offence in unguarded_forms(house)] == ["templates/a.html:2"]


def test_it_sees_an_unused_static_file(tmp_path: Path) -> None:
    house = invent(
        tmp_path,
        {
            "templates/a.html": "{{ static_url('img/a.svg') }}",
            "static/css/a.css": "",
            "static/img/a.svg": "",
            "static/js/old.js": "",
        },
    )
    assert unused_static_files(house) == ["static/js/old.js is not used"]
