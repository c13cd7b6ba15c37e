"""Invented answers of the shape that a Cap Collectif platform gives."""

import gzip
import json
from pathlib import Path
from typing import Any


def an_author(name: str = "Participant 1", *, vip: bool = False) -> dict[str, Any]:
    key = name.lower().replace(" ", "-")
    return {
        "username": name,
        "displayName": name,
        "uniqueId": key,
        "isAdmin": False,
        "media": None,
        "vip": vip,
        "_links": {"profile": f"https://origine.example/profile/{key}"},
    }


def an_argument(key: int, *, side: int = 1, votes: int = 0, body: str = "Un argument", **more: Any) -> dict[str, Any]:
    return {
        "isContribuable": False,
        "id": key,
        "body": body,
        "created_at": "2015-10-02T10:00:00+0200",
        "updated_at": "2015-10-02T10:00:00+0200",
        "is_enabled": True,
        "votes_count": votes,
        "type": side,
        "is_trashed": False,
        "author": an_author("Participant 2"),
        "_links": {"show": "https://origine.example/a"},
        "has_user_voted": False,
        "has_user_reported": False,
        **more,
    }


def a_source(key: int, *, link: str = "https://exemple.example/", votes: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "isContribuable": False,
        "id": key,
        "title": "Une source",
        "link": link,
        "body": "Une note",
        "created_at": "2015-10-03T10:00:00+0200",
        "updated_at": "2015-10-03T10:00:00+0200",
        "author": an_author("Participant 3"),
        "category": "Articles de presse",
        "votes_count": votes,
        "_links": {},
        "has_user_voted": False,
        "has_user_reported": False,
        **more,
    }


def an_opinion(key: int, **more: Any) -> dict[str, Any]:
    opinion = {
        "isContribuable": False,
        "votes_total": 6,
        "arguments_yes_count": 0,
        "arguments_no_count": 0,
        "id": key,
        "created_at": "2015-10-01T10:00:00+0200",
        "updated_at": "2015-10-01T10:00:00+0200",
        "body": "<p>Un avis &eacute;crit</p>",
        "versions_count": 2,
        "sources_count": 0,
        "arguments_count": 0,
        "author": an_author(),
        "type": {
            "id": 7,
            "title": "Section 1",
            "subtitle": "Les pistes",
            "voteWidgetType": 2,
            "votesHelpText": "Qu’en pensez-vous ?",
            "commentSystem": 2,
            "color": "blue",
            "versionable": True,
            "sourceable": True,
            "votesThreshold": None,
            "votesThresholdHelpText": None,
        },
        "sources": [],
        "arguments": [],
        "modals": [],
        "votes": [{"user": an_author("Participant 9")}],
        "appendices": [{"body": "<p>Pourquoi</p>", "type": {"title": "Explication de l'article"}}],
        "ranking": None,
        "is_trashed": False,
        "title": f"Avis {key}",
        "votes_nok": 1,
        "votes_ok": 3,
        "votes_mitige": 2,
        "_links": {"show": "https://origine.example/o"},
        "user_vote": None,
        "has_user_reported": False,
    }
    return {"opinion": {**opinion, **more}, "rankingThreshold": None, "opinionTerm": 0}


def write_lines(path: Path, *answers: Any) -> Path:
    """A .jsonl or .jsonl.gz file; a ``str`` among the answers is written as it is."""
    lines = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in answers]
    data = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path
