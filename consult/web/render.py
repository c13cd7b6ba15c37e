"""Pages out of templates. Templates get what the page passes and the globals below; undefined names raise."""

from contextvars import ContextVar, copy_context
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_timedelta
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from consult.core import clock
from consult.core.language import N_
from consult.resources import resource_folder
from consult.settings import settings
from consult.web import context as here
from consult.web import csrf, dates
from consult.web import language as spoken
from consult.web.static import static_url

KINDS = {
    "commune": N_("Commune"),
    "intercommunality": N_("Intercommunalité"),
    "departement": N_("Département"),
    "region": N_("Région"),
    "body": "",
}


@cache
def environment() -> Environment:
    """The one Jinja environment: escaped, strict, translated, compiled once."""
    env = Environment(
        loader=FileSystemLoader(resource_folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=settings().demo,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(spoken.gettext, spoken.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.filters |= {
        "date": _date,
        "datetime": _datetime,
        "closing": _closing,
        "day": _day,
        "time": _time,
        "number": _number,
        "ago": _ago,
        "iso": _iso,
    }
    env.globals |= {
        "static_url": static_url,
        "languages": spoken.LANGUAGES,
        "form_guard": _form_guard,
        "_": _gettext,
        "ngettext": _ngettext,
        "said_in": _said_in,
    }
    return env


# What filters and components need to know of the request without being imported "with context", which would build a
# component anew at every use. Each request runs in a context of its own.
_zone: ContextVar[ZoneInfo] = ContextVar("zone", default=ZoneInfo("Europe/Paris"))  # noqa: B039 - it cannot change
_request: ContextVar[Request | None] = ContextVar("request", default=None)


def _date(value: datetime | date) -> str:
    """« 23 janvier 2026 »."""
    return dates.date_words(value, _zone.get())


def _day(value: datetime) -> str:
    """« mardi 3 février 2026 »."""
    return dates.day_words(value, _zone.get())


def _time(value: datetime) -> str:
    """« 18 h » or « 18 h 05 »."""
    return dates.time_words(value, _zone.get())


def _datetime(value: datetime) -> str:
    """« 3 février 2026 à 18 h »."""
    return dates.datetime_words(value, _zone.get())


def _closing(value: datetime) -> str:
    """« 3 février 2026 à minuit »: an instant that is a round's exclusive end."""
    return dates.closing_words(value, _zone.get())


def _said_in() -> str:
    """`` lang="fr"`` for what people wrote, on pages that speak another language than the territory (WCAG 3.1.2)."""
    request = _request.get()
    own = here.territory(request).language if request else spoken.current()
    return "" if own == spoken.current() else Markup(' lang="{}"').format(own)


@lru_cache(maxsize=8192)
def _words(language: str, text: str) -> Markup:
    return Markup(spoken.words_of(language, text))  # noqa: S704 - words of ours, never of people


def _gettext(text: str, **params: Any) -> Markup:
    """``_()`` of templates. Values are escaped as they are put in; Jinja's own way costs several times as much."""
    words = _words(spoken.current(), text)
    return words % params if params else words


def _ngettext(one: str, many: str, number: int, **params: Any) -> Markup:
    """``ngettext()`` of templates; ``%(num)s`` is the number unless said otherwise."""
    words = Markup(spoken.ngettext(one, many, number))  # noqa: S704 - words of ours, never of people
    return words % {"num": number, **params}


def _form_guard(once: str = "") -> Markup:
    """The hidden fields of a POST form of the page being made."""
    request = _request.get()
    if request is None:
        raise LookupError("form_guard() is for the pages of a request")
    return csrf.form_guard(request, once)


def _iso(value: datetime) -> str:
    """The instant for ``<time datetime>``."""
    return value.isoformat(timespec="seconds")


def _number(value: int | float) -> str:
    """« 63 640 » with a narrow no-break space."""
    if isinstance(value, int) and -1000 < value < 1000:
        return str(value)
    return format_decimal(value, locale=dates.locale())


def _ago(value: datetime) -> str:
    """« il y a 3 jours »."""
    return format_timedelta(value - clock.now(), add_direction=True, locale=dates.locale())


def render_mail(template: str, language: str, zone: ZoneInfo, **values: Any) -> str:
    """Fill in a template outside a request, in a context of its own; nothing is escaped in a ``.txt``."""
    return copy_context().run(_render_mail, template, language, zone, values)


def _render_mail(template: str, language: str, zone: ZoneInfo, values: dict[str, Any]) -> str:
    spoken.use(language)
    _zone.set(zone)
    values = {"lang": spoken.current(), **values}
    if not template.endswith(".txt"):
        return environment().get_template(template).render(values)
    return plain_environment().get_template(template).render(values | {"_": _plain_gettext})


@cache
def plain_environment() -> Environment:
    """The same environment for texts that are no markup."""
    return environment().overlay(autoescape=False)


def _plain_gettext(text: str, **params: Any) -> str:
    words = spoken.gettext(text)
    return words % params if params else words


def request_globals(request: Request) -> dict[str, Any]:
    """What every page knows without being told."""
    territory = here.territory(request)
    spoken.use(here.language(request))
    _zone.set(territory.zone)
    _request.set(request)
    return {
        "request_path": request.url.path,
        "lang": spoken.current(),
        "territory": _Shown(territory),
        "visitor": here.visitor(request),
        "demo": settings().demo,
        "base_url": settings().base_url,
        "url": lambda name, **params: request.app.url_path_for(name, **params),
        "now": clock.now(),
    }


class _Shown:
    """A territory with the word for its kind."""

    def __init__(self, territory: here.TerritoryView) -> None:
        self._territory = territory
        kind = KINDS.get(territory.kind, "")
        said = not kind or territory.name.lower().startswith(kind.lower())
        self.kind_label = "" if said else spoken.gettext(kind)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._territory, name)


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A page for a person."""
    html = environment().get_template(template).render(request_globals(request) | values)
    return HTMLResponse(html, status_code=status)


def see_other(path: str) -> RedirectResponse:
    """After a form has done its work: go and read the result (303), so that reloading sends nothing twice."""
    return RedirectResponse(path, status_code=303)


def safe_next(path: str, default: str = "/") -> str:
    """A path of ours to go on to; anything that could lead to another site becomes the default."""
    ours = path.startswith("/") and not path.startswith(("//", "/\\")) and "\\" not in path and len(path) <= 500
    return path if ours and all(char.isprintable() for char in path) else default


def markup(html: str) -> Markup:
    """HTML that was sanitised before it was stored (``body_html``)."""
    return Markup(html)  # noqa: S704 - stored HTML has been through the sanitiser when it was written
