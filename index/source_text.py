"""Readable text that remembers where each of its characters stands in the source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from index.spans import Span


@dataclass(frozen=True, slots=True)
class Segment:
    """``text[start:end]`` of the readable text stands for ``source[source_start:source_end]``.

    Equal lengths mean the characters are the same, one for one; otherwise the segment is atomic: an entity such as
    ``&amp;``, or a line break with its indentation.
    """

    start: int
    end: int
    source_start: int
    source_end: int

    @property
    def verbatim(self) -> bool:
        return self.end - self.start == self.source_end - self.source_start


@dataclass(frozen=True, slots=True)
class SourceText:
    """A readable text and the map from it to the source. Characters outside every segment were inserted."""

    text: str
    segments: tuple[Segment, ...]

    def span(self, start: int, end: int) -> Span | None:
        """The smallest source span that holds ``text[start:end]``; None if all of that was inserted."""
        first = bisect_right(self.segments, start, key=lambda s: s.end)
        low = high = None
        for segment in self.segments[first:]:
            if segment.start >= end:
                break
            a, b = max(start, segment.start), min(end, segment.end)
            if a >= b:
                continue
            if segment.verbatim:
                shift = segment.source_start - segment.start
                a, b = a + shift, b + shift
            else:
                a, b = segment.source_start, segment.source_end
            low = a if low is None else min(low, a)
            high = b if high is None else max(high, b)
        return None if low is None or high is None else Span(low, high)

    def slice(self, start: int, end: int) -> SourceText:
        """``text[start:end]`` with its part of the map; an atomic segment cut in two is kept whole on both sides."""
        kept = []
        for s in self.segments:
            a, b = max(start, s.start), min(end, s.end)
            if a >= b:
                continue
            left, right = (a - s.start, s.end - b) if s.verbatim else (0, 0)
            kept.append(Segment(a - start, b - start, s.source_start + left, s.source_end - right))
        return SourceText(self.text[start:end], tuple(kept))

    def strip(self) -> SourceText:
        """Without white space at both ends."""
        left = len(self.text) - len(self.text.lstrip())
        return self.slice(left, max(left, len(self.text.rstrip())))

    def flat(self) -> list[int]:
        """The segments as one list of integers, four each, for storing."""
        return [n for s in self.segments for n in (s.start, s.end, s.source_start, s.source_end)]

    @classmethod
    def from_flat(cls, text: str, numbers: Iterable[int]) -> SourceText:
        """The inverse of ``flat``."""
        it = iter(numbers)
        return cls(text, tuple(Segment(*row) for row in zip(it, it, it, it, strict=True)))


class SourceTextBuilder:
    """Builds a SourceText from left to right."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._segments: list[Segment] = []
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def text(self) -> str:
        """What has been built so far."""
        return "".join(self._parts)

    def insert(self, text: str) -> None:
        """Adds characters that do not stand in the source."""
        self._parts.append(text)
        self._length += len(text)

    def copy(self, text: str, start: int, end: int) -> None:
        """Adds ``text`` as what ``source[start:end]`` reads like."""
        if not text:
            return
        last = self._segments[-1] if self._segments else None
        new = Segment(self._length, self._length + len(text), start, end)
        self._parts.append(text)
        self._length = new.end
        contiguous = last is not None and last.end == new.start and last.source_end == start
        if last is not None and contiguous and last.verbatim and new.verbatim:
            self._segments[-1] = Segment(last.start, new.end, last.source_start, end)
        else:
            self._segments.append(new)

    def append(self, piece: SourceText) -> None:
        """Adds a finished piece with its map."""
        offset = self._length
        self._parts.append(piece.text)
        self._length += len(piece.text)
        self._segments += [
            Segment(s.start + offset, s.end + offset, s.source_start, s.source_end) for s in piece.segments
        ]

    def build(self) -> SourceText:
        return SourceText(self.text, tuple(self._segments))
