"""``/moderation``: the one queue of a territory, oldest first."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.moderation.models import Ground
from consult.moderation.pages.desk_words import (
    AGES,
    QUEUE,
    case_line,
    ground_groups,
    just_done,
    kept_filters,
    kind_choices,
    wanted_cases,
    with_query,
)
from consult.moderation.queries.queue import (
    COUNT_LIMIT,
    Consulted,
    QueueCounts,
    WantedCases,
    consultations_watched,
    queue_counts,
    queue_page,
)
from consult.web.context import territory, visitor
from consult.web.language import gettext
from consult.web.render import page

Select = tuple[str, str, list[tuple[str, str]], str]


async def queue(request: Request) -> Response:
    """What waits, with its filters and the way to everything else that moderators do."""
    consultations = await consultations_watched(territory(request).id)
    wanted = await wanted_cases(request, consultations)
    counts, found = await queue_counts(wanted), await queue_page(wanted)
    filters = kept_filters(request)
    return page(
        request,
        "moderation/desk_queue.html",
        tabs=tabs(request, "queue", counts),
        counts=counts,
        limit=COUNT_LIMIT,
        cases=[case_line(request, row) for row in found.items],
        selects=_selects(wanted, consultations),
        filters=filters,
        late_href=with_query(QUEUE, filters, {"age": "late"}),
        decides=decides(request),
        next_href=with_query(QUEUE, filters, {"after": found.after}) if found.after else None,
        first_href=None if found.is_first else with_query(QUEUE, filters),
        **await just_done(request),
    )


def decides(request: Request) -> bool:
    """Whether the visitor is a moderator; administrators and guarantors read."""
    return visitor(request).has_role("moderator")


def tabs(request: Request, current: str, counts: QueueCounts | None = None, appeals: int | None = None) -> list[Any]:
    """The way between the moderators' pages."""
    waiting = counts.appeals if counts else appeals
    parts = [
        ("queue", gettext("File"), QUEUE, None),
        ("appeals", gettext("Recours"), f"{QUEUE}/appeals", waiting),
        ("closing", gettext("Clôtures"), f"{QUEUE}/closing", None),
        ("decisions", gettext("Décisions publiques"), f"{QUEUE}/decisions", None),
    ]
    if visitor(request).has_role("moderator", "administrator"):
        parts.append(("settings", gettext("Réglages"), f"{QUEUE}/settings", None))
    return [(words, href, key == current, number) for key, words, href, number in parts]


def _selects(wanted: WantedCases, consultations: list[Consulted]) -> list[Select]:
    chosen = wanted.consultation.slug if wanted.consultation else ""
    grounds = [choice for _, choices in ground_groups() for choice in choices if choice[0] != Ground.AUTOMATIC]
    ages = [(age.value, gettext(words)) for age, words in AGES.items()]
    every = ("", gettext("Tous"))
    return [
        (
            "consultation",
            gettext("Consultation"),
            [("", gettext("Toutes")), *((one.slug, one.title) for one in consultations)],
            chosen,
        ),
        ("kind", gettext("Nature"), [("", gettext("Toutes")), *kind_choices()], wanted.kind),
        ("ground", gettext("Motif signalé"), [every, *grounds], wanted.ground),
        ("age", gettext("Attend depuis"), [("", gettext("Peu importe")), *ages], wanted.age),
    ]
