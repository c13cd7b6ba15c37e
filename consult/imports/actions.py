"""Bringing a consultation in: one transaction in bulk, so that it is there whole or not at all."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from consult.accounts.models import Account
from consult.arguments.models import Argument, Side
from consult.consultations.items import ItemState
from consult.consultations.models import Consultation, ConsultationState, Round, Section
from consult.contributions.models import Contribution, Revision, excerpt_of, search_stems
from consult.contributions.search import index_contribution
from consult.core.action import Action
from consult.core.database import execute
from consult.core.errors import refuse
from consult.core.keys import new_key
from consult.core.text.cleaning import clean_line, clean_text
from consult.core.text.links import safe_address
from consult.core.text.markdown import render_markdown
from consult.core.text.sanitising import html_to_text, plain_to_html, sanitise_html
from consult.core.voice import Voice
from consult.imports.events import ConsultationImported
from consult.imports.models import Import
from consult.imports.reading import Figures, ImportFault, Tell, check, opinions
from consult.imports.rules import import_refusal
from consult.imports.shapes import ArgumentShape, Author, Opinion, SectionType, SourceShape
from consult.sources.models import Source, SourceCategory
from consult.votes.models import Tally

ORIGIN = "cap-collectif"
ORIGIN_LABEL = "Votes recueillis sur la plateforme d’origine"
HIDDEN_GROUND = "Retirée par la modération de la plateforme d’origine"
PRESENTATION = (
    "Cette consultation s’est tenue sur une autre plateforme. Ses contributions, ses arguments, ses sources"
    " et ses votes sont repris ici avec leurs numéros et leurs dates. On peut tout lire et tout chercher ;"
    " on ne peut plus y écrire."
)
BATCH = 25
_UNDER = (
    "i JOIN contribution p ON p.id = i.contribution_id AND p.state = 'published'"
    " AND i.state = 'published' AND i.consultation_id = :key"
)
_PUBLIC_FIGURES = (
    "SELECT COUNT(*) AS opinions, COALESCE(SUM(arguments_count), 0) AS arguments,"
    " COALESCE(SUM(arguments_for), 0) AS arguments_for, COALESCE(SUM(arguments_against), 0) AS arguments_against,"
    " COALESCE(SUM(sources_count), 0) AS sources, COALESCE(SUM(tally_agree), 0) AS votes_ok,"
    " COALESCE(SUM(tally_mixed), 0) AS votes_mitige, COALESCE(SUM(tally_disagree), 0) AS votes_nok,"
    " COALESCE(SUM(votes_total), 0) AS votes_total,"
    f" (SELECT COALESCE(SUM(tally_supports), 0) FROM argument {_UNDER}) AS argument_votes,"
    f" (SELECT COALESCE(SUM(tally_supports), 0) FROM source {_UNDER}) AS source_votes"
    " FROM contribution WHERE consultation_id = :key AND state = 'published'"
)
CATEGORIES = {
    "Site internet": SourceCategory.WEBSITE,
    "Articles de presse": SourceCategory.PRESS,
    "Lois et règlements": SourceCategory.LAW,
    "Rapport / Étude": SourceCategory.REPORT,
    "Article scientifique": SourceCategory.SCIENTIFIC_ARTICLE,
    "Manuel / Guide": SourceCategory.GUIDE,
    "Billet de blog": SourceCategory.BLOG,
    "Document audiovisuel / iconographique": SourceCategory.AUDIOVISUAL,
    "Carte": SourceCategory.MAP,
    "Thèse / Mémoire": SourceCategory.THESIS,
    "Autre": SourceCategory.OTHER,
}


@dataclass
class _Batch:
    """Rows that wait to be written together, and what is already there."""

    consultation_id: int
    accounts: dict[str, int] = field(default_factory=dict)
    sections: dict[int, int] = field(default_factory=dict)
    new_accounts: list[Account] = field(default_factory=list)
    contributions: list[Contribution] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)
    arguments: list[Argument] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)

    async def write(self) -> None:
        """Write what waits, parents first."""
        await Account.bulk_create(self.new_accounts)
        await Contribution.bulk_create(self.contributions)
        await Revision.bulk_create(self.revisions)
        await Argument.bulk_create(self.arguments)
        await Source.bulk_create(self.sources)
        await Tally.bulk_create(self.tallies)
        for contribution in self.contributions:
            if contribution.state is ItemState.PUBLISHED:
                await index_contribution(contribution.id, contribution.stems)
        for rows in (
            self.new_accounts, self.contributions, self.revisions, self.arguments, self.sources, self.tallies,
        ):  # fmt: skip
            rows.clear()


async def import_cap_collectif(
    voice: Voice, *, territory_id: int, slug: str, title: str, path: Path, tell: Tell | None = None
) -> tuple[Consultation, Figures, bool]:
    """Bring in a Cap Collectif export as a closed consultation; the original identifier becomes the number.

    The input is read twice: once to be checked whole, once to be written, so memory stays bounded by one batch.

    Returns:
        The consultation, the input's figures, and whether anything was written (False: this very file is here already).

    Raises:
        ImportFault: the input is wrong; every fault found bears its line.
        Refused: the consultation exists and is something else.
    """
    figures = check(path, tell)
    async with Action(voice, territory_id=territory_id) as action:
        there = await Consultation.select_for_update().get_or_none(territory_id=territory_id, slug=slug)
        earlier = await Import.filter(consultation_id=there.id).first() if there else None
        refuse(import_refusal(there, earlier, figures.sha256))
        if there is not None:
            action.nothing_to_do()
            return there, figures, False
        consultation = await _consultation(action, territory_id, slug, title, figures)
        await _items(consultation, path, tell)
        public = await _count(consultation.id)
        await Import.create(
            id=new_key(),
            consultation=consultation,
            origin=ORIGIN,
            file_name=path.name[:200],
            sha256=figures.sha256,
            figures={**figures.as_stored(), "public": public},
            at=action.at,
        )
        action.record(
            ConsultationImported(
                territory_id=territory_id,
                consultation_id=consultation.id,
                origin=ORIGIN,
                sha256=figures.sha256,
                contributions=figures.opinions,
                arguments=figures.arguments,
                sources=figures.sources,
            )
        )
    await consultation.refresh_from_db()
    return consultation, figures, True


async def _consultation(action: Action, territory_id: int, slug: str, title: str, figures: Figures) -> Consultation:
    if figures.first is None or figures.last is None:
        raise ImportFault("no dated item in this input")
    consultation = await Consultation.create(
        id=new_key(),
        territory_id=territory_id,
        slug=slug,
        title=title,
        state=ConsultationState.PUBLISHED,
        presentation=PRESENTATION,
        presentation_html=render_markdown(PRESENTATION),
        origin=ORIGIN,
        published_at=figures.first,
        created_at=action.at,
    )
    await Round.create(
        id=new_key(),
        consultation=consultation,
        title="Participation",
        opens_at=figures.first,
        closes_at=figures.last + timedelta(seconds=1),  # the round contains everything that was written in it
    )
    return consultation


async def _items(consultation: Consultation, path: Path, tell: Tell | None) -> None:
    batch, last_number, questions = _Batch(consultation.id), 0, set[str]()
    for place, opinion in enumerate(opinions(path), 1):
        if opinion.type.id not in batch.sections:
            batch.sections[opinion.type.id] = await _section(consultation, opinion.type)
        questions.add(opinion.type.votesHelpText or "")
        _add_contribution(batch, opinion)
        last_number = max(last_number, opinion.id)
        if place % BATCH == 0:
            await batch.write()
        if tell:
            tell("write", place)
    await batch.write()
    await Consultation.filter(id=consultation.id).update(last_number=last_number)
    if len(questions) == 1:  # asked everywhere, it is the consultation's question and no section's own
        await Consultation.filter(id=consultation.id).update(question=questions.pop())
        await Section.filter(consultation_id=consultation.id).update(explanation="", explanation_html="")


async def _section(consultation: Consultation, shape: SectionType) -> int:
    section = await Section.create(
        id=new_key(),
        consultation=consultation,
        position=shape.id,
        title=clean_line(f"{shape.title} – {shape.subtitle}", 200),
        explanation=shape.votesHelpText or "",
        explanation_html=plain_to_html(shape.votesHelpText or ""),
        accepts_amendments=shape.versionable,
        accepts_sources=shape.sourceable,
        origin_key=str(shape.id),
    )
    return int(section.id)


def _account(batch: _Batch, author: Author, shape: Opinion | ArgumentShape | SourceShape) -> int:
    """The author's account here: a public name without identity, of this consultation alone (tenants are apart)."""
    known = batch.accounts.get(author.uniqueId)
    if known is not None:
        return known
    account = Account(
        id=new_key(),
        public_name=clean_line(author.displayName, 80) or "Sans nom",
        origin=ORIGIN,
        origin_key=f"{batch.consultation_id}:{author.uniqueId}",
        confirmed_at=shape.created_at,
        created_at=shape.created_at,
    )
    batch.new_accounts.append(account)
    batch.accounts[author.uniqueId] = account.id
    return int(account.id)


def _common(batch: _Batch, shape: Opinion | ArgumentShape | SourceShape) -> dict[str, object]:
    return {
        "id": new_key(),
        "consultation_id": batch.consultation_id,
        "author_id": _account(batch, shape.author, shape),
        "author_kind": "organiser" if shape.author.vip else "citizen",
        "created_at": shape.created_at,
        "published_at": shape.created_at,
        "edited_at": shape.updated_at if shape.updated_at > shape.created_at else None,
        "origin": ORIGIN,
        "origin_key": str(shape.id),
    }


def _hidden(shape: Opinion | ArgumentShape) -> dict[str, object]:
    return {"state": ItemState.HIDDEN, "removed_at": shape.updated_at, "removed_ground": HIDDEN_GROUND}


def _add_contribution(batch: _Batch, opinion: Opinion) -> None:
    title, html = clean_line(opinion.title, 240), sanitise_html(opinion.body)
    text = html_to_text(html)
    common = _common(batch, opinion)
    public = [one for one in opinion.arguments if _is_public(one)]
    contribution = Contribution(
        **common,
        **(_hidden(opinion) if opinion.is_trashed else {}),
        section_id=batch.sections[opinion.type.id],
        number=opinion.id,
        title=title,
        body=text,
        body_html=html,
        excerpt=excerpt_of(html),
        stems=search_stems(title, html),
        explanation_html="".join(sanitise_html(one.body) for one in opinion.appendices if one.body),
        annexes=[
            {"title": clean_line(one.title), "before": sanitise_html(one.before), "after": sanitise_html(one.after)}
            for one in opinion.modals
        ],
        shuffle=random.getrandbits(31),
        tally_agree=opinion.votes_ok,
        tally_mixed=opinion.votes_mitige,
        tally_disagree=opinion.votes_nok,
        votes_total=opinion.votes_ok + opinion.votes_mitige + opinion.votes_nok,
        contested=min(opinion.votes_ok, opinion.votes_nok),
        arguments_for=sum(one.type for one in public),
        arguments_against=sum(1 - one.type for one in public),
        arguments_count=len(public),
        sources_count=len(opinion.sources),
        imported_versions=opinion.versions_count,
    )
    batch.contributions.append(contribution)
    batch.revisions.append(
        Revision(
            id=new_key(),
            contribution_id=contribution.id,
            number=1,
            title=title,
            body=text,
            body_html=html,
            account_id=common["author_id"],
            created_at=opinion.created_at,
        )
    )
    _add_tally(
        batch,
        opinion,
        contribution_id=contribution.id,
        agree=opinion.votes_ok,
        mixed=opinion.votes_mitige,
        disagree=opinion.votes_nok,
    )
    for argument in opinion.arguments:
        _add_argument(batch, contribution.id, argument)
    for source in opinion.sources:
        _add_source(batch, contribution.id, source)


def _is_public(argument: ArgumentShape) -> bool:
    return argument.is_enabled and not argument.is_trashed


def _add_argument(batch: _Batch, contribution_id: int, shape: ArgumentShape) -> None:
    body = clean_text(shape.body)
    argument = Argument(
        **_common(batch, shape),
        **({} if _is_public(shape) else _hidden(shape)),
        contribution_id=contribution_id,
        side=Side.FOR if shape.type else Side.AGAINST,
        body=body,
        body_html=plain_to_html(body),
        tally_supports=shape.votes_count,
        supports_total=shape.votes_count,
    )
    batch.arguments.append(argument)
    if shape.votes_count:
        _add_tally(batch, shape, argument_id=argument.id, supports=shape.votes_count)


def _add_source(batch: _Batch, contribution_id: int, shape: SourceShape) -> None:
    body = clean_text(shape.body)
    source = Source(
        **_common(batch, shape),
        contribution_id=contribution_id,
        title=clean_line(shape.title, 240),
        link=safe_address(shape.link) or "",
        category=CATEGORIES.get(shape.category, SourceCategory.OTHER),
        body=body,
        body_html=plain_to_html(body),
        tally_supports=shape.votes_count,
        supports_total=shape.votes_count,
    )
    batch.sources.append(source)
    if shape.votes_count:
        _add_tally(batch, shape, source_id=source.id, supports=shape.votes_count)


def _add_tally(batch: _Batch, shape: Opinion | ArgumentShape | SourceShape, **values: int) -> None:
    batch.tallies.append(
        Tally(
            id=new_key(),
            consultation_id=batch.consultation_id,
            origin=ORIGIN,
            origin_label=ORIGIN_LABEL,
            at=shape.updated_at,
            **values,
        )
    )


async def _count(consultation_id: int) -> dict[str, int]:
    """Set the counters from the rows: only what is public, so nothing under a hidden contribution.

    Returns:
        The public figures, under the names that the input has for them.
    """
    await execute(
        "UPDATE section SET contributions_count = (SELECT COUNT(*) FROM contribution c"
        " WHERE c.section_id = section.id AND c.state = 'published') WHERE consultation_id = :key",
        key=consultation_id,
    )
    totals = await execute(
        "SELECT COUNT(*) AS contributions_count, COALESCE(SUM(arguments_count), 0) AS arguments_count,"
        " COALESCE(SUM(sources_count), 0) AS sources_count, COALESCE(SUM(votes_total), 0) AS votes_count"
        " FROM contribution WHERE consultation_id = :key AND state = 'published'",
        key=consultation_id,
    )
    await Consultation.filter(id=consultation_id).update(**{name: int(value) for name, value in totals[0].items()})
    rows = await execute(_PUBLIC_FIGURES, key=consultation_id)
    return {name: int(value) for name, value in rows[0].items()}
