"""The standard library's HTML parser with places in an article."""

from __future__ import annotations

import re
from html.parser import HTMLParser


class HtmlPositions(HTMLParser):
    """Turns the line and column that HTMLParser reports into a position. Args: ``start``: where ``text`` begins."""

    def __init__(self, text: str, start: int) -> None:
        super().__init__(convert_charrefs=False)
        self.text, self._start = text, start
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def read(self) -> None:
        """Parses all of the text."""
        self.feed(self.text)
        self.close()

    def parse_marked_section(self, i: int, report: int = 1) -> int:
        """``<![…>`` is a comment, as browsers take it; the inherited method raises at one it does not know."""
        return self.parse_bogus_comment(i)

    def _position(self) -> int:
        line, column = self.getpos()
        return self._start + self._line_starts[line - 1] + column
