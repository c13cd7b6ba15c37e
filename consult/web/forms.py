"""Forms: WTForms for the shape of input, our guard against foreign and stale forms, our words for errors."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from wtforms import Form as WTForm
from wtforms.fields import StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.text.cleaning import clean_line, clean_text
from consult.settings import settings
from consult.web.csrf import StaleForm, check_csrf
from consult.web.form_words import OurWords
from consult.web.language import translate

F = TypeVar("F", bound="Form")
_ONCE = re.compile(r"[A-Za-z0-9_-]{8,40}")
STALE = Refusal(
    "stale_form",
    N_(
        "Cette page était ouverte depuis trop longtemps, ou votre connexion a changé entre-temps. "
        "Rien n’est perdu : vérifiez votre texte ci-dessous et envoyez-le de nouveau."
    ),
)


class Line(StringField):
    """One line as people type it, made safe to store and to show."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the line, cleaned."""
        self.data = clean_line(valuelist[0]) if valuelist and isinstance(valuelist[0], str) else ""


class Text(TextAreaField):
    """Several lines as people type them, made safe to store and to show."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the text, cleaned."""
        self.data = clean_text(valuelist[0]) if valuelist and isinstance(valuelist[0], str) else ""


def choices(pairs: Iterable[tuple[str, str]]) -> list[Any]:
    """What a field offers, as WTForms takes it: values, each with its words."""
    return [SelectChoice(value, words) for value, words in pairs]


class Form(WTForm):
    """A form of ours. What rules and actions refuse joins the fields' own errors (:meth:`refuse`).

    Attributes:
        once: the key of this rendering of the form (:func:`once_key`).
        button: the value of the button that was pressed, for forms with several (``name="button"``).
        sent: whether the form comes from a request, rather than being shown for the first time.
    """

    class Meta:
        """How WTForms speaks."""

        def get_translations(self, form: WTForm) -> OurWords:
            """With our sentences, whatever the locale of the process."""
            return OurWords()

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.once = ""
        self.button = ""
        self.sent = formdata is not None

    def valid(self) -> bool:
        """Whether the form was sent, by our own page, and every field is right."""
        return self.sent and bool(self.validate()) and not self.form_errors

    def refuse(self, refusal: Refusal) -> None:
        """Add what a rule or an action said, at the field that it is about."""
        words = translate(refusal)
        if refusal.field and refusal.field in self._fields:
            field = self._fields[refusal.field]
            field.errors = [*field.errors, words]
        else:
            self.form_errors = [*self.form_errors, words]

    @property
    def status(self) -> int:
        """The status of the page that shows this form: 422 after a refused sending, else 200."""
        return 422 if self.sent and self.errors else 200


class ConfirmForm(Form):
    """Nothing but the guard: the page that asks before an act."""


async def read_form(request: Request, form_class: type[F], **values: Any) -> F:
    """Read what was sent into a form; a stale or foreign form becomes a refusal in it, with the text kept.

    Args:
        values: what WTForms takes: ``obj=``, ``data=``, or fields' values.
    """
    sent = await sent_texts(request)
    form = form_class(sent, **values)
    once = _word(sent, "once")
    form.once = once if _ONCE.fullmatch(once) else ""
    form.button = _word(sent, "button")
    try:
        check_csrf(request, _word(sent, "csrf"))
    except StaleForm:
        form.refuse(STALE)
    return form


async def sent_texts(request: Request) -> FormData:
    """The texts of a form. Files are not heeded; text that could not be stored is made storable.

    Raises:
        HTTPException: 400, it is no form that a browser sends.
    """
    try:
        sent = await request.form(max_files=0, max_fields=200, max_part_size=settings().max_body_bytes)
    except UnicodeError:  # a part in some fancy encoding; pages are UTF-8, and so are the forms that they send
        raise HTTPException(400) from None
    items = [(key, value) for key, value in sent.multi_items() if not isinstance(value, UploadFile)]
    return FormData([(_storable(key), _storable(value)) for key, value in items])


def _storable(text: str) -> str:
    """Without NUL and halves of characters: no database takes them, whatever the field."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\0", "")


def _word(sent: FormData, name: str) -> str:
    value = sent.get(name)
    return value[:200] if isinstance(value, str) else ""


def once_key(account_id: int | None, form: Form) -> str | None:
    """The key under which a form's row is written: sent twice by the same person, it makes one row."""
    return f"{account_id}.{form.once}" if form.once else None


def empty_form(form_class: type[F], values: Mapping[str, Any] | None = None, **more: Any) -> F:
    """A form to be filled in, with the values it starts from."""
    return form_class(None, data={**(values or {}), **more})
