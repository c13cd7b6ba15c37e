"""``/moderation/decisions``: what was decided here, for everybody to read, count and take away."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from consult.consultations.queries import rounds_fresh_until
from consult.core import changes, clock
from consult.core.language import N_
from consult.moderation.models import AppealOutcome
from consult.moderation.queries.record import (
    Month,
    Wanted,
    all_decisions,
    consultations_judged,
    known_ground,
    known_kind,
    monthly_figures,
    record_page,
)
from consult.moderation.rules.words import EFFECTS, GROUNDS, KINDS
from consult.web.context import territory
from consult.web.dates import locale
from consult.web.language import gettext, ngettext
from consult.web.page_cache import keep
from consult.web.render import page

PATH = "/moderation/decisions"
APPEALS: dict[str, str] = {
    "": N_("recours en cours"),
    AppealOutcome.UPHELD: N_("recours rejeté, décision maintenue"),
    AppealOutcome.REVERSED: N_("recours accepté, décision annulée"),
}
# The file speaks French whoever asks for it: its columns are part of a contract with those who compute on them.
HEAD = ("date", "nature", "motif", "consultation", "issue", "automatique", "recours", "delai_heures")
LINES = 500


async def public_record(request: Request) -> Response:
    """The decisions, the latest first, by consultation, kind and ground, with the figures of the last months."""
    here, at = territory(request), clock.now()
    stamps = (
        ("decisions", here.id, await changes.current(("decisions", here.id)) or 0),
        ("territory", here.id, here.changes),
    )
    judged = await consultations_judged(here.id)
    wanted = _wanted(request, judged)
    keep(
        request, *stamps, until=rounds_fresh_until([], at, here.zone), reads=("consultation", "kind", "ground", "after")
    )
    found = await record_page(wanted)
    months = await monthly_figures(here.id, at, here.zone)
    return page(
        request,
        "moderation_public/record.html",
        rows=[_shown(row) for row in found.items],
        selects=_selects(wanted, judged),
        wanted=wanted,
        next_href=_href(request, after=found.after) if found.after else None,
        first_href=None if found.is_first else _href(request),
        csv_href=_href(request, path=f"{PATH}.csv"),
        months=[_month(one) for one in months],
        totals=_totals(months),
    )


async def record_file(request: Request) -> Response:
    """``/moderation/decisions.csv``: the same rows, all of them, streamed (RFC 4180, UTF-8)."""
    here = territory(request)
    wanted = _wanted(request, await consultations_judged(here.id))
    name = f"decisions-de-moderation-{here.slug}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-cache"}
    return StreamingResponse(_lines(wanted), media_type="text/csv; charset=utf-8; header=present", headers=headers)


async def _lines(wanted: Wanted) -> AsyncIterator[str]:
    """The file, some hundred lines at a time. No cell can be taken for a formula by a spreadsheet: each is a word of
    the lists of this room, a number, an instant, or a consultation's slug, which begins with a letter or a digit.
    """
    lines = [_line(HEAD)]
    async with aclosing(all_decisions(wanted)) as rows:
        async for row in rows:
            lines.append(_line(_cells(row)))
            if len(lines) >= LINES:
                yield "".join(lines)
                lines = []
    yield "".join(lines)


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    """One decision, in French, as people read it on the page."""
    return (
        row["decided_at"].isoformat(timespec="seconds"),
        KINDS[row["kind"]],
        GROUNDS.get(row["ground"], ""),
        row["slug"] or "",
        EFFECTS[row["effect"]],
        "oui" if row["automated"] else "non",
        APPEALS[row["outcome"] or ""] if row["made_at"] else "",
        str(row["hours"]),
    )


def _line(cells: tuple[str, ...]) -> str:
    """Quoted where a comma stands inside."""
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells) + "\r\n"


def _wanted(request: Request, judged: list[dict[str, Any]]) -> Wanted:
    asked = request.query_params
    keys = {one["slug"]: one["id"] for one in judged}
    return Wanted(
        territory_id=territory(request).id,
        consultation=keys.get(asked.get("consultation", ""), 0),
        kind=known_kind(asked.get("kind", "")),
        ground=known_ground(asked.get("ground", "")),
        after=asked.get("after", ""),
    )


def _href(request: Request, *, after: str = "", path: str = PATH) -> str:
    asked = {name: request.query_params.get(name, "") for name in ("consultation", "kind", "ground")} | {"after": after}
    query = urlencode({name: value for name, value in asked.items() if value})
    return path + (f"?{query}" if query else "")


def _selects(wanted: Wanted, judged: list[dict[str, Any]]) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    slugs = {one["id"]: one["slug"] for one in judged}
    places = [(one["slug"], one["title"]) for one in judged]
    kinds = [(key, gettext(words).capitalize()) for key, words in KINDS.items()]
    grounds = [(key, gettext(words).capitalize()) for key, words in GROUNDS.items()]
    return [
        (
            "consultation",
            gettext("Consultation"),
            [("", gettext("Toutes")), *places],
            slugs.get(wanted.consultation, ""),
        ),
        ("kind", gettext("Nature"), [("", gettext("Toutes")), *kinds], wanted.kind),
        ("ground", gettext("Motif"), [("", gettext("Tous")), *grounds], wanted.ground),
    ]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A decision in words."""
    return {
        "at": row["decided_at"],
        "kind": KINDS[row["kind"]],
        "ground": GROUNDS.get(row["ground"], ""),
        "consultation": row["consultation"] or "",
        "slug": row["slug"] or "",
        "effect": EFFECTS[row["effect"]],
        "automated": row["automated"],
        "appeal": APPEALS[row["outcome"] or ""] if row["made_at"] else "",
        "delay": delay_words(row["hours"]),
    }


def delay_words(hours: int) -> str:
    """« 5 h », « 3 jours »: how long it had waited."""
    if hours <= 1:
        return gettext("moins d’une heure")
    if hours < 48:
        return gettext("%(num)s h") % {"num": hours}
    return ngettext("%(num)s jour", "%(num)s jours", hours // 24) % {"num": hours // 24}


def _month(month: Month) -> dict[str, Any]:
    words = format_date(month.first, "LLLL y", locale=locale())
    return {"words": words, **{name: getattr(month, name) for name in _NUMBERS}}


_NUMBERS = ("decisions", "hidden", "corrections", "kept", "others", "appeals", "reversed")


def _totals(months: list[Month]) -> dict[str, int]:
    return {name: sum(getattr(month, name) for month in months) for name in _NUMBERS}
