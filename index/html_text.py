"""What a block of HTML says, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html.parser import HTMLParser

from index.spans import Span


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


def html_text(source: str, lines: Sequence[Span]) -> Iterator[Span]:
    """The spans of the text between the tags. Args: the lines of an HTML block, in order."""
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
