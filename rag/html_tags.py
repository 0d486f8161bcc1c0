"""The tags of a stretch of HTML, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser

from index.spans import Span


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: its name in small letters, where it stands, and what it says; an end tag says nothing and has no length."""

    name: str
    span: Span
    attributes: dict[str, str]
    closes: bool = False


def read_tags(source: str, span: Span) -> list[Tag]:
    """The tags in a span of ``source``, in order."""
    text = span.quote(source)
    reader = _TagReader(text, span.start)
    reader.feed(text)
    reader.close()
    return reader.tags


class _TagReader(HTMLParser):
    """The tags of a stretch of HTML with their positions; comments, scripts and styles hold none."""

    def __init__(self, text: str, offset: int) -> None:
        super().__init__(convert_charrefs=False)
        self._offset, self.tags = offset, list[Tag]()
        self._line_starts = [0, *(i + 1 for i, character in enumerate(text) if character == "\n")]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._position()
        attributes = {name: value or "" for name, value in reversed(attrs)}  # of two of one name the first counts
        self.tags.append(Tag(tag, Span(start, start + len(self.get_starttag_text() or "")), attributes))

    def handle_endtag(self, tag: str) -> None:
        at = self._position()
        self.tags.append(Tag(tag, Span(at, at), {}, closes=True))

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """``<![…>`` is a comment, as browsers take it; the inherited method raises at one it does not know."""
        return self.parse_bogus_comment(i)

    def _position(self) -> int:
        line, column = self.getpos()
        return self._offset + self._line_starts[line - 1] + column
