"""What a decision does to the text it is about. Every verb is a step of an action that holds the consultation's lock.

The rooms below own their rows and counters (``consult/contributions/actions/standing.py``); here is which room to ask.
"""

from typing import Any

from tortoise.models import Model

from consult.arguments.actions import publish_held_argument
from consult.arguments.models import Argument, ArgumentRevision
from consult.consultations.items import ItemState
from consult.contributions.actions import standing
from consult.contributions.actions.rows import count_change
from consult.contributions.models import Amendment, Contribution, Revision
from consult.core.action import Action
from consult.core.errors import NotFound, refuse
from consult.core.keys import new_key
from consult.moderation.models import Ground, Kind, SealedText
from consult.moderation.rules.items import AnItem, contribution_id_of
from consult.moderation.rules.sealing import SEALED, TEXT_DROPPED, kept_until
from consult.moderation.rules.words import GROUNDS
from consult.sources.actions import publish_held_source
from consult.sources.models import Source, SourceRevision

_MODELS: dict[Kind, type[AnItem]] = {
    Kind.CONTRIBUTION: Contribution,
    Kind.AMENDMENT: Amendment,
    Kind.ARGUMENT: Argument,
    Kind.SOURCE: Source,
}
_WORDINGS: dict[Kind, tuple[type[Model], str]] = {
    Kind.CONTRIBUTION: (Revision, "contribution_id"),
    Kind.ARGUMENT: (ArgumentRevision, "argument_id"),
    Kind.SOURCE: (SourceRevision, "source_id"),
}


async def load_item(consultation_id: int, kind: Kind, item_id: int) -> AnItem:
    """An item of the consultation whose lock is held, as it stands now, whatever its state.

    Raises:
        NotFound: there is none, or it waits for its author's address and is nobody's business yet.
    """
    model = _MODELS.get(kind)
    row = await model.get_or_none(id=item_id, consultation_id=consultation_id) if model else None
    if row is None or (row.state is ItemState.WAITING and not row.awaits_moderator):
        raise NotFound
    return row


async def publish_held(action: Action, row: AnItem) -> None:
    """Publish what waited for a moderator, and record the room's own event; anything else is left as it is."""
    if row.state is not ItemState.WAITING:
        return
    match row:
        case Contribution():
            await standing.publish_held_contribution(action, row)
        case Amendment():
            await standing.publish_held_amendment(action, row)
        case Argument():
            await publish_held_argument(action, row)
        case Source():
            await publish_held_source(action, row)


async def hide_item(action: Action, row: AnItem, ground: Ground) -> None:
    """Take an item out of the public with all that stands beneath it; a mention with the ground stays.

    What waited for a moderator was never public: it leaves no mention. What its author withdrew stays withdrawn.
    """
    await standing.hide_text(action, row, contribution_id_of(row), GROUNDS[ground])


async def restore_item(action: Action, row: AnItem) -> None:
    """Undo a hiding: the item is public again, with what is public beneath it now.

    What was hidden before it was ever public is published now, with the room's own event. What its author withdrew
    stays withdrawn.
    """
    if row.state is not ItemState.HIDDEN:
        return
    if row.published_at is None:
        row.state, row.removed_at, row.removed_ground = ItemState.WAITING, None, ""
        await row.save(update_fields=["state", "removed_at", "removed_ground"])
        await publish_held(action, row)
        return
    await standing.bring_back(action, row, contribution_id_of(row))


async def merge_contribution(action: Action, row: Contribution, into: Contribution) -> None:
    """Say that a contribution is a duplicate of another: it stays readable, and takes nothing new.

    Raises:
        Refused: they are one and the same, of two consultations, or the other is not public or merged itself.
    """
    await standing.merge_contribution(action, row, into)


async def unmerge_contribution(action: Action, row: Contribution) -> None:
    """Make a merged contribution stand for itself again."""
    await standing.unmerge_contribution(action, row)


async def seal_item(action: Action, row: AnItem, decision_id: int) -> None:
    """Take an item's texts, all its wordings included, out of everybody's sight, for the legal period."""
    if row.sealed_at is not None:
        return
    kind = _kind_of(row)
    texts = {"row": _take(row, SEALED[kind]), "wordings": await _take_wordings(kind, row.id)}
    row.sealed_at = action.at
    await row.save(update_fields=[*SEALED[kind], "sealed_at"])
    await SealedText.create(
        id=new_key(),
        kind=kind,
        item_id=row.id,
        decision_id=decision_id,
        texts=texts,
        sealed_at=action.at,
        keep_until=kept_until(action.at),
    )
    await count_change(action, contribution_id_of(row))


async def unseal_item(action: Action, row: AnItem) -> None:
    """Put the texts of a sealed item back; to be called before it is restored.

    Raises:
        Refused: the legal period is over and the texts are gone.
    """
    if row.sealed_at is None:
        return
    kind = _kind_of(row)
    sealed = await SealedText.get_or_none(kind=kind, item_id=row.id)
    if sealed is None:
        refuse(TEXT_DROPPED)
        return
    _put_back(row, sealed.texts["row"])
    row.sealed_at = None
    await row.save(update_fields=[*SEALED[kind], "sealed_at"])
    for values in sealed.texts["wordings"]:
        await (
            _WORDINGS[kind][0]
            .filter(id=int(values["id"]))
            .update(**{name: value for name, value in values.items() if name != "id"})
        )
    await sealed.delete()
    await count_change(action, contribution_id_of(row))


async def _take_wordings(kind: Kind, item_id: int) -> list[dict[str, Any]]:
    if kind not in _WORDINGS:
        return []
    model, owner = _WORDINGS[kind]
    taken = []
    for wording in await model.filter(**{owner: item_id}).order_by("id"):
        # what the author said of a change is theirs too
        columns = [name for name in dict.fromkeys([*SEALED[kind], "reason"]) if name in model._meta.fields_map]
        taken.append({"id": str(wording.pk), **_take(wording, columns)})
        await wording.save(update_fields=columns)
    return taken


def _take(row: Model, columns: list[str] | tuple[str, ...]) -> dict[str, Any]:
    taken = {name: getattr(row, name) for name in columns}
    for name, value in taken.items():
        setattr(row, name, type(value)())
    return taken


def _put_back(row: Model, texts: dict[str, Any]) -> None:
    for name, value in texts.items():
        setattr(row, name, value)


def _kind_of(row: AnItem) -> Kind:
    return next(kind for kind, model in _MODELS.items() if isinstance(row, model))
