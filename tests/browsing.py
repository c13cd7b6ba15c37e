"""A visitor without a browser: asks the application in the test's own task, keeps cookies, checks every page shown.

``Visitor.get`` and ``.post`` parse each HTML answer and fail the test when a page breaks what all pages owe: a
language, a title, one h1, unique ids, a label for every field, a guard in every POST form, no inline style or script.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import httpx2
from starlette.applications import Starlette

from consult.web.cookies import cookie_name
from tests.cast import Person


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: Any
    text: str
    content: bytes
    root: Element | None = field(default=None, repr=False)

    @property
    def location(self) -> str:
        return str(self.headers.get("location", ""))

    @property
    def title(self) -> str:
        assert self.root is not None
        return "".join((self.root.find(".//title")).itertext())  # type: ignore[union-attr]

    @property
    def words(self) -> str:
        """The page's text, spaces folded."""
        assert self.root is not None
        body = self.root.find(".//body")
        return re.sub(r"\s+", " ", " ".join(body.itertext())) if body is not None else ""

    def find(self, path: str) -> list[Element]:
        """Elements by ElementTree path."""
        assert self.root is not None
        return self.root.findall(path)

    def guard(self) -> dict[str, str]:
        """The hidden fields of the first POST form."""
        return self.hidden(0)

    def hidden(self, which: int = 0, action: str | None = None) -> dict[str, str]:
        """The hidden fields of a POST form, by its place or by the end of its action."""
        forms = [form for form in self.find(".//form") if form.get("method", "get").lower() == "post"]
        if action is not None:
            forms = [form for form in forms if (form.get("action") or "").endswith(action)]
        fields = forms[which].findall(".//input")
        return {one.get("name", ""): one.get("value", "") for one in fields if one.get("type") == "hidden"}


class Visitor:
    """Somebody at a territory's address."""

    def __init__(self, app: Starlette, host: str = "vallon.test", person: Person | None = None) -> None:
        self.client = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app, raise_app_exceptions=True), base_url=f"http://{host}"
        )
        if person:
            self.sign_in(person)

    def sign_in(self, person: Person) -> None:
        """Hold a session of this person's."""
        self.client.cookies.set(cookie_name(), person.token)

    async def get(self, path: str, **options: Any) -> Answer:
        """Read a page."""
        return self._answer(await self.client.get(path, **options))

    async def post(self, path: str, data: dict[str, Any] | None = None, *, page: str | None = None) -> Answer:
        """Send a form. With ``page``, its page is read first and its guard added, as a person would.

        Args:
            page: the address of the page that shows the form ("" for the same address).
        """
        guard: dict[str, str] = {}
        if page is not None:
            shown = await self.get(page or path)
            target = path.split("?")[0]
            posts = [one for one in shown.find(".//form") if one.get("method", "").lower() == "post"]
            exact = [one for one in posts if (one.get("action") or "").split("?")[0] == target]
            form = (exact or posts)[0]
            guard = {
                one.get("name", ""): one.get("value", "")
                for one in form.findall(".//input")
                if one.get("name") in {"csrf", "once"}
            }
        return self._answer(await self.client.post(path, data={**guard, **(data or {})}))

    def _answer(self, response: httpx2.Response) -> Answer:
        answer = Answer(response.status_code, response.headers, response.text, response.content)
        if response.headers.get("content-type", "").startswith("text/html") and response.text:
            answer.root = html5lib.parse(response.text, namespaceHTMLElements=False)
            check_page(answer)
        return answer


def check_page(answer: Answer) -> None:
    """What every page owes its reader."""
    root = answer.root
    assert root is not None
    assert root.get("lang") in {"fr", "en"}, "a page has a language"
    assert answer.title.strip(" –"), "a page has a title"
    assert len(root.findall(".//h1")) == 1, f"a page has one h1: {answer.title}"
    ids = [one.get("id") for one in root.iter() if one.get("id")]
    assert len(ids) == len(set(ids)), f"ids are unique: {sorted(i for i in ids if ids.count(i) > 1)}"
    assert not [one for one in root.iter() if one.get("style")], "no inline style"
    for script in root.findall(".//script"):
        assert script.get("src"), "no inline script"
    labelled = {one.get("for") for one in root.findall(".//label")}
    for tag in ("input", "textarea", "select"):
        for one in root.findall(f".//{tag}"):
            if one.get("type") not in {"hidden", "submit"}:
                named = one.get("id") in labelled or one.get("aria-label") or one.get("aria-labelledby")
                assert named, f"a field has a label: {one.get('name')}"
    for form in root.findall(".//form"):
        if form.get("method", "get").lower() == "post":
            names = {one.get("name") for one in form.findall(".//input")}
            assert {"csrf", "once"} <= names, f"a POST form is guarded: {form.get('action')}"
