"""``/moderation/settings``: what catches the moderators' eye in this territory."""

from starlette.requests import Request
from starlette.responses import Response

from consult.core.errors import Refused
from consult.moderation.actions.watching import set_watch
from consult.moderation.forms.desk import WatchForm
from consult.moderation.pages.desk import tabs
from consult.moderation.pages.desk_words import QUEUE, just_done
from consult.moderation.queries.hearing import appeals_waiting
from consult.moderation.queries.watch import watch_of
from consult.web.context import territory, visitor
from consult.web.forms import empty_form, read_form
from consult.web.render import page, see_other


async def settings(request: Request) -> Response:
    """The words, the links and the reports that put an item in the queue."""
    watch = await watch_of(territory(request).id)
    form = empty_form(WatchForm, words=watch.words, most_links=watch.most_links, hide_after=watch.hide_after)
    return await _settings(request, form)


async def _settings(request: Request, form: WatchForm) -> Response:
    return page(
        request,
        "moderation/desk_settings.html",
        status=form.status,
        tabs=tabs(request, "settings", appeals=await appeals_waiting(territory(request).id)),
        form=form,
        **await just_done(request),
    )


async def save_settings(request: Request) -> Response:
    """``POST /moderation/settings``."""
    form = await read_form(request, WatchForm)
    if not form.valid():
        return await _settings(request, form)
    try:
        await set_watch(
            visitor(request).voice(),
            territory_id=territory(request).id,
            words=form.words.data or "",
            most_links=form.most_links.data or 0,
            hide_after=form.hide_after.data or 0,
        )
    except Refused as error:
        form.refuse(error.refusal)
        return await _settings(request, form)
    return see_other(f"{QUEUE}/settings?done=watch")
