"""Turns the inline events of one block into readable text mapped to the source."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from index.blocks import Link
from index.language import count_han
from index.source_text import SourceText, SourceTextBuilder
from index.spans import Span

_BARE_URL = re.compile(
    r"https?://(?P<host>[\w.-]+) (?: [!-'*-;=-{}~] | \([!-'*-;=-{}~]*\) )* (?<![.,;:!?'\"])", re.ASCII | re.VERBOSE
)
_STRAY_EMPHASIS = re.compile(r"\*{2,}")
_SENTENCE_END = tuple('。！？!?；;…:：”"』」.)）')
_SOFT, _HARD = "\n", "\n\n"
_WRAP_COLUMNS = 60
"""A line that runs at least this wide and stops in mid-sentence was wrapped by a program, not ended by a writer."""
_LINE_TAIL = 2 * _WRAP_COLUMNS
"""How much of a line's end is looked at to tell how it breaks."""
_CAPTION_HAN, _CAPTION_WORDS = 5, 4
"""The least an image's alternative text must hold to be read as a caption; "图片" and "img 3" are not."""


@dataclass(slots=True)
class InlineText:
    """Collects the text of one block piece by piece; ``finish`` joins wrapped lines and gives the result."""

    source: str
    links: list[Link] = field(default_factory=list)
    strong: Span | None = None
    _pieces: list[tuple[str, int, int]] = field(default_factory=list)
    _strong_since: list[int] = field(default_factory=list)

    def text(self, span: Span, text: str) -> None:
        """A run of text; runs that touch in the source become one, so that marks are seen whole."""
        if self._pieces and len(text) == len(span):
            last, start, end = self._pieces[-1]
            if end == span.start and len(last) == end - start and "\n" not in last:
                self._pieces[-1] = (self.source[start : span.end], start, span.end)
                return
        verbatim = len(text) == len(span)
        self._pieces.append((span.quote(self.source) if verbatim else text, span.start, span.end))

    def code(self, span: Span, text: str) -> None:
        """A code span: its content stands verbatim between its fences, if no line end was folded."""
        quote = span.quote(self.source)
        fence = len(quote) - len(quote.lstrip("`"))
        at = self.source.find(text, span.start + fence, span.end - fence)
        self.text(Span(at, at + len(text)) if at >= 0 else span, text)

    def line_break(self, span: Span, soft: bool = False) -> None:
        """The end of a line; a soft one disappears where it only wraps a sentence."""
        self._pieces.append((_SOFT if soft else _HARD, span.start, span.end))

    def open_strong(self) -> None:
        if self.strong is None:
            self._strong_since.append(self._length())

    def close_strong(self) -> None:
        if self.strong is None and self._strong_since:
            self.strong = Span(self._strong_since.pop(), self._length())

    def image(self, span: Span, caption: SourceText) -> None:
        """An image: its alternative text is read, on a line of its own, if it says something."""
        self.line_break(Span(span.start, span.start))
        said = caption.text.strip()
        if count_han(said) >= _CAPTION_HAN or len(said.split()) >= _CAPTION_WORDS:
            self._pieces += _pieces_of(caption)
        self.line_break(Span(span.end, span.end))

    def finish(self) -> SourceText:
        """The readable text, ``\\n`` between its lines, without white space at its ends.

        Bare URLs shrink to their host; emphasis marks that closed nothing disappear.
        """
        builder = SourceTextBuilder()
        line = ""
        for i, (text, start, end) in enumerate(self._pieces):
            said = self._break(i, line) if text in (_SOFT, _HARD) else text
            if said == "\n" and not line:
                continue
            if said == self.source[start:end]:
                indentation = 0 if line else len(said) - len(said.lstrip(" \t\u3000"))
                read = "".join(_copy_readable(builder, said[indentation:], start + indentation))
            elif len(said) == end - start or start == end:
                builder.insert(read := said)  # a space for a line end, say: the source has no such character there
            else:
                builder.copy(read := said, start, end)
            line = "" if said == "\n" else (line + read)[-_LINE_TAIL:]
        return builder.build().strip()

    def _break(self, at: int, line: str) -> str:
        """What the break at piece ``at`` reads like after ``line``."""
        if self._pieces[at][0] == _HARD:
            return "\n"
        rest = (self._pieces[i][0] for i in range(at + 1, len(self._pieces)))
        return _soft_break(line, next((text for text in rest if text.strip()), ""))

    def emphasised_line(self, text: SourceText) -> int | None:
        """The length of the first line, if that line is one bold run and nothing else.

        ``text`` is what ``finish`` gave; positions of bold runs are compared by what they say, because finishing may
        have dropped white space before them.
        """
        first = text.text.split("\n", 1)[0]
        if self.strong is None:
            return None
        bold = "".join(t for t, _, _ in self._pieces)[self.strong.start : self.strong.end]
        return len(first) if bold.strip() == first.strip() != "" else None

    def _length(self) -> int:
        return sum(len(t) for t, _, _ in self._pieces)


def _pieces_of(text: SourceText) -> Iterator[tuple[str, int, int]]:
    """The segments and what was inserted before each."""
    end = 0
    for s in text.segments:
        if end < s.start:
            yield text.text[end : s.start], s.source_start, s.source_start
        yield text.text[s.start : s.end], s.source_start, s.source_end
        end = s.end


def _copy_readable(builder: SourceTextBuilder, text: str, start: int) -> Iterator[str]:
    """Copies what is read of a verbatim ``text`` that begins at ``start``, and gives it."""
    for low, high in _readable_runs(text):
        builder.copy(text[low:high], start + low, start + high)
        yield text[low:high]


def _readable_runs(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of ``text`` that are read: all but stray emphasis marks and what follows a bare URL's host."""
    hidden = [m.span() for m in _STRAY_EMPHASIS.finditer(text)]
    for match in _BARE_URL.finditer(text):
        hidden += [(match.start(), match.start("host")), (match.end("host"), match.end())]
    at = 0
    for start, end in sorted(hidden):
        if at < start:
            yield at, start
        at = max(at, end)
    if at < len(text):
        yield at, len(text)


def _soft_break(line: str, following: str) -> str:
    """What a line break inside a paragraph reads like: nothing, a space, or the end of a line.

    Wrapped Chinese joins without a space. Lines that are short, or that end like a sentence, stand on their own.
    """
    line = line.rstrip()
    if not line or not following or line.endswith(_SENTENCE_END):
        return "\n"
    wrapped = _columns(line) >= _WRAP_COLUMNS or following.lstrip()[:1].islower()
    if not wrapped:
        return "\n"
    return "" if _is_wide(line[-1]) or _is_wide(following.lstrip()[0]) else " "


def _columns(text: str) -> int:
    return sum(2 if _is_wide(c) else 1 for c in text)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
