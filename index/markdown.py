"""Markdown and plain text to blocks with exact source positions.

The grammar is pulldown-cmark's (CommonMark with pipe tables, strikethrough and YAML front matter), read through
pyromark, which reports the byte range of every block and of every run of inline text. HTML inside is read by the
standard library's parser, front matter by PyYAML; both report positions too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pyromark
import yaml

from index.blocks import EMPHASIS_LEVEL, Block, BlockKind, Cell, Link
from index.inline import InlineText
from index.source_text import SourceText, SourceTextBuilder
from index.spans import Span

_OPTIONS = pyromark.Options.ENABLE_TABLES | pyromark.Options.ENABLE_STRIKETHROUGH
_FRONT_MATTER = pyromark.Options.ENABLE_YAML_STYLE_METADATA_BLOCKS
_EMPTY = SourceText("", ())
_LONGEST_EMPHASISED_HEADING = 40
_STRONG_TAGS = ("<b>", "<strong>")
_STRONG_ENDS = ("</b>", "</strong>")
_BREAK_TAGS = ("<br", "</p", "</div", "</li", "</td", "<p", "<div", "<li")


def parse_markdown(source: str) -> tuple[Block, ...]:
    """The blocks of ``source`` from top to bottom; every character that is not white space lies in one of them."""
    offset = _front_matter_end(source)
    blocks = [_front_matter_block(source, offset)] if offset else []
    return (*blocks, *_Parser(source, offset).blocks())


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


class _Parser:
    """One pass over the parser's events; each open block collects its inline text."""

    def __init__(self, source: str, offset: int) -> None:
        self._source = source
        body = source[offset:]
        self._events = pyromark.events_with_range(body, options=_OPTIONS)
        # code point index of every byte index, so that byte ranges become positions in the source
        encoded = np.frombuffer(body.encode(), dtype=np.uint8)
        starts = np.concatenate([(encoded & 0xC0) != 0x80, [True]])
        self._position = offset + np.cumsum(starts) - 1
        self._blocks: list[Block] = []
        self._inline: InlineText | None = None
        self._images: list[InlineText] = []
        self._labels: list[InlineText] = []
        self._items = 0
        self._headers: list[str] = []
        self._cells: list[SourceText] = []
        self._html: list[Span] = []

    def blocks(self) -> list[Block]:
        for event, byte_range in self._events:
            span = Span(int(self._position[byte_range["start"]]), int(self._position[byte_range["end"]]))
            if isinstance(event, str):
                self._mark(event, span)
                continue
            (name, value), *_ = event.items()
            if name in ("Start", "End"):
                tag, data = (value, None) if isinstance(value, str) else next(iter(value.items()))
                handler = getattr(self, f"_{name.lower()}_{tag.lower()}", None)
                if handler is not None:
                    handler(span, data)
            else:
                self._leaf(name, value, span)
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

    def _start_htmlblock(self, _span: Span, _data: object) -> None:
        self._html = []

    def _end_htmlblock(self, span: Span, _data: object) -> None:
        for piece in _html_text(self._source, self._html):
            self._target.text(piece, piece.quote(self._source))
            self._target.line_break(Span(piece.end, piece.end))
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


# -- HTML ----------------------------------------------------------------------------------------------------------------


class _HtmlText(HTMLParser):
    """The positions of what an HTML fragment says, by line and column as HTMLParser reports them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[tuple[int, int], int]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style") and self._silent > 0

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent:
            self.found.append((self.getpos(), len(data)))


def _html_text(source: str, lines: list[Span]) -> Iterator[Span]:
    """The spans of the text between the tags of an HTML block."""
    if not lines:
        return
    start, end = lines[0].start, lines[-1].end
    parser = _HtmlText()
    parser.feed(source[start:end])
    parser.close()
    line_starts = [start]
    for _ in range(source.count("\n", start, end)):
        line_starts.append(source.index("\n", line_starts[-1]) + 1)
    for (line, column), length in parser.found:
        at = line_starts[line - 1] + column
        yield Span(at, min(at + length, end))


# -- front matter --------------------------------------------------------------------------------------------------------


def _front_matter_end(source: str) -> int:
    """Where the article's body begins: after YAML front matter at the very top, else 0."""
    if not source.startswith("---"):
        return 0
    for event, byte_range in pyromark.events_with_range(source, options=_OPTIONS | _FRONT_MATTER):
        if event == {"End": {"MetadataBlock": "YamlStyle"}} and byte_range["start"] == 0:
            return len(source.encode()[: byte_range["end"]].decode())
        if event != {"Start": {"MetadataBlock": "YamlStyle"}} and "Text" not in event:
            return 0
    return 0


def _front_matter_block(source: str, end: int) -> Block:
    cells = tuple(_front_matter_cells(source, end))
    return Block(BlockKind.FRONT_MATTER, Span(0, end), record_text(cells), cells=cells)


def _front_matter_cells(source: str, end: int) -> Iterator[Cell]:
    """The entries whose value is text or a list of texts; nothing if the YAML is broken."""
    start = source.index("\n") + 1
    stop = source.rfind("---", start, end)
    try:
        root = yaml.compose(source[start:stop], Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return
    if not isinstance(root, yaml.MappingNode):
        return
    for key, value in root.value:
        nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
        builder = SourceTextBuilder()
        for node in nodes:
            if isinstance(node, yaml.ScalarNode) and node.value:
                if len(builder):
                    builder.insert(", ")
                low, high = start + node.start_mark.index, start + node.end_mark.index
                at = source.find(node.value, low, high)
                # a folded or escaped scalar reads unlike its source: then the whole scalar is one atomic segment
                builder.copy(node.value, *((at, at + len(node.value)) if at >= 0 else (low, high)))
        if len(builder):
            yield Cell(str(key.value), builder.build())
