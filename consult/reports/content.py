"""What a document says, before it has a form: plain values in the reader's own words, in reading order.

Everything is said already: numbers, dates and sentences are words in the territory's language. A renderer decides how
things look and nothing else, so that the PDF, the DOCX and the page to print cannot say different things.

A document is a stream of nodes, and not one tree: what writes as it goes holds one contribution at a time. Each node
and each block carries its ``kind``, because the PDF is typeset from their JSON.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Words:
    """Some words of a paragraph, all of one look. A line break is a newline on its own."""

    text: str
    strong: bool = False
    em: bool = False
    link: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words that follow one another."""

    words: tuple[Words, ...]
    kind: str = "paragraph"


@dataclass(frozen=True, slots=True)
class ListItem:
    """An item of a list; ``number`` is what stands before it where the list is numbered."""

    blocks: tuple["Block", ...]
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list, numbered or not."""

    items: tuple[ListItem, ...]
    ordered: bool = False
    kind: str = "list"


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody else said, set apart."""

    blocks: tuple["Block", ...]
    kind: str = "quote"


Block = Paragraph | Listing | Quote
Blocks = tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``key`` is what the contents point at. Contributions have headings of their own."""

    level: int
    text: str
    key: str
    opens_page: bool = False
    kind: str = "heading"


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs, lists and quotations; ``look`` is ``people`` for what people wrote, ``note`` for small print."""

    blocks: Blocks
    look: str = ""
    kind: str = "prose"


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column heads its rows; ``numbers`` says which columns are set to the right."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...] = ()
    kind: str = "table"


@dataclass(frozen=True, slots=True)
class Chart:
    """Numbers drawn as ``bars`` (names and lengths) or ``columns`` (days); ``alt`` says the same in words.

    Its numbers are read in the table that follows it: a chart never stands alone.
    """

    caption: str
    alt: str
    look: str
    labels: tuple[str, ...]
    values: tuple[int, ...]
    shown: tuple[str, ...]
    kind: str = "chart"


@dataclass(frozen=True, slots=True)
class Tombstone:
    """All that is public of what was withdrawn or hidden."""

    text: str
    level: int = 0
    kind: str = "tombstone"


@dataclass(frozen=True, slots=True)
class Ballots:
    """Votes in words, and how long each part of their bar is."""

    text: str
    parts: tuple[int, int, int]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A document that somebody gives: title, address, what it is and who gave it; or what stays of it."""

    title: str
    link: str
    about: str
    note: Blocks = ()
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument, or what stays of it."""

    blocks: Blocks
    by: str
    sources: tuple[Source, ...] = ()
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """The arguments of one side, under a heading of their own."""

    heading: str
    side: str
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Amendment:
    """A wording that somebody proposed, with its reason, its fate and what was said of it."""

    heading: str
    by: str
    outcome: str
    reason: Blocks
    wording: Blocks
    ballots: Ballots | None = None
    sides: tuple[Side, ...] = ()
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Annex:
    """A text put beside a contribution by the organiser: as it stands, and as it would be."""

    heading: str
    parts: tuple[tuple[str, Blocks], ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """A numbered contribution with everything that stands beneath it."""

    level: int
    number: str
    title: str
    key: str
    href: str
    by: str
    notes: tuple[str, ...]
    ballots: Ballots
    blocks: Blocks
    explanation: Blocks = ()
    explanation_heading: str = ""
    annexes: tuple[Annex, ...] = ()
    sides: tuple[Side, ...] = ()
    sources_heading: str = ""
    sources: tuple[Source, ...] = ()
    amendments_heading: str = ""
    amendments: tuple[Amendment, ...] = ()
    kind: str = "contribution"


Node = Heading | Prose | Table | Chart | Tombstone | Contribution


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the contents."""

    level: int
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Labels:
    """The few words that a renderer needs of its own."""

    contents: str
    page_of: str
    wording: str
    emoji_note: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page.

    Attributes:
        provisional: the sentence of the band, "" for a final document.
        abridged: why the contributions are not in it, "" when they are.
        key_figures: numbers and what they count.
        qr: the address as a drawing (SVG), for whoever holds the sheet in their hands.
    """

    territory: str
    title: str
    subtitle: str
    question: str
    period: str
    as_of: str
    address: str
    address_label: str
    provisional: str
    provisional_short: str
    abridged: str
    key_figures: tuple[tuple[str, str], ...]
    qr: str


@dataclass(frozen=True, slots=True)
class Front:
    """What a renderer knows before the first node comes.

    Attributes:
        title: the document's, as its properties say it; ``running`` is the head of every page.
        contents: the chapters and sections, in order.
        about: the number of contributions that will come, for progress.
    """

    language: str
    region: str
    title: str
    subject: str
    author: str
    running: str
    cut_off: datetime
    accent: str
    cover: Cover
    labels: Labels
    contents: Sequence[Entry]
    about: int = 0
