"""Somebody in front of a browser: finds things by the words they can see, presses, types, reads.

Every page that a walker opens is watched: an error in the console, a breach of the Content-Security-Policy, a file that
does not load or an answer of 500 fails the test when it ends, wherever the journey had come to.
"""

import asyncio
import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.cast import Person
from tests.journeys.serving import Instance

MAIL_PATIENCE = 20.0
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
# An answer of 422 or 404 to a page is an answer; the browser also writes it in its console.
ANSWERED = re.compile(r"Failed to load resource: the server responded with a status of 4")


@dataclass(frozen=True)
class Way:
    """How a journey is made: with or without scripts, on a phone or at a desk."""

    name: str
    scripts: bool
    size: dict[str, int]

    def __str__(self) -> str:
        return self.name


WAYS = [Way("no-scripts-phone", False, PHONE), Way("scripts-desk", True, DESK)]


def spaces(words: str) -> str:
    """Words with every kind of space made plain: pages use the narrow ones of French."""
    return re.sub(r"[\s\u202f\u00a0]+", " ", words)


def said(words: str) -> re.Pattern[str]:
    """A pattern for words as a person reads them: any space is a space."""
    return re.compile(r"[\s\u202f\u00a0]+".join(re.escape(one) for one in words.split()))


@dataclass
class Watch:
    """What went wrong in a browser, noticed behind the walker's back."""

    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Listen to all pages of a context."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.faults.append(f"script: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not ANSWERED.match(message.text):
            self.faults.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # a page left before it was complete, or a file to download, are no fault
        if request.failure not in {"net::ERR_ABORTED"}:
            self.faults.append(f"{request.method} {request.url}: {request.failure}")

    def _response(self, response: Response) -> None:
        kind = response.request.resource_type
        if response.status >= 500 or (response.status >= 400 and kind not in {"document", "fetch"}):
            self.faults.append(f"{response.status} for {kind} {response.url}")


class Walker:
    """One person with a browser of their own."""

    def __init__(self, instance: Instance, host: str, page: Page, watch: Watch, way: Way) -> None:
        self.instance = instance
        self.host = host
        self.page = page
        self.watch = watch
        self.way = way

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    @property
    def path(self) -> str:
        """Where the walker is: the address after the host."""
        parts = urlsplit(self.page.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    # ---------------------------------------------------------------- going

    async def go(self, path: str) -> "Walker":
        """Type an address."""
        await self.page.goto(self.instance.address(self.host) + path)
        return self

    async def follow(self, words: str | re.Pattern[str], *, within: Locator | None = None, exact: bool = False) -> None:
        """Follow the one link that reads so."""
        await self._leave_by((within or self.page).get_by_role("link", name=_name(words, exact), exact=exact))

    async def press(self, words: str | re.Pattern[str], *, within: Locator | None = None, exact: bool = False) -> None:
        """Press the one button that reads so, and wait for the page that answers."""
        await self._leave_by((within or self.page).get_by_role("button", name=_name(words, exact), exact=exact))

    async def open(self, words: str) -> None:
        """Unfold what is folded under these words."""
        await self.page.locator("summary").filter(has_text=said(words)).first.click()

    async def _leave_by(self, thing: Locator) -> None:
        before = self.page.url
        async with self.page.expect_navigation(timeout=15_000):
            await thing.click()
        assert self.page.url != "about:blank", f"lost after {before}"

    # ---------------------------------------------------------------- typing

    async def type(self, label: str, text: str, *, within: Locator | None = None) -> None:
        """Type into the field that has this label."""
        await (within or self.page).get_by_label(said(label)).fill(text)

    async def choose(self, label: str, option: str) -> None:
        """Choose from the list that has this label."""
        await self.page.get_by_label(said(label)).select_option(label=option)

    async def tick(self, label: str, *, within: Locator | None = None) -> None:
        """Tick a box or a choice, by its words as a thumb does."""
        where = within or self.page
        await where.locator("label").filter(has_text=said(label)).click()
        await expect(where.get_by_label(said(label))).to_be_checked()

    # ---------------------------------------------------------------- reading

    async def reads(self, *words: str) -> None:
        """These words stand on the page, where they can be seen."""
        for one in words:
            await expect(self.page.get_by_text(said(one)).filter(visible=True).first).to_be_visible(timeout=5000)

    async def finds(self, path: str, words: str) -> None:
        """The words come to stand at an address: what the worker does, or the test beside it, takes a moment."""
        until = asyncio.get_running_loop().time() + MAIL_PATIENCE
        while words not in (await (await self.go(path)).text()):
            assert asyncio.get_running_loop().time() < until, f"« {words} » does not come to {path}"
            await asyncio.sleep(0.2)

    async def reads_not(self, *words: str) -> None:
        """These words are nowhere on the page."""
        text = spaces(await self.page.inner_text("body"))
        for one in words:
            assert spaces(one) not in text, f"« {one} » stands on {self.path}"

    async def heading(self) -> str:
        """The page's one heading."""
        return spaces(await self.page.get_by_role("heading", level=1).inner_text())

    async def title(self) -> str:
        """The words of the tab."""
        return spaces(await self.page.title())

    async def text(self) -> str:
        """All words of the page, spaces made plain."""
        return spaces(await self.page.inner_text("body"))

    def part(self, heading: str) -> Locator:
        """The section under a heading."""
        return self.page.locator("section").filter(has=self.page.get_by_role("heading", name=said(heading))).last

    def item(self, words: str) -> Locator:
        """The innermost list item that holds these words."""
        return self.page.get_by_role("listitem").filter(has_text=said(words)).last

    async def save(self, words: str) -> str:
        """Follow a link to a file, and read the file."""
        async with self.page.expect_download() as coming:
            await self.page.get_by_role("link", name=said(words)).click()
        path = Path(await (await coming.value).path())
        return await asyncio.to_thread(path.read_text, encoding="utf-8")

    # ---------------------------------------------------------------- being somebody

    async def be(self, person: Person) -> "Walker":
        """Hold a session of this person's, as if they had signed in before."""
        await self.context.add_cookies(
            [{"name": "consult", "value": person.token, "url": self.instance.address(self.host)}]
        )
        return self

    async def mail(self, to: str, about: str = "") -> EmailMessage:
        """The last mail that arrived for an address (with these words in its subject), waited for.

        The address must be this test's own: what a test before it caused may still arrive.
        """
        until = asyncio.get_running_loop().time() + MAIL_PATIENCE
        postman = self.instance.postman
        while asyncio.get_running_loop().time() < until:
            for message, recipients in reversed(list(zip(postman.arrived, postman.to, strict=False))):
                if to in recipients and spaces(about) in spaces(str(message["subject"])):
                    return message
            await asyncio.sleep(0.05)
        raise AssertionError(
            f"no mail about « {about} » came to {to}: {[(m['to'], m['subject']) for m in postman.arrived]}"
        )

    async def mailed_path(self, to: str, about: str, place: str) -> str:
        """The path of the link of a mail that leads to a place."""
        text = text_of(await self.mail(to, about))
        found = re.search(rf"https?://[^/\s]+({place}\S*)", text)
        assert found, text
        return found[1]

    async def follow_mail(self, to: str, about: str = "") -> EmailMessage:
        """Open the link of a mail, as its text shows it."""
        message = await self.mail(to, about)
        await self.page.goto(link_of(message))
        return message


def text_of(message: EmailMessage) -> str:
    """What a mail says, as plain text."""
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_of(message: EmailMessage) -> str:
    """The link that the text of a mail asks to follow."""
    links = re.findall(r"https?://\S+/(?:links|invitations)/\S+", text_of(message))
    assert links, text_of(message)
    return str(links[0])


def _name(words: str | re.Pattern[str], exact: bool) -> Any:
    return words if exact or isinstance(words, re.Pattern) else said(words)


async def a_walker(browser: Browser, instance: Instance, host: str, way: Way, **options: Any) -> Walker:
    """A fresh browser window, watched."""
    context = await browser.new_context(
        **{
            "java_script_enabled": way.scripts,
            "viewport": way.size,
            "locale": "fr-FR",
            "timezone_id": "Europe/Paris",
            "reduced_motion": "reduce",
            **options,
        }
    )
    context.set_default_timeout(10_000)
    watch = Watch()
    watch.over(context)
    page = await context.new_page()
    return Walker(instance, host, page, watch, way)
