"""What in a passage answers to the words of a question: highlights, and the sentence to quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.encoders import Encoder, TokenEncoder
from index.hits import Rows, Scores
from index.source_text import SourceText
from index.spans import Span
from index.store import SearchIndex
from index.tokens import STOP_WORDS, locate
from index.types import Passage, PassageKind
from rag.question import Question
from rag.types import TokenMatch

_LIKENESS = 0.55
"""From here on two tokens are taken to mean the same: translations in context reach it, chance neighbours do not."""
_CACHED = 2_000


@dataclass(frozen=True, slots=True)
class PassageMatch:
    """A passage's token matches, and for each of its sentences how well its tokens match the question's, 0..1."""

    matches: tuple[TokenMatch, ...]
    sentence_scores: Scores


@dataclass(frozen=True, slots=True)
class _TokenPlaces:
    """Where the tokens of a passage stand: in the source (None in a heading) and in which sentence (-1 in none)."""

    spans: tuple[Span | None, ...]
    sentences: NDArray[np.int64]


class Matcher:
    """Matches questions with the passages of one index; finds nothing where there are no token vectors."""

    def __init__(self, index: SearchIndex, encoder: Encoder) -> None:
        self._index = index
        self._encoder = encoder if isinstance(encoder, TokenEncoder) and index.tokens is not None else None
        self._places = lru_cache(_CACHED)(self._find_places)

    def match(self, question: Question, rows: Rows) -> list[PassageMatch]:
        """For each passage what in it answers to the telling tokens of the question."""
        sentences = [len(self._index.database.passage(row).sentences) for row in rows.tolist()]
        tokens = self._index.tokens
        if self._encoder is None or tokens is None or not len(rows) or not question.token_vectors.rarity.any():
            return [PassageMatch((), np.zeros(count)) for count in sentences]
        gathered = tokens.gather(rows)
        likeness = np.split(gathered.vectors @ question.token_vectors.vectors.T, gathered.starts[1:])
        return [
            PassageMatch(self._matches(question, each, row), self._sentence_scores(question, each, row, count))
            for each, row, count in zip(likeness, rows.tolist(), sentences, strict=True)
        ]

    def _matches(self, question: Question, likeness: NDArray[np.float32], row: int) -> tuple[TokenMatch, ...]:
        places, asked = self._places(row), question.token_vectors
        found = []
        for i, nearest in enumerate(likeness.argmax(axis=0).tolist()):
            at, word = places.spans[nearest], asked.spans[i].quote(question.text).strip()
            telling = asked.rarity[i] > 0 and word.lower() not in STOP_WORDS
            if telling and at is not None and likeness[nearest, i] >= _LIKENESS:
                found.append(TokenMatch(word, at, round(float(likeness[nearest, i]), 3)))
        return tuple(found)

    def _sentence_scores(self, question: Question, likeness: NDArray[np.float32], row: int, count: int) -> Scores:
        owners, rarity = self._places(row).sentences, question.token_vectors.rarity
        scores = np.zeros(count)
        for i in np.unique(owners[owners >= 0]).tolist():
            scores[i] = float(likeness[owners == i].max(axis=0) @ rarity) / float(rarity.sum())
        return scores

    def _find_places(self, row: int) -> _TokenPlaces:
        assert self._encoder is not None
        passage = self._index.database.passage(row)
        found = [_source(passage, token) for token in self._encoder.token_spans(passage.searched)]
        starts = [sentence.span.start for sentence in passage.sentences]
        # what a cell says depends on its row and column, which are no tokens of it
        told = passage.kind not in (PassageKind.TABLE_ROW, PassageKind.METADATA)
        owners = [
            int(np.searchsorted(starts, at.start, "right")) - 1 if told and at is not None else -1 for at in found
        ]
        return _TokenPlaces(tuple(found), np.array(owners, np.int64))


def _source(passage: Passage, token: Span) -> Span | None:
    """Where a token of ``searched`` stands in the source, without the white space around it; None if nothing is left."""
    said = token.quote(passage.searched)
    start, end = token.end - len(said.lstrip()), token.start + len(said.rstrip())
    return passage.span_of_searched(start, end) if start < end else None


def highlight(question: Question, readable: SourceText, matches: Sequence[TokenMatch]) -> tuple[Span, ...]:
    """Source positions of the question's words, by letter and by meaning, overlapping and adjacent ones merged."""
    written = (readable.span(found.start, found.end) for found in locate(readable.text, frozenset(question.tokens)))
    spans = sorted([span for span in written if span is not None] + [match.span for match in matches])
    merged: list[Span] = []
    for span in spans:
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
