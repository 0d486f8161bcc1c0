"""The tags of a stretch of HTML, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass

from index.html_positions import HtmlPositions
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
    reader = _TagReader(span.quote(source), span.start)
    reader.read()
    return reader.tags


class _TagReader(HtmlPositions):
    """Collects tags; comments, scripts and styles hold none."""

    def __init__(self, text: str, start: int) -> None:
        super().__init__(text, start)
        self.tags: list[Tag] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._position()
        attributes = {name: value or "" for name, value in reversed(attrs)}  # of two of one name the first counts
        self.tags.append(Tag(tag, Span(start, start + len(self.get_starttag_text() or "")), attributes))

    def handle_endtag(self, tag: str) -> None:
        at = self._position()
        self.tags.append(Tag(tag, Span(at, at), {}, closes=True))
