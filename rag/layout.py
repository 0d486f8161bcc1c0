"""Where an article's links, images and table cells stand: what the blocks of ``index.markdown`` leave out.

A second pass over the same parser's events. A reader sees links and pictures; search needs neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from index.events import EventReader
from index.front_matter import front_matter_block
from index.inline import InlineText
from index.source_text import SourceText, SourceTextBuilder
from index.spans import Span
from rag.html_tags import Tag, read_tags


class Placed(Protocol):
    """Whatever stands somewhere."""

    @property
    def span(self) -> Span: ...


P = TypeVar("P", bound=Placed)


@dataclass(frozen=True, slots=True)
class LinkPlace:
    """A link: the span of its whole markup, and where it leads, as the article says."""

    span: Span
    url: str


@dataclass(frozen=True, slots=True)
class ImagePlace:
    """An image: the span of its whole markup, where it is, and its alternative text."""

    span: Span
    url: str
    alt: SourceText

    @property
    def read(self) -> Span:
        """Where its alternative text stands; the whole image if it has none."""
        return self.alt.span(0, len(self.alt.text)) or self.span

    def within(self, span: Span) -> ImagePlace:
        """With as much of its alternative text as stands in ``span``: a bold first line of it may be a heading."""
        if span.covers(self.read):
            return self
        kept = [s for s in self.alt.segments if span.start <= s.source_start and s.source_end <= span.end]
        return replace(self, alt=self.alt.slice(kept[0].start, kept[-1].end)) if kept else self


@dataclass(frozen=True, slots=True)
class CodePlace:
    """A code block, and its lines as they are written: search leaves out most of an address."""

    span: Span
    text: SourceText


@dataclass(frozen=True, slots=True)
class NumberPlace:
    """An item of a numbered list, and its number as a reader sees it: the list's first, and so on."""

    span: Span
    number: int


@dataclass(frozen=True, slots=True)
class RowPlace:
    """A row of a table, and its cells from left to right, empty ones too."""

    span: Span
    cells: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class TablePlace:
    """A table; the first row is its head."""

    span: Span
    rows: tuple[RowPlace, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """All of an article's, each by position. Links do not overlap, nor do images.

    Tables, code blocks and lists inside list items, which are lines of their item, are left out.
    """

    links: tuple[LinkPlace, ...]
    images: tuple[ImagePlace, ...]
    codes: tuple[CodePlace, ...]
    numbers: tuple[NumberPlace, ...]
    tables: tuple[TablePlace, ...]


def read_layout(source: str) -> Layout:
    """The layout of an article's text."""
    front_matter = front_matter_block(source)
    return _LayoutReader(source, front_matter.span.end if front_matter is not None else 0).read()


class _LayoutReader(EventReader):
    """Collects what has a place."""

    def __init__(self, source: str, offset: int) -> None:
        super().__init__(source, offset)
        self._links: list[LinkPlace] = []
        self._images: list[ImagePlace] = []
        self._codes: list[CodePlace] = []
        self._numbers: list[NumberPlace] = []
        self._tables: list[TablePlace] = []
        self._rows: list[RowPlace] = []
        self._cells: list[Span] = []
        self._items = 0
        self._number: int | None = None
        self._code: SourceTextBuilder | None = None
        self._image: InlineText | None = None
        self._nested: list[str] = []
        self._anchor: LinkPlace | None = None
        self._html: list[Span] = []

    def read(self) -> Layout:
        self._walk()
        return Layout(
            _apart(self._links), _apart(self._images), tuple(self._codes), tuple(self._numbers), tuple(self._tables)
        )

    def _mark(self, name: str, span: Span) -> None:
        if self._image is not None and name in ("SoftBreak", "HardBreak"):
            self._image.line_break(span, soft=name == "SoftBreak")

    def _leaf(self, name: str, value: str, span: Span) -> None:
        if name == "Html":
            self._html.append(span)
        elif name == "InlineHtml":
            self._read_tags(span)
        elif self._code is not None and name == "Text":
            quote = span.quote(self._source)
            self._code.copy(quote if len(quote) == len(value) else value, span.start, span.end)
        elif self._image is not None and name == "Text":
            self._image.text(span, value)
        elif self._image is not None and name == "Code":
            self._image.code(span, value)

    def _start_image(self, _span: Span, data: Any) -> None:
        self._nested.append(data["dest_url"])
        self._image = self._image or InlineText(self._source)

    def _end_image(self, span: Span, _data: object) -> None:
        """An image inside another's alternative text is a part of that text."""
        url = self._nested.pop()
        if not self._nested and self._image is not None:
            self._images.append(ImagePlace(span, url, self._image.finish()))
            self._image = None

    def _start_link(self, span: Span, data: Any) -> None:
        if self._image is None:
            self._links.append(LinkPlace(span, data["dest_url"]))

    def _start_list(self, _span: Span, data: Any) -> None:
        """``data`` is its first number, None if it is not numbered."""
        if not self._items:
            self._number = data

    def _start_item(self, span: Span, _data: object) -> None:
        if not self._items and self._number is not None:
            self._numbers.append(NumberPlace(span, self._number))
            self._number += 1
        self._items += 1

    def _end_item(self, _span: Span, _data: object) -> None:
        self._items -= 1
        self._anchor = None

    def _end_paragraph(self, _span: Span, _data: object) -> None:
        """A link of HTML does not outlive its block."""
        self._anchor = None

    _end_heading = _end_paragraph

    def _start_codeblock(self, _span: Span, _data: object) -> None:
        self._code = SourceTextBuilder()

    def _end_codeblock(self, span: Span, _data: object) -> None:
        if self._code is not None and not self._items:
            self._codes.append(CodePlace(span, _without_last_line_end(self._code.build())))
        self._code = None

    def _start_htmlblock(self, _span: Span, _data: object) -> None:
        self._html = []

    def _end_htmlblock(self, _span: Span, _data: object) -> None:
        for part in _joined(self._html):
            self._read_tags(part)
        self._anchor = None

    def _start_table(self, _span: Span, _data: object) -> None:
        self._rows = []

    def _end_table(self, span: Span, _data: object) -> None:
        if not self._items:
            self._tables.append(TablePlace(span, tuple(self._rows)))

    def _start_tablehead(self, _span: Span, _data: object) -> None:
        self._cells = []

    def _end_tablehead(self, span: Span, _data: object) -> None:
        self._rows.append(RowPlace(span, tuple(self._cells)))

    _start_tablerow, _end_tablerow = _start_tablehead, _end_tablehead

    def _end_tablecell(self, span: Span, _data: object) -> None:
        self._cells.append(span)
        self._anchor = None

    def _read_tags(self, span: Span) -> None:
        """Links and images of HTML. The tags of one link may come in several spans, of one block."""
        for tag in read_tags(self._source, span):
            if tag.name == "img" and self._image is None:
                self._images.append(_html_image(self._source, tag))
            elif tag.name == "a" and not tag.closes:
                self._anchor = LinkPlace(tag.span, tag.attributes.get("href", ""))
            elif tag.name == "a" and self._anchor is not None:
                self._links.append(LinkPlace(Span(self._anchor.span.start, tag.span.end), self._anchor.url))
                self._anchor = None


def _html_image(source: str, tag: Tag) -> ImagePlace:
    alt = tag.attributes.get("alt", "").strip()
    at = source.find(alt, tag.span.start, tag.span.end) if alt else -1
    builder = SourceTextBuilder()
    # one with entities in it reads unlike its source: then it stands for the whole tag
    builder.copy(alt, *((at, at + len(alt)) if at >= 0 else (tag.span.start, tag.span.end)))
    return ImagePlace(tag.span, tag.attributes.get("src", ""), builder.build())


def _without_last_line_end(text: SourceText) -> SourceText:
    return text.slice(0, len(text.text.rstrip("\r\n")))


def _joined(spans: Sequence[Span]) -> list[Span]:
    """The spans with those that touch made one: lines of HTML, which in a quotation stand apart."""
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].end == span.start:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined


def _apart(places: Sequence[P]) -> tuple[P, ...]:
    """By position, without those that reach into one before."""
    kept: list[P] = []
    for place in sorted(places, key=lambda place: (place.span.start, -place.span.end)):
        if not kept or place.span.start >= kept[-1].span.end:
            kept.append(place)
    return tuple(kept)
