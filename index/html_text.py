"""Reads what a block of HTML says, and where."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from index.html_positions import HtmlPositions
from index.inline import InlineText
from index.spans import Span

_SILENT_TAGS = ("script", "style")
_INLINE_TAGS = frozenset(
    "a abbr b cite code del em font i ins kbd mark q s samp small span strong sub sup u var wbr".split()
)
"""Tags that end no line."""
_NOTHING = "\0"
"""Stands for what is between the lines, the marks of a quotation; no article holds it."""
_NO_LINE_END = re.compile(r"[^\r\n]")
_RUN = re.compile(rf"(?P<line_end>[\r\n]+)|[^\r\n{_NOTHING}]+")


def read_html(source: str, lines: Sequence[Span], target: InlineText) -> None:
    """Adds the text between the tags to ``target``. Args: the lines of an HTML block, in order."""
    if lines:
        _HtmlReader(source, lines, target).read()


class _HtmlReader(HtmlPositions):
    """The lines may stand apart in the source, as they do in a quotation."""

    def __init__(self, source: str, lines: Sequence[Span], target: InlineText) -> None:
        parts, at = [], lines[0].start
        for line in lines:
            parts += [_NO_LINE_END.sub(_NOTHING, source[at : line.start]), line.quote(source)]
            at = line.end
        super().__init__("".join(parts), lines[0].start)
        self._target, self._silent = target, 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._silent += tag in _SILENT_TAGS
        self._end_line(tag)

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT_TAGS and self._silent > 0
        self._end_line(tag)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        at = self._position()
        for match in _RUN.finditer(data):
            span = Span(at + match.start(), at + match.end())
            if match["line_end"]:
                self._target.line_break(span, soft=True)
            else:
                self._target.text(span, match.group())

    def handle_entityref(self, name: str) -> None:
        self._reference(f"&{name}")

    def handle_charref(self, name: str) -> None:
        self._reference(f"&#{name}")

    def _reference(self, written: str) -> None:
        at = self._position()
        end = at + len(written)
        end += self.text[end - self._start : end - self._start + 1] == ";"
        if not self._silent:
            self._target.text(Span(at, end), html.unescape(self.text[at - self._start : end - self._start]))

    def _end_line(self, tag: str) -> None:
        if tag not in _INLINE_TAGS:
            at = self._position()
            self._target.line_break(Span(at, at))
