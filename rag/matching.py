"""What in a passage answers to the words of a question: highlights, and the sentence to quote."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.encoders import Encoder, TokenEncoder
from index.hits import Scores
from index.interaction import Meeting
from index.source_text import SourceText
from index.spans import Span
from index.store import SearchIndex
from index.tokens import locate
from index.types import Passage, PassageKind
from rag.question import Question, QuestionPieces
from rag.types import TokenMatch

_CACHED = 2_000


@dataclass(frozen=True, slots=True)
class PassageMatch:
    """A passage's token matches, and for each of its sentences how well its tokens match the question's, 0..1."""

    matches: tuple[TokenMatch, ...]
    sentence_scores: Scores


@dataclass(frozen=True, slots=True)
class _TokenPlaces:
    """Where the tokens of a passage stand: in the source (None in a heading) and in which of ``count`` sentences (-1 in
    none)."""

    spans: tuple[Span | None, ...]
    sentences: NDArray[np.int64]
    count: int


class Matcher:
    """Matches questions with the passages of one index; finds nothing where there are no token vectors.

    Args:
        likeness: from here on two tokens are taken to mean the same; None takes what was measured for the reduction.
    """

    def __init__(self, index: SearchIndex, encoder: Encoder, likeness: float | None = None) -> None:
        self._index = index
        measured = index.reduction.same_meaning if index.reduction is not None else 1.0
        self._likeness = measured if likeness is None else likeness
        self._encoder = encoder if isinstance(encoder, TokenEncoder) else None
        self._places = lru_cache(_CACHED)(self._find_places)

    def match(self, question: Question, meetings: Sequence[Meeting], row: int) -> PassageMatch:
        """What in a passage answers to the telling tokens of the question."""
        pieces = question.pieces
        if not meetings or pieces is None or not pieces.rarity.any():
            return PassageMatch((), np.zeros(len(self._index.database.passage(row).sentences)))
        likeness, places = next(meeting.of(row) for meeting in meetings if row in meeting), self._places(row)
        return PassageMatch(self._matches(pieces, likeness, places), self._sentence_scores(pieces, likeness, places))

    def _matches(
        self, pieces: QuestionPieces, likeness: NDArray[np.float32], places: _TokenPlaces
    ) -> tuple[TokenMatch, ...]:
        if not len(likeness):
            return ()  # a passage of nothing but invisible characters
        nearest = likeness.argmax(axis=0)
        likes = likeness[nearest, np.arange(len(nearest))]
        found = []
        for i in np.flatnonzero(pieces.telling & (likes >= self._likeness)).tolist():
            at = places.spans[nearest[i]]
            if at is not None:
                found.append(TokenMatch(pieces.words[i], at, round(float(likes[i]), 3)))
        return tuple(found)

    @staticmethod
    def _sentence_scores(pieces: QuestionPieces, likeness: NDArray[np.float32], places: _TokenPlaces) -> Scores:
        """How well each sentence alone meets the question."""
        scores = np.zeros(places.count)
        told = np.flatnonzero(places.sentences >= 0)
        if len(told):
            # tokens stand in the order of their sentences
            owners, first = np.unique(places.sentences[told], return_index=True)
            scores[owners] = np.maximum.reduceat(likeness[told], first, axis=0) @ pieces.rarity / pieces.rarity.sum()
        return scores

    def _find_places(self, row: int) -> _TokenPlaces:
        assert self._encoder is not None
        passage = self._index.database.passage(row)
        tokens = self._encoder.token_offsets(passage.searched).tolist()
        found = [_source(passage, Span(start, end)) for start, end in tokens]
        starts = [sentence.span.start for sentence in passage.sentences]
        # what a cell says depends on its row and column, which are no tokens of it
        told = passage.kind not in (PassageKind.TABLE_ROW, PassageKind.METADATA)
        owners = [
            int(np.searchsorted(starts, at.start, "right")) - 1 if told and at is not None else -1 for at in found
        ]
        return _TokenPlaces(tuple(found), np.array(owners, np.int64), len(passage.sentences))


def _source(passage: Passage, token: Span) -> Span | None:
    """Where a token of ``searched`` stands in the source, without the white space around it; None if nothing is left."""
    said = token.quote(passage.searched)
    start, end = token.end - len(said.lstrip()), token.start + len(said.rstrip())
    return passage.span_of_searched(start, end) if start < end else None


def highlight(question: Question, readable: SourceText, matches: Sequence[TokenMatch]) -> tuple[Span, ...]:
    """Source positions of the question's words, by letter and by meaning, overlapping and adjacent ones merged."""
    written = (
        readable.span(found.start, found.end)
        for found in locate(readable.text, question.expansion.names.union(question.tokens))
    )
    spans = sorted([span for span in written if span is not None] + [match.span for match in matches])
    merged: list[Span] = []
    for span in spans:
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
