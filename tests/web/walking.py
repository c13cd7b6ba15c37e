"""A walk through every page that links lead to, and what stands on each of them that is no word of people's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from tests.browsing import Answer, Visitor

SPOKEN = ("aria-label", "alt", "title", "placeholder", "data-left", "data-over")
SILENT = {"script", "style", "code", "svg"}
# Files, pages whose examples are in the language of the demonstration, and the question that is put in French;
# `/sign-out` and the like are no links.
NO_PAGE = (
    "/language?to=fr",
    "/static",
    "/theme.css",
    "/account/data.json",
    "/components",
    "/mailbox",
    "/healthz",
    "/metrics",
)


@dataclass
class Walk:
    """Somebody goes from link to link; at most two pages of each kind are read."""

    visitor: Visitor
    most: int = 2
    pages: dict[str, Answer] = field(default_factory=dict)

    async def from_here(self, *starts: str) -> dict[str, Answer]:
        """Every page that can be reached, by address."""
        waiting, seen = list(starts), dict.fromkeys(map(kind_of, starts), 1)
        while waiting:
            path = waiting.pop(0)
            answer = await self.visitor.get(path)
            if answer.root is None:
                continue
            self.pages[path] = answer
            for link in links(answer):
                kind = kind_of(link)
                if link not in self.pages and link not in waiting and seen.get(kind, 0) < self.most:
                    seen[kind] = seen.get(kind, 0) + 1
                    waiting.append(link)
        return self.pages

    async def send_forms_empty(self) -> dict[str, Answer]:
        """What is answered to the forms of those pages when nothing is filled in."""
        answers: dict[str, Answer] = {}
        for path, page in self.pages.items():
            for form in page.find(".//form"):
                if form.get("method", "get").lower() != "post" or not has_fields(form):
                    continue
                action = form.get("action") or path
                if kind_of(action) in answers or path == "/account/delete":
                    continue
                answers[kind_of(action)] = await self.visitor.post(action, {"button": "publish"}, page=path)
        return {path: answer for path, answer in answers.items() if answer.root is not None}


def kind_of(path: str) -> str:
    """What pages of one kind have in common: the address without its numbers and values."""
    parts = urlsplit(path)
    names = sorted(one.split("=")[0] for one in parts.query.split("&") if one)
    return "?".join([re.sub(r"\d+", "n", parts.path), *names])


def links(answer: Answer) -> Iterator[str]:
    """Where the page leads to, inside the site."""
    for one in answer.find(".//a"):
        href = (one.get("href") or "").split("#")[0]
        if href.startswith("/") and not href.startswith(NO_PAGE):
            yield href


def has_fields(form: Element) -> bool:
    """Whether a person writes or chooses something in it, rather than pressing a button only."""
    inputs = [one for one in form.iter("input") if one.get("type") not in {"hidden", "submit"}]
    return bool(inputs or list(form.iter("textarea")) or list(form.iter("select")))


def spoken(answer: Answer) -> Iterator[str]:
    """Every piece of text that a reader sees or hears, the title first."""
    yield answer.title
    (body,) = answer.find(".//body")
    yield from _spoken(body)


def _spoken(element: Element) -> Iterator[str]:
    if element.tag not in SILENT and element.get("lang") is None:
        yield from (element.get(name, "") for name in SPOKEN if element.get(name))
        if element.text and element.tag != "textarea":
            yield element.text
        for child in element:
            yield from _spoken(child)
            if child.tail:
                yield child.tail
