"""Every address of Consult, each with its gate. A house test compares this page with tests/house/urls.txt."""

from starlette.routing import BaseRoute, Route

from consult.reading import list_pages as reading_list
from consult.reading import pages as reading
from consult.running import pages as running
from consult.territories import pages as territories
from consult.web import static
from consult.web.gate import anyone
from consult.web.routing import get

ROUTES: list[BaseRoute] = [
    # --- files
    get("/static/{path:path}", static.static_file, gate=anyone),
    get("/theme.css", static.theme, gate=anyone),
    get("/robots.txt", static.robots, gate=anyone),
    # --- a territory's own texts
    get("/accessibility", territories.territory_text, gate=anyone, name="accessibility"),
    get("/legal", territories.territory_text, gate=anyone, name="legal"),
    get("/privacy", territories.territory_text, gate=anyone, name="privacy"),
    get("/charter", territories.territory_text, gate=anyone, name="charter"),
    # --- reading
    get("/", reading.home, gate=anyone),
    get("/consultations/{slug}", reading.consultation, gate=anyone),
    get("/consultations/{slug}/contributions", reading_list.contribution_list, gate=anyone),
    # --- for the people who run it (no territory, no session)
    Route("/healthz", running.alive, methods=["GET"]),
    Route("/readyz", running.ready, methods=["GET"]),
    Route("/metrics", running.metrics, methods=["GET"]),
]
