"""What all pages of this room show around their form, and what they ask before they show it."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from consult.accounts.access import restriction_of
from consult.consultations.items import Item
from consult.consultations.pages.sentences import round_sentence
from consult.consultations.queries import ConsultationView
from consult.contributions.access import ContributionAccess
from consult.contributions.queries import changed_parts, words_of
from consult.core import clock
from consult.core.errors import Refusal
from consult.core.language import N_
from consult.core.text.diff import Segment, is_changed, word_diff
from consult.core.text.markdown import render_markdown
from consult.web.context import territory
from consult.web.language import gettext, translate
from consult.web.render import page

BARRED = N_("Vous ne pouvez pas écrire ici pour l’instant")


def show(
    request: Request,
    template: str,
    view: ConsultationView,
    *,
    refusal: Refusal | None = None,
    adds: bool = True,
    **values: Any,
) -> Response:
    """A page below a consultation, the state of its rounds in sight; a refusal is printed instead of the form.

    Who may not write here by a decision is told so wherever there would be a form.

    Args:
        adds: False where somebody only takes back what is theirs.
    """
    barred = restriction_of(request, short=True) if adds and "form" in values else None
    return page(
        request,
        template,
        consultation=view.row,
        said=round_sentence(view, clock.now(), territory(request).zone),
        refusal=gettext(BARRED) if barred else translate(refusal) if refusal else "",
        barred=translate(barred) if barred else "",
        **values,
    )


def difference(access: ContributionAccess, title: str, body: str) -> dict[str, list[Segment]] | None:
    """How a wording differs from the present one, title and text apart; None when it does not."""
    present = {"body": access.row.body, "body_html": access.row.body_html, "origin": access.row.origin}
    title_parts, parts = changed_parts(access.row.title, title), word_diff(words_of(present), body)
    return {"title": title_parts, "body": parts} if title_parts or is_changed(parts) else None


def typed_html(text: str | None) -> str:
    """What somebody is writing, as it will be read."""
    return render_markdown(text or "")


def whole(text: str | None) -> int:
    """The number in a hidden field of ours; 0 when somebody changed it into something else."""
    digits = text or ""
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 10 else 0


def waiting_place(made: Item) -> str:
    """Where its author finds a text that is not public yet, and reads what it waits for."""
    return f"/account/contributions?done={'held' if made.awaits_moderator else 'waiting'}"
