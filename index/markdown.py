"""Markdown and plain text to blocks with exact source positions.

The grammar is pulldown-cmark's (CommonMark with pipe tables, strikethrough and footnotes), read through pyromark,
which reports the byte range of every block and of every run of inline text. HTML inside is read by the standard
library's parser, front matter by PyYAML; both report positions too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from index.blocks import EMPHASIS_LEVEL, Block, BlockKind, Cell, Link, record_text
from index.events import EventReader
from index.front_matter import front_matter_block
from index.html_text import read_html
from index.inline import InlineText
from index.source_text import SourceText
from index.spans import Span

_EMPTY = SourceText("", ())
_LONGEST_EMPHASISED_HEADING = 40
_STRONG_TAGS = ("<b>", "<strong>")
_STRONG_ENDS = ("</b>", "</strong>")
_BREAK_TAGS = ("<br", "</p", "</div", "</li", "</td", "<p", "<div", "<li")


def parse_markdown(source: str) -> tuple[Block, ...]:
    """The blocks of ``source`` from top to bottom; every character that is not white space lies in one of them."""
    front_matter = front_matter_block(source)
    offset = front_matter.span.end if front_matter is not None else 0
    body = _fill_gaps(_Parser(source, offset).blocks(), source, offset)
    return (front_matter, *body) if front_matter is not None else tuple(body)


def _fill_gaps(blocks: list[Block], source: str, start: int) -> Iterator[Block]:
    """The blocks and, as markup, what the parser reports nothing of: quote marks, definitions of links."""
    for block in blocks:
        if source[start : block.span.start].strip():
            yield Block(BlockKind.MARKUP, Span(start, block.span.start), _EMPTY)
        yield block
        start = block.span.end
    if source[start:].strip():
        yield Block(BlockKind.MARKUP, Span(start, len(source)), _EMPTY)


class _Parser(EventReader):
    """Each open block collects its inline text."""

    def __init__(self, source: str, offset: int) -> None:
        super().__init__(source, offset)
        self._blocks: list[Block] = []
        self._inline: InlineText | None = None
        self._images: list[InlineText] = []
        self._labels: list[InlineText] = []
        self._items = 0
        self._headers: list[str] = []
        self._cells: list[SourceText] = []
        self._html: list[Span] = []

    def blocks(self) -> list[Block]:
        self._walk()
        return self._blocks

    # -- inline ------------------------------------------------------------------------------------------------------

    @property
    def _target(self) -> InlineText:
        """Where inline text goes now; text outside any block (loose list items) cannot occur."""
        if self._images:
            return self._images[-1]
        if self._inline is None:
            self._inline = InlineText(self._source)
        return self._inline

    def _leaf(self, name: str, value: str, span: Span) -> None:
        if name == "Text":
            for inline in (self._target, *self._labels):
                inline.text(span, value)
        elif name == "Code":
            for inline in (self._target, *self._labels):
                inline.code(span, value)
        elif name == "Html":
            self._html.append(span)
        elif name == "InlineHtml":
            self._inline_html(value.lower(), span)

    def _mark(self, name: str, span: Span) -> None:
        if name == "Rule":
            if not self._inside_item(span):
                self._add(BlockKind.MARKUP, span)
        else:
            self._target.line_break(span, soft=name == "SoftBreak")

    def _inline_html(self, tag: str, span: Span) -> None:
        if tag.startswith(_STRONG_TAGS):
            self._target.open_strong()
        elif tag.startswith(_STRONG_ENDS):
            self._target.close_strong()
        elif tag.startswith(_BREAK_TAGS):
            self._target.line_break(span)

    def _start_strong(self, _span: Span, _data: object) -> None:
        self._target.open_strong()

    def _end_strong(self, _span: Span, _data: object) -> None:
        self._target.close_strong()

    def _start_image(self, _span: Span, _data: object) -> None:
        self._images.append(InlineText(self._source))

    def _end_image(self, span: Span, _data: object) -> None:
        caption = self._images.pop().finish()
        self._target.image(span, caption)

    def _start_link(self, _span: Span, data: Mapping[str, Any]) -> None:
        self._labels.append(InlineText(self._source))
        self._labels[-1].links.append(Link("", data["dest_url"]))

    def _end_link(self, _span: Span, _data: object) -> None:
        label = self._labels.pop()
        self._target.links.append(Link(label.finish().text, label.links[0].url))

    # -- blocks ------------------------------------------------------------------------------------------------------

    def _add(self, kind: BlockKind, span: Span, text: SourceText = _EMPTY, level: int = 0, **more: Any) -> None:
        if not text.text.strip() and kind is not BlockKind.TABLE_HEAD:
            kind, level = BlockKind.MARKUP, 0
        self._blocks.append(Block(kind, span, text, level, **more))

    def _close(self, kind: BlockKind, span: Span, level: int = 0) -> None:
        inline, self._inline = self._target, None
        text, links = inline.finish(), tuple(inline.links)
        bold = inline.emphasised_line(text) if kind is BlockKind.PARAGRAPH else None
        if bold is None or not _reads_like_heading(text.text[:bold]):
            self._add(kind, span, text, level, links=links)
            return
        line, rest = text.slice(0, bold), text.slice(bold, len(text.text)).strip()
        at = rest.span(0, len(rest.text))
        cut = at.start if at is not None else span.end
        self._add(BlockKind.HEADING, Span(span.start, cut), line, EMPHASIS_LEVEL, links=links)
        if at is not None:
            self._add(kind, Span(cut, span.end), rest)

    def _inside_item(self, span: Span) -> bool:
        """Blocks inside a list item are lines of that item."""
        if self._items:
            self._target.line_break(Span(span.start, span.start))
        return self._items > 0

    def _start_paragraph(self, span: Span, _data: object) -> None:
        self._inside_item(span)

    def _end_paragraph(self, span: Span, _data: object) -> None:
        if not self._items:
            self._close(BlockKind.PARAGRAPH, span)

    def _end_heading(self, span: Span, data: str) -> None:
        if not self._inside_item(span):
            self._close(BlockKind.HEADING, span, level=int(data[1:]))

    def _start_codeblock(self, span: Span, _data: object) -> None:
        self._inside_item(span)

    def _end_codeblock(self, span: Span, _data: object) -> None:
        if not self._inside_item(span):
            self._close(BlockKind.CODE, span)

    def _start_item(self, span: Span, _data: object) -> None:
        self._inside_item(span)
        self._items += 1

    def _end_item(self, span: Span, _data: object) -> None:
        self._items -= 1
        if not self._items:
            self._close(BlockKind.LIST_ITEM, span)

    def _start_htmlblock(self, span: Span, _data: object) -> None:
        self._inside_item(span)
        self._html = []

    def _end_htmlblock(self, span: Span, _data: object) -> None:
        read_html(self._source, self._html, self._target)
        if not self._items:
            self._close(BlockKind.PARAGRAPH, span)

    # -- tables ------------------------------------------------------------------------------------------------------

    def _start_table(self, span: Span, _data: object) -> None:
        self._inside_item(span)
        self._headers = []

    def _start_tablehead(self, _span: Span, _data: object) -> None:
        self._cells = []

    def _start_tablerow(self, span: Span, _data: object) -> None:
        self._inside_item(span)
        self._cells = []

    def _end_tablecell(self, span: Span, _data: object) -> None:
        if self._items:
            self._target.text(Span(span.end, span.end), " ")
            return
        inline, self._inline = self._target, None
        self._cells.append(inline.finish())

    def _end_tablehead(self, span: Span, _data: object) -> None:
        if self._items:
            return
        self._headers = [cell.text.rstrip(":：").strip() for cell in self._cells]
        # the delimiter row belongs to no event: it ends where the first row begins, and is markup of the head
        end = self._source.find("\n", span.end)
        self._add(BlockKind.TABLE_HEAD, Span(span.start, end + 1 or len(self._source)), _one_line(self._cells))

    def _end_tablerow(self, span: Span, _data: object) -> None:
        if self._items:
            return
        named = zip(self._headers, self._cells, strict=False)
        cells = tuple(Cell(header, value) for header, value in named if value.text)
        self._add(BlockKind.TABLE_ROW, span, record_text(cells), cells=cells)


def _reads_like_heading(line: str) -> bool:
    """A short bold line that is no sentence: "**市场格局**", "**01.**", but not "**这是结论。**"."""
    ends_sentence = line.endswith(("。", "；", "！", "…")) or (line.endswith(".") and " " in line)
    return len(line) <= _LONGEST_EMPHASISED_HEADING and not ends_sentence


def _one_line(cells: list[SourceText]) -> SourceText:
    return record_text(tuple(Cell("", cell) for cell in cells if cell.text))
