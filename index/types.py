"""The nouns every part of the system shares: spans, articles, passages and their sentences."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from index.source_text import SourceText
from index.spans import Span

Language = Literal["zh", "en"]


class PassageKind(StrEnum):
    """What a passage was in its article; boilerplate is stored but never ranked."""

    PROSE = "prose"
    LIST = "list"
    TABLE_ROW = "table_row"
    METADATA = "metadata"
    BOILERPLATE = "boilerplate"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What an article says about itself.

    ``dates`` maps the name the article uses (``date``, ``translated_at``, ``published``) to an ISO 8601 string.
    """

    title: str
    url: str | None = None
    site: str | None = None
    author: str | None = None
    dates: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Article:
    """One source file. ``text`` is exactly what the file decodes to; every position counts its code points.

    ``id`` is the file's path relative to the indexed folder, with ``/`` between folders, so that it is stable across
    rebuilds. ``sha256`` is of the file's bytes.
    """

    id: str
    path: str
    text: str
    sha256: str
    language: Language
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class Sentence:
    """The smallest quotable unit: ``article.text[span.start:span.end]`` is the quote.

    ``text`` is what is embedded for it: the readable sentence or, in a table, the cell after its row's name and its
    column's header.
    """

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of an article that is found, ranked and shown as one.

    ``readable`` is the span's text without markup, mapped back to the source. ``heading`` is the path of headings above
    it, outermost first: searched and embedded with the passage, never part of its quote.
    """

    article_id: str
    span: Span
    readable: SourceText
    heading: tuple[str, ...]
    sentences: tuple[Sentence, ...]
    kind: PassageKind
    language: Language

    @property
    def id(self) -> str:
        """The name a passage has outside: its article and its positions."""
        return f"{self.article_id}#{self.span.start}-{self.span.end}"

    @property
    def ranked(self) -> bool:
        """Whether search may return it."""
        return self.kind is not PassageKind.BOILERPLATE

    @property
    def context(self) -> str:
        """The heading path as one line, to be embedded and searched with the passage."""
        return " / ".join(self.heading)

    @property
    def searched(self) -> str:
        """What is embedded and what the lexical index holds: the headings, then the readable text."""
        return f"{self.context}\n{self.readable.text}" if self.heading else self.readable.text

    def sentence_places(self) -> tuple[Span | None, ...]:
        """Where each sentence stands in ``searched``; None for a cell, whose text has its row's name before it."""
        places: list[Span | None] = []
        at = len(self.searched) - len(self.readable.text)
        for sentence in self.sentences:
            start = self.searched.find(sentence.text, at)
            places.append(Span(start, start + len(sentence.text)) if start >= 0 else None)
            at = places[-1].end if places[-1] is not None else at
        return tuple(places)

    def span_of_searched(self, start: int, end: int) -> Span | None:
        """The source positions of ``searched[start:end]``; None in the headings, which stand elsewhere."""
        offset = len(self.searched) - len(self.readable.text)
        return self.readable.span(start - offset, end - offset) if start >= offset else None
