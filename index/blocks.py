"""What an article is made of: blocks with exact positions, as the parser reports them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.source_text import SourceText, SourceTextBuilder
from index.spans import Span


class BlockKind(StrEnum):
    """The structural role of a block."""

    FRONT_MATTER = "front_matter"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    CODE = "code"
    TABLE_HEAD = "table_head"
    TABLE_ROW = "table_row"
    MARKUP = "markup"


@dataclass(frozen=True, slots=True)
class Link:
    """A link inside a block: the readable label and where it points."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a record (a table row, an entry of front matter) under the name of its column or key."""

    header: str
    value: SourceText


@dataclass(frozen=True, slots=True)
class Block:
    """A block and the source range that the parser gives it, markup and line ends included.

    ``level`` is 1-6 for headings, ``EMPHASIS_LEVEL`` for a bold line that stands as a heading, 0 elsewhere. ``cells`` is
    filled for table rows and front matter only.
    """

    kind: BlockKind
    span: Span
    text: SourceText
    level: int = 0
    cells: tuple[Cell, ...] = ()
    links: tuple[Link, ...] = ()


EMPHASIS_LEVEL = 7
"""Below every real heading: a bold line opens a section of its own and closes the bold one before."""


def record_text(cells: tuple[Cell, ...]) -> SourceText:
    """A record as one line, ``header: value; header: value``; a single column is its value alone."""
    builder = SourceTextBuilder()
    for cell in cells:
        if len(builder):
            builder.insert("; ")
        if cell.header and len(cells) > 1:
            builder.insert(f"{cell.header}: ")
        builder.append(cell.value)
    return builder.build()
