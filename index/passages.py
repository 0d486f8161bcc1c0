"""Cuts an article into passages: under one heading, at sentence ends, a table row or a list item never in two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.blocks import Block, BlockKind, Cell
from index.boilerplate import find_boilerplate
from index.language import detect_language
from index.reading import ReadArticle
from index.sentences import split_sentences
from index.source_text import SourceText, SourceTextBuilder
from index.spans import Span
from index.types import Article, Passage, PassageKind, Sentence

_TABLE_INTRODUCTION = 80
"""A paragraph up to this long right above a table says what the table is, and is read as its heading."""
_EMPHASIS_MARKS = "*_`"
_LABEL = 40
"""A paragraph shorter than this labels what follows and is never left alone before it."""


@dataclass(frozen=True, slots=True)
class CutSettings:
    """How long passages are, in characters of readable text: merged up to ``shortest``, split above ``longest``.

    A Latin letter counts as ``latin_weight`` of a character, since an English text says in five letters what a Chinese
    one says in two; otherwise English passages would hold half as much.
    """

    shortest: int = 150
    longest: int = 500
    latin_weight: float = 0.5

    def size(self, text: str) -> float:
        ascii_count = sum(character.isascii() for character in text)
        return len(text) - ascii_count * (1 - self.latin_weight)


def cut_passages(read: ReadArticle, settings: CutSettings = CutSettings()) -> list[Passage]:
    """The passages of an article from top to bottom; none overlap.

    Headings, markup and white space are in no passage; everything else is.
    """
    return [*_Cutter(read, settings).passages()]


@dataclass(frozen=True, slots=True)
class _Unit:
    """A piece of text that is not cut any more."""

    text: SourceText
    span: Span
    kind: PassageKind


class _Cutter:
    def __init__(self, read: ReadArticle, settings: CutSettings) -> None:
        self._article: Article = read.article
        self._blocks = read.blocks
        self._settings = settings
        self._headings: list[tuple[int, str]] = []
        self._section: list[_Unit] = []

    def passages(self) -> Iterator[Passage]:
        boilerplate = find_boilerplate(self._blocks)
        introduction = ""
        for i, block in enumerate(self._blocks):
            if block.kind is BlockKind.MARKUP:
                continue
            if i in boilerplate:
                yield from self._flush()
                yield self._passage([_Unit(block.text, self._span(block.text), PassageKind.BOILERPLATE)])
            elif block.kind is BlockKind.HEADING:
                yield from self._flush()
                self._open_section(block)
            elif block.kind is BlockKind.TABLE_HEAD:
                yield from self._flush()
                introduction = self._introduction(i)
            elif block.kind is BlockKind.TABLE_ROW:
                yield self._record(block, PassageKind.TABLE_ROW, introduction)
            elif block.kind is BlockKind.FRONT_MATTER:
                yield self._record(block, PassageKind.METADATA)
            else:
                self._section += self._units(block)
        yield from self._flush()

    # -- headings ----------------------------------------------------------------------------------------------------

    def _open_section(self, block: Block) -> None:
        self._headings = [(level, text) for level, text in self._headings if level < block.level]
        if block.text.text.lstrip("# ") != self._article.metadata.title:
            self._headings.append((block.level, block.text.text))

    @property
    def _path(self) -> tuple[str, ...]:
        return tuple(text for _, text in self._headings)

    def _introduction(self, head: int) -> str:
        """The short paragraph just above a table, only markup between."""
        for block in reversed(self._blocks[:head]):
            if block.kind is not BlockKind.MARKUP:
                fits = block.kind is BlockKind.PARAGRAPH and len(block.text.text) <= _TABLE_INTRODUCTION
                return block.text.text if fits else ""
        return ""

    # -- prose -------------------------------------------------------------------------------------------------------

    def _units(self, block: Block) -> Iterator[_Unit]:
        """A list item whole; a paragraph whole or, if too long, in even runs of sentences."""
        size = self._settings.size(block.text.text)
        if block.kind is BlockKind.LIST_ITEM:
            yield _Unit(block.text, self._span(block.text), PassageKind.LIST)
            return
        pieces = max(1, -int(-size // self._settings.longest))
        runs = list(_even_runs(block.text, pieces, self._settings))
        for run, span in zip(runs, self._spans(runs), strict=True):
            yield _Unit(run, span, PassageKind.PROSE)

    def _span(self, text: SourceText) -> Span:
        return next(self._spans([text]))

    def _spans(self, pieces: Sequence[SourceText]) -> Iterator[Span]:
        """The source ranges of a block's pieces, with the emphasis marks that hug them."""
        source = self._article.text
        bare = [span for piece in pieces if (span := piece.span(0, len(piece.text)))]
        limits = [span.start for span in bare[1:]] + [len(source)]
        floor = 0
        for span, limit in zip(bare, limits, strict=True):
            start, end = span.start, span.end
            while start > floor and source[start - 1] in _EMPHASIS_MARKS:
                start -= 1
            while end < limit and source[end] in _EMPHASIS_MARKS:
                end += 1
            yield Span(start, end)
            floor = end

    def _flush(self) -> Iterator[Passage]:
        """The passages of the section that ends here."""
        groups: list[list[_Unit]] = []
        for unit in self._section:
            last = groups[-1] if groups else None
            if last is not None and self._joins(last, unit):
                last.append(unit)
            else:
                groups.append([unit])
        if len(groups) > 1 and self._size(groups[-1]) < self._settings.shortest:
            both = self._size(groups[-2]) + self._size(groups[-1])
            if both <= self._settings.longest:
                groups[-2:] = [groups[-2] + groups[-1]]
        self._section = []
        for group in groups:
            yield self._passage(group)

    def _joins(self, group: Sequence[_Unit], unit: _Unit) -> bool:
        size = self._size(group)
        if size < _LABEL:
            return True
        return size < self._settings.shortest and size + self._size([unit]) <= self._settings.longest

    def _size(self, group: Sequence[_Unit]) -> float:
        return sum(self._settings.size(unit.text.text) for unit in group)

    def _passage(self, group: Sequence[_Unit]) -> Passage:
        builder = SourceTextBuilder()
        for unit in group:
            if len(builder):
                builder.insert("\n")
            builder.append(unit.text)
        readable = builder.build()
        sentences = tuple(_sentences(readable))
        kind = PassageKind.LIST if all(u.kind is PassageKind.LIST for u in group) else group[0].kind
        return self._make(Span(group[0].span.start, group[-1].span.end), readable, sentences, kind, self._path)

    def _make(
        self,
        span: Span,
        readable: SourceText,
        sentences: tuple[Sentence, ...],
        kind: PassageKind,
        heading: tuple[str, ...],
    ) -> Passage:
        language = detect_language(readable.text, self._article.language)
        whole = (Sentence(span, readable.text),)  # of nothing but marks, say: a passage always has a sentence
        return Passage(self._article.id, span, readable, heading, sentences or whole, kind, language)

    # -- records -----------------------------------------------------------------------------------------------------

    def _record(self, block: Block, kind: PassageKind, introduction: str = "") -> Passage:
        """A table row or front matter as one passage; its sentences are its cells."""
        path = (*self._path, introduction) if introduction else self._path
        if len(block.cells) == 1 and block.cells[0].header and kind is PassageKind.TABLE_ROW:
            path = (*path, block.cells[0].header)
        span = Span(block.span.start, block.span.start + len(block.span.quote(self._article.text).rstrip()))
        return self._make(span, block.text, tuple(_cell_sentences(block.cells)), kind, path)


def _sentences(readable: SourceText) -> Iterator[Sentence]:
    for piece in split_sentences(readable.text):
        span = readable.span(piece.start, piece.end)
        if span is not None:
            yield Sentence(span, readable.text[piece.start : piece.end])


def _cell_sentences(cells: Sequence[Cell]) -> Iterator[Sentence]:
    """Each cell after its row's name and its column's header; the sentences of a long cell one by one."""
    name = cells[0].value.text if len(cells) > 1 else ""
    for i, cell in enumerate(cells):
        prefix = " ".join(part for part in (name if i else "", cell.header if name else "") if part)
        for sentence in _sentences(cell.value):
            yield Sentence(sentence.span, f"{prefix}: {sentence.text}" if prefix else sentence.text)


def _even_runs(text: SourceText, pieces: int, settings: CutSettings) -> Iterator[SourceText]:
    """``text`` in about ``pieces`` parts of even size, cut between sentences only."""
    sentences = split_sentences(text.text)
    target = settings.size(text.text) / pieces
    start, size = 0, 0.0
    for i, sentence in enumerate(sentences):
        size += settings.size(text.text[sentence.start : sentence.end])
        following = sentences[i + 1] if i + 1 < len(sentences) else None
        if following is None:
            break
        next_size = settings.size(text.text[following.start : following.end])
        here, there = (text.span(each.start, each.end) for each in (sentence, following))
        if here is not None and there is not None and here.end > there.start:
            continue  # both read from one atomic segment, which belongs to one passage
        # closing here is nearer to the target than closing after the next sentence
        if pieces > 1 and abs(size - target) <= abs(size + next_size - target):
            yield text.slice(start, sentence.end).strip()
            start, size = following.start, 0.0
    yield text.slice(start, len(text.text)).strip()
