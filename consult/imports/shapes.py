"""The shape of a Cap Collectif answer: one object an opinion, as the platform's public API gave it.

Every field is named here, also those that are not brought in, so that a field nobody has looked at is an error and not
a silent loss. What a field means is said in DESIGN ("Real input").
"""

from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Key = Annotated[int, Field(ge=1, lt=1 << 31)]
Count = Annotated[int, Field(ge=0, lt=1 << 31)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=240)]


class Shape(BaseModel):
    """An object with no other fields than these; nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Author(Shape):
    """Somebody who wrote; ``vip`` marks the organiser."""

    username: str
    displayName: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    uniqueId: Annotated[str, StringConstraints(min_length=1, max_length=150)]
    isAdmin: bool
    media: Any
    vip: bool
    links: dict[str, str] = Field(alias="_links")


class SectionType(Shape):
    """The section of an opinion, with what it allowed."""

    id: Key
    title: str
    subtitle: str
    voteWidgetType: int
    votesHelpText: str | None
    commentSystem: int
    color: str | None
    versionable: bool
    sourceable: bool
    votesThreshold: int | None
    votesThresholdHelpText: str | None


class ArgumentShape(Shape):
    """An argument: ``type`` is 1 for, 0 against."""

    isContribuable: bool
    id: Key
    body: str
    created_at: AwareDatetime = Field(strict=False)
    updated_at: AwareDatetime = Field(strict=False)
    is_enabled: bool
    votes_count: Count
    type: Annotated[int, Field(ge=0, le=1)]
    is_trashed: bool
    author: Author
    links: dict[str, str] = Field(alias="_links")
    has_user_voted: bool
    has_user_reported: bool


class SourceShape(Shape):
    """A source under an opinion."""

    isContribuable: bool
    id: Key
    title: Title
    link: Annotated[str, StringConstraints(max_length=2000)]
    body: str
    created_at: AwareDatetime = Field(strict=False)
    updated_at: AwareDatetime = Field(strict=False)
    author: Author
    category: str
    votes_count: Count
    links: dict[str, str] | list[str] = Field(alias="_links")
    has_user_voted: bool
    has_user_reported: bool


class Modal(Shape):
    """A text of law before and after the opinion's changes."""

    key: str
    before: str
    after: str
    title: str


class AppendixType(Shape):
    """What an appendix is called."""

    title: str


class Appendix(Shape):
    """The organiser's explanation of an article."""

    body: str | None
    type: AppendixType


class VoteShape(Shape):
    """One of some voters, without their choice."""

    user: Author


class Opinion(Shape):
    """What becomes a contribution; its identifier becomes the contribution's number."""

    isContribuable: bool
    votes_total: Count
    arguments_yes_count: Count
    arguments_no_count: Count
    id: Key
    created_at: AwareDatetime = Field(strict=False)
    updated_at: AwareDatetime = Field(strict=False)
    body: str
    versions_count: Count
    sources_count: Count
    arguments_count: Count
    author: Author
    type: SectionType
    sources: list[SourceShape]
    arguments: list[ArgumentShape]
    modals: list[Modal]
    votes: list[VoteShape]
    appendices: list[Appendix]
    ranking: int | None
    is_trashed: bool
    title: Title
    votes_nok: Count
    votes_ok: Count
    votes_mitige: Count
    links: dict[str, str] = Field(alias="_links")
    user_vote: Any
    has_user_reported: bool


class Answer(Shape):
    """One line, or one file."""

    opinion: Opinion
    rankingThreshold: Any
    opinionTerm: Any
