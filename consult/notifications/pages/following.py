"""Following a consultation, a section or a contribution, and the list of what one follows."""

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import NotFound
from consult.core.language import N_
from consult.notifications import actions
from consult.notifications.forms import FollowForm
from consult.notifications.models import Frequency
from consult.notifications.queries.following import Target, follows_of, frequency_of, target_in
from consult.notifications.rules import FOLLOWED, FREQUENCIES
from consult.web import limits
from consult.web.context import territory, visitor
from consult.web.forms import empty_form, read_form
from consult.web.language import gettext
from consult.web.render import page, see_other
from consult.web.routing import path_key

WHAT = {
    "consultation": N_("Suivre la consultation"),
    "section": N_("Suivre la rubrique"),
    "contribution": N_("Suivre la contribution n° %(number)s"),
}
EXPLAINED = {
    "consultation": N_("Vous saurez quelles contributions sont publiées, et si les dates changent."),
    "section": N_("Vous saurez quelles contributions sont publiées dans cette rubrique et celles qu’elle contient."),
    "contribution": N_("Vous saurez ce qui s’y ajoute : arguments, sources, propositions de modification, versions."),
}
DONE = {
    "followed": N_("C’est noté. Vous pouvez changer d’avis ici à tout moment."),
    "stopped": N_("C’est noté. Vous ne recevrez plus de courriel à ce sujet."),
}


async def follow_page(request: Request) -> Response:
    """``/follow/{kind}/{id}``: choose how often to hear of it."""
    target, present = await _target(request)
    return _page(request, empty_form(FollowForm, frequency=(present or Frequency.DAILY).value), target, present)


async def choose_frequency(request: Request) -> Response:
    """Follow it, hear of it more or less often, or not at all."""
    target, present = await _target(request)
    form = await read_form(request, FollowForm)
    if not form.valid():
        return _page(request, form, target, present)
    await limits.count(request, "post")
    chosen = Frequency(form.frequency.data)
    await actions.follow(
        visitor(request).voice(),
        territory_id=territory(request).id,
        kind=request.path_params["kind"],
        target_id=path_key(request),
        frequency=chosen,
    )
    return see_other(f"/account/follows?done={'stopped' if chosen is Frequency.NONE else 'followed'}")


async def _target(request: Request) -> tuple[Target | None, Frequency | None]:
    """What is followed, and how often; None for what is no longer public, which can still be stopped.

    Raises:
        NotFound: it is not public here, and this person does not follow it.
    """
    kind, key, here = request.path_params["kind"], path_key(request), territory(request).id
    if kind not in FOLLOWED:
        raise NotFound
    target, present = await target_in(here, kind, key), await frequency_of(visitor(request).account_id, kind, key)
    if target is None and present is None:
        raise NotFound
    return target, present


def _page(request: Request, form: FollowForm, target: Target | None, present: Frequency | None) -> Response:
    kind = request.path_params["kind"]
    title = gettext(WHAT[kind]) if kind != "contribution" or target else gettext(N_("Suivre une contribution"))
    return page(
        request,
        "notifications/follow.html",
        form=form,
        target=target,
        present=present,
        heading=title % {"number": target.number} if target else title,
        explained=gettext(EXPLAINED[kind]),
        confirmed=visitor(request).confirmed,
        status=form.status,
    )


async def follows_page(request: Request) -> Response:
    """``/account/follows``: what one follows in this territory, and how often one hears of it."""
    after = request.query_params.get("after", "")
    found = await follows_of(visitor(request).account_id or 0, territory(request).id, after=after)
    done = DONE.get(request.query_params.get("done", ""))
    return page(
        request,
        "notifications/follows.html",
        follows=found.items,
        words=FREQUENCIES,
        next_href=f"/account/follows?after={found.after}" if found.after else None,
        first_href=None if found.is_first else "/account/follows",
        flash={"kind": "success", "text": gettext(done)} if done else None,
    )
