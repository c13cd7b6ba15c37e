"""Invented data for the living page of components: every macro in every state that it can have."""

from datetime import UTC, datetime
from typing import Any

from consult.core.text.diff import word_diff

View = dict[str, Any]

OLD = "Un guichet ouvert chaque semaine dans chaque canton."
NEW = "Un guichet itinérant, ouvert chaque semaine et un samedi par mois, dans chaque canton."


def specimens() -> View:
    """Everything that the template of the page needs, except its form."""
    return {
        "at": _at(23),
        "later": _at(25, hour=18),
        "citizen": CITIZEN,
        "rows": [_row(), _row(number=2906, author=ORGANISATION), _row(number=41, state="hidden")],
        "for_items": [_argument("1", supports=12, supported=True), _argument("2", body_html=f"<p>{NEW}</p>")],
        "against_items": [
            _argument("3", side="against", author=ORGANISATION, sources=[_source("4", "press", "Presse")]),
            _argument("5", side="against", state="withdrawn"),
        ],
        "sources": [_source(str(10 + at), key, words) for at, (key, words) in enumerate(CATEGORIES.items())],
        "amendments": [_amendment("1"), _amendment("2", outcome="adopted")],
        "rounds": _rounds(),
        "outline": _outline(),
        "segments": word_diff(OLD, NEW),
        "mail": {"subject": "Votre lien pour vous connecter", "to": "jeanne@exemple.fr", "at": _at(23), "text": MAIL},
    }


MAIL = "Bonjour,\n\nVoici votre lien, valable dix minutes :\nhttps://exemple.fr/sign-in/abc\n\nÀ bientôt."
CITIZEN: View = {"name": "Jeanne Morel", "kind_label": "citoyenne"}
ORGANISATION: View = {"name": "Association Fil Rural", "kind_label": "association", "href": "#", "member": "Karim B."}
CATEGORIES = {
    "website": "Site internet",
    "press": "Presse",
    "law": "Texte de loi",
    "report": "Rapport",
    "scientific_article": "Article scientifique",
    "guide": "Guide",
    "blog": "Blog",
    "audiovisual": "Audiovisuel",
    "map": "Carte",
    "thesis": "Thèse",
    "other": "Autre",
}


def _at(day: int, *, month: int = 1, hour: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def _row(**changed: Any) -> View:
    row = {
        "number": 7,
        "href": "#",
        "title": "Un guichet itinérant dans chaque canton",
        "author": CITIZEN,
        "at": _at(23),
        "state": "published",
        "section": "Accueil et accompagnement",
        "excerpt": "Les guichets sont loin de tout et les horaires ne conviennent pas à ceux qui travaillent.",
        "votes": 1254,
        "arguments": 30,
        "sources": 1,
        "ground": "contraire à la charte : propos injurieux",
    }
    return row | changed


def _argument(key: str, **changed: Any) -> View:
    argument = {
        "key": key,
        "side": "for",
        "body_html": "<p>Une permanence le samedi matin changerait la vie de beaucoup de familles.</p>",
        "author": CITIZEN,
        "at": _at(24),
        "supports": 0,
        "supported": False,
        "support_href": "#",
        "state": "published",
        "href": f"#argument-{key}",
    }
    return argument | changed


def _source(key: str, category: str, words: str) -> View:
    return {
        "key": key,
        "title": "Dématérialisation des services publics : trois ans après, où en est-on ?",
        "href": "https://www.example.org/rapport",
        "site": "example.org",
        "category": category,
        "category_label": words,
        "note": "Les pages 34 à 41.",
        "author": CITIZEN,
        "at": _at(24),
        "state": "published",
        "supports": 3,
    }


def _amendment(key: str, **changed: Any) -> View:
    amendment = {
        "key": key,
        "author": ORGANISATION,
        "at": _at(25),
        "reason": "Le samedi, pour ceux qui travaillent.",
        "parts": word_diff(OLD, NEW),
        "state": "published",
    }
    return amendment | changed


def _rounds() -> list[View]:
    return [
        {"name": "Réunions publiques", "state": "closed", "opens_at": _at(3), "closes_at": _at(9)},
        {
            "name": "Contributions et votes",
            "state": "open",
            "opens_at": _at(10),
            "closes_at": _at(3, month=2, hour=17),
            "allows": ["contribuer", "argumenter", "voter"],
        },
        {
            "name": "Avis sur la synthèse",
            "state": "coming",
            "opens_at": _at(2, month=3),
            "closes_at": _at(20, month=3),
        },
    ]


def _outline() -> list[View]:
    children = [
        {"title": "Lieux et horaires", "href": "#", "count": 7, "number": "1.1", "current": True},
        {"title": "Agents et bénévoles", "href": "#", "count": 1, "number": "1.2"},
    ]
    return [
        {"title": "Accueil et accompagnement", "href": "#", "count": 12, "number": "1", "children": children},
        {"title": "Réseau et équipement", "href": "#", "count": None, "number": "2"},
    ]
