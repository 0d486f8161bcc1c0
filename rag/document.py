"""An article as a readable document whose every piece knows what it stands for in the source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from index.blocks import Block, BlockKind
from index.markdown import parse_markdown
from index.source_text import SourceText
from index.spans import Span
from index.types import Article, Language
from rag.layout import RowPlace, TablePlace, read_layout
from rag.runs import RunReader, Runs, place_at

_NOTHING = SourceText("", ())


class DocumentKind(StrEnum):
    """What a block of a document is shown as."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    CODE = "code"
    TABLE = "table"
    FRONT_MATTER = "front_matter"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table, with a cell for each of its columns."""

    span: Span
    cells: tuple[Runs, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of front matter under its key; the span is the value's."""

    span: Span
    header: str
    runs: Runs


@dataclass(frozen=True, slots=True)
class DocumentBlock:
    """A block and the source range that is its own, markup and line ends included.

    ``level`` is 1 to 7 for headings, 0 elsewhere; ``number`` is that of an item of a numbered list. A table has ``header``
    and ``rows``, front matter ``entries``, every other block ``runs``.
    """

    kind: DocumentKind
    span: Span
    level: int = 0
    runs: Runs = ()
    number: int | None = None
    header: tuple[Runs, ...] = ()
    rows: tuple[TableRow, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A whole article, front matter and boilerplate included. ``length`` counts the code points of its text."""

    id: str
    title: str
    language: Language
    sha256: str
    length: int
    blocks: tuple[DocumentBlock, ...]


def read_document(article: Article) -> Document:
    """The article's document. Its runs stand in the order of the source, and apart from one another."""
    title = article.metadata.title
    blocks = tuple(_Shaper(article.text).blocks(title))
    return Document(article.id, title, article.language, article.sha256, len(article.text), blocks)


class _Shaper:
    """Puts together what the parser and the layout know of one text."""

    def __init__(self, source: str) -> None:
        self._blocks, self._layout = parse_markdown(source), read_layout(source)
        self._reader = RunReader(source, self._layout)

    def blocks(self, title: str) -> Iterator[DocumentBlock]:
        """The blocks of the document; those of one table are one."""
        texts = {block.span.start: block.text for block in self._blocks}
        last: TablePlace | None = None
        for block in _with_title(self._blocks, title):
            table = place_at(self._layout.tables, block.span.start)
            if table is None:
                yield from self._block(block)
            elif table is not last:
                yield self._table(table, texts)
            last = table

    def _block(self, block: Block) -> Iterator[DocumentBlock]:
        code = place_at(self._layout.codes, block.span.start)
        if block.kind is BlockKind.FRONT_MATTER:
            yield DocumentBlock(DocumentKind.FRONT_MATTER, block.span, entries=tuple(self._entries(block)))
        elif block.kind is BlockKind.CODE and code is not None:
            yield DocumentBlock(DocumentKind.CODE, block.span, runs=self._reader.verbatim(code.text))
        else:
            runs = self._reader.runs(block.text, block.span)
            # search reads nothing of some blocks, but they may hold an image
            kind = DocumentKind.PARAGRAPH if block.kind is BlockKind.MARKUP else DocumentKind(block.kind.value)
            place = place_at(self._layout.numbers, block.span.start) if kind is DocumentKind.LIST_ITEM else None
            if runs:
                yield DocumentBlock(kind, block.span, block.level, runs, place.number if place is not None else None)

    def _entries(self, block: Block) -> Iterator[Entry]:
        """Front matter that is no YAML is one entry without a key."""
        if not block.cells:
            yield Entry(block.span, "", self._reader.runs(block.text, block.span))
        for cell in block.cells:
            span = cell.value.span(0, len(cell.value.text)) or block.span
            yield Entry(span, cell.header, self._reader.runs(cell.value, span))

    def _table(self, table: TablePlace, texts: Mapping[int, SourceText]) -> DocumentBlock:
        head, *rows = [self._row(row, texts.get(row.span.start, _NOTHING)) for row in table.rows]
        return DocumentBlock(DocumentKind.TABLE, table.span, header=head.cells, rows=tuple(rows))

    def _row(self, row: RowPlace, text: SourceText) -> TableRow:
        return TableRow(row.span, tuple(self._reader.runs(_part(text, cell), cell) for cell in row.cells))


def _part(text: SourceText, span: Span) -> SourceText:
    """What ``text``, a row in one line, has from a cell of it."""
    inside = [s for s in text.segments if span.start <= s.source_start < span.end]
    return text.slice(inside[0].start, inside[-1].end) if inside else _NOTHING


def _with_title(blocks: tuple[Block, ...], title: str) -> Iterator[Block]:
    """A first paragraph that is nothing but the title is the main heading, as ``index.reading`` has it."""
    first = next((block for block in blocks if block.kind not in (BlockKind.MARKUP, BlockKind.FRONT_MATTER)), None)
    for block in blocks:
        named = block is first and block.kind is BlockKind.PARAGRAPH and block.text.text.lstrip("# ") == title
        yield replace(block, kind=BlockKind.HEADING, level=1) if named else block
