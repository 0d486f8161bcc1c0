"""Cuts what a language model wrote into sentences, each with the markers of the quotes it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.sentences import split_sentences
from index.spans import Span

_SPACE = r"[^\S\n]*"
_MARKER = re.compile(rf"[\[［【〔]{_SPACE}\d{{1,3}}(?:{_SPACE}[,，、;；~～–—-]{_SPACE}\d{{1,3}})*{_SPACE}[\]］】〕]")
"""[1], [1, 2], [1-3], 【1】, ［１］. A longer number is none: "[2023]" is a year."""
_BEGUN = re.compile(r"[\[［【〔](?:[^\S\n]|[\d,，、;；~～–—-])*\Z")
"""What may yet become a marker."""
_NUMBERS = re.compile(rf"(\d+)(?:{_SPACE}[~～–—-]{_SPACE}(\d+))?")
_LONGEST_RANGE = 20
_LIST_NUMBER = re.compile(r"\s*\d{1,3}\.\s*")
_ENDS = frozenset("。！？；!?….")
_CLOSERS = "”’\"')）]】》」』〉"


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence as it was written, white space and markers included: ``text[span.start:span.end]`` of the whole text.

    ``markers`` are numbers of quotes that there are, ``unknown`` those of none, each once and in the order written.
    """

    text: str
    span: Span
    markers: tuple[int, ...]
    unknown: tuple[int, ...]

    @property
    def said(self) -> str:
        """The sentence without its markers; empty where there is nothing else."""
        return without_markers(self.text)


class StatementReader:
    """Takes a text piece by piece and gives each statement as soon as the one after it has begun.

    All that it gives together is what ``split_statements`` makes of the whole text, wherever the pieces are cut.

    Args:
        quotes: how many quotes there are; their markers are 1 to this.
    """

    def __init__(self, quotes: int) -> None:
        self._quotes = quotes
        self._line = ""  # what was given of the line under way: quotes and list numbers in it decide what follows
        self._rest = ""
        self._offset = 0

    def feed(self, delta: str) -> list[Statement]:
        """The statements that ``delta`` makes certain."""
        self._rest += delta
        begun = _BEGUN.search(self._rest)
        return self._take(self._rest[: begun.start()] if begun else self._rest, finished=False)

    def finish(self) -> list[Statement]:
        """What remains when no more text will come."""
        return self._take(self._rest, finished=True)

    def _take(self, certain: str, finished: bool) -> list[Statement]:
        known = len(self._line)
        pieces = _pieces(self._line + certain)
        # the last one may go on
        ripe = [piece for piece in (pieces if finished else pieces[:-1]) if piece.start >= known]
        if not ripe:
            return []
        written = self._line + certain
        taken = written[known : ripe[-1].end]
        found = [_statement(piece.quote(written), self._offset + piece.start - known, self._quotes) for piece in ripe]
        self._offset += len(taken)
        self._rest = self._rest[len(taken) :]
        self._line = (self._line + taken).rpartition("\n")[2]
        return found


def split_statements(text: str, quotes: int) -> list[Statement]:
    """The statements of ``text`` in order; their texts joined are the text. ``quotes`` is how many quotes there are.

    A sentence ends where ``split_sentences`` ends it were there no markers; a marker after a full stop and before a new
    sentence confirms the end, even after an abbreviation. A marker belongs to the sentence before it, unless it opens a line.

    Example: "A cost 5. [1] B is new [2][9].\\n" with two quotes says "A cost 5." by 1, and "B is new." by 2 and an unknown 9.
    """
    return [_statement(piece.quote(text), piece.start, quotes) for piece in _pieces(text)]


def without_markers(text: str) -> str:
    """The text without its markers and the space before them."""
    return _plain(text).text.strip()


@dataclass(frozen=True, slots=True)
class _Plain:
    """A text without its markers; ``at[i]`` is where its character ``i`` stands in the full text."""

    text: str
    at: list[int]


def _plain(text: str) -> _Plain:
    kept: list[str] = []
    at: list[int] = []
    end = 0
    for match in _MARKER.finditer(text):
        kept += text[end : match.start()]
        at += range(end, match.start())
        while kept and kept[-1].isspace() and kept[-1] != "\n":
            kept.pop()
            at.pop()
        end = match.end()
        if filler := _filler("".join(kept[-12:]), text[end : end + 12]):
            kept.append(filler)
            at.append(match.start())
    return _Plain("".join(kept) + text[end:], [*at, *range(end, len(text))])


def _filler(before: str, after: str) -> str:
    """What a marker between the two stands for when sentences are cut: a line end, a space, or nothing."""
    following = after.lstrip()[:1]
    if not following.isalnum():
        return ""
    ended = before.rstrip().rstrip(_CLOSERS)[-1:] in _ENDS and not _LIST_NUMBER.fullmatch(before.rpartition("\n")[2])
    if ended and not following.islower():
        return "\n"
    return " " if (before[-1:] + after[0]).isascii() and before[-1:].isalnum() and after[0].isalnum() else ""


def _pieces(text: str) -> list[Span]:
    """The spans of the statements: none is left out between them."""
    cuts = [0, *_cuts(text), len(text)]
    return [Span(start, end) for start, end in pairwise(cuts) if end > start]


def _cuts(text: str) -> Iterator[int]:
    plain = _plain(text)
    sentences = split_sentences(plain.text)
    for sentence, following in pairwise(sentences):
        end, start = plain.at[sentence.end - 1] + 1, plain.at[following.start]
        line_end = text.rfind("\n", end, start)
        yield start if line_end < 0 else line_end + 1


def _statement(text: str, start: int, quotes: int) -> Statement:
    numbers = tuple(dict.fromkeys(number for match in _MARKER.finditer(text) for number in _numbers(match.group())))
    return Statement(
        text,
        Span(start, start + len(text)),
        tuple(number for number in numbers if 1 <= number <= quotes),
        tuple(number for number in numbers if not 1 <= number <= quotes),
    )


def _numbers(marker: str) -> Iterator[int]:
    for match in _NUMBERS.finditer(marker):
        first, last = int(match[1]), int(match[2] or match[1])
        if first <= last <= first + _LONGEST_RANGE:
            yield from range(first, last + 1)
        else:
            yield from (first, last)
